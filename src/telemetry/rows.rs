//! What is told to those who show and write it: sums by window, and single events.

use super::{Histogram, Nanos, Severity, Site, SiteId};

/// What was seen of a site in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many calls ended in it, and how many log records it wrote.
    pub count: u64,
    /// How many of them by an error, or tell of one.
    pub errors: u64,
    /// Nanoseconds, without what was called. An increment is negative where what was called came to be known later than its caller.
    pub self_nanos: i64,
    /// Nanoseconds, with what was called.
    pub total_nanos: u64,
    /// Durations, where single ones are known.
    pub durations: Histogram,
}

impl Sums {
    /// Adds another one's.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.errors += other.errors;
        self.add_nanos(other.self_nanos, other.total_nanos);
        self.durations.merge(&other.durations);
    }

    /// Adds some time.
    pub(super) fn add_nanos(&mut self, self_nanos: i64, total_nanos: u64) {
        self.self_nanos = self.self_nanos.saturating_add(self_nanos);
        self.total_nanos = self.total_nanos.saturating_add(total_nanos);
    }
}

/// A part of what was seen of a site in a window: parts of one site and window are added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When the window began, a multiple of its length.
    pub start: Nanos,
    /// How long it is.
    pub nanos: u64,
    /// What is counted.
    pub site: SiteId,
    /// What was seen.
    pub sums: Sums,
}

/// A part of the calls from one site to another in a window: parts are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallRow {
    /// When the window began, a multiple of its length.
    pub start: Nanos,
    /// How long it is.
    pub nanos: u64,
    /// The calling site.
    pub from: SiteId,
    /// The called site.
    pub to: SiteId,
    /// How many.
    pub count: u64,
    /// How many ended by an error.
    pub errors: u64,
}

/// A log record that is shown. All errors are, and of others as many as there is room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// When.
    pub time: Nanos,
    /// Where.
    pub site: SiteId,
    /// How bad it is.
    pub severity: Severity,
    /// What it says.
    pub text: Box<str>,
}

/// An error: an exception, a span or a call that failed, a log record of that severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorRow {
    /// When.
    pub time: Nanos,
    /// Where.
    pub site: SiteId,
    /// Type of the exception; empty where there is none.
    pub kind: Box<str>,
    /// What it says.
    pub message: Box<str>,
    /// Its stack trace.
    pub stack: Box<str>,
    /// How many times, 1 where it is told in full. The same kind and message at the same site again and again is counted by window:
    /// such a row has no stack, and its time is that of the last.
    pub count: u64,
}

/// One of the slowest spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanRow {
    /// As [`Span::trace`](super::Span::trace).
    pub trace: u128,
    /// As [`Span::id`](super::Span::id).
    pub id: u64,
    /// As [`Span::parent`](super::Span::parent).
    pub parent: u64,
    /// When it began.
    pub start: Nanos,
    /// How long it took.
    pub nanos: u64,
    /// Where.
    pub site: SiteId,
    /// What its sender calls it.
    pub name: Box<str>,
    /// What else it says, a JSON object.
    pub attributes: Box<str>,
}

/// A number at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct PointRow {
    /// When.
    pub time: Nanos,
    /// Where.
    pub site: SiteId,
    /// Name of its series.
    pub name: Box<str>,
    /// Its unit.
    pub unit: Box<str>,
    /// The number.
    pub value: f64,
}

/// What is new since the tick before.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// The latest time that was seen, and as much later as has gone by since; 0 if nothing was seen yet.
    pub now: Nanos,
    /// New sites; their ids go on from those before.
    pub sites: Vec<Site>,
    /// What was seen.
    pub rows: Vec<Row>,
    /// Who called whom.
    pub calls: Vec<CallRow>,
    /// Log records.
    pub logs: Vec<LogRow>,
    /// Further ones, that are only counted.
    pub logs_left_out: u64,
    /// Errors.
    pub errors: Vec<ErrorRow>,
    /// Spans that are among the slowest.
    pub spans: Vec<SpanRow>,
    /// Numbers.
    pub points: Vec<PointRow>,
}

impl Update {
    /// Whether there is nothing new but the time.
    pub fn is_empty(&self) -> bool {
        let Self { now: _, sites, rows, calls, logs, logs_left_out: _, errors, spans, points } = self;
        let sums = sites.is_empty() && rows.is_empty() && calls.is_empty();
        sums && logs.is_empty() && errors.is_empty() && spans.is_empty() && points.is_empty()
    }
}
