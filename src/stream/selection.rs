//! The imports around a selection as an addition to an open recording.

use rerun::external::re_log_types::LogMsg;
use rerun::{LineStrips3D, StoreId};

use super::chunks::StoreWriter;
use super::{StreamError, arcs};
use crate::city::Arc;

/// Messages that draw the arcs of a selection, or none; they win over what was drawn before `nanos_since_epoch`.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn selection(store: &StoreId, arcs: &[Arc], nanos_since_epoch: u64) -> Result<Vec<LogMsg>, StreamError> {
    let mut writer = StoreWriter::addition(store.clone(), nanos_since_epoch);
    let strips = if arcs.is_empty() { LineStrips3D::clear_fields() } else { arcs::strips(arcs) };
    writer.log(arcs::SELECTED, &strips)?;
    Ok(writer.finish())
}
