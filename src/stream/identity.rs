//! Names of applications and recordings.

use std::hash::{DefaultHasher, Hash, Hasher};

use rerun::{StoreId, StoreKind};

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
