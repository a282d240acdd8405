//! A layer for `tracing_subscriber`: spans and events of a Rust program light up its own city.
//!
//! ```
//! # use std::sync::Arc;
//! # use repolis::telemetry::{Limits, Placer, Telemetry, TracingLayer};
//! use tracing_subscriber::prelude::*;
//!
//! # let placer = Placer::default();
//! let telemetry = Arc::new(Telemetry::new(placer, Limits::default()));
//! let subscriber = tracing_subscriber::registry().with(TracingLayer::new(Arc::clone(&telemetry), "shop"));
//! tracing::subscriber::with_default(subscriber, || tracing::info!("open"));
//! assert_eq!(telemetry.totals().logs, 1);
//! ```

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::{Attributes, Code, Exception, Log, Nanos, Severity, Span, Telemetry};

/// Longer values are cut.
const MAX_VALUE_BYTES: usize = 1 << 10;

/// Takes every span as it closes and every event as it happens, each placed by the file and line of its macro.
///
/// A span lasts from its making to its closing, waiting included. It counts as failed when an event of level `ERROR` with a
/// field `error` happens in it, which is what `#[instrument(err)]` makes of a function that returns an error.
pub struct TracingLayer {
    telemetry: Arc<Telemetry>,
    service: Box<str>,
    /// Upper half of the ids of traces, so that those of several processes differ.
    process: u64,
    last_id: AtomicU64,
}

/// What is kept of a span while it is open.
struct Open {
    trace: u128,
    id: u64,
    parent: u64,
    start: Nanos,
    since: Instant,
    fields: Fields,
    failure: Option<Box<str>>,
}

impl TracingLayer {
    /// A layer for a program of this name.
    pub fn new(telemetry: Arc<Telemetry>, service: &str) -> Self {
        // A new state has random keys.
        let process = RandomState::new().build_hasher().finish();
        Self { telemetry, service: service.into(), process, last_id: AtomicU64::new(0) }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TracingLayer {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        // Spans that a filter keeps from this layer have nothing of it.
        let around = |span: tracing_subscriber::registry::SpanRef<'_, S>| {
            span.extensions().get::<Open>().map(|open| (open.trace, open.id))
        };
        let around = span.scope().skip(1).find_map(around);
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let (trace, parent) = around.unwrap_or((u128::from(self.process) << 64 | u128::from(id), 0));
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let open = Open { trace, id, parent, start: now(), since: Instant::now(), fields, failure: None };
        span.extensions_mut().replace(open);
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            values.record(&mut open.fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (mut trace, mut span) = (0, 0);
        if let Some(around) = context.event_span(event)
            && let Some(open) = around.extensions_mut().get_mut::<Open>()
        {
            (trace, span) = (open.trace, open.id);
            if *metadata.level() == Level::ERROR
                && let Some(error) = fields.get("error")
            {
                open.failure = Some(error.into());
            }
        }
        let text = if fields.message.is_empty() { fields.get("error").unwrap_or_default() } else { &fields.message };
        let (severity, code) = (severity(metadata.level()), code(metadata));
        let log = Log { time: now(), severity, text, trace, span, exception: None, code, attributes: &fields };
        self.telemetry.logs(&self.service, &[log]);
    }

    fn on_close(&self, id: span::Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(open) = span.extensions_mut().remove::<Open>() else { return };
        let message = open.failure.as_deref();
        let exceptions = message.map(|message| Exception { message, ..Exception::default() });
        let end = open.start.saturating_add(u64::try_from(open.since.elapsed().as_nanos()).unwrap_or(u64::MAX));
        let span = Span {
            trace: open.trace,
            id: open.id,
            parent: open.parent,
            name: span.metadata().name(),
            start: open.start,
            end,
            is_error: exceptions.is_some(),
            exceptions: exceptions.as_slice(),
            code: code(span.metadata()),
            attributes: &open.fields,
        };
        self.telemetry.spans(&self.service, &[span]);
    }
}

fn code(metadata: &Metadata<'static>) -> Code<'static> {
    let path = metadata.file().unwrap_or_default();
    Code { path, line: metadata.line().unwrap_or(0), name: metadata.target(), ..Code::default() }
}

fn severity(level: &Level) -> Severity {
    Severity(match *level {
        Level::TRACE => 1,
        Level::DEBUG => 5,
        Level::INFO => 9,
        Level::WARN => 13,
        Level::ERROR => 17,
    })
}

fn now() -> Nanos {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(0))
}

/// Values by the names of their fields, as texts of JSON; the message apart.
#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, serde_json::Value)>,
}

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_str())
    }

    fn set(&mut self, field: &Field, value: impl Into<serde_json::Value>) {
        self.others.push((field.name(), value.into()));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let cut = &value[..value.floor_char_boundary(MAX_VALUE_BYTES)];
        if field.name() == "message" {
            cut.clone_into(&mut self.message);
        } else {
            self.set(field, cut);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }
}

impl Attributes for Fields {
    fn to_json(&self, max_bytes: usize) -> String {
        super::feed::object(self.others.iter().map(|(name, value)| (*name, value.clone())), max_bytes)
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::prelude::*;

    use super::*;
    use crate::scan::{FileClass, FileEntry, Language, SourceTree};
    use crate::telemetry::{Limits, Placer, Update};

    /// What is seen of a repository with this file.
    fn seen(work: impl FnOnce()) -> Update {
        let (path, language) = (file!().to_owned(), Language::of_name(file!()));
        let tree = SourceTree::new(vec![FileEntry { path, language, class: FileClass::Source, bytes: 1 }]);
        let telemetry = Arc::new(Telemetry::new(Placer::new(&tree, [], &[]), Limits::default()));
        let layer = TracingLayer::new(Arc::clone(&telemetry), "tests");
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        telemetry.tick()
    }

    #[test]
    fn an_event_is_a_log_record() {
        let update = seen(|| tracing::warn!(items = 3, "the cart of {} is full", "Ann"));
        let [log] = &*update.logs else { panic!("{:?}", update.logs) };
        assert_eq!((&*log.text, log.severity.level()), ("the cart of Ann is full", "WARN"));
        assert!(update.sites[log.site.index()].place.is_some());
    }

    #[test]
    fn a_span_in_a_span_is_a_call() {
        let update = seen(|| {
            tracing::info_span!("outer").in_scope(|| tracing::info_span!("inner", number = 1).in_scope(|| ()));
        });
        assert_eq!(update.rows.iter().map(|row| row.sums.count).sum::<u64>(), 2);
        assert_eq!(update.calls.iter().map(|call| call.count).sum::<u64>(), 1);
    }

    #[test]
    fn a_logged_error_fails_its_span() {
        let update = seen(|| {
            tracing::info_span!("pay").in_scope(|| tracing::error!(error = "no money"));
        });
        // The log record, and the span around it.
        assert_eq!(update.rows.iter().map(|row| row.sums.errors).sum::<u64>(), 2);
        assert!(update.errors.iter().any(|error| &*error.message == "no money"), "{:?}", update.errors);
    }

    #[test]
    fn fields_are_one_object() {
        let subscriber = tracing_subscriber::registry();
        tracing::subscriber::with_default(subscriber, || {
            let fields = Fields { message: String::new(), others: vec![("a", 1.into()), ("b", "x\"".into())] };
            assert_eq!(fields.to_json(1000), r#"{"a":1,"b":"x\""}"#);
            assert_eq!(fields.to_json(10), r#"{"a":1}"#);
        });
    }
}
