//! Error responses: the envelope of the service, `{"code": 3003, "message": "..", "errorData": {}}`, any part of which may
//! be missing, or a response that the service did not write, such as a page of a proxy.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::context::RequestContext;
use crate::operation::ErrorCodes;
use crate::{Error, ErrorCode, ErrorKind};

/// Creates the error of a response whose status is not 2xx.
pub(super) fn read(
    context: &RequestContext,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Error {
    let envelope = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let code = envelope.get("code").and_then(code);
    let message = envelope
        .get("message")
        .and_then(Value::as_str)
        .filter(|message| !message.trim().is_empty());
    let message = match message {
        Some(message) => message.to_owned(),
        None => default_message(status, headers, body),
    };
    let has_application_codes = context.operation.error_codes() == ErrorCodes::Application;
    let kind = match ErrorKind::of_response(status.as_u16(), code) {
        // The code may come from the application's own code, which was executed.
        ErrorKind::RateLimited if has_application_codes && status != 429 => ErrorKind::Api,
        kind => kind,
    };
    let now = context.shared.clock.system_time();
    let error = context
        .error(kind, message)
        .with_status(status.as_u16())
        .with_code(code)
        .with_retry_after(retry_after(headers, now))
        .with_data(error_data(context, envelope.get("errorData")));
    classify_retry(context, error, status)
}

fn classify_retry(context: &RequestContext, error: Error, status: StatusCode) -> Error {
    // A rate limit rejects the request before it is processed.
    let is_unprocessed = error.kind() == ErrorKind::RateLimited;
    match status.as_u16() {
        _ if is_unprocessed => error.retryable(true),
        502..=504 => context.transient(error),
        status => error.final_because(format!("{status} is final")),
    }
}

/// Returns the delay that the service requests: a number of seconds, or a date, which may have passed.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// Reads a code: a number, or a string that contains one.
fn code(value: &Value) -> Option<ErrorCode> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.map(ErrorCode::new)
}

/// Describes a response without a message. Its body is not repeated, because the service did not write it.
fn default_message(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    if status.is_redirection() {
        return "the server responded with a redirect, which is not followed: check the API URL"
            .to_owned();
    }
    let reason = status.canonical_reason().unwrap_or("unknown status");
    let problem = match status {
        StatusCode::URI_TOO_LONG => {
            "the address of the request is longer than the server accepts; send fewer values per request"
        }
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "the headers of the request are longer than the server accepts"
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            "the body of the request is longer than the server accepts; send less in one request"
        }
        _ => "",
    };
    if !problem.is_empty() {
        return format!("{reason}: {problem}");
    }
    if body.is_empty() {
        return format!("{reason}, with an empty body");
    }
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map_or("no media type", |value| {
            value.split(';').next().unwrap_or(value)
        });
    format!(
        "{reason}, with {} bytes of {media_type:?} that are not an error of Backendless",
        body.len()
    )
}

/// Returns `errorData` without secrets; `None` if it is empty.
fn error_data(context: &RequestContext, data: Option<&Value>) -> Option<Value> {
    let data = data?;
    let is_empty = match data {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    (!is_empty).then(|| redact(context, data))
}

fn redact(context: &RequestContext, data: &Value) -> Value {
    match data {
        Value::String(text) => context.redact(text).into(),
        Value::Array(items) => items.iter().map(|item| redact(context, item)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (context.redact(key), redact(context, value)))
            .collect(),
        other => other.clone(),
    }
}
