//! Messages as senders write them, and what is seen of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, TracesData, span};
use prost::Message;

use super::{Encoding, Intake, Outcome, Signal};
use crate::telemetry::{Limits, NO_MEMORY, Placer, PointRow, Telemetry, Update};

/// A time that is plausible: 2026-01-01.
pub const NOW: u64 = 1_767_225_600_000_000_000;
pub const SECOND: u64 = 1_000_000_000;

fn intake() -> Intake {
    let limits = Limits::default();
    Intake::new(Arc::new(Telemetry::new(Placer::default(), limits)), limits.memory_bytes)
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn shop() -> Option<Resource> {
    Some(Resource { attributes: vec![text("service.name", "shop")], ..Resource::default() })
}

fn orders() -> Option<InstrumentationScope> {
    Some(InstrumentationScope { name: "shop.orders".to_owned(), ..InstrumentationScope::default() })
}

fn traces(spans: Vec<Span>) -> TracesData {
    let scope_spans = vec![ScopeSpans { scope: orders(), spans, ..ScopeSpans::default() }];
    TracesData { resource_spans: vec![ResourceSpans { resource: shop(), scope_spans, ..ResourceSpans::default() }] }
}

fn logs(log_records: Vec<LogRecord>) -> LogsData {
    let scope_logs = vec![ScopeLogs { scope: orders(), log_records, ..ScopeLogs::default() }];
    LogsData { resource_logs: vec![ResourceLogs { resource: shop(), scope_logs, ..ResourceLogs::default() }] }
}

/// Of another id each time, as one that is sent again does not count.
fn span(name: &str) -> Span {
    static IDS: AtomicU64 = AtomicU64::new(1);
    Span {
        trace_id: vec![1; 16],
        span_id: IDS.fetch_add(1, Ordering::Relaxed).to_be_bytes().to_vec(),
        name: name.to_owned(),
        start_time_unix_nano: NOW,
        end_time_unix_nano: NOW + SECOND,
        ..Span::default()
    }
}

#[track_caller]
fn take(intake: &Intake, signal: Signal, message: &[u8]) -> Outcome {
    intake.take(signal, Encoding::Protobuf, message).expect("it is well formed")
}

#[track_caller]
fn seen(signal: Signal, message: &impl Message) -> Update {
    let intake = intake();
    let outcome = take(&intake, signal, &message.encode_to_vec());
    assert_eq!(outcome.rejections(), 0, "{}", outcome.message());
    intake.telemetry().tick()
}

#[track_caller]
fn check_json(signal: Signal, json: &str, expect: Result<u64, &str>) -> Update {
    let intake = intake();
    let taken = intake.take(signal, Encoding::Json, json.as_bytes());
    match expect {
        Ok(accepted) => assert_eq!(taken.expect("it is well formed").accepted, accepted, "{json}"),
        Err(expect) => {
            let error = taken.expect_err("it is malformed").to_string();
            assert!(error.contains(expect), "{error}");
        }
    }
    intake.telemetry().tick()
}

#[test]
fn a_span_counts_for_its_service_and_function() {
    let mut sent = span("GET /orders");
    sent.attributes = vec![text("code.function.name", "shop.orders.list")];
    let update = seen(Signal::Traces, &traces(vec![sent, span("list")]));
    let names: Vec<_> = update.sites.iter().map(|site| (&*site.service, &*site.name)).collect();
    assert_eq!(names, [("shop", "shop.orders.list"), ("shop", "list")]);
    assert_eq!(update.rows.iter().map(|row| row.sums.total_nanos).sum::<u64>(), 2 * SECOND);
}

#[test]
fn a_service_without_a_name_is_unknown() {
    let mut message = traces(vec![span("list")]);
    message.resource_spans[0].resource = None;
    assert_eq!(&*seen(Signal::Traces, &message).sites[0].service, "unknown_service");
}

#[test]
fn an_exception_tells_of_itself() {
    let mut sent = span("list");
    sent.status = Some(Status { code: 2, message: "it failed".to_owned() });
    sent.events = vec![span::Event {
        name: "exception".to_owned(),
        attributes: vec![
            text("exception.type", "KeyError"),
            text("exception.message", "'id'"),
            text("exception.stacktrace", "Traceback (most recent call last):"),
        ],
        ..span::Event::default()
    }];
    let mut without = span("get");
    without.status = sent.status.clone();
    let errors = seen(Signal::Traces, &traces(vec![sent, without])).errors;
    let told: Vec<_> = errors.iter().map(|error| (&*error.kind, &*error.message)).collect();
    assert_eq!(told, [("KeyError", "'id'"), ("", "it failed")]);
    assert!(errors[0].stack.starts_with("Traceback"));
}

#[test]
fn places_of_a_scope_hold_for_its_records() {
    let mut message = logs(vec![LogRecord { time_unix_nano: NOW, ..LogRecord::default() }]);
    let scope = message.resource_logs[0].scope_logs[0].scope.as_mut().expect("it has one");
    scope.attributes = vec![text("code.function", "handle")];
    assert_eq!(&*seen(Signal::Logs, &message).sites[0].name, "handle");
}

#[test]
fn logs_are_texts_with_a_severity() {
    let body = |value| Some(AnyValue { value: Some(value) });
    let array = ArrayValue { values: vec![AnyValue { value: Some(Value::IntValue(7)) }] };
    let record = |severity_number, severity_text: &str, body| LogRecord {
        observed_time_unix_nano: NOW,
        severity_number,
        severity_text: severity_text.to_owned(),
        body,
        event_name: "login".to_owned(),
        ..LogRecord::default()
    };
    let update = seen(
        Signal::Logs,
        &logs(vec![
            record(17, "", body(Value::StringValue("it broke".to_owned()))),
            record(0, "Warning", body(Value::ArrayValue(array))),
            record(99, "", None),
        ]),
    );
    let told: Vec<_> = update.logs.iter().map(|log| (log.severity.level(), &*log.text)).collect();
    assert_eq!(told, [("ERROR", "it broke"), ("WARN", "[7]"), ("CRITICAL", "login")]);
    assert!(update.logs.iter().all(|log| log.time == NOW));
}

#[test]
fn one_bad_record_does_not_cost_the_others() {
    let mut message = traces(vec![span("first"), span("LAST"), span("large")]).encode_to_vec();
    let at = message.windows(4).position(|bytes| bytes == b"LAST").expect("it is there");
    message[at] = 0xff;
    let intake = intake();
    let outcome = take(&intake, Signal::Traces, &message);
    assert_eq!((outcome.accepted, outcome.rejections()), (2, 1));
    assert_eq!(outcome.message(), "1 × record malformed");
    assert!(intake.telemetry().totals().refused.contains(&("record malformed", 1)));
}

#[test]
fn a_large_record_is_refused_alone() {
    let mut large = span("large");
    large.attributes = vec![text("payload", &"x".repeat(2 << 20))];
    let outcome = take(&intake(), Signal::Traces, &traces(vec![span("small"), large]).encode_to_vec());
    assert_eq!((outcome.accepted, &*outcome.message()), (1, "1 × record too large"));
}

#[test]
fn a_bad_resource_costs_its_own_records() {
    let mut message = traces((0..3).map(|_| span("list")).collect());
    message.resource_spans.extend(traces((0..3).map(|_| span("list")).collect()).resource_spans);
    let mut bytes = message.encode_to_vec();
    let at = bytes.windows(4).position(|bytes| bytes == b"shop").expect("it is there");
    bytes[at] = 0xff;
    let outcome = take(&intake(), Signal::Traces, &bytes);
    assert_eq!((outcome.accepted, outcome.rejections()), (3, 3));
}

#[test]
fn what_is_no_message_is_malformed() {
    let whole = traces(vec![span("list")]).encode_to_vec();
    for bytes in [&whole[..whole.len() - 1], b"{}", &[0xff; 64]] {
        assert!(intake().take(Signal::Traces, Encoding::Protobuf, bytes).is_err(), "{bytes:?}");
    }
    assert_eq!(take(&intake(), Signal::Traces, &[]), Outcome::default());
}

#[test]
fn values_too_deep_to_be_read_are_refused() {
    let mut value = Value::BoolValue(true);
    for _ in 0..200 {
        value = Value::ArrayValue(ArrayValue { values: vec![AnyValue { value: Some(value) }] });
    }
    let mut deep = span("deep");
    deep.attributes = vec![attribute("deep", value)];
    let bytes = traces(vec![deep]).encode_to_vec();
    assert_eq!(take(&intake(), Signal::Traces, &bytes).message(), "1 × record malformed");
    let (open, close) = (r#"{"arrayValue":{"values":["#.repeat(10_000), "]}}".repeat(10_000));
    let json = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{open}{close}}}]}}]}}]}}"#);
    check_malformed(Signal::Logs, &json, 0);
}

