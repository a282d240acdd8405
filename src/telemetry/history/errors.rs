//! Errors, in full while there is memory for it; then those without a stack trace are counted by ever longer windows of time.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::telemetry::errors::OTHERS;
use crate::telemetry::pending::WINDOW;
use crate::telemetry::{ErrorRow, Nanos, SiteId};

/// A window is this many times doubled at most: a day or so.
const LONGEST: u64 = WINDOW << 17;
/// What a row costs beside its texts: lists grow by doubling, and each row may be in the index.
const ROW_BYTES: usize = 2 * size_of::<ErrorRow>() + 64;

/// Errors in the order in which they came. Those without a stack trace that are alike and in one window are one row.
#[derive(Clone, Debug)]
pub struct KeptErrors {
    rows: Vec<ErrorRow>,
    /// Where rows without a stack trace are, by what they are and when.
    index: FxHashMap<(u64, Nanos), usize>,
    window: u64,
    /// Rows before this one are no longer told in full.
    counted: usize,
    bytes: usize,
    limit: usize,
}

impl KeptErrors {
    /// For so many bytes.
    pub fn new(limit: usize) -> Self {
        Self { rows: Vec::new(), index: FxHashMap::default(), window: WINDOW, counted: 0, bytes: 0, limit }
    }

    /// Adds an error, or repetitions of one.
    pub fn add(&mut self, row: ErrorRow) {
        self.push(row);
        if self.bytes > self.limit {
            self.squeeze();
        }
    }

    /// All there are.
    pub fn rows(&self) -> &[ErrorRow] {
        &self.rows
    }

    /// The length of the windows, in nanoseconds, by which alike errors are counted.
    pub fn window(&self) -> u64 {
        self.window
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn push(&mut self, row: ErrorRow) {
        if row.stack.is_empty() {
            let key = (hash(row.site, &row.kind, &row.message), row.time / self.window);
            if let Some(&at) = self.index.get(&key) {
                let known = &mut self.rows[at];
                (known.count, known.time) = (known.count + row.count, known.time.max(row.time));
                return;
            }
            self.index.insert(key, self.rows.len());
        }
        self.bytes += bytes(&row);
        self.rows.push(row);
    }

    /// Frees a quarter, by longer windows; if that is not enough, without the stack traces of the older half; if need be, without messages.
    fn squeeze(&mut self) {
        let enough = self.limit / 4 * 3;
        while self.bytes > enough && self.window < LONGEST && self.index.len() > self.rows.len() / 2 {
            self.window *= 2;
            self.rebuild(|_| ());
        }
        while self.bytes > enough && self.counted < self.rows.len() {
            let older = self.counted + (self.rows.len() - self.counted).div_ceil(2);
            let newer = self.rows.split_off(older);
            self.rebuild(|row| row.stack = Box::default());
            self.counted = self.rows.len();
            newer.into_iter().for_each(|row| self.push(row));
        }
        if self.bytes > enough {
            self.window = LONGEST;
            self.rebuild(|row| row.message = OTHERS.into());
        }
        if self.bytes > enough {
            self.rebuild(|row| row.kind = OTHERS.into());
        }
    }

    fn rebuild(&mut self, mut change: impl FnMut(&mut ErrorRow)) {
        let rows = std::mem::take(&mut self.rows);
        self.index.clear();
        self.bytes = 0;
        for mut row in rows {
            change(&mut row);
            self.push(row);
        }
    }
}

fn bytes(row: &ErrorRow) -> usize {
    ROW_BYTES + row.kind.len() + row.message.len() + row.stack.len()
}

fn hash(site: SiteId, kind: &str, message: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (site, kind, message).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(time: Nanos, message: &str, stack: &str) -> ErrorRow {
        let (kind, message, stack) = ("E".into(), message.into(), stack.into());
        ErrorRow { time, site: SiteId(0), kind, message, stack, count: 1 }
    }

    #[test]
    fn alike_ones_in_a_second_are_one_row() {
        let mut errors = KeptErrors::new(1 << 20);
        for (time, message, stack) in
            [(1, "a", ""), (2, "a", ""), (3, "b", ""), (4, "a", "x"), (5, "a", "x"), (WINDOW, "a", "")]
        {
            errors.add(row(time, message, stack));
        }
        let counts: Vec<_> = errors.rows().iter().map(|row| (row.time, row.count)).collect();
        assert_eq!(counts, [(2, 2), (3, 1), (4, 1), (5, 1), (WINDOW, 1)]);
    }

    #[track_caller]
    fn check(many: u64, limit: usize, row: impl Fn(u64) -> ErrorRow) -> KeptErrors {
        let mut errors = KeptErrors::new(limit);
        (0..many).for_each(|number| errors.add(row(number)));
        assert!(errors.bytes() <= limit, "{} of {limit}", errors.bytes());
        assert_eq!(errors.rows().iter().map(|row| row.count).sum::<u64>(), many);
        errors
    }

    #[test]
    fn none_is_lost_for_want_of_memory() {
        let repeated = check(100_000, 100_000, |number| row(number * WINDOW, "a", ""));
        assert!(repeated.window() > WINDOW);
        let newest = check(1000, 100_000, |number| row(number * WINDOW, "a", &"x".repeat(1000)));
        assert!(newest.rows().last().is_some_and(|row| !row.stack.is_empty()));
        check(10_000, 100_000, |number| row(number * WINDOW, &number.to_string(), &number.to_string()));
    }
}
