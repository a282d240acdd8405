//! The last points of counters and histograms, so that what came since can be told, whether a sender sums up or not.

use rustc_hash::FxHashMap;

use super::buckets::Buckets;
use crate::telemetry::Nanos;

const OUT_OF_ORDER: &str = "metric point not later than the one before";

/// What a point says of all that was measured since a start.
#[derive(Clone, Debug)]
pub enum Total {
    Number(f64),
    Count(u64),
    Buckets(Buckets),
}

/// What was measured in a time.
#[derive(Clone, Debug)]
pub struct Change {
    pub total: Total,
    /// `None` where the sender does not say when it began.
    pub seconds: Option<f64>,
}

/// The time that a point is of.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    pub start: Nanos,
    pub end: Nanos,
}

impl Period {
    /// How long it is; `None` where that is not said.
    pub fn seconds(self) -> Option<f64> {
        self.seconds_since(self.start)
    }

    fn seconds_since(self, start: Nanos) -> Option<f64> {
        (start > 0 && start < self.end).then(|| (self.end - start) as f64 / 1e9)
    }
}

struct Last {
    period: Period,
    total: Total,
}

/// The last point of each series; when there are too many, those that were longest silent are forgotten.
pub struct AllSeries {
    max_bytes: u64,
    bytes: u64,
    known: FxHashMap<Box<str>, Last>,
}

impl AllSeries {
    /// None yet.
    pub fn new(max_bytes: u64) -> Self {
        Self { max_bytes, bytes: 0, known: FxHashMap::default() }
    }

    /// What came since the last point of a series that sums up; all of it, where that began anew.
    pub fn change(&mut self, series: &str, period: Period, total: Total) -> Result<Change, &'static str> {
        let whole = Change { total: total.clone(), seconds: period.seconds() };
        let Some(last) = self.last(series, period)? else {
            self.keep(series, period, total);
            return Ok(whole);
        };
        let is_same_run = last.period.start == period.start;
        let change = is_same_run.then(|| difference(&total, &last.total)).flatten();
        let seconds = period.seconds_since(last.period.end);
        self.keep(series, period, total);
        Ok(change.map_or(whole, |total| Change { total, seconds }))
    }

    /// All that the changes of a series come to.
    pub fn sum(&mut self, series: &str, period: Period, change: f64) -> Result<f64, &'static str> {
        let before = match self.last(series, period)? {
            Some(Last { total: Total::Number(sum), .. }) => *sum,
            _ => 0.0,
        };
        self.keep(series, period, Total::Number(before + change));
        Ok(before + change)
    }

    fn last(&self, series: &str, period: Period) -> Result<Option<&Last>, &'static str> {
        match self.known.get(series) {
            Some(last) if last.period.end >= period.end => Err(OUT_OF_ORDER),
            last => Ok(last),
        }
    }

    fn keep(&mut self, series: &str, period: Period, total: Total) {
        self.bytes += bytes(series, &total);
        if let Some(last) = self.known.insert(series.into(), Last { period, total }) {
            self.bytes -= bytes(series, &last.total);
        }
        if self.bytes > self.max_bytes {
            self.forget_half();
        }
    }

    fn forget_half(&mut self) {
        let mut ends: Vec<_> = self.known.values().map(|last| last.period.end).collect();
        let middle = ends.len() / 2;
        let (_, &mut middle, _) = ends.select_nth_unstable(middle);
        self.known.retain(|_, last| last.period.end > middle);
        self.bytes = self.known.iter().map(|(series, last)| bytes(series, &last.total)).sum();
    }
}

fn difference(after: &Total, before: &Total) -> Option<Total> {
    match (after, before) {
        (Total::Number(after), Total::Number(before)) => (after >= before).then_some(Total::Number(after - before)),
        (Total::Count(after), Total::Count(before)) => after.checked_sub(*before).map(Total::Count),
        (Total::Buckets(after), Total::Buckets(before)) => after.since(before).map(Total::Buckets),
        _ => None,
    }
}

fn bytes(series: &str, total: &Total) -> u64 {
    let own = if let Total::Buckets(buckets) = total { buckets.bytes() } else { 0 };
    (2 * size_of::<Last>() + series.len() + own) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn period(start: u64, end: u64) -> Period {
        Period { start: start * SECOND, end: end * SECOND }
    }

    #[track_caller]
    fn check(points: &[(u64, u64, f64)], expect: &[Result<(f64, Option<f64>), &str>]) {
        let mut all = AllSeries::new(1 << 20);
        let found = points.iter().map(|&(start, end, number)| {
            let change = all.change("orders", period(start, end), Total::Number(number))?;
            let Total::Number(number) = change.total else { panic!("it was a number") };
            Ok((number, change.seconds))
        });
        assert_eq!(found.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn changes_of_a_counter() {
        check(&[(10, 12, 4.0), (10, 15, 10.0)], &[Ok((4.0, Some(2.0))), Ok((6.0, Some(3.0)))]);
        check(&[(0, 12, 4.0), (0, 15, 10.0)], &[Ok((4.0, None)), Ok((6.0, Some(3.0)))]);
    }

    #[test]
    fn a_counter_that_begins_anew() {
        check(&[(10, 12, 4.0), (13, 15, 3.0)], &[Ok((4.0, Some(2.0))), Ok((3.0, Some(2.0)))]);
        check(&[(10, 12, 4.0), (10, 15, 3.0)], &[Ok((4.0, Some(2.0))), Ok((3.0, Some(5.0)))]);
    }

    #[test]
    fn a_point_that_is_not_later_is_refused() {
        check(
            &[(10, 12, 4.0), (10, 12, 4.0), (10, 11, 3.0)],
            &[Ok((4.0, Some(2.0))), Err(OUT_OF_ORDER), Err(OUT_OF_ORDER)],
        );
    }

    #[test]
    fn changes_are_summed_up() {
        let mut all = AllSeries::new(1 << 20);
        assert_eq!(all.sum("queue", period(1, 2), 5.0), Ok(5.0));
        assert_eq!(all.sum("queue", period(2, 3), -2.0), Ok(3.0));
    }

    #[test]
    fn memory_is_bounded_and_the_latest_are_kept() {
        let mut all = AllSeries::new(1 << 16);
        for number in 1..100_000 {
            all.change(&format!("series {number}"), period(0, number), Total::Count(1)).expect("it is new");
            assert!(all.bytes <= 1 << 16);
        }
        assert!(all.known.len() > 100 && all.known.contains_key("series 99999"));
    }
}
