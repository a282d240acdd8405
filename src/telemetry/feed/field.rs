//! Names of fields, and what they hold.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What a key of a record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Which of the kinds it is.
    Kind,
    /// When it happened or began.
    Time,
    /// When it ended.
    End,
    /// How long it took.
    Duration,
    /// How long it took without what it called.
    SelfTime,
    /// What its sender calls it.
    Name,
    /// The file.
    Path,
    /// The function.
    Function,
    /// What qualifies the function.
    Namespace,
    /// The line.
    Line,
    /// How bad it is.
    Severity,
    /// The same by a logger's own levels.
    Level,
    /// What it says.
    Message,
    /// That, or how, it failed.
    Error,
    /// Type of the exception.
    ErrorType,
    /// What the exception says.
    ErrorMessage,
    /// The stack trace of the exception.
    ErrorStack,
    /// How many of the calls failed.
    Errors,
    /// The number of a scalar.
    Value,
    /// Its unit.
    Unit,
    /// The program.
    Service,
    /// Id of the trace.
    Trace,
    /// Id of the span.
    Span,
    /// Id of the span around it.
    Parent,
    /// How many calls it stands for.
    Count,
    /// The file of the caller.
    CallerPath,
    /// The function of the caller.
    CallerFunction,
    /// An object whose fields are those of the record.
    Nested,
    /// An object of attributes; names with a dot may be those of fields.
    Attributes,
}

impl Field {
    /// The field of this name; every other key is an attribute.
    pub fn of(key: &str) -> Option<Self> {
        FIELDS.get(key).copied()
    }

    /// The field of this name in an object of this field.
    pub fn within(self, key: &str) -> Option<Self> {
        match self {
            Self::Nested => Self::of(key),
            Self::Attributes if key.contains('.') => Self::of(key),
            Self::Error => Self::of_error(key),
            _ => None,
        }
    }

    /// What a key means in the object of an error.
    fn of_error(key: &str) -> Option<Self> {
        match key {
            "type" | "kind" | "name" => Some(Self::ErrorType),
            "message" => Some(Self::ErrorMessage),
            "stack" | "stacktrace" | "traceback" => Some(Self::ErrorStack),
            _ => None,
        }
    }
}

static FIELDS: LazyLock<FxHashMap<&'static str, Field>> = LazyLock::new(|| {
    let all = NAMES.iter().flat_map(|(field, names)| names.iter().map(move |name| (*name, *field)));
    all.collect()
});

/// First the name of the schema, then what OpenTelemetry and widespread loggers call it: `tracing-subscriber`, structlog, zap,
/// pino and Logstash's format.
const NAMES: [(Field, &[&str]); 29] = [
    (Field::Kind, &["kind"]),
    (Field::Time, &["time", "timestamp", "ts", "@timestamp"]),
    (Field::End, &["end"]),
    (Field::Duration, &["duration_ms"]),
    (Field::SelfTime, &["self_ms"]),
    (Field::Name, &["name", "logger", "logger_name", "target"]),
    (Field::Path, &["path", "code.file.path", "code.filepath", "filename", "pathname"]),
    (Field::Function, &["function", "code.function.name", "code.function", "func_name", "funcName"]),
    (Field::Namespace, &["namespace", "code.namespace"]),
    (Field::Line, &["line", "code.line.number", "code.lineno", "line_number", "lineno"]),
    (Field::Severity, &["severity", "severity_text"]),
    (Field::Level, &["level", "levelname"]),
    (Field::Message, &["message", "msg", "event", "body"]),
    (Field::Error, &["error", "err", "exception"]),
    (Field::ErrorType, &["error_type", "exception.type"]),
    (Field::ErrorMessage, &["exception.message"]),
    (Field::ErrorStack, &["stack", "exception.stacktrace", "exc_info", "stack_trace", "stacktrace"]),
    (Field::Errors, &["errors"]),
    (Field::Value, &["value"]),
    (Field::Unit, &["unit"]),
    (Field::Service, &["service", "service.name"]),
    (Field::Trace, &["trace", "trace_id"]),
    (Field::Span, &["span", "span_id"]),
    (Field::Parent, &["parent", "parent_id", "parent_span_id"]),
    (Field::Count, &["count"]),
    (Field::CallerPath, &["caller_path"]),
    (Field::CallerFunction, &["caller_function"]),
    (Field::Nested, &["fields", "resource"]),
    (Field::Attributes, &["attributes"]),
];

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// None.
    Missing,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A list, or an object where none is expected.
    Other,
}

impl<'a> Value<'a> {
    /// A text, if it is one.
    pub fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number, if it is one.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(number as f64),
            Self::Number(number) => Some(number),
            Self::Flag(flag) => Some(f64::from(u8::from(flag))),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn count(self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(number).ok(),
            // Tables have whole numbers as floating ones where some are missing.
            Self::Number(number) if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => Some(number as u64),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// As JSON; `None` for what is not kept.
    pub fn to_json(self) -> Option<serde_json::Value> {
        match self {
            Self::Missing | Self::Other => None,
            Self::Flag(flag) => Some(flag.into()),
            Self::Integer(number) => Some(number.into()),
            Self::Number(number) => Some(number.into()),
            Self::Text(text) => Some(text.into()),
        }
    }
}
