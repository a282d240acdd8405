//! What senders say, in the words of OpenTelemetry, borrowed from the bytes it came in.

use super::{Histogram, SiteId};

/// Nanoseconds since the Unix epoch; 0 where a sender says none.
pub type Nanos = u64;

/// Where in the code something happened, as far as the sender says it. Texts are empty and numbers 0 where it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Code<'a> {
    /// `code.file.path`, or `code.filepath`: absolute, or relative to whatever.
    pub path: &'a str,
    /// `code.function.name`, or `code.function`.
    pub function: &'a str,
    /// `code.namespace`, where the function is not qualified.
    pub namespace: &'a str,
    /// `code.line.number`, or `code.lineno`, from 1.
    pub line: u32,
    /// What may be the qualified name of a function or module: the name of a span, a logger or a `tracing` target.
    pub name: &'a str,
    /// The stack trace of an exception, as its language prints it.
    pub stack: &'a str,
}

/// A finished span.
#[derive(Clone, Copy)]
pub struct Span<'a> {
    /// Its trace; 0 where there is none.
    pub trace: u128,
    /// Its id; 0 where there is none.
    pub id: u64,
    /// The span around it, which may be of another service; 0 at the root.
    pub parent: u64,
    /// What the sender calls it.
    pub name: &'a str,
    /// When it began.
    pub start: Nanos,
    /// When it ended.
    pub end: Nanos,
    /// Whether its status is an error.
    pub is_error: bool,
    /// The exceptions recorded in it.
    pub exceptions: &'a [Exception<'a>],
    /// Where in the code it is.
    pub code: Code<'a>,
    /// What else it says, asked for only if the span is kept in detail.
    pub attributes: &'a dyn Attributes,
}

/// An exception, of a span or a log record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exception<'a> {
    /// When; 0 for the time of what it belongs to.
    pub time: Nanos,
    /// `exception.type`.
    pub kind: &'a str,
    /// `exception.message`.
    pub message: &'a str,
    /// `exception.stacktrace`.
    pub stack: &'a str,
}

/// A log record.
#[derive(Clone, Copy)]
pub struct Log<'a> {
    /// When.
    pub time: Nanos,
    /// How bad it is.
    pub severity: Severity,
    /// What it says.
    pub text: &'a str,
    /// The span in which it was written, as [`Span::trace`] and [`Span::id`].
    pub trace: u128,
    /// See `trace`.
    pub span: u64,
    /// The exception that it tells of.
    pub exception: Option<Exception<'a>>,
    /// Where in the code it was written; its name is that of the logger.
    pub code: Code<'a>,
    /// What else it says.
    pub attributes: &'a dyn Attributes,
}

/// `SeverityNumber` of OpenTelemetry's data model for logs: 1–4 trace, 5–8 debug, 9–12 info, 13–16 warn, 17–20 error, 21–24 fatal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Severity(pub u8);

impl Severity {
    /// The level as Rerun's `TextLogLevel` names it.
    pub fn level(self) -> &'static str {
        match self.0 {
            1..=4 => "TRACE",
            5..=8 => "DEBUG",
            13..=16 => "WARN",
            17..=20 => "ERROR",
            21.. => "CRITICAL",
            _ => "INFO",
        }
    }

    /// Whether it is an error or worse.
    pub fn is_error(self) -> bool {
        self.0 >= 17
    }
}

/// A number measured at a time: a point of a gauge, a sum, or a part of a histogram.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// When.
    pub time: Nanos,
    /// Name of the metric, with what tells its series apart: `http.server.duration{route="/"} p95`.
    pub name: &'a str,
    /// Its unit in UCUM, such as `ms` or `By`.
    pub unit: &'a str,
    /// Finite.
    pub value: f64,
    /// Where in the code it was measured.
    pub code: Code<'a>,
}

/// Calls of a function, added up by a tracer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was called.
    pub site: SiteId,
    /// What called it, where that is known.
    pub caller: Option<SiteId>,
    /// When the last of them ended.
    pub time: Nanos,
    /// How many.
    pub count: u64,
    /// How many ended by an exception.
    pub errors: u64,
    /// Nanoseconds in it, without what it called.
    pub self_nanos: u64,
    /// Nanoseconds in it, with what it called.
    pub total_nanos: u64,
    /// How long calls took that ended, of whatever caller; empty where single ones are not known.
    pub durations: Histogram,
}

/// Attributes that are looked at only when somebody will see them.
pub trait Attributes {
    /// All of them as one JSON object of at most about `max_bytes`, longer texts cut.
    fn to_json(&self, max_bytes: usize) -> String;
}

/// None at all.
impl Attributes for () {
    fn to_json(&self, _: usize) -> String {
        "{}".to_owned()
    }
}
