//! The imports around a selection as an addition to an open recording.

use rerun::external::re_log_types::LogMsg;
use rerun::{LineStrips3D, Radius, StoreId};

use super::chunks::StoreWriter;
use super::{StreamError, arcs};
use crate::city::{Arc, THICKEST_ARC};

/// Radius of the thickest arc in points of the screen: near a building, metres would fill the picture.
const THICKEST_POINTS: f32 = 1.8;

/// Messages that draw the arcs of a selection, or none; they win over what was drawn before `nanos_since_epoch`.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn selection(store: &StoreId, arcs: &[Arc], nanos_since_epoch: u64) -> Result<Vec<LogMsg>, StreamError> {
    let mut writer = StoreWriter::addition(store.clone(), nanos_since_epoch);
    let points = |arc: &Arc| Radius::new_ui_points(arc.radius / THICKEST_ARC * THICKEST_POINTS);
    let strips = if arcs.is_empty() { LineStrips3D::clear_fields() } else { arcs::strips(arcs, points) };
    writer.log(arcs::SELECTED, &strips)?;
    Ok(writer.finish())
}
