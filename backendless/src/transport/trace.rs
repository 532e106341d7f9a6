//! What a call tells of itself to `tracing`, by OpenTelemetry's names for HTTP clients.
//!
//! The path is told as its template and nothing is told in the server's words: a span holds no
//! secret and no value of the caller's.

use reqwest::{StatusCode, Url};
use tracing::Span;
use tracing::field::{Empty, debug};

use super::call::Call;
use crate::Error;
use crate::operation::Operation;

/// The span of a call, from before its first attempt until its answer is read.
pub(super) fn span(operation: &'static Operation, url: &Url) -> Span {
    tracing::info_span!(
        target: "backendless",
        "backendless.call",
        otel.name = operation.id(),
        otel.kind = "client",
        otel.status_code = Empty,
        backendless.operation = operation.id(),
        backendless.code = Empty,
        http.request.method = operation.method(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        url.template = operation.path(),
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        error.type = Empty,
    )
}

pub(super) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
}

pub(super) fn failed(span: &Span, error: &Error) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", debug(error.kind()));
    if let Some(code) = error.code() {
        span.record("backendless.code", code.get());
    }
}

/// The call is about to be made again after `error`.
pub(super) fn again(call: &Call, error: &Error, wait: std::time::Duration) {
    call.span.record("http.request.resend_count", call.attempts);
    tracing::info!(
        target: "backendless",
        {
            backendless.operation = call.operation.id(),
            backendless.code = error.code().map(crate::ErrorCode::get),
            http.response.status_code = error.status(),
            error.type = debug(error.kind()),
            attempts = call.attempts,
            wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        },
        "the call is made again"
    );
}