/// One record is malformed, and so many others are accepted.
#[track_caller]
fn check_malformed(signal: Signal, json: &str, accepted: u64) {
    let outcome = intake().take(signal, Encoding::Json, json.as_bytes()).expect("it is well formed");
    assert_eq!((outcome.accepted, &*outcome.message()), (accepted, "1 × record malformed"), "{json}");
}

#[test]
fn one_bad_record_in_json_does_not_cost_the_others() {
    let deep = format!("{}{}", r#"{"arrayValue":{"values":["#.repeat(60), "]}}".repeat(60));
    let deep = format!(r#"{{"attributes":[{{"key":"deep","value":{deep}}}]}}"#);
    let bad = [
        r#"{"name":17}"#,
        r#"{"traceId":"xyz"}"#,
        r#"{"status":"text"}"#,
        r#"{"startTimeUnixNano":"now"}"#,
        r#"{"startTimeUnixNano":1.5,"name":"a"}"#,
        r#"{"name":{"a":[{}]},"kind":"none"}"#,
        r#"{"events":[{"attributes":[true]}]}"#,
        "17",
        r#""text""#,
        &deep,
    ];
    for bad in bad {
        let one = r#"{"spanId":"0000000000000001"}"#;
        let json = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{one},{bad},{{"name":"b"}}]}}]}}]}}"#);
        check_malformed(Signal::Traces, &json, 2);
    }
}

