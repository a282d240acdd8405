//! The bytes of one file, within a bound.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::content::is_binary;

/// Files up to this size are read whole, in bytes; of larger ones only the lines are counted.
pub const MAX_READ_BYTES: u64 = 16 << 20;

/// Lines are counted in at most so many bytes of a file: a sparse one may claim more than any disk holds.
pub const MAX_COUNTED_BYTES: u64 = 1 << 30;

/// What was read of a file.
#[derive(Debug)]
pub enum Bytes {
    /// Everything.
    Whole(Vec<u8>),
    /// The head only: the file is larger than [`MAX_READ_BYTES`], or no text.
    Head(Large),
}

/// How many bytes of a file tell whether it is text.
const HEAD_BYTES: u64 = 8 << 10;

/// A file that is not held in memory.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Large {
    /// Size in bytes.
    pub bytes: u64,
    /// How many bytes the lines were counted in: none of a file that is not text.
    pub counted_bytes: u64,
    /// The first 8 KiB.
    pub head: Vec<u8>,
    /// Lines with something on them.
    pub filled_lines: u32,
    /// Empty lines and lines of white space.
    pub blank_lines: u32,
}

/// Reads the file at `path`; a file that grows meanwhile is read to where it ended at first.
///
/// # Errors
/// What the system says: the file vanished, may not be read, is no regular file any more.
pub fn read(path: &Path) -> io::Result<Bytes> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let bytes = meta.len();
    if bytes > MAX_READ_BYTES {
        return large(file, bytes);
    }
    // Some file systems (proc, sys) give size 0 for files with content.
    let limit = if bytes == 0 { MAX_READ_BYTES } else { bytes };
    let mut whole = Vec::with_capacity(bytes as usize + 1);
    (&file).take(limit.min(HEAD_BYTES)).read_to_end(&mut whole)?;
    if bytes > HEAD_BYTES && is_binary(&whole) {
        return Ok(Bytes::Head(Large { bytes, head: whole, ..Large::default() }));
    }
    file.take(limit.saturating_sub(HEAD_BYTES)).read_to_end(&mut whole)?;
    Ok(Bytes::Whole(whole))
}

/// What of a file of git is read: the same as of one on disk.
pub(super) fn whole(bytes: Vec<u8>) -> Bytes {
    let head = &bytes[..bytes.len().min(HEAD_BYTES as usize)];
    if head.len() < bytes.len() && is_binary(head) {
        return Bytes::Head(Large { bytes: bytes.len() as u64, head: head.to_owned(), ..Large::default() });
    }
    Bytes::Whole(bytes)
}

/// What is read of a file of `bytes` bytes that is not held in memory.
pub(super) fn large(reader: impl Read, bytes: u64) -> io::Result<Bytes> {
    counted(reader, bytes, MAX_COUNTED_BYTES).map(Bytes::Head)
}

fn counted(reader: impl Read, bytes: u64, max_counted_bytes: u64) -> io::Result<Large> {
    let large = count(reader.take(bytes.min(max_counted_bytes)))?;
    let is_cut = large.counted_bytes == max_counted_bytes || is_binary(&large.head);
    Ok(Large { bytes: if is_cut { bytes } else { large.counted_bytes }, ..large })
}

fn count(mut reader: impl Read) -> io::Result<Large> {
    let mut large = Large::default();
    let mut buffer = vec![0; 1 << 20];
    let (mut line_has_bytes, mut line_is_filled) = (false, false);
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let chunk = &buffer[..length];
        let wanted = (HEAD_BYTES as usize).saturating_sub(large.head.len()).min(length);
        large.head.extend_from_slice(&chunk[..wanted]);
        if wanted > 0 && is_binary(&large.head) {
            return Ok(Large { head: large.head, ..Large::default() });
        }
        large.counted_bytes += length as u64;
        for part in chunk.split_inclusive(|&byte| byte == b'\n') {
            line_has_bytes = true;
            line_is_filled = line_is_filled || !part.iter().all(u8::is_ascii_whitespace);
            if part.ends_with(b"\n") {
                *if line_is_filled { &mut large.filled_lines } else { &mut large.blank_lines } += 1;
                (line_has_bytes, line_is_filled) = (false, false);
            }
        }
    }
    if line_has_bytes {
        *if line_is_filled { &mut large.filled_lines } else { &mut large.blank_lines } += 1;
    }
    Ok(large)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_files_have_their_lines_counted() {
        let text = "x\n\n".repeat(700_000) + "last";
        let large = count(text.as_bytes()).unwrap();
        assert_eq!((large.filled_lines, large.blank_lines, large.counted_bytes), (700_001, 700_000, text.len() as u64));
        assert_eq!(large.head.len(), 8 << 10);
    }

    #[test]
    fn of_a_file_that_is_no_text_only_the_head_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (bytes, is_whole) in [(vec![b'x'; 20_000], true), (vec![0; 20_000], false), (vec![0; 8 << 10], true)] {
            std::fs::write(file.path(), &bytes).unwrap();
            match read(file.path()).unwrap() {
                Bytes::Whole(whole) => assert!(is_whole && whole == bytes),
                Bytes::Head(large) => {
                    assert_eq!((is_whole, large.bytes, large.head.len()), (false, bytes.len() as u64, 8 << 10));
                }
            }
        }
    }

    #[test]
    fn what_a_sparse_file_claims_to_hold_is_not_read() {
        for (text, counted) in [("", 0), ("x = 1\n".repeat(3000).as_str(), 1 << 20)] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            file.as_file().set_len(1 << 40).unwrap();
            let large = super::counted(file.reopen().unwrap(), 1 << 40, 1 << 20).unwrap();
            assert_eq!((large.bytes, large.counted_bytes), (1 << 40, counted));
        }
    }
}
