//! A record of the schema: what its fields say, and what that makes of it.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::field::{Field, Value};
use super::time;
use crate::telemetry::{Attributes, Code, Exception, Log, Nanos, Point, Severity, Span};

const NOTHING: &str = "it says neither name, message, path nor function";
const NO_DURATION: &str = "a span needs duration_ms, or time and end";
const NO_VALUE: &str = "a scalar needs name and value";
const WRONG_KIND: &str = "kind: there are span, log, event, scalar and call";
const WRONG_VALUE: &str = "value: not a finite number";
const WRONG_DURATION: &str = "duration_ms, self_ms: not a number of milliseconds from 0 on";
const WRONG_COUNT: &str = "line, count, errors: not a whole number from 0 on";
const WRONG_TEXT: &str = "name, path, function, message and the like: not a text";
const WRONG_SEVERITY: &str = "severity: neither a word nor a number from 1 to 24";
const WRONG_ID: &str = "trace, span, parent: neither a text nor a number";
const WRONG_ERROR: &str = "error: neither true or false, a text, nor an object of type, message and stack";
const WRONG_OBJECT: &str = "attributes, fields, resource: not an object";

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Span,
    Log,
    Event,
    Scalar,
    /// Calls that were added up.
    Call,
}

/// The fields of a record; texts are empty and numbers `None` or 0 where it does not have them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    kind: Option<Kind>,
    time: Option<Nanos>,
    end: Option<Nanos>,
    duration: Option<u64>,
    pub(super) self_nanos: Option<u64>,
    pub(super) code: Code<'a>,
    severity: Option<Severity>,
    message: &'a str,
    is_error: bool,
    exception: Exception<'a>,
    pub(super) errors: u64,
    value: Option<f64>,
    unit: &'a str,
    pub(super) service: &'a str,
    trace: u128,
    id: u64,
    parent: u64,
    pub(super) count: Option<u64>,
    pub(super) caller: Code<'a>,
}

impl<'a> Record<'a> {
    /// A record that says nothing yet, of a service unless it names another one.
    pub(super) fn of(service: &'a str) -> Self {
        Self { service, ..Self::default() }
    }

    /// Takes the value of a field. One that is missing says nothing.
    pub(super) fn set(&mut self, field: Field, value: Value<'a>) -> Result<(), &'static str> {
        if value == Value::Missing || is_of_others(field, value) {
            return Ok(());
        }
        if let Some(text) = self.text_of(field) {
            *text = value.text().ok_or(WRONG_TEXT)?;
            self.is_error |= matches!(field, Field::ErrorType | Field::ErrorMessage | Field::ErrorStack);
            return Ok(());
        }
        let millis = || millis(value);
        let count = || value.count().ok_or(WRONG_COUNT);
        match field {
            Field::Kind => self.kind = Some(kind(value)?),
            Field::Time => self.time = Some(time::nanos(value)?),
            Field::End => self.end = Some(time::nanos(value)?),
            Field::Duration => self.duration = Some(millis()?),
            Field::SelfTime => self.self_nanos = Some(millis()?),
            Field::Line => self.code.line = u32::try_from(count()?).map_err(|_| WRONG_COUNT)?,
            Field::Severity => self.severity = Some(severity(value)?),
            Field::Level => self.severity = Some(level(value)?),
            Field::Error => self.set_error(value)?,
            Field::Errors => self.errors = count()?,
            Field::Value => self.value = Some(value.number().filter(|number| number.is_finite()).ok_or(WRONG_VALUE)?),
            Field::Trace => self.trace = id(value)?,
            Field::Span => self.id = id(value)? as u64,
            Field::Parent => self.parent = id(value)? as u64,
            Field::Count => self.count = Some(count()?),
            _ => return Err(WRONG_OBJECT),
        }
        Ok(())
    }

    /// Where the text of a field goes, if it has one.
    fn text_of(&mut self, field: Field) -> Option<&mut &'a str> {
        Some(match field {
            Field::Name => &mut self.code.name,
            Field::Path => &mut self.code.path,
            Field::Function => &mut self.code.function,
            Field::Namespace => &mut self.code.namespace,
            Field::Message => &mut self.message,
            Field::ErrorType => &mut self.exception.kind,
            Field::ErrorMessage => &mut self.exception.message,
            Field::ErrorStack => &mut self.exception.stack,
            Field::Unit => &mut self.unit,
            Field::Service => &mut self.service,
            Field::CallerPath => &mut self.caller.path,
            Field::CallerFunction => &mut self.caller.function,
            _ => return None,
        })
    }

