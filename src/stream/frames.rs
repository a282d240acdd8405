//! The chunks of a recording, read on all cores. Every size that it claims is checked before as much is allocated: what
//! cannot be allocated ends the process, and no panic could be caught.

use rayon::prelude::*;
use re_log_encoding::external::lz4_flex;
use re_log_encoding::{
    CodecError, Decodable, DummyApplicationIdInjector, MessageHeader, MessageKind, RawRrdManifest, StreamFooter,
    StreamHeader, ToApplication,
};
use re_protos::common::v1alpha1::{self as proto, Compression};
use re_protos::log_msg::v1alpha1::{ArrowMsg, SetStoreInfo, log_msg::Msg};
use rerun::external::arrow::ipc::root_as_message;
use rerun::external::re_log_types::LogMsg;
use rerun::log::Chunk;
use rerun::{StoreId, StoreKind};
use rustc_hash::FxHashSet;

use super::{APPLICATION_ID, LoadError};

/// LZ4 makes at most 255 bytes of one.
const MAX_RATIO: u64 = 255;

/// The chunks of the entities that `is_wanted` takes, with the recordings they are of, in their order. Where the end is
/// missing, those before it.
///
/// # Errors
/// When the bytes are no recording, or a message is damaged or claims to hold more than its bytes can.
pub fn chunks(
    bytes: &[u8],
    is_wanted: impl Fn(&str) -> bool + Send + Sync,
) -> Result<Vec<(StoreId, Chunk)>, LoadError> {
    let frames = frames(bytes)?;
    let listed = listed(bytes, &frames, &is_wanted);
    let is_listed = |frame: &&Frame<'_>| listed.as_ref().is_none_or(|starts| starts.contains(&frame.start));
    let messages = frames.par_iter().filter(|frame| frame.kind == MessageKind::ArrowMsg).filter(is_listed);
    let read: Result<Vec<_>, LoadError> = messages.map(|frame| chunk(frame.message)).collect();
    let is_wanted = |(store, chunk): &_| StoreId::kind(store) == StoreKind::Recording && is_wanted(&entity_of(chunk));
    Ok(read?.into_iter().filter(is_wanted).collect())
}

/// The entity of a chunk.
pub fn entity_of(chunk: &Chunk) -> String {
    chunk.entity_path().to_string()
}

/// A stream without the messages of layouts, as bytes that were not decompressed; `None` when it has none. It loses its footer,
/// which would list what is gone.
///
/// # Errors
/// When the bytes are no recording, or a message is damaged.
pub fn without_layout(bytes: &[u8]) -> Result<Option<Vec<u8>>, LoadError> {
    let frames = frames(bytes)?;
    let mut rest = bytes[..StreamHeader::ENCODED_SIZE_BYTES].to_vec();
    let mut has_layout = false;
    for frame in frames {
        let store = match frame.kind {
            MessageKind::ArrowMsg => ArrowMsg::from_rrd_bytes(frame.message)?.store_id,
            MessageKind::SetStoreInfo => {
                SetStoreInfo::from_rrd_bytes(frame.message)?.info.and_then(|info| info.store_id)
            }
            MessageKind::BlueprintActivationCommand => {
                has_layout = true;
                continue;
            }
            MessageKind::End => continue,
        };
        if store.is_some_and(|store| store.kind() == proto::StoreKind::Blueprint) {
            has_layout = true;
        } else {
            let header = frame.start as usize - MessageHeader::ENCODED_SIZE_BYTES;
            rest.extend_from_slice(&bytes[header..][..MessageHeader::ENCODED_SIZE_BYTES + frame.message.len()]);
        }
    }
    Ok(has_layout.then_some(rest))
}

/// A message as it stands in the bytes.
struct Frame<'b> {
    kind: MessageKind,
    /// Offset of the message behind its header.
    start: u64,
    message: &'b [u8],
}

/// The messages up to one that claims to be longer than what is left, as one does whose end is missing.
fn frames(bytes: &[u8]) -> Result<Vec<Frame<'_>>, CodecError> {
    let mut at = StreamHeader::ENCODED_SIZE_BYTES;
    check_header(&bytes[..at.min(bytes.len())])?;
    let mut frames = Vec::new();
    while let Some(header) = bytes.get(at..at.saturating_add(MessageHeader::ENCODED_SIZE_BYTES)) {
        let MessageHeader { kind, len } = match MessageHeader::from_rrd_bytes(header) {
            Ok(header) => header,
            // Another recording may follow in the same file.
            Err(error) => {
                check_header(&header[..StreamHeader::ENCODED_SIZE_BYTES]).map_err(|_| error)?;
                at += StreamHeader::ENCODED_SIZE_BYTES;
                continue;
            }
        };
        let start = at + MessageHeader::ENCODED_SIZE_BYTES;
        let end = usize::try_from(len).ok().and_then(|len| start.checked_add(len));
        let Some((end, message)) = end.and_then(|end| Some((end, bytes.get(start..end)?))) else { break };
        at = if kind == MessageKind::End { end + StreamFooter::ENCODED_SIZE_BYTES } else { end };
        frames.push(Frame { kind, start: start as u64, message });
    }
    Ok(frames)
}

fn check_header(bytes: &[u8]) -> Result<(), CodecError> {
    StreamHeader::from_rrd_bytes(bytes)?.to_version_and_options().map(|_| ())
}