#[test]
fn a_bad_owner_or_point_in_json_costs_what_is_its_own() {
    let spans = |resource: &str| format!(r#"{{"resource":{resource},"scopeSpans":[{{"spans":[{{}}]}}]}}"#);
    let json = format!(r#"{{"resourceSpans":[{},{}]}}"#, spans(r#"{"attributes":[{"key":1}]}"#), spans("{}"));
    check_malformed(Signal::Traces, &json, 1);
    let points = r#"[{"asInt":1},{"asInt":"x"},{"asInt":3}]"#;
    let metric = format!(
        r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"gauge":{{"dataPoints":{points}}}}}]}}]}}]}}"#
    );
    check_malformed(Signal::Metrics, &metric, 2);
    let metric = metric.replace(r#"{"gauge""#, r#"{"name":17,"gauge""#).replace(r#""x""#, "2");
    let outcome = intake().take(Signal::Metrics, Encoding::Json, metric.as_bytes()).expect("it is well formed");
    assert_eq!((outcome.accepted, &*outcome.message()), (0, "3 × record malformed"));
}

#[test]
fn half_characters_in_json_are_shown_as_such() {
    let json = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a \ud800 b ~"}}]}]}]}"#;
    let json: Vec<_> = json.split(|&byte| byte == b'~').collect::<Vec<_>>().join(&0xff);
    let intake = intake();
    assert_eq!(intake.take(Signal::Logs, Encoding::Json, &json).expect("it is a message").accepted, 1);
    assert_eq!(&*intake.telemetry().tick().logs[0].text, "a \u{fffd} b \u{fffd}");
}

#[test]
fn json_says_the_same_as_protobuf() {
    let mut sent = span("list");
    sent.parent_span_id = vec![3; 8];
    sent.status = Some(Status { code: 2, message: "it failed".to_owned() });
    sent.attributes = vec![text("code.file.path", "shop/orders.py"), attribute("code.line.number", Value::IntValue(7))];
    let message = traces(vec![sent]);
    let json = serde_json::to_vec(&message).expect("it is JSON");
    let protobuf = super::json::to_protobuf(super::schema_of(Signal::Traces), &json).expect("it is a message");
    assert_eq!(TracesData::decode(&*protobuf).expect("it is protobuf"), message);
}

#[test]
fn json_as_other_senders_write_it() {
    let one = |record: &str| format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{record}]}}]}}]}}"#);
    let check = |record: &str, expect| check_json(Signal::Logs, &one(record), expect);
    let update =
        check(r#"{"timeUnixNano":"1767225600000000000","severityNumber":9,"body":{"stringValue":"ä"}}"#, Ok(1));
    assert_eq!((update.logs[0].time, &*update.logs[0].text), (NOW, "ä"));
    let update = check(r#"{"time_unix_nano":1767225600000000000,"severity_number":"SEVERITY_NUMBER_ERROR"}"#, Ok(1));
    assert_eq!((update.logs[0].time, update.logs[0].severity.0), (NOW, 17));
    check(r#"{"body":{},"unknown":{"a":[1,{}]},"traceId":null,"attributes":[{"key":"a"}]}"#, Ok(1));
    check(r#"{"body":{"bytesValue":"aGk="},"traceId":"","spanId":"0123456789ABCDEF"}"#, Ok(1));
    check(r#"{"body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"-5"}}]}}}"#, Ok(1));
    check_json(Signal::Logs, "{}", Ok(0));
    check_json(Signal::Logs, r#"{"resourceLogs":[17]}"#, Err("resourceLogs: a number is not expected"));
    check_json(Signal::Logs, r#"{"resourceLogs":[{"scopeLogs":"a"}]}"#, Err("scopeLogs: a text is not expected"));
    check_json(Signal::Logs, "[]", Err("an object"));
    check_json(Signal::Logs, "{} {}", Err("trailing"));
    check_json(Signal::Logs, "{\"resourceLogs\":[", Err("EOF"));
}

/// The numbers shown of metrics in JSON, one message a line.
#[track_caller]
fn numbers(metrics: &[&str]) -> Vec<PointRow> {
    let intake = intake();
    for metric in metrics {
        let json = format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{metric}]}}]}}]}}"#);
        let outcome = intake.take(Signal::Metrics, Encoding::Json, json.as_bytes()).expect("it is well formed");
        assert_eq!(outcome.rejections(), 0, "{}", outcome.message());
    }
    intake.telemetry().tick().points
}

