//! What is known while records come in, and what each of them changes.

use std::time::Instant;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

use super::clock::{Clock, mend, mend_span};
use super::errors::Errors;
use super::open::{Arrival, FORGOTTEN, Id, Open};
use super::pending::{Pending, second, signed};
use super::sites::{Found, MORE_NAMES};
use super::slowest::{ATTRIBUTE_BYTES, Slowest};
use super::text::{CUT, cut};
use super::totals::{Reasons, Share};
use super::{
    Call, Exception, History, How, Limits, Log, LogRow, Nanos, Point, PointRow, SiteId, Span, SpanRow, Sums, Totals,
};

/// Why a record was refused.
pub const NO_MEMORY: &str = "no memory at the moment: to be sent again later";
/// Why a record was refused.
pub const OVER_MEMORY: &str = "no memory for the rest of a message";
/// Why a record was refused.
pub const NO_SITE: &str = "calls of what is not known";
/// Why a record was refused.
pub const NOT_FINITE: &str = "a number that is not finite";
/// Why a record was refused.
pub const MORE_SERIES: &str = "more series of metrics than can be shown";
/// Why a record was mended.
pub const NOT_LISTED: &str = "more log records a second than are listed: counted";

/// Log records of a service and second that are listed beside errors; as many again from warnings on.
const LOGS: u32 = 50;
/// Series of metrics that are shown.
const SERIES: usize = 10_000;
/// Exceptions of a span that are told.
const EXCEPTIONS: usize = 16;
const TEXT_BYTES: usize = 4096;
const NAME_BYTES: usize = 256;

/// Everything but names and history.
pub struct Intake {
    /// What came since the last tick.
    pub pending: Pending,
    /// What time it is.
    pub clock: Clock,
    /// Errors that are known.
    pub errors: Errors,
    open: Open,
    slowest: Slowest,
    listed: FxHashMap<(u32, bool, Box<str>), u32>,
    series: FxHashSet<u64>,
    totals: Totals,
    refused: Reasons,
}

/// Where and when a batch came.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// Name of the service.
    pub service: &'a str,
    /// Our time, as of the epoch.
    pub arrival: Nanos,
    /// Our time, as it goes by.
    pub now: Instant,
}

impl Intake {
    /// Nothing seen yet.
    pub fn new(limits: &Limits) -> Self {
        Self {
            pending: Pending::new(limits),
            clock: Clock::default(),
            errors: Errors::new(limits.bytes(Share::Groups)),
            open: Open::new(limits.bytes(Share::Open)),
            slowest: Slowest::new(limits),
            listed: FxHashMap::default(),
            series: FxHashSet::default(),
            totals: Totals { memory_limit_bytes: limits.memory_bytes, ..Totals::default() },
            refused: Reasons::default(),
        }
    }

    /// Goes on from what was seen before.
    pub fn resume(&mut self, history: &History) {
        history.calls().iter().for_each(|&((from, to), _)| self.pending.know(from, to));
        for span in history.spans() {
            self.slowest.admit(span.nanos, span.site, span.trace, span.id);
        }
        self.clock.see(history.end(), Instant::now());
    }

    /// A finished span. It does not count if it came before.
    pub fn span(&mut self, batch: Batch<'_>, found: Found, span: &Span<'_>) {
        let (start, end, why) = mend_span(span.start, span.end, batch.arrival);
        let id = Id { trace: [(span.trace >> 64) as u64, span.trace as u64], span: span.id };
        let is_placed = found.how != How::Unplaced;
        let arrival =
            Arrival { id, parent: span.parent, start, end, site: found.site, is_placed, is_error: span.is_error };
        let self_nanos = match self.open.arrive(&arrival, &mut self.pending) {
            Ok(nanos) => nanos,
            Err(why) => {
                self.pending.mended.add(why, 1);
                return;
            }
        };
        self.count(found, why);
        self.clock.see(end, batch.now);
        self.pending.span(second(end), found.site, span.is_error, self_nanos, end - start);
        self.totals.spans += 1;
        if span.is_error || !span.exceptions.is_empty() {
            self.span_errors(batch, found.site, end, span);
        }
        if self.slowest.admit(end - start, found.site, span.trace, span.id) {
            self.slow(start, end, found.site, span);
        }
    }

