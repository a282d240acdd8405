//! The sizes that a recording claims, checked before Rerun's decoder allocates as much: what cannot be allocated ends
//! the process, and no panic could be caught.

use re_log_encoding::{Decodable, MessageHeader, MessageKind, RawRrdManifest, StreamFooter, StreamHeader};
use rerun::StoreKind;
use rustc_hash::FxHashSet;

use super::LoadError;

/// LZ4 makes at most 255 bytes of one.
const MAX_RATIO: u64 = 255;
/// Field of an `ArrowMsg` in Rerun's protocol.
const UNCOMPRESSED_SIZE: u64 = 3;

/// The recording up to where a message claims to be longer than what is left, as one does whose end is missing.
///
/// # Errors
/// When a message claims to hold more than its bytes can.
pub fn believable(bytes: &[u8]) -> Result<&[u8], LoadError> {
    let mut at = StreamHeader::ENCODED_SIZE_BYTES;
    while let Some(header) = bytes.get(at..at.saturating_add(MessageHeader::ENCODED_SIZE_BYTES)) {
        let Ok(MessageHeader { kind, len }) = MessageHeader::from_rrd_bytes(header) else {
            // Another recording may follow in the same file.
            at += StreamHeader::ENCODED_SIZE_BYTES;
            continue;
        };
        let start = at + MessageHeader::ENCODED_SIZE_BYTES;
        let end = usize::try_from(len).ok().and_then(|len| start.checked_add(len));
        let Some((end, message)) = end.and_then(|end| Some((end, bytes.get(start..end)?))) else {
            return Ok(&bytes[..at]);
        };
        if kind == MessageKind::ArrowMsg && uncompressed_size(message) > len.saturating_mul(MAX_RATIO) {
            return Err(LoadError::Damaged("a message claims to hold more than it can".to_owned()));
        }
        at = end;
        if kind == MessageKind::End {
            at += StreamFooter::ENCODED_SIZE_BYTES + StreamHeader::ENCODED_SIZE_BYTES;
        }
    }
    Ok(bytes)
}

/// The same recording with only the chunks of the entities that `is_wanted` takes, found by its footer, so that the others
/// need not be decompressed. `None` when there is no footer, or more than one recording in the file.
pub fn only(bytes: &[u8], is_wanted: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
    let mut starts = FxHashSet::default();
    for manifest in RawRrdManifest::from_rrd_bytes(bytes).ok()? {
        if manifest.store_id.kind() == StoreKind::Recording {
            let entities = manifest.col_chunk_entity_path_raw().ok()?.iter();
            let offsets = manifest.col_chunk_byte_offset().ok()?;
            starts.extend(entities.zip(offsets).filter(|(entity, _)| entity.is_some_and(&is_wanted)).map(|row| row.1));
        }
    }
    let mut at = StreamHeader::ENCODED_SIZE_BYTES;
    let mut kept = bytes.get(..at)?.to_vec();
    while let Some(header) = bytes.get(at..at + MessageHeader::ENCODED_SIZE_BYTES) {
        let MessageHeader { kind, len } = MessageHeader::from_rrd_bytes(header).ok()?;
        let start = at + MessageHeader::ENCODED_SIZE_BYTES;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        match kind {
            MessageKind::End => {
                return (end + StreamFooter::ENCODED_SIZE_BYTES == bytes.len() && !starts.is_empty()).then_some(kept);
            }
            MessageKind::ArrowMsg if !starts.contains(&(start as u64)) => {}
            _ => kept.extend_from_slice(bytes.get(at..end)?),
        }
        at = end;
    }
    None
}

/// The last value of the field in a message of protocol buffers; 0 for what is none.
fn uncompressed_size(mut message: &[u8]) -> u64 {
    let mut size = 0;
    while let Some((key, rest)) = varint(message) {
        let (value, rest) = match key & 7 {
            0 => varint(rest).unwrap_or_default(),
            1 => (0, rest.get(8..).unwrap_or_default()),
            2 => {
                let (length, rest) = varint(rest).unwrap_or_default();
                (0, usize::try_from(length).ok().and_then(|length| rest.get(length..)).unwrap_or_default())
            }
            5 => (0, rest.get(4..).unwrap_or_default()),
            _ => break,
        };
        if key == UNCOMPRESSED_SIZE << 3 {
            size = value;
        }
        message = rest;
    }
    size
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: [u8; 12] = *b"RRF2\0\0\0\0\0\0\0\0";

    /// An `ArrowMsg` that claims `size` uncompressed bytes and `length` bytes of its own.
    fn message(size: u8, length: Option<u64>) -> Vec<u8> {
        let payload = [8, 1, 0x1a, 1, 7, 0x18, size];
        let length = length.unwrap_or(payload.len() as u64);
        [&(MessageKind::ArrowMsg as u64).to_le_bytes()[..], &length.to_le_bytes(), &payload].concat()
    }

    #[track_caller]
    fn check(bytes: &[u8], expect: Option<usize>) {
        assert_eq!(believable(bytes).ok().map(<[u8]>::len), expect);
    }

    #[test]
    fn what_is_claimed_must_be_there() {
        check(b"", Some(0));
        check(b"RRF2", Some(4));
        let whole = [&STREAM[..], &message(9, None), &message(9, None)].concat();
        check(&whole, Some(whole.len()));
        check(&whole[..whole.len() - 1], Some(35));
        check(&[&STREAM[..], &message(9, Some(u64::MAX))].concat(), Some(12));
        check(&[&STREAM[..], &message(9, Some(1 << 46)), &message(9, None)].concat(), Some(12));
    }

    #[test]
    fn a_message_holds_no_more_than_its_bytes_can() {
        assert_eq!(uncompressed_size(&[0x18, 0xff, 0x01, 8, 1]), 255);
        assert_eq!(uncompressed_size(&[0x1a, 0xff]), 0);
        let mut huge = message(0xff, Some(8));
        huge.push(0x7f);
        check(&[&STREAM[..], &huge].concat(), None);
    }
}