#[track_caller]
fn check_numbers(metrics: &[&str], expect: &[(&str, f64, &str)]) {
    let points = numbers(metrics);
    let found: Vec<_> =
        points.iter().map(|point| (&*point.name, (point.value * 1e6).round() / 1e6, &*point.unit)).collect();
    assert_eq!(found, expect);
}

#[test]
fn gauges_are_shown_as_they_are() {
    let gauge = r#"{"name":"load","unit":"1","gauge":{"dataPoints":[
        {"timeUnixNano":"1767225600000000000","asDouble":0.5,"attributes":[{"key":"cpu","value":{"intValue":"1"}}]},
        {"timeUnixNano":"1767225600000000000","asInt":"-3","attributes":[{"key":"code.function.name","value":{"stringValue":"f"}}]},
        {"timeUnixNano":"1767225600000000000","flags":1}]}}"#;
    check_numbers(&[gauge], &[("load{cpu=1}", 0.5, "1"), ("load", -3.0, "1")]);
}

/// A sum between seconds after [`NOW`].
fn sum(temporality: u8, is_monotonic: bool, from: u64, to: u64, value: i64) -> String {
    let (start, end) = (NOW + from * SECOND, NOW + to * SECOND);
    format!(
        r#"{{"name":"orders","sum":{{"aggregationTemporality":{temporality},"isMonotonic":{is_monotonic},"dataPoints":[
        {{"startTimeUnixNano":"{start}","timeUnixNano":"{end}","asInt":"{value}"}}]}}}}"#
    )
}

#[test]
fn counters_are_shown_as_rates_whatever_is_summed_up() {
    let expect = [("orders rate", 2.0, "1/s"), ("orders rate", 5.0, "1/s")];
    check_numbers(&[&sum(1, true, 0, 5, 10), &sum(1, true, 5, 6, 5)], &expect);
    check_numbers(&[&sum(2, true, 0, 5, 10), &sum(2, true, 0, 6, 15)], &expect);
}

#[test]
fn sums_that_also_fall_are_shown_as_they_stand() {
    let expect = [("orders", 10.0, ""), ("orders", 7.0, "")];
    check_numbers(&[&sum(1, false, 0, 5, 10), &sum(1, false, 5, 6, -3)], &expect);
    check_numbers(&[&sum(2, false, 0, 5, 10), &sum(2, false, 0, 6, 7)], &expect);
}

#[test]
fn histograms_are_shown_as_rates_and_quantiles() {
    let histogram = |to: u64, counts: &str| {
        let (start, end) = (NOW, NOW + to * SECOND);
        format!(
            r#"{{"name":"time","unit":"ms","histogram":{{"aggregationTemporality":2,"dataPoints":[{{"startTimeUnixNano":"{start}",
            "timeUnixNano":"{end}","count":"100","sum":7,"explicitBounds":[10,20],"bucketCounts":{counts}}}]}}}}"#
        )
    };
    let first = [("time rate", 50.0, "1/s"), ("time p50", 5.0, "ms"), ("time p95", 9.5, "ms"), ("time p99", 9.9, "ms")];
    let second =
        [("time rate", 100.0, "1/s"), ("time p50", 15.0, "ms"), ("time p95", 19.5, "ms"), ("time p99", 19.9, "ms")];
    check_numbers(&[&histogram(2, "[100,0,0]"), &histogram(3, "[100,100,0]")], &[first, second].concat());
    let exponential = r#"{"name":"time","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"1767225600000000000",
        "scale":0,"positive":{"offset":3,"bucketCounts":["1"]},"max":10}]}}"#;
    check_numbers(&[exponential], &[("time p50", 10.0, ""), ("time p95", 10.0, ""), ("time p99", 10.0, "")]);
}

