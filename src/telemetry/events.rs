//! Single records, for those who want each of them. Nothing is made of a record while nobody does.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::clock::{mend, mend_span};
use super::intake::Batch;
use super::text::cut;
use super::{Code, Exception, Log, Nanos, Place, Point, Severity, SiteId, Span};

const ATTRIBUTE_BYTES: usize = 4096;
const TEXT_BYTES: usize = 4096;

/// What kind of record an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A finished span.
    Span,
    /// A log record.
    Log,
    /// A point of a metric.
    Point,
}

/// A record, on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it happened; of a span, when it ended.
    pub time: Nanos,
    /// `service.name` of its sender.
    pub service: Arc<str>,
    /// What it is.
    pub kind: EventKind,
    /// Name of the span, the logger or the metric.
    pub name: Box<str>,
    /// Where it counts.
    pub site: SiteId,
    /// Where that is in the repository.
    pub place: Option<Place>,
    /// Nanoseconds that a span took.
    pub nanos: u64,
    /// The number of a point.
    pub value: f64,
    /// How bad it is: an error for a span that failed.
    pub severity: Severity,
    /// What a log record says, or an exception; the unit of a point.
    pub text: Box<str>,
    /// What else it says, a JSON object.
    pub attributes: Box<str>,
}

/// What can be an event.
pub trait Record {
    /// Where in the code it is.
    fn code(&self) -> &Code<'_>;
    /// The event, but for where it counts.
    fn event(&self, arrival: Nanos) -> Event;
}

/// Events of those records that come while there is one. Ends when it is dropped.
pub struct Subscription(Arc<Queue>);

impl Subscription {
    /// Waits until there are events, or for so long; takes all there are.
    pub fn wait(&self, at_most: Duration) -> Vec<Event> {
        let until = Instant::now() + at_most;
        let mut waiting = self.0.waiting();
        while waiting.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.0.is_woken() {
                break;
            }
            waiting = self.0.change.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut *waiting).into()
    }

    /// Lets a call of [`Subscription::wait`] on another thread, or the next one, return at once.
    pub fn wake(&self) {
        let waiting = self.0.waiting();
        self.0.woken.store(1, Ordering::Relaxed);
        drop(waiting);
        self.0.change.notify_all();
    }

    /// How many events were missed, as too many waited already.
    pub fn missed(&self) -> u64 {
        self.0.missed.load(Ordering::Relaxed)
    }
}

/// Events that wait for one who hears.
struct Queue {
    waiting: Mutex<VecDeque<Event>>,
    change: Condvar,
    most: usize,
    missed: AtomicU64,
    woken: AtomicUsize,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_woken(&self) -> bool {
        self.woken.swap(0, Ordering::Relaxed) != 0
    }

    fn room(&self) -> usize {
        self.most.saturating_sub(self.waiting().len())
    }

    fn push(&self, events: &[Event], of: u64) {
        let mut waiting = self.waiting();
        let room = self.most.saturating_sub(waiting.len());
        let fit = &events[..events.len().min(room)];
        waiting.extend(fit.iter().cloned());
        self.missed.fetch_add(of - fit.len() as u64, Ordering::Relaxed);
        drop(waiting);
        self.change.notify_all();
    }
}

/// All who hear.
#[derive(Default)]
pub struct Events {
    queues: Mutex<Vec<Weak<Queue>>>,
    count: AtomicUsize,
}

impl Events {
    /// One more.
    pub fn subscribe(&self, most: usize) -> Subscription {
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            change: Condvar::new(),
            most,
            missed: AtomicU64::new(0),
            woken: AtomicUsize::new(0),
        });
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.push(Arc::downgrade(&queue));
        self.count.store(queues.len(), Ordering::Relaxed);
        Subscription(queue)
    }

    /// Whether anyone hears.
    pub fn are_heard(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    /// Tells records of a batch, with their sites and places, to all who hear. Waits for none of them.
    pub fn tell<'a, R: Record + 'a>(
        &self,
        batch: Batch<'_>,
        records: impl Iterator<Item = (&'a R, SiteId, Option<Place>)>,
    ) {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let heard: Vec<_> = queues.iter().filter_map(Weak::upgrade).collect();
        if heard.len() < queues.len() {
            queues.retain(|queue| queue.strong_count() > 0);
            self.count.store(queues.len(), Ordering::Relaxed);
        }
        drop(queues);
        let room = heard.iter().map(|queue| queue.room()).max().unwrap_or(0);
        let service: Arc<str> = batch.service.into();
        let (mut events, mut count) = (Vec::new(), 0);
        for (record, site, place) in records {
            count += 1;
            if events.len() < room {
                events.push(Event { service: service.clone(), site, place, ..record.event(batch.arrival) });
            }
        }
        heard.iter().for_each(|queue| queue.push(&events, count));
    }
}

/// An event that says nothing yet.
fn event(kind: EventKind, time: Nanos, name: &str) -> Event {
    let (service, site, place, text) = ("".into(), SiteId(0), None, Box::default());
    let (name, severity, attributes) = (cut(name, TEXT_BYTES).0.into(), Severity(9), "{}".into());
    Event { time, service, kind, name, site, place, nanos: 0, value: 0.0, severity, text, attributes }
}

impl Record for Span<'_> {
    fn code(&self) -> &Code<'_> {
        &self.code
    }

    fn event(&self, arrival: Nanos) -> Event {
        let (start, end, _) = mend_span(self.start, self.end, arrival);
        let severity = Severity(if self.is_error { 17 } else { 9 });
        let text = self.exceptions.first().map(exception_text).unwrap_or_default();
        let attributes = self.attributes.to_json(ATTRIBUTE_BYTES).into();
        Event { nanos: end - start, severity, text, attributes, ..event(EventKind::Span, end, self.name) }
    }
}

impl Record for Log<'_> {
    fn code(&self) -> &Code<'_> {
        &self.code
    }

    fn event(&self, arrival: Nanos) -> Event {
        let text = match &self.exception {
            Some(exception) if self.text.is_empty() => exception_text(exception),
            _ => cut(self.text, TEXT_BYTES).0.into(),
        };
        let attributes = self.attributes.to_json(ATTRIBUTE_BYTES).into();
        let time = mend(self.time, arrival).0;
        Event { severity: self.severity, text, attributes, ..event(EventKind::Log, time, self.code.name) }
    }
}

impl Record for Point<'_> {
    fn code(&self) -> &Code<'_> {
        &self.code
    }

    fn event(&self, arrival: Nanos) -> Event {
        let time = mend(self.time, arrival).0;
        Event { value: self.value, text: self.unit.into(), ..event(EventKind::Point, time, self.name) }
    }
}

fn exception_text(exception: &Exception<'_>) -> Box<str> {
    let message = cut(exception.message, TEXT_BYTES).0;
    match (exception.kind, message) {
        ("", message) => message.into(),
        (kind, "") => kind.into(),
        (kind, message) => format!("{kind}: {message}").into(),
    }
}
