//! The bytes of one file, within a bound.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Files up to this size are read whole, in bytes; of larger ones only the lines are counted.
pub const MAX_READ_BYTES: u64 = 16 << 20;

/// What was read of a file.
#[derive(Debug)]
pub enum Bytes {
    /// Everything.
    Whole(Vec<u8>),
    /// The file is larger than [`MAX_READ_BYTES`].
    TooLarge(Large),
}

/// A file that is too large to be held in memory.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Large {
    /// Size in bytes, as read.
    pub bytes: u64,
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
        return count(file.take(bytes)).map(Bytes::TooLarge);
    }
    let mut whole = Vec::with_capacity(bytes as usize + 1);
    // Some file systems (proc, sys) give size 0 for files with content.
    file.take(if bytes == 0 { MAX_READ_BYTES } else { bytes }).read_to_end(&mut whole)?;
    Ok(Bytes::Whole(whole))
}

fn count(mut reader: impl Read) -> io::Result<Large> {
    const HEAD_BYTES: usize = 8 << 10;
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
        large.bytes += length as u64;
        let wanted = HEAD_BYTES.saturating_sub(large.head.len()).min(length);
        large.head.extend_from_slice(&chunk[..wanted]);
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
        assert_eq!((large.filled_lines, large.blank_lines, large.bytes), (700_001, 700_000, text.len() as u64));
        assert_eq!(large.head.len(), 8 << 10);
    }
}
