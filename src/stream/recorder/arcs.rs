//! Arcs of calls on their way from the live view into a part: the last of each window.

use std::collections::BTreeMap;

use rerun::SerializedComponentBatch;
use rerun::external::arrow::array::Array;
use rerun::external::re_log_types::LogMsg;
use rerun::log::Chunk;

use crate::stream::StreamError;
use crate::stream::chunks::{EventRow, StoreWriter};
use crate::stream::live::{ARCS, CALLS};
use crate::telemetry::Nanos;

/// What has come since the last part was written.
#[derive(Default)]
pub struct PassedArcs {
    /// Where all of them are.
    strips: Vec<SerializedComponentBatch>,
    /// How thick they are, by window.
    radii: BTreeMap<Nanos, EventRow>,
    /// What hides them before there were any: it is told after them, and may lie in their window.
    hidden: Option<EventRow>,
    /// Which files they are between.
    table: Vec<EventRow>,
}

impl PassedArcs {
    /// Takes the arcs among messages.
    pub fn add(&mut self, messages: &[LogMsg], window: Nanos) -> Result<(), StreamError> {
        let table = format!("/tables/{ARCS}");
        for message in messages {
            let LogMsg::ArrowMsg(_, arrow) = message else { continue };
            let entity = arrow.batch.schema_ref().metadata().get("rerun:entity_path").cloned().unwrap_or_default();
            if entity != CALLS && entity != table {
                continue;
            }
            let chunk = Chunk::from_arrow_msg(arrow)?;
            for (time, cells) in rows(&chunk) {
                match time {
                    None => self.strips = cells,
                    Some(time) if entity == CALLS => {
                        let at = time / window.max(1);
                        if self.radii.get(&at).is_some_and(|(later, _)| *later > time) {
                            self.hidden = Some((time, cells));
                        } else {
                            self.radii.insert(at, (time, cells));
                        }
                    }
                    Some(time) => self.table.push((time, cells)),
                }
            }
        }
        Ok(())
    }

    /// Logs them, an entity a chunk.
    pub fn log(self, writer: &mut StoreWriter) -> Result<(), StreamError> {
        if !self.strips.is_empty() {
            writer.log_batches(CALLS, self.strips)?;
        }
        let radii: Vec<_> = self.hidden.into_iter().chain(self.radii.into_values()).collect();
        if !radii.is_empty() {
            writer.log_rows(CALLS, radii)?;
        }
        if !self.table.is_empty() {
            writer.log_rows(&format!("/tables/{ARCS}"), self.table)?;
        }
        Ok(())
    }
}

/// The rows of a chunk by their time; none for what holds at all times.
fn rows(chunk: &Chunk) -> Vec<(Option<Nanos>, Vec<SerializedComponentBatch>)> {
    let times = chunk.timelines().values().next().map(|times| times.times_raw().to_vec());
    let cells = |row: usize| {
        let columns = chunk.components().values();
        let columns = columns.filter(|column| column.list_array.is_valid(row));
        columns
            .map(|column| SerializedComponentBatch::new(column.list_array.value(row), column.descriptor.clone()))
            .collect()
    };
    let time = |row: usize| times.as_ref().and_then(|times| u64::try_from(*times.get(row)?).ok());
    (0..chunk.num_rows()).map(|row| (time(row), cells(row))).collect()
}

#[cfg(test)]
mod tests {
    use rerun::{AsComponents, LineStrips3D, Radius, StoreId, StoreKind};

    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    #[test]
    fn what_hides_arcs_before_their_time_does_not_hide_them() {
        let radii = |radius| {
            let radii = LineStrips3D::update_fields().with_radii([Radius::new_scene_units(radius)]);
            radii.as_serialized_batches()
        };
        let store = StoreId::new(StoreKind::Recording, "repolis", "short");
        let mut writer = StoreWriter::addition(store, 0);
        // In one window, the later first, as the live view tells them.
        let (begin, now) = (100 * SECOND, 100 * SECOND + SECOND / 2);
        writer.log_rows(CALLS, vec![(now, radii(2.0)), (begin, radii(0.0))]).unwrap();
        let mut passed = PassedArcs::default();
        passed.add(&writer.finish(), SECOND).unwrap();
        let times = |rows: Vec<EventRow>| rows.into_iter().map(|(time, _)| time).collect::<Vec<_>>();
        let shown = times(passed.radii.into_values().collect());
        assert_eq!((times(passed.hidden.into_iter().collect()), shown), (vec![begin], vec![now]));
    }
}
