//! What is said in return: what became of a message, or why it was not taken.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsPartialSuccess, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::telemetry::otlp::{Encoding, Outcome, Signal};

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// The media type of an encoding.
pub fn media_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Protobuf => "application/x-protobuf",
        Encoding::Json => "application/json",
    }
}

/// The response of a signal's service; partial success only where something was rejected.
pub fn outcome_protobuf(signal: Signal, outcome: &Outcome) -> Vec<u8> {
    let (rejected, error_message) = (outcome.rejections() as i64, outcome.message());
    let is_partial = rejected > 0;
    match signal {
        Signal::Traces => {
            let partial = ExportTracePartialSuccess { rejected_spans: rejected, error_message };
            ExportTraceServiceResponse { partial_success: is_partial.then_some(partial) }.encode_to_vec()
        }
        Signal::Metrics => {
            let partial = ExportMetricsPartialSuccess { rejected_data_points: rejected, error_message };
            ExportMetricsServiceResponse { partial_success: is_partial.then_some(partial) }.encode_to_vec()
        }
        Signal::Logs => {
            let partial = ExportLogsPartialSuccess { rejected_log_records: rejected, error_message };
            ExportLogsServiceResponse { partial_success: is_partial.then_some(partial) }.encode_to_vec()
        }
    }
}

/// The same in JSON, where numbers of 64 bits are texts.
fn outcome_json(signal: Signal, outcome: &Outcome) -> Value {
    let rejected = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Metrics => "rejectedDataPoints",
        Signal::Logs => "rejectedLogRecords",
    };
    match outcome.rejections() {
        0 => json!({}),
        count => json!({"partialSuccess": {rejected: count.to_string(), "errorMessage": outcome.message()}}),
    }
}

/// The HTTP answer to a message that was taken.
pub fn accepted(signal: Signal, encoding: Encoding, outcome: &Outcome) -> Response<Body> {
    let body = match encoding {
        Encoding::Protobuf => outcome_protobuf(signal, outcome),
        Encoding::Json => outcome_json(signal, outcome).to_string().into_bytes(),
    };
    response(StatusCode::OK, media_type(encoding), body)
}

/// The HTTP answer to a message that was not taken, as a `Status` in the encoding of the request, as far as that is known.
pub fn refused(refusal: &Refusal, encoding: Option<Encoding>) -> Response<Body> {
    let (media_type, body) = match encoding {
        Some(encoding @ Encoding::Protobuf) => (media_type(encoding), status(refusal).encode_to_vec()),
        Some(encoding @ Encoding::Json) => {
            let status = json!({"code": refusal.grpc_code() as i32, "message": refusal.to_string()});
            (media_type(encoding), status.to_string().into_bytes())
        }
        None => ("text/plain; charset=utf-8", format!("{refusal}\n").into_bytes()),
    };
    let mut response = response(refusal.http_status(), media_type, body);
    if let Some(delay) = refusal.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, delay.as_secs().into());
    }
    response
}

fn response(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// What gRPC puts into `grpc-status-details-bin`, and HTTP into the body.
pub fn status(refusal: &Refusal) -> Status {
    let retry = refusal.retry_after().map(|delay| {
        let delay = Duration { seconds: delay.as_secs() as i64, nanos: delay.subsec_nanos() as i32 };
        let value = RetryInfo { retry_delay: Some(delay) }.encode_to_vec();
        Any { type_url: RETRY_INFO.to_owned(), value }
    });
    let details = retry.into_iter().collect();
    Status { code: refusal.grpc_code() as i32, message: refusal.to_string(), details }
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
pub struct Status {
    #[prost(int32, tag = "1")]
    pub code: i32,
    #[prost(string, tag = "2")]
    pub message: String,
    #[prost(message, repeated, tag = "3")]
    pub details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
pub struct Any {
    #[prost(string, tag = "1")]
    pub type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
pub struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    pub retry_delay: Option<Duration>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
pub struct Duration {
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}
