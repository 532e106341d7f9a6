//! Spans and events of requests, with the names of OpenTelemetry's conventions for HTTP clients. Numbers are recorded as
//! `i64`: of an unsigned number, `tracing-opentelemetry` exports the text.
//!
//! The path is recorded as its template, and no text of the service is recorded: a span contains no secret and no value of
//! the caller.

use std::time::Duration;

use tracing::Span;
use tracing::field::{Empty, debug};

use super::http::Server;
use crate::Error;
use crate::operation::Operation;
use crate::prepared::AnyOperation;
#[cfg(feature = "opentelemetry")]
pub(super) use propagation::traceparent;

#[cfg(feature = "opentelemetry")]
mod propagation;

/// Creates the span of a request, which lasts from before the first attempt until the response is read.
///
/// The span of a request to `any` path is named by its method and path template, as OpenTelemetry's conventions require.
pub(super) fn span(
    operation: &'static Operation,
    any: Option<&AnyOperation>,
    server: Server<'_>,
) -> Span {
    let label = any.map(AnyOperation::label);
    tracing::info_span!(
        target: "backendless",
        "backendless.call",
        otel.name = label.as_deref().unwrap_or(operation.id()),
        otel.kind = "client",
        otel.status_code = Empty,
        backendless.operation = operation.id(),
        backendless.code = Empty,
        http.request.method = operation.method(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        url.template = any.map_or(operation.path(), AnyOperation::template),
        server.address = server.host,
        server.port = server.port.map(i64::from),
        error.type = Empty,
    )
}

/// Records the status of the last attempt, if it has one, and the number of retries. It is called once for each request:
/// OpenTelemetry exports a value that is recorded twice as two attributes.
pub(super) fn attempted(span: &Span, status: u16, attempts: u32) {
    if status != 0 {
        span.record("http.response.status_code", i64::from(status));
    }
    if attempts > 1 {
        span.record("http.request.resend_count", i64::from(attempts - 1));
    }
}

/// Records the error with which the request failed.
pub(super) fn failed(span: &Span, error: &Error) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", debug(error.kind()));
    if let Some(code) = error.code() {
        span.record("backendless.code", code.get());
    }
}

/// Records that another attempt follows `error` after `delay`.
pub(super) fn retrying(
    operation: &'static Operation,
    error: &Error,
    attempts: u32,
    delay: Duration,
) {
    tracing::info!(
        target: "backendless",
        {
            backendless.operation = operation.id(),
            backendless.code = error.code().map(crate::ErrorCode::get),
            http.response.status_code = error.status().map(i64::from),
            error.type = debug(error.kind()),
            attempts = i64::from(attempts),
            wait_ms = milliseconds(delay),
        },
        "retrying the request"
    );
}

/// Records that a request waits for the rate limit of the client, at least for `wait`.
pub(super) fn waiting(operation: &'static Operation, wait: Duration) {
    tracing::debug!(
        target: "backendless",
        {
            backendless.operation = operation.id(),
            wait_ms = milliseconds(wait),
        },
        "waiting for the rate limit"
    );
}

/// Reports a failed action of the store of a token. The session is used without it.
pub(super) fn token_store_failed(action: &'static str, error: &str) {
    tracing::warn!(target: "backendless", action, error, "the token store failed");
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
