//! What is to become the next part of a recording: windows of one length, each key once.

use std::collections::BTreeMap;

use crate::telemetry::{CallRow, LogRow, Nanos, PointRow, Row, SiteId, Sums, Update};

const SECOND: Nanos = 1_000_000_000;
/// Calls from one site to another are kept in windows so many times as long as others.
const CALLS_WINDOW: u64 = 60;
/// So many log records that are no errors are kept of a second while windows are short.
const LOGS_A_SECOND: u64 = 10;
/// So many more are kept of each part, for bursts.
const LOGS_A_PART: u64 = 500;

/// What has come since the last part was written.
#[derive(Default)]
pub struct Part {
    update: Update,
    rows: BTreeMap<(Nanos, Nanos, SiteId), Sums>,
    calls: BTreeMap<(Nanos, Nanos, SiteId, SiteId), (u64, u64)>,
    points: BTreeMap<(Nanos, SiteId, Box<str>), PointRow>,
    logs: u64,
    /// Log records that are not kept.
    pub logs_left_out: u64,
    begin: Nanos,
}

impl Part {
    /// Adds what is new, in windows of `window` nanoseconds.
    pub fn add(&mut self, update: &Update, window: Nanos) {
        if self.begin == 0 {
            self.begin = update.now;
        }
        self.update.now = self.update.now.max(update.now);
        self.update.sites.extend(update.sites.iter().cloned());
        self.update.errors.extend(update.errors.iter().cloned());
        self.update.spans.extend(update.spans.iter().cloned());
        for row in &update.rows {
            let (start, nanos) = within(row.start, row.nanos, window);
            self.rows.entry((start, nanos, row.site)).or_default().add(&row.sums);
        }
        for row in &update.calls {
            let (start, nanos) = within(row.start, row.nanos, window.saturating_mul(CALLS_WINDOW));
            let sum = self.calls.entry((start, nanos, row.from, row.to)).or_default();
            *sum = (sum.0 + row.count, sum.1 + row.errors);
        }
        for point in &update.points {
            self.points.insert((point.time / window, point.site, point.name.clone()), point.clone());
        }
        self.logs_left_out += update.logs_left_out;
        for log in &update.logs {
            self.log(log, window);
        }
    }

    /// How much time it is of.
    pub fn nanos(&self) -> Nanos {
        self.update.now.saturating_sub(self.begin)
    }

    /// Goes on later, as nothing came until now.
    pub fn skip(&mut self) {
        self.begin = self.update.now;
    }

    /// How many rows wait in memory.
    pub fn len(&self) -> usize {
        self.rows.len()
            + self.calls.len()
            + self.points.len()
            + self.update.logs.len()
            + self.update.errors.len()
            + self.update.sites.len()
    }

    /// All of it as one update.
    pub fn into_update(self) -> Update {
        let row = |((start, nanos, site), sums)| Row { start, nanos, site, sums };
        let call = |((start, nanos, from, to), (count, errors))| CallRow { start, nanos, from, to, count, errors };
        Update {
            rows: self.rows.into_iter().map(row).collect(),
            calls: self.calls.into_iter().map(call).collect(),
            points: self.points.into_values().collect(),
            ..self.update
        }
    }

    fn log(&mut self, log: &LogRow, window: Nanos) {
        if !log.severity.is_error() {
            let seconds = self.nanos() / SECOND;
            if self.logs >= LOGS_A_PART + seconds * LOGS_A_SECOND * SECOND / window.max(SECOND) {
                self.logs_left_out += 1;
                return;
            }
            self.logs += 1;
        }
        self.update.logs.push(log.clone());
    }
}

/// The window that a shorter one lies in; a longer one stays as it is.
fn within(start: Nanos, nanos: Nanos, window: Nanos) -> (Nanos, Nanos) {
    if nanos > window { (start, nanos) } else { (start / window * window, window) }
}