/// Where the chunks of the entities that `is_wanted` takes start, by the footer, so that the others need not be decompressed.
/// `None` when there is no footer, or more than one recording in the file.
fn listed(bytes: &[u8], frames: &[Frame<'_>], is_wanted: impl Fn(&str) -> bool) -> Option<FxHashSet<u64>> {
    if frames.iter().filter(|frame| frame.kind == MessageKind::End).count() != 1 {
        return None;
    }
    let mut starts = FxHashSet::default();
    for manifest in RawRrdManifest::from_rrd_bytes(bytes).ok()? {
        if manifest.store_id.kind() == StoreKind::Recording {
            let entities = manifest.col_chunk_entity_path_raw().ok()?.iter();
            let offsets = manifest.col_chunk_byte_offset().ok()?;
            starts.extend(entities.zip(offsets).filter(|(entity, _)| entity.is_some_and(&is_wanted)).map(|row| row.1));
        }
    }
    (!starts.is_empty()).then_some(starts)
}

fn chunk(message: &[u8]) -> Result<(StoreId, Chunk), LoadError> {
    let mut arrow = ArrowMsg::from_rrd_bytes(message)?;
    if arrow.compression() == Compression::Lz4 {
        if arrow.uncompressed_size > (arrow.payload.len() as u64).saturating_mul(MAX_RATIO) {
            return Err(claims_too_much());
        }
        let size = usize::try_from(arrow.uncompressed_size).map_err(|_| claims_too_much())?;
        arrow.payload = lz4_flex::block::decompress(&arrow.payload, size).map_err(CodecError::Lz4)?.into();
        arrow.set_compression(Compression::None);
    }
    if !is_whole(&arrow.payload) {
        return Err(claims_too_much());
    }
    let mut injector = DummyApplicationIdInjector::new(APPLICATION_ID);
    match Msg::ArrowMsg(arrow).to_application((&mut injector, None))? {
        LogMsg::ArrowMsg(store, arrow) => Ok((store, Chunk::from_arrow_msg(&arrow)?)),
        _ => Err(LoadError::Damaged("a chunk is none".to_owned())),
    }
}

fn claims_too_much() -> LoadError {
    LoadError::Damaged("a message claims to hold more than it can".to_owned())
}

/// Whether the messages of a stream of Arrow's are as long as they claim. What is no such stream, its reader will tell.
fn is_whole(mut stream: &[u8]) -> bool {
    const CONTINUATION: u32 = u32::MAX;
    loop {
        let Some(mut length) = take_u32(&mut stream) else { return true };
        if length == CONTINUATION {
            let Some(next) = take_u32(&mut stream) else { return true };
            length = next;
        }
        if length == 0 {
            return true;
        }
        let Some((metadata, rest)) = stream.split_at_checked(length as usize) else { return false };
        let Ok(message) = root_as_message(metadata) else { return true };
        let body = usize::try_from(message.bodyLength()).ok();
        let Some((_, rest)) = body.and_then(|body| rest.split_at_checked(body)) else { return false };
        stream = rest;
    }
}

fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    let (value, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Extent, Theme, blueprint_messages, to_bytes};

    fn recording() -> Vec<u8> {
        to_bytes(&blueprint_messages(Extent::TYPICAL, Theme::Dark, &[]).unwrap()).unwrap()
    }

    fn message(claimed: Option<u64>) -> Vec<u8> {
        let payload = [8, 1, 0x1a, 1, 7, 0x18, 9];
        let claimed = claimed.unwrap_or(payload.len() as u64);
        [&(MessageKind::ArrowMsg as u64).to_le_bytes()[..], &claimed.to_le_bytes(), &payload].concat()
    }

    #[track_caller]
    fn check(bytes: &[u8], expect: Option<usize>) {
        assert_eq!(frames(bytes).ok().map(|frames| frames.len()), expect);
    }

    #[test]
    fn what_is_claimed_must_be_there() {
        check(b"", None);
        check(b"RRF2", None);
        check(b"no recording at all", None);
        let header = recording()[..StreamHeader::ENCODED_SIZE_BYTES].to_vec();
        let whole = [&header[..], &message(None), &message(None)].concat();
        check(&whole, Some(2));
        check(&whole[..whole.len() - 1], Some(1));
        check(&[&whole[..], &whole].concat(), Some(4));
        check(&[&header[..], &message(Some(u64::MAX))].concat(), Some(0));
        check(&[&header[..], &message(Some(1 << 46)), &message(None)].concat(), Some(0));
    }

    /// The payload of a real chunk, decompressed.
    fn payload() -> Vec<u8> {
        let recording = recording();
        let frames = frames(&recording).unwrap();
        let chunk = frames.iter().find(|frame| frame.kind == MessageKind::ArrowMsg).unwrap();
        let arrow = ArrowMsg::from_rrd_bytes(chunk.message).unwrap();
        lz4_flex::block::decompress(&arrow.payload, arrow.uncompressed_size as usize).unwrap()
    }

    #[test]
    fn arrow_holds_no_more_than_its_bytes_can() {
        let payload = payload();
        assert!(is_whole(&payload));
        assert!(!is_whole(&payload[..payload.len() / 2]));
        // Each flip of a high bit either leaves the sizes alone or is refused before Arrow allocates.
        let mut refused = 0;
        for at in 0..payload.len() {
            let mut flipped = payload.clone();
            flipped[at] ^= 0x60;
            refused += usize::from(!is_whole(&flipped));
        }
        assert!(refused >= 8, "{refused} of {} flips are refused", payload.len());
    }
}
