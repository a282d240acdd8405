//! Names of applications and recordings.

use std::hash::{DefaultHasher, Hash, Hasher};

use rerun::external::re_log_types::LogMsg;
use rerun::{StoreId, StoreKind, TimePoint};

use super::chunks::StoreWriter;
use crate::analysis::Analysis;
use crate::metrics::Column;

/// Every recording and layout of Repolis is of this application, so that a shipped layout fits any of them.
pub const APPLICATION_ID: &str = "repolis";

/// The id of a recording follows from what is in it: the same city twice is one recording to a viewer.
pub fn store_id(analysis: &Analysis, look: &str) -> StoreId {
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), &analysis.name, &analysis.commit, look).hash(&mut hasher);
    for file in &analysis.tree.files {
        file.path.hash(&mut hasher);
    }
    for metric in &analysis.metrics {
        match &metric.values {
            Column::U64(values) => values.hash(&mut hasher),
            Column::F64(values) => values.iter().for_each(|value| value.to_bits().hash(&mut hasher)),
            Column::Text(values) => values.hash(&mut hasher),
        }
    }
    let name: String =
        analysis.name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(60).collect();
    StoreId::new(StoreKind::Recording, APPLICATION_ID, format!("{name}-{:016x}", hasher.finish()))
}

/// The id of the recording of [`end_mark`].
const END: &str = "repolis-end";

/// A message that tells a viewer of a recording, and nothing of what is in it.
pub fn introduction(store: &StoreId, nanos_since_epoch: u64) -> Vec<LogMsg> {
    StoreWriter::addition(store.clone(), nanos_since_epoch).finish()
}

/// The id of an empty recording, and the message that tells a viewer of it: by that a page knows that its viewer has taken in
/// what came before in the same stream.
pub fn end_mark() -> (String, Vec<LogMsg>) {
    let store = StoreId::new(StoreKind::Recording, APPLICATION_ID, END);
    (END.to_owned(), StoreWriter::new(store, TimePoint::default()).finish())
}