    /// A log record.
    pub fn log(&mut self, batch: Batch<'_>, found: Found, log: &Log<'_>) {
        let (time, _) = mend(log.time, batch.arrival);
        // It counts as a call does: files light up by what they log, and a rate of errors is one of something.
        let errors = u64::from(log.severity.is_error());
        self.pending.sums(second(time), found.site, &Sums { count: 1, errors, ..Sums::default() });
        self.raised(batch, found, log);
    }

    /// A record of what is counted otherwise: an exception that ended a call.
    pub fn raised(&mut self, batch: Batch<'_>, found: Found, log: &Log<'_>) {
        let (time, why) = mend(log.time, batch.arrival);
        self.count(found, why);
        self.clock.see(time, batch.now);
        self.totals.logs += 1;
        let mut is_listed = false;
        if log.severity.is_error() || log.exception.is_some() {
            let mut exception = log.exception.unwrap_or_default();
            if exception.kind.is_empty() && exception.message.is_empty() {
                exception.message = log.text;
            }
            is_listed = self.error(time, found.site, &exception);
        }
        if is_listed || self.lists(batch.service, time, log) {
            let (text, is_cut) = cut(log.text, TEXT_BYTES);
            self.mend(is_cut.then_some(CUT));
            let row = LogRow { time, site: found.site, severity: log.severity, text: text.into() };
            self.pending.weigh(2 * size_of::<LogRow>() + text.len());
            self.pending.news.logs.push(row);
        } else {
            self.pending.news.logs_left_out += 1;
            self.mend(Some(NOT_LISTED));
        }
    }

