//! Log records of OTLP.

use std::borrow::Cow;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::attributes::{json_of, to_json};
use super::{Scope, span_id, trace_id};
use crate::telemetry::{Attributes, Code, Exception, Log, Message, Severity, Taken};

/// A body that is no text is shown as JSON of about so many bytes.
const MAX_BODY_BYTES: usize = 4096;

/// Texts of severity that senders without a number use, and the number that each has in the data model for logs.
const SEVERITIES: [(&str, u8); 13] = [
    ("TRACE", 1),
    ("DEBUG", 5),
    ("INFO", 9),
    ("INFORMATION", 9),
    ("NOTICE", 10),
    ("WARN", 13),
    ("WARNING", 13),
    ("ERROR", 17),
    ("ERR", 17),
    ("CRITICAL", 18),
    ("ALERT", 19),
    ("EMERGENCY", 21),
    ("FATAL", 21),
];

impl Attributes for LogRecord {
    fn to_json(&self, max_bytes: usize) -> String {
        to_json(&self.attributes, [], max_bytes)
    }
}

/// Hands log records over.
pub fn take(message: &Message<'_>, scope: &Scope<'_>, sent: &[LogRecord]) -> Taken {
    let texts: Vec<_> = sent.iter().map(text).collect();
    let logs: Vec<_> = sent.iter().zip(&texts).map(|(sent, text)| log(scope, sent, text)).collect();
    message.logs(scope.service, &logs)
}

fn log<'a>(scope: &Scope<'a>, sent: &'a LogRecord, text: &'a str) -> Log<'a> {
    let time = if sent.time_unix_nano == 0 { sent.observed_time_unix_nano } else { sent.time_unix_nano };
    let said = scope.place(&sent.attributes);
    let exception = said.exception.map(|exception| Exception { time, ..exception });
    let stack = exception.map_or("", |exception| exception.stack);
    Log {
        time,
        severity: severity(sent),
        text: if text.is_empty() { exception.map_or("", |exception| exception.message) } else { text },
        trace: trace_id(&sent.trace_id),
        span: span_id(&sent.span_id),
        exception,
        code: Code { name: scope.name, stack: if stack.is_empty() { said.code.stack } else { stack }, ..said.code },
        attributes: sent,
    }
}

fn text(sent: &LogRecord) -> Cow<'_, str> {
    match &sent.body {
        Some(body) => match &body.value {
            Some(Value::StringValue(text)) => text.into(),
            Some(_) => json_of(Some(body), &mut MAX_BODY_BYTES.clone()).to_string().into(),
            None => (&*sent.event_name).into(),
        },
        None => (&*sent.event_name).into(),
    }
}

fn severity(sent: &LogRecord) -> Severity {
    let number = u8::try_from(sent.severity_number).unwrap_or(0);
    if number > 0 {
        return Severity(number.min(24));
    }
    let known = SEVERITIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&sent.severity_text));
    Severity(known.map_or(0, |&(_, number)| number))
}
