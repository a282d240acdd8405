//! What was said and measured, row by row: log records, errors and the user's own numbers.

use rerun::{AsComponents, Scalars, TextLog};
use rustc_hash::FxHashMap;

use super::entities::Entities;
use super::groups::part;
use crate::telemetry::{ErrorRow, Nanos, Severity};

/// So many series of the user's are kept.
pub(super) const MAX_SERIES: usize = 64;

/// The user's series that were seen.
#[derive(Default)]
pub(super) struct Journal {
    series: FxHashMap<(String, Box<str>), String>,
    is_full: bool,
}

impl Journal {
    /// A number of a service's; `false` when there is no more room for its series, for the first time.
    pub fn point(
        &mut self,
        service: &str,
        (name, unit): (&str, &str),
        value: f64,
        time: Nanos,
        entities: &mut Entities,
    ) -> bool {
        let key = (service.to_owned(), Box::from(name));
        if !self.series.contains_key(&key) {
            if self.series.len() == MAX_SERIES {
                return std::mem::replace(&mut self.is_full, true);
            }
            let name = if unit.is_empty() { part(name) } else { part(&format!("{name} [{unit}]")) };
            self.series.insert(key.clone(), format!("/telemetry/metrics/{service}/{name}"));
        }
        entities.row(self.series[&key].clone(), time, Scalars::new([value]).as_serialized_batches());
        true
    }
}

/// A row of a service's log.
pub(super) fn log(service: &str, severity: Severity, text: &str, path: &str, time: Nanos, entities: &mut Entities) {
    let text = if path.is_empty() { text.to_owned() } else { format!("{text}  ({path})") };
    let row = TextLog::new(text).with_level(severity.level());
    entities.row(format!("/telemetry/log/{service}"), time, row.as_serialized_batches());
}

/// An error in a line.
pub(super) fn told(error: &ErrorRow, name: &str) -> String {
    match (&*error.kind, &*error.message) {
        ("", "") => format!("{name} failed"),
        ("", message) => message.to_owned(),
        (kind, "") => kind.to_owned(),
        (kind, message) => format!("{kind}: {message}"),
    }
}
