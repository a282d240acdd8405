use std::collections::BTreeMap;

use super::*;
use crate::telemetry::testing::{Numbers, SECOND};
use crate::telemetry::{Histogram, Sums};

const LIMITS: Limits = Limits { memory_bytes: 2 << 20, slowest: 10 };

fn row(start: Nanos, nanos: u64, site: u32, duration: u64) -> Row {
    let mut durations = Histogram::default();
    durations.add(duration, 1);
    let sums = Sums { count: 1, errors: duration % 2, self_nanos: -5, total_nanos: duration, durations };
    Row { start, nanos, site: SiteId(site), sums }
}

fn call(start: Nanos, from: u32, to: u32) -> CallRow {
    CallRow { start, nanos: SECOND, from: SiteId(from), to: SiteId(to), count: 1, errors: 0 }
}

fn of_sites(rows: impl Iterator<Item = Row>) -> BTreeMap<SiteId, Sums> {
    let mut sums = BTreeMap::<_, Sums>::new();
    rows.for_each(|row| sums.entry(row.site).or_default().add(&row.sums));
    sums
}

#[track_caller]
fn check_windows(history: &History) {
    let windows: Vec<_> = history.rows().map(|row| (row.start, row.nanos, row.site)).collect();
    for (one, next) in windows.iter().zip(&windows[1..]) {
        assert!(
            one.0 % one.1 == 0 && (next.0 >= one.0 + one.1 || (one.0, one.1) == (next.0, next.1)),
            "{one:?} {next:?}"
        );
        assert!(one < next);
    }
}

#[test]
fn older_windows_become_longer_and_lose_nothing() {
    let mut numbers = Numbers(1);
    let mut rows: Vec<_> =
        (0..50_000).map(|at| row(at / 5 * SECOND, SECOND, numbers.below(40) as u32, numbers.below(SECOND))).collect();
    for shuffled in [false, true] {
        if shuffled {
            numbers.shuffle(&mut rows);
        }
        let mut history = History::new(LIMITS);
        for row in &rows {
            history.add_row(row);
            history.add_calls(&call(row.start, row.site.0, row.site.0 / 2));
        }
        assert_eq!(of_sites(history.rows()), of_sites(rows.iter().cloned()));
        assert_eq!(history.calls().iter().map(|(_, (count, _))| count).sum::<u64>(), 50_000);
        let mut calls: BTreeMap<_, u64> = BTreeMap::new();
        history.call_rows().for_each(|row| *calls.entry((row.from, row.to)).or_default() += row.count);
        assert!(history.calls().into_iter().map(|(sites, (count, _))| (sites, count)).eq(calls));
        check_windows(&history);
        let lengths = history.window_lengths();
        assert!(lengths.len() > 2 && lengths[0].0 == SECOND, "{lengths:?}");
        assert!(history.memory_bytes() < LIMITS.memory_bytes);
        if !shuffled {
            let nanos: Vec<_> = history.rows().map(|row| row.nanos).collect();
            assert!(nanos.is_sorted_by(|older, newer| older >= newer));
        }
    }
}

#[track_caller]
fn check(rows: &[Row], expect: &[(Nanos, u64, u64)]) {
    let mut orders = [rows.to_vec(), rows.to_vec()];
    orders[1].reverse();
    for order in orders {
        let mut history = History::default();
        order.iter().for_each(|row| history.add_row(row));
        let found: Vec<_> =
            history.rows().map(|row| (row.start / SECOND, row.nanos / SECOND, row.sums.count)).collect();
        assert_eq!(found, expect);
        check_windows(&history);
    }
}

#[test]
fn what_lies_within_a_longer_window_becomes_part_of_it() {
    let row = |start, nanos| row(start * SECOND, nanos * SECOND, 0, 1);
    check(&[row(8, 4), row(9, 1), row(10, 2), row(12, 1), row(7, 1)], &[(7, 1, 1), (8, 4, 3), (12, 1, 1)]);
    check(&[row(4, 1), row(5, 1), row(0, 8), row(8, 2)], &[(0, 8, 3), (8, 2, 1)]);
}

#[test]
fn windows_that_nobody_makes_are_rounded_up() {
    check(&[row(7 * SECOND + 5, 3 * SECOND, 0, 1), row(3, 0, 0, 1)], &[(0, 1, 1), (4, 4, 1)]);
}
