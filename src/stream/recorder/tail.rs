//! The file beside a growing recording that holds what came since its last part.
//!
//! A tail begins with how long the recording was when its last part was complete: what follows there is half a part, whose content
//! the tail still has.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use re_log_encoding::EncodingOptions;
use rerun::external::re_log_types::LogMsg;
use rerun::{StoreId, TimePoint};

use crate::stream::chunks::StoreWriter;
use crate::stream::sink::{encode_message, header};
use crate::stream::table::Table;
use crate::stream::{StreamError, frames};

/// The table that says after how many bytes of the recording the tail goes on.
const MARK: &str = "/tables/observed_tail";
const AFTER: &str = "after_bytes";

/// A tail that is written to.
pub struct Tail {
    path: PathBuf,
    file: File,
    /// Bytes that were written.
    pub bytes: u64,
}

impl Tail {
    /// Begins a tail in the place of the one before, at once or not at all.
    pub fn begin(recording: &Path, store: &StoreId, after: u64) -> Result<Self, StreamError> {
        let path = path_of(recording);
        let next = path.with_extension("tail.part");
        let mut mark = StoreWriter::new(store.clone(), TimePoint::default());
        mark.log_batches(MARK, Table::default().u64(AFTER, [after]).into_batches()?)?;
        let mut file = File::create(&next)?;
        let bytes = encoded(&mark.finish(), header(EncodingOptions::PROTOBUF_COMPRESSED)?)?;
        file.write_all(&bytes)?;
        fs::rename(&next, &path)?;
        Ok(Self { path, file, bytes: bytes.len() as u64 })
    }

    /// Adds messages. When this returns, they survive the process.
    pub fn add<'m>(&mut self, messages: impl IntoIterator<Item = &'m LogMsg>) -> Result<(), StreamError> {
        let bytes = encoded(messages, Vec::new())?;
        self.file.write_all(&bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Removes it: the recording has everything.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(self.path)
    }
}

/// Where the tail of a recording is.
pub fn path_of(recording: &Path) -> PathBuf {
    let mut name = recording.as_os_str().to_owned();
    name.push(".tail");
    PathBuf::from(name)
}

fn encoded<'m>(messages: impl IntoIterator<Item = &'m LogMsg>, mut bytes: Vec<u8>) -> Result<Vec<u8>, StreamError> {
    for message in messages {
        bytes.extend(encode_message(message, EncodingOptions::PROTOBUF_COMPRESSED.compression)?.bytes);
    }
    Ok(bytes)
}

/// The bytes of a recording, and of its tail where it still has one, as one stream; and whether it has.
///
/// # Errors
/// When the recording cannot be read.
pub fn read(recording: &Path) -> io::Result<(Vec<u8>, bool)> {
    // The tail first: one that is replaced meanwhile is older than the recording then, and says where it goes on.
    let tail = match fs::read(path_of(recording)) {
        Ok(tail) => tail,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut bytes = fs::read(recording)?;
    // A tail of another recording of that name, or one whose beginning is damaged, is none.
    let Some(after) = after(&tail).filter(|&after| after <= bytes.len()) else { return Ok((bytes, false)) };
    bytes.truncate(after);
    bytes.extend(tail);
    Ok((bytes, true))
}

fn after(tail: &[u8]) -> Option<usize> {
    if tail.is_empty() {
        return None;
    }
    let chunks = frames::chunks(tail, |entity| entity == MARK).ok()?;
    let after = Table::from_chunk(&chunks.first()?.1).read_u64(AFTER).ok()?;
    usize::try_from(*after.first()?).ok()
}
