//! How much of a span's time its children take.

use crate::telemetry::Nanos;

/// With more children than this their times are added up, as those of a loop; with fewer, what several do at once counts once.
const APART: u32 = 256;

/// The time of some spans. What it says follows from the spans alone, in whatever order they come.
#[derive(Debug, Default)]
pub struct Cover {
    /// Ascending, apart from each other. None where there are too many.
    intervals: Vec<(Nanos, Nanos)>,
    children: u32,
    nanos: u64,
}

impl Cover {
    /// Another child.
    pub fn add(&mut self, start: Nanos, end: Nanos) {
        self.children = self.children.saturating_add(1);
        self.nanos = self.nanos.saturating_add(end - start);
        if self.children > APART {
            self.intervals = Vec::new();
            return;
        }
        let first = self.intervals.partition_point(|&(_, known)| known < start);
        let after = first + self.intervals[first..].partition_point(|&(known, _)| known <= end);
        if first == after {
            self.intervals.insert(first, (start, end));
            return;
        }
        let (start, end) = (start.min(self.intervals[first].0), end.max(self.intervals[after - 1].1));
        self.intervals[first] = (start, end);
        self.intervals.drain(first + 1..after);
    }

    /// Nanoseconds of a span in which none of its children ran.
    pub fn rest(&self, start: Nanos, end: Nanos) -> u64 {
        let whole = end - start;
        if self.children > APART {
            return whole.saturating_sub(self.nanos);
        }
        let within = self.intervals.iter().map(|&(from, to)| to.min(end).saturating_sub(from.max(start)));
        whole - within.sum::<u64>()
    }

    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        self.intervals.capacity() * size_of::<(Nanos, Nanos)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(children: &[(Nanos, Nanos)], expect: u64) {
        let mut orders = [children.to_vec(), children.to_vec()];
        orders[1].reverse();
        for order in orders {
            let mut cover = Cover::default();
            order.iter().for_each(|&(start, end)| cover.add(start, end));
            assert_eq!(cover.rest(100, 200), expect, "{order:?}");
        }
    }

    #[test]
    fn children_one_after_another() {
        check(&[], 100);
        check(&[(100, 200)], 0);
        check(&[(110, 120), (130, 140), (120, 125)], 75);
    }

    #[test]
    fn children_at_once_count_once() {
        check(&[(110, 150), (120, 160), (110, 150)], 50);
        check(&[(110, 120), (130, 140), (105, 150)], 55);
    }

    #[test]
    fn only_what_lies_within_counts() {
        check(&[(0, 110), (190, 500), (300, 400), (0, 50)], 80);
    }

    #[test]
    fn more_than_can_be_told_apart_are_added_up() {
        let many: Vec<_> = (0..u64::from(APART) + 1).map(|_| (100, 101)).collect();
        check(&many, 0);
        check(&many[1..], 99);
    }
}