    fn set_error(&mut self, value: Value<'a>) -> Result<(), &'static str> {
        match value {
            Value::Text("") => {}
            // A text of several lines is what a language prints of an exception.
            Value::Text(text) if text.trim_end().contains('\n') => {
                (self.is_error, self.exception.stack) = (true, text);
            }
            Value::Text(text) => (self.is_error, self.exception.message) = (true, text),
            _ => self.is_error |= value.number().ok_or(WRONG_ERROR)? != 0.0,
        }
        Ok(())
    }

    /// What it is: what it says, or what its fields are of.
    ///
    /// # Errors
    /// What it lacks.
    pub(super) fn kind(&self) -> Result<Kind, &'static str> {
        let guess = || match self {
            Self { value: Some(_), .. } => Kind::Scalar,
            Self { duration: Some(_), .. } | Self { end: Some(_), time: Some(_), .. } => Kind::Span,
            Self { severity: Some(_), .. } => Kind::Log,
            _ => Kind::Event,
        };
        let kind = self.kind.unwrap_or_else(guess);
        let has_place = !(self.code.name.is_empty() && self.code.path.is_empty() && self.code.function.is_empty());
        match kind {
            Kind::Scalar if self.code.name.is_empty() || self.value.is_none() => Err(NO_VALUE),
            Kind::Scalar => Ok(kind),
            Kind::Span if self.duration.is_none() && (self.time.is_none() || self.end.is_none()) => Err(NO_DURATION),
            Kind::Span | Kind::Call if !has_place => Err(NOTHING),
            Kind::Log | Kind::Event if !has_place && self.message.is_empty() && !self.has_exception() => Err(NOTHING),
            _ => Ok(kind),
        }
    }

    /// As a span, without its exception. It ends now if it says nothing else.
    pub(super) fn span(&self, now: Nanos, attributes: &'a dyn Attributes) -> Span<'a> {
        let duration = self.duration.unwrap_or(0);
        let end = self.end.unwrap_or_else(|| self.time.map_or(now, |start| start.saturating_add(duration)));
        let start = self.time.unwrap_or_else(|| end.saturating_sub(duration));
        let Self { trace, id, parent, is_error, .. } = *self;
        let is_error = is_error || self.severity.is_some_and(Severity::is_error);
        let (name, code) = (self.name(), self.code());
        Span { trace, id, parent, name, start, end, is_error, exceptions: &[], code, attributes }
    }

    /// As a log record.
    pub(super) fn log(&self, now: Nanos, attributes: &'a dyn Attributes) -> Log<'a> {
        let severity = self.severity.unwrap_or(Severity(if self.is_error { 17 } else { 9 }));
        let texts = [self.message, self.exception.message, self.name()];
        let text = texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let (exception, code) = (self.exception(), self.code());
        Log { time: self.time(now), severity, text, trace: self.trace, span: self.id, exception, code, attributes }
    }

    /// As a number at a time.
    pub(super) fn point(&self, now: Nanos) -> Point<'a> {
        let (name, unit) = (self.code.name, self.unit);
        // The name is that of a series, and of no function.
        let code = Code { name: "", ..self.code };
        Point { time: self.time(now), name, unit, value: self.value.unwrap_or(0.0), code }
    }

    /// When it happened, now if it does not say.
    pub(super) fn time(&self, now: Nanos) -> Nanos {
        self.time.or(self.end).unwrap_or(now)
    }

    /// Nanoseconds that it took.
    pub(super) fn duration(&self) -> u64 {
        let between = || Some(self.end?.saturating_sub(self.time?));
        self.duration.or_else(between).unwrap_or(0)
    }

    /// Whether it says that something failed.
    pub(super) fn is_error(&self) -> bool {
        self.is_error
    }

    /// What failed, as far as it says so.
    pub(super) fn exception(&self) -> Option<Exception<'a>> {
        let message = if self.exception.message.is_empty() { self.message } else { self.exception.message };
        (self.has_exception() || self.is_error && !message.is_empty())
            .then_some(Exception { message, ..self.exception })
    }

    fn has_exception(&self) -> bool {
        let Exception { kind, message, stack, .. } = self.exception;
        !(kind.is_empty() && message.is_empty() && stack.is_empty())
    }

    fn name(&self) -> &'a str {
        let Code { name, function, path, .. } = self.code;
        [name, function, path].into_iter().find(|name| !name.is_empty()).unwrap_or_default()
    }

    fn code(&self) -> Code<'a> {
        Code { stack: self.exception.stack, ..self.code }
    }
}

