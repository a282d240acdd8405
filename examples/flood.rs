//! Sends as many spans over gRPC as a receiver takes, for `benches/run.py`.
//!
//! ```console
//! $ cargo run --release --example flood -- http://127.0.0.1:4317 5 2
//! {"spans":1000000,"refused":0,"seconds":5.0}
//! ```
//!
//! The arguments are the receiver, for how many seconds, and over how many connections. Spans are those of a web service with six
//! attributes and a place in the code each. They are encoded once and get new ids, so that little of the time is the generator's.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use serde_json::json;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// As the exporters of SDKs send by default.
const BATCH: usize = 512;
/// Spans of a trace, one below the other.
const DEPTH: usize = 4;
/// A span's own functions and files.
const FUNCTIONS: usize = 300;
const FILES: usize = 40;
const PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let endpoint = args.next().ok_or("where to send is missing: flood ENDPOINT [SECONDS [CONNECTIONS]]")?;
    let seconds: f64 = args.next().map_or(Ok(5.0), |seconds| seconds.parse())?;
    let connections: u64 = args.next().map_or(Ok(1), |count| count.parse())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let began = Instant::now();
    let until = began + Duration::from_secs_f64(seconds);
    let (mut spans, mut refused) = (0, 0);
    runtime.block_on(async {
        let mut floods = tokio::task::JoinSet::new();
        for connection in 0..connections {
            let endpoint = Endpoint::from_shared(endpoint.clone())?;
            floods.spawn(async move { flood(endpoint.connect().await?, connection, until).await });
        }
        while let Some(done) = floods.join_next().await {
            let (sent, not_taken) = done?.map_err(|error| -> Box<dyn Error> { error })?;
            spans += sent;
            refused += not_taken;
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    let answer = json!({"spans": spans, "refused": refused, "seconds": began.elapsed().as_secs_f64()});
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

/// How many spans were taken, and how many not.
async fn flood(channel: Channel, connection: u64, until: Instant) -> Result<(u64, u64), Box<dyn Error + Send + Sync>> {
    let mut client = tonic::client::Grpc::new(channel);
    let mut template = Template::new();
    let (mut sent, mut refused) = (0, 0);
    for number in 0.. {
        if Instant::now() >= until {
            break;
        }
        client.ready().await?;
        let request = Request::new(template.next(connection << 40 | number));
        let answer = client.unary(request, PATH.parse()?, Raw).await?.into_inner();
        let partial = ExportTraceServiceResponse::decode(answer)?.partial_success.unwrap_or_default();
        sent += BATCH as u64 - partial.rejected_spans as u64;
        refused += partial.rejected_spans as u64;
    }
    Ok((sent, refused))
}

/// An encoded message, and where its ids are.
struct Template {
    bytes: BytesMut,
    /// Of each span: where its trace, its own and its parent's id begin.
    ids: Vec<[Option<usize>; 3]>,
    /// Tells its traces from those of other runs.
    run: u64,
}

impl Template {
    fn new() -> Self {
        let encoded = request().encode_to_vec();
        let find = |id: Vec<u8>| encoded.windows(id.len()).position(|bytes| bytes == id);
        let ids = (0..BATCH).map(|index| [find(trace_id(index)), find(span_id(index)), find(parent_id(index))]);
        let ids = ids.collect();
        Self { bytes: BytesMut::from(&*encoded), ids, run: now() }
    }

    /// The message with ids that no other has.
    fn next(&mut self, number: u64) -> Bytes {
        let mut message = self.bytes.clone();
        for (index, [trace, span, parent]) in self.ids.iter().enumerate() {
            let own = (number << 12) | (index as u64 + 1);
            let trace_number = (number << 12) | (index / DEPTH) as u64;
            put(&mut message, *trace, &((u128::from(self.run) << 64) | u128::from(trace_number)).to_be_bytes());
            put(&mut message, *span, &own.to_be_bytes());
            put(&mut message, *parent, &(own - 1).to_be_bytes());
        }
        message.freeze()
    }
}

fn put(message: &mut [u8], at: Option<usize>, id: &[u8]) {
    if let Some(at) = at {
        message[at..at + id.len()].copy_from_slice(id);
    }
}

/// Ids that are found again, as nothing else is like them.
fn trace_id(index: usize) -> Vec<u8> {
    [[0xf1; 8], (index as u64 | 0xf1f2_f3f4 << 32).to_be_bytes()].concat()
}

fn span_id(index: usize) -> Vec<u8> {
    (index as u64 | 0xf5f6_f7f8 << 32).to_be_bytes().to_vec()
}

/// The first of a trace has none.
fn parent_id(index: usize) -> Vec<u8> {
    if index.is_multiple_of(DEPTH) { vec![0; 9] } else { (index as u64 | (0xf9fa_fbfc << 32)).to_be_bytes().to_vec() }
}

fn request() -> ExportTraceServiceRequest {
    let scope = Some(InstrumentationScope { name: "shop.orders".to_owned(), ..InstrumentationScope::default() });
    let scope_spans = vec![ScopeSpans { scope, spans: (0..BATCH).map(span).collect(), ..ScopeSpans::default() }];
    let resource = Some(Resource { attributes: vec![text("service.name", "shop".to_owned())], ..Resource::default() });
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource, scope_spans, ..ResourceSpans::default() }],
    }
}

/// Nanoseconds since the Unix epoch.
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
}

fn span(index: usize) -> Span {
    let (function, depth) = (index * 7 % FUNCTIONS, index % DEPTH);
    let start = now() + depth as u64 * 1000;
    Span {
        trace_id: trace_id(index),
        span_id: span_id(index),
        parent_span_id: if depth == 0 { Vec::new() } else { parent_id(index) },
        name: format!("function_{function}"),
        start_time_unix_nano: start,
        end_time_unix_nano: start + 100_000 * (DEPTH - depth) as u64 - 2000 * depth as u64,
        attributes: vec![
            text("code.file.path", format!("/srv/shop/src/module_{}.py", function % FILES)),
            text("code.function.name", format!("shop.module_{}.function_{function}", function % FILES)),
            attribute("code.line.number", Value::IntValue(function as i64 + 1)),
            text("http.request.method", "GET".to_owned()),
            text("url.path", format!("/orders/{index}")),
            attribute("http.response.status_code", Value::IntValue(200)),
        ],
        ..Span::default()
    }
}

fn text(key: &str, value: String) -> KeyValue {
    attribute(key, Value::StringValue(value))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

/// Sends and receives bytes as they are.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
