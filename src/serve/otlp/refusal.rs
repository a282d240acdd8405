//! Why a message is not taken, and how either protocol says so.
//!
//! The codes are those of <https://opentelemetry.io/docs/specs/otlp/>: a sender tries again what may be taken later, and only that.

use std::time::Duration;

use axum::http::StatusCode;
use tonic::Code;

use crate::telemetry::otlp::Malformed;

/// When a sender may try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a message is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("this is sent by a web page, and telemetry is taken of programs only")]
    Foreign,
    #[error("nothing is here but OTLP: POST /v1/traces, /v1/metrics, /v1/logs and its services of gRPC")]
    NotFound,
    #[error("telemetry is sent by POST")]
    Method,
    #[error("the content type must be application/x-protobuf or application/json")]
    MediaType,
    #[error("the only encoding of messages that is understood is gzip")]
    ContentEncoding,
    #[error("a message may have at most {0} bytes, inflated: send fewer records at once")]
    TooLarge(usize),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the message is no whole gzip stream")]
    Gzip,
    #[error("this is not one whole message of gRPC")]
    Frame,
    #[error("too many messages are on their way: try again")]
    Busy,
    #[error("there is no memory at the moment: try again")]
    NoMemory,
    #[error("the rest of the message did not come in time")]
    Stalled,
    #[error("the connection broke before the message was whole")]
    Broken,
}

impl Refusal {
    /// What it is counted as; `None` if its records are counted already.
    pub fn reason(&self) -> Option<&'static str> {
        let reason = match self {
            Self::NoMemory => return None,
            Self::Foreign => "request of a web page",
            Self::NotFound | Self::Method | Self::MediaType | Self::ContentEncoding => "request that is no OTLP",
            Self::TooLarge(_) | Self::Malformed(Malformed::Records) => "message too large",
            Self::Malformed(_) | Self::Gzip | Self::Frame => "message malformed",
            Self::Busy => "message beyond those that may be on their way: to be sent again later",
            Self::Stalled => "message that stalled half-way",
            Self::Broken => "message that broke off",
        };
        Some(reason)
    }

    /// After what time the same message may be taken.
    pub fn retry_after(&self) -> Option<Duration> {
        matches!(self, Self::Busy | Self::NoMemory).then_some(RETRY_AFTER)
    }

    pub fn http_status(&self) -> StatusCode {
        match self {
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType | Self::ContentEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) | Self::Malformed(Malformed::Records) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) | Self::Gzip | Self::Frame | Self::Broken => StatusCode::BAD_REQUEST,
            Self::Busy | Self::NoMemory => StatusCode::SERVICE_UNAVAILABLE,
            Self::Stalled => StatusCode::REQUEST_TIMEOUT,
        }
    }

    pub fn grpc_code(&self) -> Code {
        match self {
            Self::Foreign => Code::PermissionDenied,
            Self::NotFound | Self::Method | Self::MediaType | Self::ContentEncoding => Code::Unimplemented,
            // Without the details by which a sender would try again.
            Self::TooLarge(_) | Self::Malformed(Malformed::Records) => Code::ResourceExhausted,
            Self::Malformed(_) | Self::Gzip | Self::Frame => Code::InvalidArgument,
            Self::Busy | Self::NoMemory => Code::Unavailable,
            Self::Stalled => Code::DeadlineExceeded,
            Self::Broken => Code::Cancelled,
        }
    }
}
