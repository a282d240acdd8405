//! Errors: the latest in full; others are counted, by ever longer windows of time.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::telemetry::errors::OTHERS;
use crate::telemetry::pending::WINDOW;
use crate::telemetry::{ErrorRow, Nanos, SiteId};

/// A window is this many times doubled at most: a day or so.
const LONGEST: u64 = WINDOW << 17;
/// What a row costs beside its texts, which are allocations of their own.
const ROW_BYTES: usize = 2 * size_of::<ErrorRow>() + 64;

/// Errors, the older of them without a stack trace. Those without one that are alike and in one window are one row.
#[derive(Clone, Debug)]
pub struct KeptErrors {
    /// In the order in which they came.
    full: VecDeque<ErrorRow>,
    /// By what they are, and when.
    counted: FxHashMap<(u64, Nanos), ErrorRow>,
    window: u64,
    full_bytes: usize,
    counted_bytes: usize,
    /// When to look for something to free among what is counted.
    counted_most: usize,
    limit: usize,
}

impl KeptErrors {
    /// For so many bytes.
    pub fn new(limit: usize) -> Self {
        let (full, counted) = (VecDeque::new(), FxHashMap::default());
        Self { full, counted, window: WINDOW, full_bytes: 0, counted_bytes: 0, counted_most: limit / 3, limit }
    }

    /// Adds an error, or repetitions of one.
    pub fn add(&mut self, row: ErrorRow) {
        if row.stack.is_empty() {
            self.count(row);
        } else {
            self.full_bytes += bytes(&row);
            self.full.push_back(row);
        }
        while self.full_bytes > self.limit - self.limit.min(self.counted_most)
            && let Some(mut oldest) = self.full.pop_front()
        {
            self.full_bytes -= bytes(&oldest);
            oldest.stack = Box::default();
            self.count(oldest);
        }
        if self.counted_bytes > self.counted_most {
            self.squeeze();
            // With many sites it cannot become less: then there is the less in full.
            self.counted_most = (self.limit / 3).max(self.counted_bytes / 4 * 5);
        }
    }

    /// All there are, by time.
    pub fn rows(&self) -> Vec<&ErrorRow> {
        let mut rows: Vec<_> = self.full.iter().chain(self.counted.values()).collect();
        rows.sort_unstable_by(|one, two| key(one).cmp(&key(two)));
        rows
    }

    /// The length of the windows, in nanoseconds, by which alike errors are counted.
    pub fn window(&self) -> u64 {
        self.window
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.full_bytes + self.counted_bytes
    }

    fn count(&mut self, row: ErrorRow) {
        let key = (hash(row.site, &row.kind, &row.message), row.time / self.window);
        match self.counted.entry(key) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                (known.count, known.time) = (known.count + row.count, known.time.max(row.time));
            }
            Entry::Vacant(place) => {
                self.counted_bytes += bytes(&row);
                place.insert(row);
            }
        }
    }

    /// Frees a third of what is counted: by longer windows, without the messages of the older half, without any, and at last without kinds.
    fn squeeze(&mut self) {
        let enough = self.limit / 9 * 2;
        while self.counted_bytes > enough && self.window < LONGEST {
            self.window *= 2;
            self.recount(|_| ());
        }
        if self.counted_bytes > enough {
            let mut times: Vec<_> = self.counted.values().map(|row| row.time).collect();
            let middle = times.len() / 2;
            let middle = *times.select_nth_unstable(middle).1;
            self.recount(|row| {
                if row.time <= middle {
                    row.message = OTHERS.into();
                }
            });
        }
        if self.counted_bytes > enough {
            self.recount(|row| row.message = OTHERS.into());
        }
        if self.counted_bytes > enough {
            self.recount(|row| row.kind = OTHERS.into());
        }
    }

    fn recount(&mut self, change: impl Fn(&mut ErrorRow)) {
        self.counted_bytes = 0;
        for (_, mut row) in std::mem::take(&mut self.counted) {
            change(&mut row);
            self.count(row);
        }
    }
}

fn key(row: &ErrorRow) -> (Nanos, SiteId, &str, &str) {
    (row.time, row.site, &row.kind, &row.message)
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
