//! Records of the schema on their way to the hub, many at once.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use super::record::{Kind, Record};
use crate::telemetry::{
    Attributes, Call, Code, Exception, Histogram, Log, Message, Nanos, Point, Span, Taken, Telemetry,
};

/// Records of one lock: what is read of them stays near the processor.
const CHUNK: usize = 1024;
/// Of more rejected records than these only the number is told.
const MAX_TOLD: usize = 100;
/// More services than these at a time are taken one after another.
const MAX_SERVICES: usize = 32;

/// Records in some form, to be read one by one.
pub trait Records {
    /// How many there are.
    fn count(&self) -> usize;

    /// Reads the fields of one.
    ///
    /// # Errors
    /// Why it is no record.
    fn read<'a>(&'a self, index: usize, record: &mut Record<'a>) -> Result<(), &'static str>;

    /// What else one says, as [`Attributes::to_json`].
    fn attributes(&self, index: usize, max_bytes: usize) -> String;
}

/// What became of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many count from now on.
    pub accepted: u64,
    /// How many of them have a place in the repository.
    pub placed: u64,
    /// How many do not count.
    pub rejected: u64,
    /// The first of those, by their index, and why.
    pub reasons: Vec<(usize, &'static str)>,
}

/// Takes all records; those that do not name a service are of the given one.
pub fn ingest(telemetry: &Telemetry, service: &str, records: &impl Records) -> Outcome {
    let mut outcome = Outcome::default();
    let (message, now) = (Message::patient(telemetry), now());
    for start in (0..records.count()).step_by(CHUNK) {
        let range = start..(start + CHUNK).min(records.count());
        let attributes: Vec<_> = range.clone().map(|index| Of { records, index }).collect();
        take(&message, service, records, range, &attributes, now, &mut outcome);
    }
    outcome
}

impl Outcome {
    /// Counts a record that is none.
    pub fn reject(&mut self, index: usize, reason: &'static str) {
        self.rejected += 1;
        if self.reasons.len() < MAX_TOLD {
            self.reasons.push((index, reason));
        }
    }

    /// Adds what became of further records, the first of which has this index.
    pub fn append(&mut self, other: Self, start: usize) {
        self.accepted += other.accepted;
        self.placed += other.placed;
        self.rejected += other.rejected;
        let room = MAX_TOLD.saturating_sub(self.reasons.len());
        self.reasons.extend(other.reasons.into_iter().take(room).map(|(index, reason)| (start + index, reason)));
    }

    fn add(&mut self, taken: &Taken, indices: &[usize]) {
        self.accepted += taken.accepted;
        self.placed += taken.placed;
        for &(at, reason) in &taken.rejected {
            self.reject(indices.get(at).copied().unwrap_or_default(), reason);
        }
    }
}

/// The attributes of one record.
struct Of<'r, R> {
    records: &'r R,
    index: usize,
}

impl<R: Records> Attributes for Of<'_, R> {
    fn to_json(&self, max_bytes: usize) -> String {
        self.records.attributes(self.index, max_bytes)
    }
}

/// Records of one service, with their indices.
#[derive(Default)]
struct Group<'a> {
    service: &'a str,
    spans: Vec<Span<'a>>,
    span_indices: Vec<usize>,
    failures: Vec<(usize, Exception<'a>)>,
    logs: Vec<Log<'a>>,
    log_indices: Vec<usize>,
    points: Vec<Point<'a>>,
    point_indices: Vec<usize>,
    calls: Vec<Call>,
    call_indices: Vec<usize>,
}

fn take<'a, R: Records>(
    message: &Message<'_>,
    service: &'a str,
    records: &'a R,
    range: Range<usize>,
    attributes: &'a [Of<'a, R>],
    now: Nanos,
    outcome: &mut Outcome,
) {
    let mut groups = Vec::<Group<'a>>::new();
    for (index, attributes) in range.zip(attributes) {
        let mut record = Record::of(service);
        let kind = records.read(index, &mut record).and_then(|()| record.kind());
        match kind {
            Ok(kind) => {
                let group = group_of(&mut groups, record.service, message, outcome);
                group.add(message.telemetry(), kind, &record, index, attributes, now);
            }
            Err(reason) => {
                message.telemetry().refuse(reason, 1);
                outcome.reject(index, reason);
            }
        }
    }
    groups.into_iter().for_each(|group| group.send(message, outcome));
    outcome.reasons.sort_unstable();
}

fn group_of<'g, 'a>(
    groups: &'g mut Vec<Group<'a>>,
    service: &'a str,
    message: &Message<'_>,
    outcome: &mut Outcome,
) -> &'g mut Group<'a> {
    let known = groups.iter().position(|group| group.service == service);
    let at = known.unwrap_or_else(|| {
        if groups.len() == MAX_SERVICES {
            groups.drain(..).for_each(|group| group.send(message, outcome));
        }
        groups.push(Group { service, ..Group::default() });
        groups.len() - 1
    });
    &mut groups[at]
}

impl<'a> Group<'a> {
    fn add(
        &mut self,
        telemetry: &Telemetry,
        kind: Kind,
        record: &Record<'a>,
        index: usize,
        attributes: &'a dyn Attributes,
        now: Nanos,
    ) {
        match kind {
            Kind::Span => {
                self.failures.extend(record.exception().map(|exception| (self.spans.len(), exception)));
                self.spans.push(record.span(now, attributes));
                self.span_indices.push(index);
            }
            Kind::Log | Kind::Event => {
                self.logs.push(record.log(now, attributes));
                self.log_indices.push(index);
            }
            Kind::Scalar => {
                self.points.push(record.point(now));
                self.point_indices.push(index);
            }
            Kind::Call => {
                self.calls.push(call(telemetry, self.service, record, now));
                self.call_indices.push(index);
            }
        }
    }

    fn send(self, message: &Message<'_>, outcome: &mut Outcome) {
        let Self { service, failures, logs, points, calls, .. } = self;
        let mut spans: Vec<Span<'_>> = self.spans;
        for (at, exception) in &failures {
            spans[*at].exceptions = std::slice::from_ref(exception);
        }
        if !spans.is_empty() {
            outcome.add(&message.spans(service, &spans), &self.span_indices);
        }
        if !logs.is_empty() {
            outcome.add(&message.logs(service, &logs), &self.log_indices);
        }
        if !points.is_empty() {
            outcome.add(&message.points(service, &points), &self.point_indices);
        }
        if !calls.is_empty() {
            outcome.add(&message.calls(&calls), &self.call_indices);
        }
    }
}

/// Calls that somebody counted.
fn call(telemetry: &Telemetry, service: &str, record: &Record<'_>, now: Nanos) -> Call {
    let site = telemetry.site(service, &record.code);
    let has_caller = record.caller != Code::default();
    let caller = has_caller.then(|| telemetry.site(service, &record.caller));
    let (count, total_nanos) = (record.count.unwrap_or(1), record.duration());
    let errors = if record.errors == 0 && record.is_error() { count } else { record.errors.min(count) };
    let self_nanos = record.self_nanos.unwrap_or(total_nanos);
    Call {
        site,
        caller,
        time: record.time(now),
        count,
        errors,
        self_nanos,
        total_nanos,
        durations: Histogram::default(),
    }
}

fn now() -> Nanos {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(0))
}
