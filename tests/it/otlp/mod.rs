//! OTLP as senders speak it: over real connections, well and badly.

mod bad_input;
mod grpc;
mod http;
mod program;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use repolis::serve::{OtlpOptions, OtlpServer, Receiving};
use repolis::telemetry::{Limits, Placer, Telemetry, Totals};

use crate::project::DEADLINE;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const ONE_IN_JSON: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"list","spanId":"0000000000000001","traceId":"00000000000000000000000000000001"}]}]}]}"#;

/// The receiver, without a city.
struct Receiver {
    telemetry: Arc<Telemetry>,
    grpc: SocketAddr,
    http: SocketAddr,
    receiving: Receiving,
}

impl Receiver {
    fn start() -> Self {
        Self::with(OtlpOptions::default())
    }

    /// With 16 MiB of memory: 512 KiB for a message, 2 MiB for all on their way.
    fn small() -> Self {
        Self::with(OtlpOptions { memory_bytes: 16 << 20, ..OtlpOptions::default() })
    }

    fn with(options: OtlpOptions) -> Self {
        let server = OtlpServer::bind(&OtlpOptions { grpc_port: 0, http_port: 0, ..options }).unwrap();
        let (grpc, http) = (server.grpc_address(), server.http_address());
        let telemetry = Arc::new(Telemetry::new(Placer::default(), Limits::default()));
        let receiving = server.start(telemetry.clone()).unwrap();
        Self { telemetry, grpc, http, receiving }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.http).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    fn post(&self, path: &str, media_type: &str, body: &[u8]) -> Answer {
        self.post_with(path, &[&format!("Content-Type: {media_type}")], body)
    }

    fn post_with(&self, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        self.ask("POST", path, headers, body)
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        write!(stream, "{}", head(method, path, headers, body.len())).unwrap();
        // One that is refused need not be read to its end.
        let _ = stream.write_all(body);
        Answer::read(stream)
    }

    fn totals(&self) -> Totals {
        self.telemetry.totals()
    }

    fn refused(&self, reason: &str) -> u64 {
        self.totals().refused.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }

    /// Whether it takes what is good, whatever came before.
    #[track_caller]
    fn check_well(&self) {
        let before = self.totals().spans;
        let message = encoded(spans(&[&format!("well {before}")]));
        assert_eq!(self.post("/v1/traces", PROTOBUF, &message).status, 200);
        assert_eq!(self.totals().spans, before + 1);
    }
}

fn head(method: &str, path: &str, headers: &[&str], length: usize) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
    )
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {read:?}, {}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let status = head[9..12].parse().unwrap();
        Self { status, head, body: bytes.split_off(end + 4) }
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Spans with these names, each of another id.
fn spans(names: &[&str]) -> ExportTraceServiceRequest {
    let span = |name: &&str| Span {
        trace_id: vec![1; 16],
        span_id: hash(name).to_be_bytes().to_vec(),
        name: (*name).to_owned(),
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans { spans: names.iter().map(span).collect(), ..ScopeSpans::default() }];
    ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }] }
}

/// FNV-1a, as any hash will do.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Spans of at least so many bytes.
fn large(bytes: usize) -> ExportTraceServiceRequest {
    let mut request = spans(&["large"]);
    // Several, as no single record may be that large.
    let spans = &mut request.resource_spans[0].scope_spans[0].spans;
    let payload = Value::StringValue("x".repeat(100 << 10));
    spans[0].attributes = vec![KeyValue {
        key: "payload".to_owned(),
        value: Some(AnyValue { value: Some(payload) }),
        ..KeyValue::default()
    }];
    let one = spans[0].clone();
    spans.extend(
        (0..bytes / (100 << 10))
            .map(|number| Span { span_id: (number as u64 + 1).to_be_bytes().to_vec(), ..one.clone() }),
    );
    request
}

fn encoded(message: impl prost::Message) -> Vec<u8> {
    message.encode_to_vec()
}

/// Repeats what depends on others until it is so.
#[track_caller]
fn until(mut what: impl FnMut() -> bool) {
    let started = Instant::now();
    while !what() {
        assert!(started.elapsed() < DEADLINE);
        std::thread::yield_now();
    }
}
