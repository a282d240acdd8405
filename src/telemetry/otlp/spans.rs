//! Spans of OTLP.

use std::ops::Range;

use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span as Sent, Status};

use super::attributes::{Said, to_json};
use super::{Scope, span_id, trace_id};
use crate::telemetry::{Attributes, Code, Exception, Message, Span, Taken};

/// The name of the event by which SDKs record an exception.
const EXCEPTION: &str = "exception";

impl Attributes for Sent {
    fn to_json(&self, max_bytes: usize) -> String {
        to_json(&self.attributes, [("otel.status_description", failure(self))], max_bytes)
    }
}

/// Hands spans over.
pub fn take(message: &Message<'_>, scope: &Scope<'_>, sent: &[Sent]) -> Taken {
    let mut exceptions = Vec::new();
    let ranges: Vec<_> = sent.iter().map(|span| add_exceptions(span, &mut exceptions)).collect();
    let spans = sent.iter().zip(ranges).map(|(sent, range)| span(scope, sent, &exceptions[range]));
    message.spans(scope.service, &spans.collect::<Vec<_>>())
}

fn span<'a>(scope: &Scope<'a>, sent: &'a Sent, exceptions: &'a [Exception<'a>]) -> Span<'a> {
    let code = scope.place(&sent.attributes).code;
    let stack = exceptions.iter().map(|exception| exception.stack).find(|stack| !stack.is_empty());
    Span {
        trace: trace_id(&sent.trace_id),
        id: span_id(&sent.span_id),
        parent: span_id(&sent.parent_span_id),
        name: &sent.name,
        start: sent.start_time_unix_nano,
        end: sent.end_time_unix_nano,
        is_error: is_error(sent),
        exceptions,
        code: Code { name: &sent.name, stack: stack.unwrap_or(code.stack), ..code },
        attributes: sent,
    }
}

/// Adds those of a span, and says which these are.
fn add_exceptions<'a>(span: &'a Sent, all: &mut Vec<Exception<'a>>) -> Range<usize> {
    let start = all.len();
    for event in span.events.iter().filter(|event| event.name == EXCEPTION) {
        let exception = Said::of(&event.attributes).exception.unwrap_or_default();
        all.push(Exception { time: event.time_unix_nano, ..exception });
    }
    let message = failure(span);
    // A failure without an exception says what it is by its status alone.
    if all.len() == start && !message.is_empty() {
        all.push(Exception { time: span.end_time_unix_nano, message, ..Exception::default() });
    }
    start..all.len()
}

fn is_error(span: &Sent) -> bool {
    span.status.as_ref().is_some_and(|status| status.code == StatusCode::Error as i32)
}

/// What the status of a failed span says.
fn failure(span: &Sent) -> &str {
    match &span.status {
        Some(Status { message, .. }) if is_error(span) => message,
        _ => "",
    }
}
