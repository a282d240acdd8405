//! The imports of one file as an addition to an open recording.

use rerun::LineStrips3D;

use super::chunks::StoreWriter;
use super::load::Loaded;
use super::{StreamError, arcs, sink};
use crate::city::arcs_of;
use crate::resolve::Edge;
use crate::scan::FileId;

/// A complete RRD stream that draws the imports of `file` among `edges`, or none; it wins over what was drawn before
/// `nanos_since_epoch`.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn selection(
    loaded: &Loaded,
    file: Option<FileId>,
    edges: &[Edge],
    nanos_since_epoch: u64,
) -> Result<Vec<u8>, StreamError> {
    let mut writer = StoreWriter::addition(loaded.store.clone(), nanos_since_epoch);
    let arcs = file.map(|file| arcs_of(|file| loaded.roofs.get(&file).copied(), file, edges)).unwrap_or_default();
    let strips = if arcs.is_empty() { LineStrips3D::clear_fields() } else { arcs::strips(&arcs) };
    writer.log(arcs::SELECTED, &strips)?;
    sink::to_bytes(&writer.finish())
}
