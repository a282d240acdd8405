//! OTLP over gRPC: one message each way.
//!
//! The services that are generated of OTLP's definitions inflate and decode a message before anybody can look at it. Here its bytes
//! are read as those of an HTTP request are, within the same bounds, so that one bad record does not cost the others of its message
//! and a sender hears the code that the specification has for what went wrong.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use axum::http::{HeaderValue, Response};
use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tonic::metadata::GRPC_CONTENT_TYPE;
use tonic::{Code, Status};

use super::gate::Gate;
use super::refusal::Refusal;
use super::{answer, http};
use crate::telemetry::otlp::{Encoding, Outcome, Signal};

const GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// A flag, whether it is compressed, and its length in four bytes stand before a message.
const PREFIX_BYTES: usize = 5;

/// Whether a request is one of gRPC.
pub fn is_grpc(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let rest = media_type.strip_prefix(GRPC_CONTENT_TYPE.as_bytes());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"+proto") || rest.starts_with(b";"))
}

/// Answers a call of `Export`.
pub async fn export(gate: Arc<Gate>, signal: Signal, request: Request) -> Response<Body> {
    if !is_grpc(request.headers()) {
        gate.count(&Refusal::MediaType);
        return answer::refused(&Refusal::MediaType, None);
    }
    match take(&gate, signal, request).await {
        Ok(outcome) => accepted(&answer::outcome_protobuf(signal, &outcome)),
        Err(refusal) => {
            gate.count(&refusal);
            refused(&refusal)
        }
    }
}

async fn take(gate: &Arc<Gate>, signal: Signal, request: Request) -> Result<Outcome, Refusal> {
    let is_gzip = http::is_gzip(request.headers(), GRPC_ENCODING)?;
    let mut message = gate.read(request.into_body()).await?;
    let is_compressed = unframe(&mut message.bytes).ok_or(Refusal::Frame)?;
    if is_compressed && !is_gzip {
        return Err(Refusal::Frame);
    }
    gate.take(signal, Encoding::Protobuf, is_compressed, message).await
}

/// Takes the prefix off the only message of a body; whether that is compressed.
fn unframe(body: &mut Bytes) -> Option<bool> {
    let prefix = (body.len() >= PREFIX_BYTES).then(|| body.split_to(PREFIX_BYTES))?;
    let length = u32::from_be_bytes(prefix[1..].try_into().ok()?);
    (body.len() == length as usize && prefix[0] <= 1).then_some(prefix[0] == 1)
}

fn accepted(message: &[u8]) -> Response<Body> {
    let mut framed = BytesMut::with_capacity(PREFIX_BYTES + message.len());
    framed.put_u8(0);
    framed.put_u32(message.len() as u32);
    framed.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert(Status::GRPC_STATUS, HeaderValue::from(Code::Ok as i32));
    let body = Full::new(framed.freeze()).with_trailers(async { Some(Ok(trailers)) });
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(CONTENT_TYPE, GRPC_CONTENT_TYPE);
    response
}

/// The answer to a call that was not taken.
pub fn refused(refusal: &Refusal) -> Response<Body> {
    let details = refusal.retry_after().map(|_| answer::status(refusal).encode_to_vec()).unwrap_or_default();
    let status = Status::with_details(refusal.grpc_code(), refusal.to_string(), Bytes::from(details));
    let mut response = status.into_http::<Body>();
    if matches!(refusal, Refusal::ContentEncoding) {
        response.headers_mut().insert(GRPC_ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