#[test]
fn summaries_bring_their_own_quantiles() {
    let summary = r#"{"name":"time","summary":{"dataPoints":[{"timeUnixNano":"1767225600000000000","count":"9","quantileValues":[
        {"quantile":0.5,"value":3},{"quantile":0.999,"value":"NaN"},{"quantile":1,"value":8}]}]}}"#;
    check_numbers(&[summary], &[("time p50", 3.0, ""), ("time p100", 8.0, "")]);
}

#[test]
fn points_of_what_is_malformed_are_refused_one_by_one() {
    let points = |name: &str, resource: &str| {
        let metric =
            format!(r#"{{"name":"{name}","gauge":{{"dataPoints":[{{"asInt":1}},{{"asInt":2}},{{"asInt":3}}]}}}}"#);
        let json = format!(
            r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{{"key":"{resource}"}}]}},"scopeMetrics":[{{"metrics":[{metric}]}}]}}]}}"#
        );
        let mut protobuf =
            super::json::to_protobuf(super::schema_of(Signal::Metrics), json.as_bytes()).expect("it is a message");
        if let Some(at) = protobuf.windows(4).position(|bytes| bytes == b"BAD!") {
            protobuf[at] = 0xff;
        }
        take(&intake(), Signal::Metrics, &protobuf).rejections()
    };
    assert_eq!((points("load", "zone"), points("BAD!", "zone"), points("load", "BAD!")), (0, 3, 3));
}

#[test]
fn points_that_say_nothing_are_refused() {
    let reject = |metric: &str| {
        let json = format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{metric}]}}]}}]}}"#);
        intake().take(Signal::Metrics, Encoding::Json, json.as_bytes()).expect("it is well formed").message()
    };
    assert_eq!(reject(r#"{"name":"a","gauge":{"dataPoints":[{}]}}"#), "1 × metric point without a number");
    let reason = "1 × metric with buckets that do not fit their bounds";
    assert_eq!(
        reject(r#"{"name":"a","histogram":{"dataPoints":[{"explicitBounds":[2,1],"bucketCounts":[1,1,1]}]}}"#),
        reason
    );
    let long = format!(r#"{{"name":"{}","gauge":{{"dataPoints":[{{"asInt":1}}]}}}}"#, "a".repeat(4000));
    assert_eq!(reject(&long), "1 × metric whose name and attributes are too long");
    let empty = r#"{"name":"a"}"#;
    assert_eq!(reject(empty), "");
}

/// Spans of as many seconds, each of which takes a row.
fn spread(count: u64) -> Vec<u8> {
    static SECONDS: AtomicU64 = AtomicU64::new(0);
    let spread = |_| {
        let end = NOW - SECOND * SECONDS.fetch_add(1, Ordering::Relaxed);
        Span { start_time_unix_nano: end, end_time_unix_nano: end, ..span("list") }
    };
    traces((0..count).map(spread).collect()).encode_to_vec()
}

#[test]
fn a_message_that_crosses_the_limit_is_taken_as_a_whole_and_the_next_not_at_all() {
    let limits = Limits { memory_bytes: 16 << 20, ..Limits::default() };
    let intake = Intake::new(Arc::new(Telemetry::new(Placer::default(), limits)), limits.memory_bytes);
    let mut accepted = 0;
    let refused = loop {
        let outcome = take(&intake, Signal::Traces, &spread(1000));
        if outcome.rejections() > 0 {
            break outcome;
        }
        accepted += outcome.accepted;
        assert!(accepted < 100_000, "it is never full");
    };
    assert_eq!((refused.accepted, refused.rejections(), refused.is_short_of_memory), (0, 1000, true));
    assert_eq!(intake.telemetry().totals().refused, [(NO_MEMORY, 1000)]);
    assert_eq!(intake.telemetry().tick().rows.iter().map(|row| row.sums.count).sum::<u64>(), accepted);
    assert_eq!(take(&intake, Signal::Traces, &spread(1000)).accepted, 1000);
}

#[test]
fn a_message_takes_no_more_than_half_as_much_again() {
    let limits = Limits { memory_bytes: 16 << 20, ..Limits::default() };
    let intake = Intake::new(Arc::new(Telemetry::new(Placer::default(), limits)), limits.memory_bytes);
    let outcome = take(&intake, Signal::Traces, &spread(100_000));
    assert!(outcome.accepted > 0 && outcome.rejections() > 0, "{outcome:?}");
    assert!(outcome.message().ends_with("no memory for the rest of a message"), "{}", outcome.message());
    assert!(intake.telemetry().totals().memory_bytes < limits.memory_bytes);
}
