//! What is to be written of each entity, in the order in which they came.

use rerun::{AsComponents, SerializedComponentBatch};
use rustc_hash::FxHashMap;

use super::super::StreamError;
use super::super::chunks::{EventRow, StoreWriter};
use super::super::table::Table;
use crate::telemetry::Nanos;

/// Rows at times, and what holds at all times.
#[derive(Default)]
pub(super) struct Entities {
    fixed: Vec<(String, Vec<SerializedComponentBatch>)>,
    index: FxHashMap<String, usize>,
    rows: Vec<(String, Vec<EventRow>)>,
    tables: Vec<(&'static str, Nanos, Table)>,
}

impl Entities {
    /// A row at a time.
    pub fn row(&mut self, entity: String, time: Nanos, batches: Vec<SerializedComponentBatch>) {
        let next = self.rows.len();
        let at = *self.index.entry(entity).or_insert_with_key(|entity| {
            self.rows.push((entity.clone(), Vec::new()));
            next
        });
        self.rows[at].1.push((time, batches));
    }

    /// What holds at all times, the last of its kind.
    pub fn fix(&mut self, entity: String, archetype: &dyn AsComponents) {
        self.fixed.push((entity, archetype.as_serialized_batches()));
    }

    /// Rows of a table, beside those that it has.
    pub fn table(&mut self, name: &'static str, time: Nanos, table: Table) {
        self.tables.push((name, time, table));
    }

    /// Logs all of it.
    pub fn log(self, writer: &mut StoreWriter) -> Result<(), StreamError> {
        for (entity, batches) in self.fixed {
            writer.log_batches(&entity, batches)?;
        }
        for (entity, rows) in self.rows {
            writer.log_rows(&entity, rows)?;
        }
        for (name, time, table) in self.tables {
            writer.log_rows(&format!("/tables/{name}"), vec![(time, table.into_batches()?)])?;
        }
        Ok(())
    }

    /// Whether there is nothing to log.
    pub fn is_empty(&self) -> bool {
        self.fixed.is_empty() && self.rows.is_empty() && self.tables.is_empty()
    }
}
