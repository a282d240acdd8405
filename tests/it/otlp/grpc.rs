//! OTLP over gRPC, by the status codes of its specification.

use bytes::{Buf, BufMut, Bytes};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use super::{Receiver, encoded, large, spans};

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

fn on_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn channel(address: std::net::SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

#[test]
fn every_signal_has_its_service() {
    let receiver = Receiver::start();
    on_runtime(async {
        let channel = channel(receiver.grpc).await;
        let mut traces = TraceServiceClient::new(channel.clone()).send_compressed(CompressionEncoding::Gzip);
        let answer = traces.export(spans(&["a", "b"])).await.unwrap();
        assert_eq!(answer.into_inner().partial_success, None);
        traces.export(spans(&["c"])).await.unwrap();
        let scope_logs = vec![ScopeLogs { log_records: vec![LogRecord::default()], ..ScopeLogs::default() }];
        let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
        LogsServiceClient::new(channel.clone()).export(ExportLogsServiceRequest { resource_logs }).await.unwrap();
        MetricsServiceClient::new(channel).export(ExportMetricsServiceRequest::default()).await.unwrap();
    });
    assert_eq!((receiver.totals().spans, receiver.totals().logs), (3, 1));
}

#[test]
fn either_port_speaks_either_protocol() {
    let receiver = Receiver::start();
    on_runtime(async {
        TraceServiceClient::new(channel(receiver.http).await).export(spans(&["a"])).await.unwrap();
    });
    let receiver = Receiver { http: receiver.grpc, ..receiver };
    receiver.check_well();
    assert_eq!(receiver.totals().spans, 2);
}

#[test]
fn a_message_may_be_larger_than_four_mebibytes() {
    let receiver = Receiver::start();
    on_runtime(async {
        TraceServiceClient::new(channel(receiver.grpc).await).export(large(8 << 20)).await.unwrap();
    });
    assert_eq!(receiver.totals().spans, (8 << 20) / (100 << 10) + 1);
}

/// Sends bytes as they are.
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

fn send(
    receiver: &Receiver,
    path: &'static str,
    message: Vec<u8>,
    headers: &[(&'static str, &'static str)],
) -> Result<Bytes, Status> {
    on_runtime(async {
        let mut client = tonic::client::Grpc::new(channel(receiver.grpc).await);
        client.ready().await.unwrap();
        let mut request = Request::new(Bytes::from(message));
        for (name, value) in headers {
            request.metadata_mut().insert(*name, value.parse().unwrap());
        }
        let path = path.parse().unwrap();
        Ok(client.unary(request, path, Raw).await?.into_inner())
    })
}

#[track_caller]
fn check_refused(
    receiver: &Receiver,
    path: &'static str,
    message: Vec<u8>,
    headers: &[(&'static str, &'static str)],
    code: Code,
) {
    let status = send(receiver, path, message, headers).unwrap_err();
    assert_eq!(status.code(), code, "{status}");
    // By these a sender would try again what will never be taken.
    assert!(status.details().is_empty(), "{status}");
    assert_eq!(receiver.totals().refused.iter().map(|(_, count)| count).sum::<u64>(), 1);
    receiver.check_well();
}

#[test]
fn what_is_no_message_is_an_invalid_argument() {
    check_refused(&Receiver::start(), TRACES, vec![0xff; 100], &[], Code::InvalidArgument);
    let mut cut = encoded(spans(&["a"]));
    cut.pop();
    check_refused(&Receiver::start(), TRACES, cut, &[], Code::InvalidArgument);
}

#[test]
fn what_is_too_large_is_not_to_be_sent_again() {
    check_refused(&Receiver::small(), TRACES, encoded(large(1 << 20)), &[], Code::ResourceExhausted);
}

#[test]
fn what_is_not_there_is_unimplemented() {
    let unknown = "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export";
    check_refused(&Receiver::start(), unknown, Vec::new(), &[], Code::Unimplemented);
}

#[test]
fn a_web_page_is_not_permitted() {
    let origin = [("origin", "http://evil.example")];
    check_refused(&Receiver::start(), TRACES, encoded(spans(&["a"])), &origin, Code::PermissionDenied);
}

#[test]
fn a_part_that_is_rejected_is_told() {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
    let receiver = Receiver::start();
    let mut message = encoded(spans(&["good", "BAD!"]));
    let at = message.windows(4).position(|bytes| bytes == b"BAD!").unwrap();
    message[at] = 0xff;
    let answer = send(&receiver, TRACES, message, &[]).unwrap();
    let told = <ExportTraceServiceResponse as prost::Message>::decode(answer).unwrap().partial_success.unwrap();
    assert_eq!((told.rejected_spans, receiver.totals().spans), (1, 1));
}

/// A first byte of each part of `google.rpc.Status` would do; its text names what it holds.
#[test]
fn what_may_be_taken_later_says_when() {
    let receiver = Receiver::small();
    let held = super::bad_input::fill(&receiver);
    let status = send(&receiver, TRACES, encoded(large(300 << 10)), &[]).unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    let details = String::from_utf8_lossy(status.details()).into_owned();
    assert!(details.contains("type.googleapis.com/google.rpc.RetryInfo"), "{details}");
    drop(held);
    super::until(|| send(&receiver, TRACES, encoded(large(300 << 10)), &[]).is_ok());
}
