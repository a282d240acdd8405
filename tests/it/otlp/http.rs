//! OTLP over HTTP, by the response codes of its specification.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;

use super::{Answer, JSON, ONE_IN_JSON, PROTOBUF, Receiver, encoded, spans};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[track_caller]
fn partial(answer: &Answer) -> Option<ExportTracePartialSuccess> {
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert!(answer.head.contains("content-type: application/x-protobuf"), "{}", answer.head);
    ExportTraceServiceResponse::decode(&*answer.body).unwrap().partial_success
}

#[test]
fn either_encoding_is_answered_in_its_own() {
    let receiver = Receiver::start();
    assert_eq!(partial(&receiver.post("/v1/traces", PROTOBUF, &encoded(spans(&["a", "b"])))), None);
    let answer = receiver.post("/v1/traces", "application/json; charset=utf-8", ONE_IN_JSON.as_bytes());
    assert!(answer.status == 200 && answer.head.contains("content-type: application/json"), "{}", answer.head);
    assert_eq!(answer.json(), serde_json::json!({}));
    assert_eq!(receiver.totals().spans, 3);
}

#[test]
fn messages_may_be_compressed() {
    let receiver = Receiver::start();
    let headers = ["Content-Type: application/x-protobuf", "Content-Encoding: gzip"];
    let answer = receiver.post_with("/v1/traces", &headers, &gzip(&encoded(spans(&["a"]))));
    assert_eq!(partial(&answer), None);
    let headers = ["Content-Type: application/json", "Content-Encoding: GZIP"];
    assert_eq!(receiver.post_with("/v1/traces", &headers, &gzip(ONE_IN_JSON.as_bytes())).status, 200);
    assert_eq!(receiver.totals().spans, 2);
}

#[test]
fn every_signal_has_its_address() {
    let receiver = Receiver::start();
    let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}"#;
    let metric = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"load","gauge":{"dataPoints":[{"asInt":"1"}]}}]}]}]}"#;
    assert_eq!(receiver.post("/v1/logs", JSON, log.as_bytes()).status, 200);
    assert_eq!(receiver.post("/v1/metrics", JSON, metric.as_bytes()).status, 200);
    let totals = receiver.totals();
    assert_eq!((totals.logs, totals.points, totals.spans), (1, 1, 0));
}

#[test]
fn an_empty_message_is_a_success() {
    let receiver = Receiver::start();
    assert_eq!(partial(&receiver.post("/v1/traces", PROTOBUF, b"")), None);
    assert_eq!(receiver.post("/v1/metrics", JSON, b"{}").status, 200);
}

#[test]
fn a_part_that_is_rejected_is_told() {
    let receiver = Receiver::start();
    let mut message = encoded(spans(&["good", "BAD!"]));
    let at = message.windows(4).position(|bytes| bytes == b"BAD!").unwrap();
    message[at] = 0xff;
    let told = partial(&receiver.post("/v1/traces", PROTOBUF, &message)).unwrap();
    assert_eq!((told.rejected_spans, &*told.error_message), (1, "1 × record malformed"));
    let json = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"load","gauge":{"dataPoints":[{},{"asInt":1}]}}]}]}]}"#;
    let told = &receiver.post("/v1/metrics", JSON, json.as_bytes()).json()["partialSuccess"];
    let expect = serde_json::json!({"rejectedDataPoints": "1", "errorMessage": "1 × metric point without a number"});
    assert_eq!(told, &expect);
    assert_eq!((receiver.totals().spans, receiver.totals().points), (1, 1));
}

#[track_caller]
fn check_refused(method: &str, path: &str, headers: &[&str], body: &[u8], status: u16, expect: &str) {
    let receiver = Receiver::start();
    let answer = receiver.ask(method, path, headers, body);
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, status, "{}: {text}", answer.head);
    assert!(text.contains(expect) || answer.head.contains(expect), "{}: {text}", answer.head);
    assert_eq!(receiver.totals().refused.iter().map(|(_, count)| count).sum::<u64>(), 1);
    receiver.check_well();
}

#[test]
fn what_is_no_message_is_a_bad_request() {
    let protobuf = ["Content-Type: application/x-protobuf"];
    check_refused("POST", "/v1/traces", &protobuf, &[0xff; 100], 400, "this is no OTLP message in protobuf");
    check_refused("POST", "/v1/traces", &protobuf, &[0xff; 100], 400, "content-type: application/x-protobuf");
    let json = ["Content-Type: application/json"];
    check_refused("POST", "/v1/traces", &json, b"{\"resourceSpans\":[{]", 400, "\"code\":3");
    check_refused("POST", "/v1/logs", &json, b"\xff\xfe", 400, "this is no OTLP message in JSON");
    let gzip = ["Content-Type: application/json", "Content-Encoding: gzip"];
    check_refused("POST", "/v1/traces", &gzip, b"{}", 400, "no whole gzip stream");
}

#[test]
fn other_requests_are_told_what_is_here() {
    check_refused("GET", "/v1/traces", &[], b"", 405, "allow: post");
    check_refused("OPTIONS", "/v1/traces", &[], b"", 405, "allow: post");
    check_refused("POST", "/v1/profiles", &[], b"", 404, "/v1/traces");
    check_refused("GET", "/../../etc/passwd", &[], b"", 404, "/v1/traces");
    check_refused("POST", "/v1/traces", &["Content-Type: text/plain"], b"{}", 415, "application/json");
    check_refused("POST", "/v1/traces", &[], b"{}", 415, "application/json");
    let deflate = ["Content-Type: application/json", "Content-Encoding: deflate"];
    check_refused("POST", "/v1/traces", &deflate, b"{}", 415, "gzip");
}

#[test]
fn a_web_page_may_not_send() {
    let headers = ["Content-Type: application/json", "Origin: http://evil.example"];
    check_refused("POST", "/v1/traces", &headers, ONE_IN_JSON.as_bytes(), 403, "web page");
    let headers = ["Origin: null", "Access-Control-Request-Method: POST"];
    check_refused("OPTIONS", "/v1/traces", &headers, b"", 403, "web page");
}

#[test]
fn a_port_in_use_is_named_with_its_option() {
    use repolis::serve::{OtlpOptions, OtlpServer};
    let receiver = Receiver::start();
    let taken = receiver.http.port();
    let options = OtlpOptions { grpc_port: 0, http_port: taken, ..OtlpOptions::default() };
    let error = OtlpServer::bind(&options).unwrap_err().to_string();
    assert!(error.contains(&taken.to_string()) && error.contains("--otlp-http-port"), "{error}");
}

#[test]
fn it_stops_though_senders_stay() {
    let receiver = Receiver::start();
    let mut idle = receiver.connect();
    receiver.check_well();
    receiver.receiving.stop().unwrap();
    assert_eq!(std::io::Read::read(&mut idle, &mut [0; 8]).unwrap(), 0);
}