/// What some loggers write under a name of the schema and that says nothing of it: the span around a record as an object, a flag that a
/// stack trace is wanted.
fn is_of_others(field: Field, value: Value<'_>) -> bool {
    match value {
        Value::Other => !matches!(field, Field::Error | Field::Nested | Field::Attributes),
        Value::Flag(_) => field == Field::ErrorStack,
        _ => false,
    }
}

fn kind(value: Value<'_>) -> Result<Kind, &'static str> {
    match value.text() {
        Some("span") => Ok(Kind::Span),
        Some("log") => Ok(Kind::Log),
        Some("event") => Ok(Kind::Event),
        Some("scalar") => Ok(Kind::Scalar),
        Some("call") => Ok(Kind::Call),
        _ => Err(WRONG_KIND),
    }
}

fn millis(value: Value<'_>) -> Result<u64, &'static str> {
    let millis = value.number().filter(|millis| (0.0..1e13).contains(millis)).ok_or(WRONG_DURATION)?;
    Ok((millis * 1e6).round() as u64)
}

/// Numbers and names are those of OpenTelemetry's data model for logs, names of other levels the nearest.
fn severity(value: Value<'_>) -> Result<Severity, &'static str> {
    const NAMES: [(u8, &[&str]); 5] = [
        (1, &["trace", "silly", "finest"]),
        (5, &["debug", "verbose", "fine", "finer"]),
        (13, &["warn", "warning"]),
        (17, &["error", "err", "severe"]),
        (21, &["fatal", "critical", "crit", "alert", "emergency", "emerg", "panic", "dpanic"]),
    ];
    if let Some(name) = value.text().map(str::trim) {
        let is_one = |names: &&[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let known = NAMES.iter().find(|(_, names)| is_one(names));
        // Levels of one's own lie between these mostly.
        return Ok(Severity(known.map_or(9, |(number, _)| *number)));
    }
    let number = value.count().and_then(|number| u8::try_from(number).ok());
    number.filter(|number| (1..=24).contains(number)).map(Severity).ok_or(WRONG_SEVERITY)
}

/// The same, but for the numbers of pino and bunyan: those of OpenTelemetry do not stand under this name.
fn level(value: Value<'_>) -> Result<Severity, &'static str> {
    match value.count() {
        // Each of the six is the first of the four numbers that OpenTelemetry has for it: 10 is 1, 20 is 5, 60 is 21.
        Some(tens @ (10 | 20 | 30 | 40 | 50 | 60)) if value.text().is_none() => Ok(Severity((tens / 10 * 4 - 3) as u8)),
        _ => severity(value),
    }
}

/// Hexadecimal digits, as W3C writes ids, with or without hyphens; of other texts a hash, that only has to be the same again.
fn id(value: Value<'_>) -> Result<u128, &'static str> {
    match value {
        Value::Integer(number) => Ok(u128::from(number.cast_unsigned())),
        Value::Text(text) => Ok(of_hex(text).unwrap_or_else(|| {
            let mut hasher = FxHasher::default();
            text.hash(&mut hasher);
            u128::from(hasher.finish())
        })),
        _ => Err(WRONG_ID),
    }
}

fn of_hex(text: &str) -> Option<u128> {
    let mut digits = text.bytes().filter(|byte| *byte != b'-').peekable();
    digits.peek()?;
    digits.enumerate().try_fold(0_u128, |id, (at, digit)| {
        let digit = char::from(digit).to_digit(16).filter(|_| at < 32)?;
        Some(id << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record<'a>(fields: &[(Field, Value<'a>)]) -> Result<Record<'a>, &'static str> {
        let mut record = Record::default();
        fields.iter().try_for_each(|&(field, value)| record.set(field, value))?;
        Ok(record)
    }

    #[track_caller]
    fn check(fields: &[(Field, Value<'_>)], expect: Result<Kind, &'static str>) {
        assert_eq!(record(fields).and_then(|record| record.kind()), expect, "{fields:?}");
    }

    #[test]
    fn fields_tell_the_kind() {
        let name = (Field::Name, Value::Text("checkout"));
        check(&[name], Ok(Kind::Event));
        check(&[name, (Field::Value, Value::Integer(3))], Ok(Kind::Scalar));
        check(&[name, (Field::Duration, Value::Number(0.5))], Ok(Kind::Span));
        check(&[name, (Field::Severity, Value::Text("Warning"))], Ok(Kind::Log));
        check(&[name, (Field::Kind, Value::Text("call"))], Ok(Kind::Call));
        check(&[name, (Field::Value, Value::Missing)], Ok(Kind::Event));
    }

    #[test]
    fn what_lacks_something_is_told() {
        let name = (Field::Name, Value::Text("checkout"));
        let kind = |kind| (Field::Kind, Value::Text(kind));
        check(&[], Err(NOTHING));
        check(&[(Field::Line, Value::Integer(3))], Err(NOTHING));
        check(&[name, kind("span")], Err(NO_DURATION));
        check(&[name, kind("scalar")], Err(NO_VALUE));
        check(&[kind("metric")], Err(WRONG_KIND));
        check(&[name, (Field::Value, Value::Number(f64::NAN))], Err(WRONG_VALUE));
        check(&[name, (Field::Duration, Value::Number(-1.0))], Err(WRONG_DURATION));
        check(&[name, (Field::Line, Value::Integer(-1))], Err(WRONG_COUNT));
        check(&[name, (Field::Severity, Value::Integer(30))], Err(WRONG_SEVERITY));
        check(&[(Field::Name, Value::Integer(1))], Err(WRONG_TEXT));
        check(&[(Field::Name, Value::Other)], Err(NOTHING));
        check(&[name, (Field::Error, Value::Other)], Err(WRONG_ERROR));
    }

    #[test]
    fn a_span_has_two_ends() {
        let second = 1_000_000_000;
        let check = |fields: &[(Field, Value<'_>)], expect| {
            let record = record(fields).unwrap();
            let span = record.span(100 * second, &());
            assert_eq!((span.start, span.end), expect, "{fields:?}");
        };
        let time = (Field::Time, Value::Integer(10));
        let duration = (Field::Duration, Value::Number(2000.0));
        let end = (Field::End, Value::Integer(15));
        check(&[time, duration], (10 * second, 12 * second));
        check(&[time, end], (10 * second, 15 * second));
        check(&[end, duration], (13 * second, 15 * second));
        check(&[duration], (98 * second, 100 * second));
    }

    #[test]
    fn errors_in_their_forms() {
        let check = |value, expect: (bool, &str, &str)| {
            let record = record(&[(Field::Error, value)]).unwrap();
            assert_eq!((record.is_error, record.exception.message, record.exception.stack), expect, "{value:?}");
        };
        check(Value::Flag(true), (true, "", ""));
        check(Value::Flag(false), (false, "", ""));
        check(Value::Text("no money"), (true, "no money", ""));
        check(Value::Text("Traceback:\n  x\nE: y"), (true, "", "Traceback:\n  x\nE: y"));
        check(Value::Text(""), (false, "", ""));
        check(Value::Missing, (false, "", ""));
    }

    #[test]
    fn levels_of_loggers() {
        let check = |field, value, expect| {
            let record = record(&[(Field::Message, Value::Text("hello")), (field, value)]).unwrap();
            assert_eq!(record.severity, expect, "{value:?}");
        };
        for (value, expect) in [("INFO", 9), ("WARN ", 13), ("verbose", 5), ("success", 9), ("DPANIC", 21)] {
            check(Field::Level, Value::Text(value), Some(Severity(expect)));
            check(Field::Severity, Value::Text(value), Some(Severity(expect)));
        }
        for (value, expect) in [(10, 1), (20, 5), (30, 9), (40, 13), (50, 17), (60, 21), (9, 9)] {
            check(Field::Level, Value::Integer(value), Some(Severity(expect)));
        }
        check(Field::Severity, Value::Integer(20), Some(Severity(20)));
        // The span around an event of `tracing-subscriber`, and structlog's wish for a traceback.
        check(Field::Span, Value::Other, None);
        check(Field::ErrorStack, Value::Flag(true), None);
    }

    #[test]
    fn ids_in_their_forms() {
        assert_eq!(id(Value::Text("00f067aa0ba902b7")), Ok(0x00f0_67aa_0ba9_02b7));
        assert_eq!(id(Value::Text("4bf92f3577b34da6a3ce929d0e0e4736")), Ok(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736));
        assert_eq!(id(Value::Integer(7)), Ok(7));
        assert_eq!(id(Value::Text("req-17")), id(Value::Text("req-17")));
        assert_ne!(id(Value::Text("req-17")), id(Value::Text("req-18")));
        assert!(id(Value::Flag(true)).is_err());
    }
}