    /// A number, or why it is refused.
    pub fn point(&mut self, batch: Batch<'_>, found: Found, point: &Point<'_>) -> Result<(), &'static str> {
        if !point.value.is_finite() {
            return Err(NOT_FINITE);
        }
        let mut hasher = FxHasher::default();
        (batch.service, found.site, point.name, point.unit).hash(&mut hasher);
        let series = hasher.finish();
        if self.series.len() >= SERIES && !self.series.contains(&series) {
            return Err(MORE_SERIES);
        }
        self.series.insert(series);
        let (time, why) = mend(point.time, batch.arrival);
        self.count(found, why);
        self.clock.see(time, batch.now);
        self.totals.points += 1;
        let (name, is_cut) = cut(point.name, NAME_BYTES);
        let (unit, _) = cut(point.unit, NAME_BYTES);
        self.mend(is_cut.then_some(CUT));
        self.pending.weigh(2 * size_of::<PointRow>() + name.len() + unit.len() + 32);
        let (name, unit) = (name.into(), unit.into());
        self.pending.news.points.push(PointRow { time, site: found.site, name, unit, value: point.value });
        Ok(())
    }

    /// Calls that a tracer counted.
    pub fn call(&mut self, batch: Batch<'_>, how: How, call: &Call) {
        let (time, why) = mend(call.time, batch.arrival);
        self.mend(why);
        self.clock.see(time, batch.now);
        self.totals.placed[how as usize] += call.count;
        self.totals.calls += call.count;
        let Call { count, errors, total_nanos, ref durations, .. } = *call;
        let (self_nanos, durations) = (signed(call.self_nanos), durations.clone());
        self.pending.sums(second(time), call.site, &Sums { count, errors, self_nanos, total_nanos, durations });
        if let Some(from) = call.caller {
            self.pending.call(second(time), from, call.site, count, errors);
        }
    }

    /// Counts records that do not.
    pub fn refuse(&mut self, reason: &'static str, count: u64) {
        self.refused.add(reason, count);
    }

    /// How much came, and what became of it. Others add what is not known here.
    pub fn totals(&self) -> Totals {
        let mut totals = self.totals.clone();
        totals.refused.clone_from(&self.refused.0);
        totals.mended.clone_from(&self.pending.mended.0);
        totals.memory_bytes = self.bytes() as u64;
        let reached = [
            (self.pending.has_most_pairs(), "pairs of caller and called: further ones are not kept"),
            (self.errors.is_full(), "errors that are told apart: further ones are counted together"),
            (self.slowest.is_full(), "sites whose slowest spans are kept"),
            (self.series.len() >= SERIES, "series of metrics: further ones are refused"),
        ];
        totals.limits = reached.into_iter().filter(|(is_reached, _)| *is_reached).map(|(_, limit)| limit).collect();
        totals
    }

    /// How many records came.
    pub fn records(&self) -> u64 {
        self.totals.placed.iter().sum()
    }

    /// Notes what was given up meanwhile.
    pub fn settle(&mut self) {
        let forgotten = self.open.take_forgotten();
        self.pending.mended.add(FORGOTTEN, forgotten);
    }

    fn bytes(&self) -> usize {
        let series = self.series.capacity() * 9;
        self.pending.bytes() + self.errors.bytes() + self.open.bytes() + self.slowest.bytes() + series
    }

    fn count(&mut self, found: Found, why: Option<&'static str>) {
        self.totals.placed[found.how as usize] += 1;
        self.mend(why);
        self.mend(found.is_other.then_some(MORE_NAMES));
    }

    fn mend(&mut self, why: Option<&'static str>) {
        if let Some(why) = why {
            self.pending.mended.add(why, 1);
        }
    }

    fn span_errors(&mut self, batch: Batch<'_>, site: SiteId, end: Nanos, span: &Span<'_>) {
        let told = &span.exceptions[..span.exceptions.len().min(EXCEPTIONS)];
        for exception in told {
            let time = if exception.time == 0 { end } else { mend(exception.time, batch.arrival).0 };
            self.error(time, site, exception);
        }
        if span.exceptions.is_empty() {
            self.error(end, site, &Exception::default());
        }
        let rest = (span.exceptions.len() - told.len()) as u64;
        self.totals.errors += rest;
        self.pending.mended.add("more exceptions of a span than are told: counted", rest);
    }

    /// Whether it is told in full.
    fn error(&mut self, time: Nanos, site: SiteId, exception: &Exception<'_>) -> bool {
        self.totals.errors += 1;
        let told = self.errors.tell(second(time), time, site, exception);
        self.mend(told.is_cut.then_some(CUT));
        let Some(row) = told.row else { return false };
        self.pending.weigh(2 * size_of_val(&row) + row.kind.len() + row.message.len() + row.stack.len());
        self.pending.news.errors.push(row);
        true
    }

    fn lists(&mut self, service: &str, time: Nanos, log: &Log<'_>) -> bool {
        if log.severity.is_error() {
            return false;
        }
        // Forgotten now and then: whoever sends records of thousands of seconds at once gets more of them listed.
        if self.listed.len() > 4096 {
            self.listed.clear();
        }
        let key = (second(time), log.severity.0 >= 13, cut(service, NAME_BYTES).0.into());
        let count = self.listed.entry(key).or_default();
        *count += 1;
        *count <= LOGS
    }

    fn slow(&mut self, start: Nanos, end: Nanos, site: SiteId, span: &Span<'_>) {
        let name = cut(span.name, NAME_BYTES).0.into();
        let attributes = span.attributes.to_json(ATTRIBUTE_BYTES).into_boxed_str();
        let Span { trace, id, parent, .. } = *span;
        let row = SpanRow { trace, id, parent, start, nanos: end - start, site, name, attributes };
        self.pending.weigh(2 * size_of_val(&row) + row.name.len() + row.attributes.len());
        self.pending.news.spans.push(row);
    }
}
