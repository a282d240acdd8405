//! OTLP over HTTP, and the addresses of both protocols.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, ORIGIN};
use axum::http::{HeaderValue, Response, header};
use axum::middleware::{self, Next};
use axum::routing::post;

use super::gate::Gate;
use super::refusal::Refusal;
use super::{answer, grpc};
use crate::telemetry::otlp::{Encoding, Outcome, Signal};

/// Each signal with its address by either protocol.
const ROUTES: [(Signal, &str, &str); 3] = [
    (Signal::Traces, "/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"),
    (Signal::Metrics, "/v1/metrics", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"),
    (Signal::Logs, "/v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export"),
];

/// The addresses of both protocols.
pub fn router(gate: Arc<Gate>) -> Router {
    let routes = ROUTES.into_iter().fold(Router::new(), |router, (signal, http, grpc)| {
        router
            .route(http, post(async move |State(gate), request| export(gate, signal, request).await))
            .route(grpc, post(async move |State(gate), request| grpc::export(gate, signal, request).await))
    });
    routes
        .fallback(async |State(gate), request| refuse(&gate, &Refusal::NotFound, &request))
        .method_not_allowed_fallback(async |State(gate), request| refuse(&gate, &Refusal::Method, &request))
        .layer(middleware::from_fn_with_state(gate.clone(), refuse_pages))
        .with_state(gate)
}

/// A browser names the origin of whatever page posts, also where that page's host is made to resolve to this machine; programs
/// name none. So there is no page that may post, and no need to know the names by which programs reach this machine.
async fn refuse_pages(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response<Body> {
    if request.headers().contains_key(ORIGIN) {
        return refuse(&gate, &Refusal::Foreign, &request);
    }
    next.run(request).await
}

fn refuse(gate: &Arc<Gate>, refusal: &Refusal, request: &Request) -> Response<Body> {
    gate.count(refusal);
    if grpc::is_grpc(request.headers()) {
        return grpc::refused(refusal);
    }
    let mut response = answer::refused(refusal, encoding(request.headers()).ok());
    if matches!(refusal, Refusal::Method) {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

async fn export(gate: Arc<Gate>, signal: Signal, request: Request) -> Response<Body> {
    let encoding = encoding(request.headers());
    let known = encoding.as_ref().ok().copied();
    let taken = match encoding {
        Ok(encoding) => take(&gate, signal, encoding, request).await.map(|outcome| (encoding, outcome)),
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok((encoding, outcome)) => answer::accepted(signal, encoding, &outcome),
        Err(refusal) => {
            gate.count(&refusal);
            answer::refused(&refusal, known)
        }
    }
}

async fn take(gate: &Arc<Gate>, signal: Signal, encoding: Encoding, request: Request) -> Result<Outcome, Refusal> {
    let is_gzip = is_gzip(request.headers(), CONTENT_ENCODING)?;
    let message = gate.read(request.into_body()).await?;
    gate.take(signal, encoding, is_gzip, message).await
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let of = |encoding| media_type.eq_ignore_ascii_case(answer::media_type(encoding)).then_some(encoding);
    of(Encoding::Protobuf).or_else(|| of(Encoding::Json)).ok_or(Refusal::MediaType)
}

/// Whether a message is compressed, by the header that says so.
pub fn is_gzip(headers: &HeaderMap, name: header::HeaderName) -> Result<bool, Refusal> {
    match headers.get(name).map(HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => Ok(false),
        Some(value) if value.eq_ignore_ascii_case(b"gzip") => Ok(true),
        Some(_) => Err(Refusal::ContentEncoding),
    }
}
