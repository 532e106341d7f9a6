//! The service's errors: `{"code": 3003, "message": "..", "errorData": {}}`, any part of which may
//! be missing, or something that is none of its own, such as a proxy's page.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::call::Call;
use crate::{Error, ErrorCode, ErrorKind};

/// The error that an answer with a status other than 2xx stands for.
pub(super) fn read(call: &Call, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let envelope = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let code = envelope.get("code").and_then(code);
    let message = envelope
        .get("message")
        .and_then(Value::as_str)
        .filter(|message| !message.trim().is_empty());
    let message = match message {
        Some(message) => message.to_owned(),
        None => without_message(status, headers, body),
    };
    let kind = match ErrorKind::of_response(status.as_u16(), code) {
        // The code may be the method's own, which has done what it does.
        ErrorKind::RateLimited if call.is_cloud_code() && status != 429 => ErrorKind::Api,
        kind => kind,
    };
    let error = call
        .error(kind, message)
        .with_status(status.as_u16())
        .with_code(code)
        .with_retry_after(retry_after(headers, call.transport.app.clock.system_time()))
        .with_data(envelope.get("errorData").and_then(|data| clean(call, data)));
    say_whether_it_may_pass(call, error, status)
}

fn say_whether_it_may_pass(call: &Call, error: Error, status: StatusCode) -> Error {
    let refused_unread = error.kind() == ErrorKind::RateLimited;
    match status.as_u16() {
        _ if refused_unread => error.retryable(true),
        502..=504 => call.transient(error),
        status => error.final_because(format!("{status} is final")),
    }
}

/// The wait that the answer asks for: a number of seconds, or a date, which may have passed.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// A number, or a text that holds one.
fn code(value: &Value) -> Option<ErrorCode> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.map(ErrorCode::new)
}

/// What can be said of an answer that says nothing itself. Its text is not repeated: whoever wrote
/// it, it was not the service.
fn without_message(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    if status.is_redirection() {
        return "the server answers with a redirect, which is not followed; is the API URL right?"
            .to_owned();
    }
    let reason = status.canonical_reason().unwrap_or("unknown status");
    if body.is_empty() {
        return format!("{reason}, with no explanation");
    }
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map_or("no media type", |value| {
            value.split(';').next().unwrap_or(value)
        });
    format!(
        "{reason}, and no error of Backendless but {} bytes of {media_type:?}",
        body.len()
    )
}

/// `errorData` as it is, but for an empty one, and without what no text may hold.
fn clean(call: &Call, data: &Value) -> Option<Value> {
    let is_empty = match data {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    (!is_empty).then(|| redact(call, data))
}

fn redact(call: &Call, data: &Value) -> Value {
    match data {
        Value::String(text) => call.redact(text).into(),
        Value::Array(items) => items.iter().map(|item| redact(call, item)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (call.redact(key), redact(call, value)))
            .collect(),
        other => other.clone(),
    }
}
