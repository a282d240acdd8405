//! The fields of OTLP's messages by their names in JSON: tables after `opentelemetry/proto/**.proto`, version 1.10.

use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use opentelemetry_proto::tonic::metrics::v1::AggregationTemporality;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

/// The fields of a message.
pub struct Schema(&'static [Field]);

/// A field of a message.
pub struct Field {
    pub name: &'static str,
    pub number: u32,
    pub kind: Kind,
}

/// How a value is written. Whether there may be several is seen from the JSON.
#[derive(Clone, Copy)]
pub enum Kind {
    Text,
    /// Bytes, in hexadecimal digits.
    Hex,
    Varint,
    /// A signed number of which small ones are short.
    ZigZag,
    Fixed64,
    Double,
    /// A number that has names too, which other receivers understand as well.
    Enum(fn(&str) -> Option<i32>),
    Message(&'static Schema),
    /// A message that is refused alone if it is malformed, and the same of what tells of several.
    Record(&'static Schema),
}

impl Schema {
    /// The field of a name, as `traceId` or as `trace_id`: a reader of Protobuf's JSON takes both.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        let found = self.0.iter().find(|field| field.name == name);
        found.or_else(|| name.contains('_').then(|| self.0.iter().find(|field| is_snake_of(name, field.name)))?)
    }
}

fn is_snake_of(snake: &str, camel: &str) -> bool {
    let camel = camel.bytes().map(|byte| byte.to_ascii_lowercase());
    snake.bytes().filter(|&byte| byte != b'_').eq(camel)
}

const fn field(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { name, number, kind }
}

use Kind::{Double, Enum, Fixed64, Hex, Message, Record, Text, Varint, ZigZag};

pub static TRACES: Schema = Schema(&[field(1, "resourceSpans", Message(&RESOURCE_SPANS))]);
pub static METRICS: Schema = Schema(&[field(1, "resourceMetrics", Message(&RESOURCE_METRICS))]);
pub static LOGS: Schema = Schema(&[field(1, "resourceLogs", Message(&RESOURCE_LOGS))]);

static RESOURCE: Schema = Schema(&[field(1, "attributes", Message(&KEY_VALUE))]);

static SCOPE: Schema =
    Schema(&[field(1, "name", Text), field(2, "version", Text), field(3, "attributes", Message(&KEY_VALUE))]);

static KEY_VALUE: Schema = Schema(&[field(1, "key", Text), field(2, "value", Message(&ANY_VALUE))]);
static KEY_VALUES: Schema = Schema(&[field(1, "values", Message(&KEY_VALUE))]);
static ANY_VALUES: Schema = Schema(&[field(1, "values", Message(&ANY_VALUE))]);

static ANY_VALUE: Schema = Schema(&[
    field(1, "stringValue", Text),
    field(2, "boolValue", Varint),
    field(3, "intValue", Varint),
    field(4, "doubleValue", Double),
    field(5, "arrayValue", Message(&ANY_VALUES)),
    field(6, "kvlistValue", Message(&KEY_VALUES)),
    // Bytes are only shown, and their base64 is the text to show.
    field(1, "bytesValue", Text),
]);

static RESOURCE_SPANS: Schema =
    Schema(&[field(1, "resource", Record(&RESOURCE)), field(2, "scopeSpans", Message(&SCOPE_SPANS))]);
static SCOPE_SPANS: Schema = Schema(&[field(1, "scope", Record(&SCOPE)), field(2, "spans", Record(&SPAN))]);

static SPAN: Schema = Schema(&[
    field(1, "traceId", Hex),
    field(2, "spanId", Hex),
    field(4, "parentSpanId", Hex),
    field(5, "name", Text),
    field(6, "kind", Enum(|name| SpanKind::from_str_name(name).map(Into::into))),
    field(7, "startTimeUnixNano", Fixed64),
    field(8, "endTimeUnixNano", Fixed64),
    field(9, "attributes", Message(&KEY_VALUE)),
    field(11, "events", Message(&EVENT)),
    field(15, "status", Message(&STATUS)),
]);

static EVENT: Schema =
    Schema(&[field(1, "timeUnixNano", Fixed64), field(2, "name", Text), field(3, "attributes", Message(&KEY_VALUE))]);

static STATUS: Schema = Schema(&[
    field(2, "message", Text),
    field(3, "code", Enum(|name| StatusCode::from_str_name(name).map(Into::into))),
]);

static RESOURCE_LOGS: Schema =
    Schema(&[field(1, "resource", Record(&RESOURCE)), field(2, "scopeLogs", Message(&SCOPE_LOGS))]);
static SCOPE_LOGS: Schema = Schema(&[field(1, "scope", Record(&SCOPE)), field(2, "logRecords", Record(&LOG_RECORD))]);

static LOG_RECORD: Schema = Schema(&[
    field(1, "timeUnixNano", Fixed64),
    field(11, "observedTimeUnixNano", Fixed64),
    field(2, "severityNumber", Enum(|name| SeverityNumber::from_str_name(name).map(Into::into))),
    field(3, "severityText", Text),
    field(5, "body", Message(&ANY_VALUE)),
    field(6, "attributes", Message(&KEY_VALUE)),
    field(9, "traceId", Hex),
    field(10, "spanId", Hex),
    field(12, "eventName", Text),
]);

static RESOURCE_METRICS: Schema =
    Schema(&[field(1, "resource", Record(&RESOURCE)), field(2, "scopeMetrics", Message(&SCOPE_METRICS))]);
static SCOPE_METRICS: Schema = Schema(&[field(1, "scope", Record(&SCOPE)), field(2, "metrics", Record(&METRIC))]);

static METRIC: Schema = Schema(&[
    field(1, "name", Text),
    field(3, "unit", Text),
    field(5, "gauge", Message(&SUM)),
    field(7, "sum", Message(&SUM)),
    field(9, "histogram", Message(&HISTOGRAM)),
    field(10, "exponentialHistogram", Message(&EXPONENTIAL)),
    field(11, "summary", Message(&SUMMARY)),
]);

const TEMPORALITY: Kind = Enum(|name| AggregationTemporality::from_str_name(name).map(Into::into));

static SUM: Schema = Schema(&[
    field(1, "dataPoints", Record(&NUMBER_POINT)),
    field(2, "aggregationTemporality", TEMPORALITY),
    field(3, "isMonotonic", Varint),
]);
static HISTOGRAM: Schema =
    Schema(&[field(1, "dataPoints", Record(&HISTOGRAM_POINT)), field(2, "aggregationTemporality", TEMPORALITY)]);
static EXPONENTIAL: Schema =
    Schema(&[field(1, "dataPoints", Record(&EXPONENTIAL_POINT)), field(2, "aggregationTemporality", TEMPORALITY)]);
static SUMMARY: Schema = Schema(&[field(1, "dataPoints", Record(&SUMMARY_POINT))]);

static NUMBER_POINT: Schema = Schema(&[
    field(7, "attributes", Message(&KEY_VALUE)),
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "asDouble", Double),
    field(6, "asInt", Fixed64),
    field(8, "flags", Varint),
]);

static HISTOGRAM_POINT: Schema = Schema(&[
    field(9, "attributes", Message(&KEY_VALUE)),
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "count", Fixed64),
    field(5, "sum", Double),
    field(6, "bucketCounts", Fixed64),
    field(7, "explicitBounds", Double),
    field(10, "flags", Varint),
    field(11, "min", Double),
    field(12, "max", Double),
]);

static EXPONENTIAL_POINT: Schema = Schema(&[
    field(1, "attributes", Message(&KEY_VALUE)),
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "count", Fixed64),
    field(5, "sum", Double),
    field(6, "scale", ZigZag),
    field(7, "zeroCount", Fixed64),
    field(8, "positive", Message(&BUCKETS)),
    field(9, "negative", Message(&BUCKETS)),
    field(10, "flags", Varint),
    field(12, "min", Double),
    field(13, "max", Double),
    field(14, "zeroThreshold", Double),
]);

static BUCKETS: Schema = Schema(&[field(1, "offset", ZigZag), field(2, "bucketCounts", Varint)]);

static SUMMARY_POINT: Schema = Schema(&[
    field(7, "attributes", Message(&KEY_VALUE)),
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "count", Fixed64),
    field(5, "sum", Double),
    field(6, "quantileValues", Message(&QUANTILE)),
    field(8, "flags", Varint),
]);

static QUANTILE: Schema = Schema(&[field(1, "quantile", Double), field(2, "value", Double)]);
