//! What came since the last tick.

use rustc_hash::{FxHashMap, FxHashSet};

use super::totals::{Reasons, Share};
use super::{CallRow, ErrorRow, Limits, LogRow, Nanos, PointRow, Row, SiteId, SpanRow, Sums};

/// The length of the windows that are kept first.
pub const WINDOW: u64 = 1_000_000_000;

/// Why a record was mended.
pub const MORE_PAIRS: &str = "more pairs of caller and called than may be kept: called by no one";

/// An entry of a table that is filled to about two thirds, and the first buckets of a histogram.
const ROW_BYTES: usize = (size_of::<(u64, Sums)>() + 1) * 3 / 2 + 64;
const CALL_BYTES: usize = 48;
/// Each bucket twice, as lists grow by doubling.
const BUCKET_BYTES: usize = 32;

/// The window of a time, as seconds since the epoch.
pub fn second(time: Nanos) -> u32 {
    u32::try_from(time / WINDOW).unwrap_or(u32::MAX)
}

/// What is new, in the form in which it adds up.
#[derive(Default)]
pub struct News {
    rows: FxHashMap<(u32, SiteId), Sums>,
    calls: FxHashMap<(u32, SiteId, SiteId), (u64, u64)>,
    /// Log records.
    pub logs: Vec<LogRow>,
    /// Further ones, that are only counted.
    pub logs_left_out: u64,
    /// Errors that are told in full.
    pub errors: Vec<ErrorRow>,
    /// Spans that are among the slowest.
    pub spans: Vec<SpanRow>,
    /// Numbers.
    pub points: Vec<PointRow>,
    bytes: usize,
}

impl News {
    /// Sums, by window and site. Leaves the table empty, but as large as it was.
    pub fn take_rows(&mut self) -> Vec<Row> {
        let row = |((second, site), sums)| Row { start: u64::from(second) * WINDOW, nanos: WINDOW, site, sums };
        let mut rows: Vec<_> = self.rows.drain().map(row).collect();
        rows.sort_unstable_by_key(|row| (row.start, row.site));
        rows
    }

    /// Calls, by window and sites.
    pub fn take_calls(&mut self) -> Vec<CallRow> {
        let calls = self.calls.drain().map(|((second, from, to), (count, errors))| {
            let start = u64::from(second) * WINDOW;
            CallRow { start, nanos: WINDOW, from, to, count, errors }
        });
        let mut calls: Vec<_> = calls.collect();
        calls.sort_unstable_by_key(|row| (row.start, row.from, row.to));
        calls
    }

    /// Forgets how much there was. Tables that a storm made large are given back.
    pub fn clear(&mut self) {
        let most = 1 << 14;
        self.rows.shrink_to(most);
        self.calls.shrink_to(most);
        self.bytes = 0;
    }
}

/// What is new, and what is to be known when adding to it.
pub struct Pending {
    /// What is new.
    pub news: News,
    /// What counts but not as it was said.
    pub mended: Reasons,
    pairs: FxHashSet<(SiteId, SiteId)>,
    most_pairs: usize,
    most_bytes: usize,
}

impl Pending {
    /// Nothing new.
    pub fn new(limits: &Limits) -> Self {
        // A pair is here, and in `History` with its sums.
        let most_pairs = limits.bytes(Share::Pairs) / 96;
        let most_bytes = limits.bytes(Share::Pending);
        let (news, mended, pairs) = (News::default(), Reasons::default(), FxHashSet::default());
        Self { news, mended, pairs, most_pairs, most_bytes }
    }

    /// A pair of sites that is known already.
    pub fn know(&mut self, from: SiteId, to: SiteId) {
        self.pairs.insert((from, to));
    }

    /// A call of some duration.
    pub fn span(&mut self, second: u32, site: SiteId, is_error: bool, self_nanos: u64, total_nanos: u64) {
        self.change(second, site, |sums| {
            sums.count += 1;
            sums.errors += u64::from(is_error);
            sums.add_nanos(signed(self_nanos), total_nanos);
            sums.durations.add(total_nanos, 1);
        });
    }

    /// Sums of some other kind.
    pub fn sums(&mut self, second: u32, site: SiteId, sums: &Sums) {
        self.change(second, site, |known| known.add(sums));
    }

    /// What a span did itself is more, or less, than was thought.
    pub fn mend_self(&mut self, end: Nanos, site: SiteId, nanos: i64) {
        self.change(second(end), site, |sums| sums.add_nanos(nanos, 0));
    }

    /// Calls from one site to another.
    pub fn call(&mut self, second: u32, from: SiteId, to: SiteId, count: u64, errors: u64) {
        if let Some(sums) = self.news.calls.get_mut(&(second, from, to)) {
            *sums = (sums.0 + count, sums.1 + errors);
            return;
        }
        if !self.pairs.contains(&(from, to)) {
            if self.pairs.len() >= self.most_pairs {
                self.mended.add(MORE_PAIRS, count);
                return;
            }
            self.pairs.insert((from, to));
        }
        self.news.bytes += CALL_BYTES;
        self.news.calls.insert((second, from, to), (count, errors));
    }

    /// Counts bytes of what was added to one of the lists.
    pub fn weigh(&mut self, bytes: usize) {
        self.news.bytes += bytes;
    }

    /// Whether nothing more is to be added before the next tick. A message that was begun may take half as much again, so that most
    /// are taken as a whole or not at all.
    pub fn is_full(&self, is_begun: bool) -> bool {
        let most = if is_begun { self.most_bytes / 2 * 3 } else { self.most_bytes };
        self.news.bytes >= most
    }

    /// Whether there are as many pairs of sites as may be.
    pub fn has_most_pairs(&self) -> bool {
        self.pairs.len() >= self.most_pairs
    }

    /// About how many bytes it all takes.
    pub fn bytes(&self) -> usize {
        self.news.bytes + self.pairs.capacity() * (size_of::<(SiteId, SiteId)>() + 1)
    }

    fn change(&mut self, second: u32, site: SiteId, change: impl FnOnce(&mut Sums)) {
        let news = &mut self.news;
        let mut cost = 0;
        let sums = news.rows.entry((second, site)).or_insert_with(|| {
            cost = ROW_BYTES;
            Sums::default()
        });
        let before = sums.durations.buckets().len();
        change(sums);
        news.bytes += cost + (sums.durations.buckets().len() - before) * BUCKET_BYTES;
    }
}

/// As a number that can be negative.
pub fn signed(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}
