//! Error responses: the envelope of the service, `{"code": 3003, "message": "..", "errorData": {}}`, any part of which may
//! be missing, or a response that the service did not write, such as a page of a proxy.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::coding;
use super::context::{ReadMode, RequestContext};
use super::disclosure::{self, Withheld};
use crate::error::{Detail, MAX_MESSAGE};
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
    let texts = Texts::of(&envelope);
    let withheld = texts.check(context).err();
    let data = texts.data.or_else(|| other_shape(context, &envelope));
    let message = match (texts.message, withheld) {
        (Some(_), Some(withheld)) => replacement(code, withheld),
        (Some(message), None) => message.to_owned(),
        (None, _) => default_message(context, status, headers, body),
    };
    let has_application_codes = context.operation.error_codes() == ErrorCodes::Application;
    let is_envelope = code.is_some_and(|code| {
        // Codes of the service start at 999. Other services repeat the status as their code.
        has_application_codes
            || code.kind().is_some()
            || code.get() >= 999 && has_only_own_properties(&envelope)
    });
    let message = match is_envelope {
        false if is_missing(status) => format!("{message}: {}", address_hint(context)),
        _ => message,
    };
    let kind = match ErrorKind::of_response(status.as_u16(), code) {
        // The code may come from the application's own code, which was executed.
        ErrorKind::RateLimited if has_application_codes && status != 429 => ErrorKind::Api,
        // Another server sends these for any path.
        ErrorKind::NotFound | ErrorKind::Conflict if !is_envelope => ErrorKind::Api,
        kind => kind,
    };
    let now = context.shared.clock.system_time();
    let error = context
        .error(kind, message)
        .with_status(status.as_u16())
        .with_code(code.filter(|code| may_show_code(*code, withheld)))
        .with_retry_after(retry_after(headers, now))
        .with_detail(detail(status).filter(|_| !is_envelope))
        .with_data(data.filter(|_| withheld.is_none()).cloned());
    let error = match kind {
        ErrorKind::InvalidApplication => {
            let settings = context.shared.http.address_hints().application;
            error.with_remedy(format!("check {settings}"))
        }
        _ => error,
    };
    classify_retry(context, error, status)
}

/// Returns what the status of a response means that the service did not write.
fn detail(status: StatusCode) -> Option<Detail> {
    match status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Some(Detail::Proxy),
        StatusCode::NOT_MODIFIED => None,
        status if status.is_redirection() => Some(Detail::Redirect),
        _ => Some(Detail::NotBackendless),
    }
}

/// Failure that the body of a response with a successful status reports.
pub(crate) struct ReportedFailure {
    /// What failed, a text of this crate.
    pub(crate) what: String,
    /// The message of the service.
    pub(crate) message: Option<String>,
    pub(crate) code: Option<i64>,
    /// Details for a program, which repeat values of the request.
    pub(crate) data: Value,
}

/// Creates the error of a response whose status is 2xx and whose body reports a failure.
pub(super) fn reported(
    context: &RequestContext,
    status: StatusCode,
    failure: ReportedFailure,
) -> Error {
    let ReportedFailure {
        what,
        message,
        code,
        data,
    } = failure;
    let code = code.map(ErrorCode::new);
    let texts = Texts {
        message: message.as_deref(),
        data: Some(&data),
        code: None,
    };
    let withheld = texts.check(context).err();
    let reason = match (&message, withheld) {
        (_, Some(withheld)) => replacement(code, withheld),
        (Some(message), None) => message.clone(),
        (None, None) => "the service gave no reason".to_owned(),
    };
    // The values of the request that it repeats are checked with the data.
    let message = match withheld {
        None => format!("{what}: {reason}"),
        Some(_) => reason,
    };
    context
        .error(ErrorKind::Api, message)
        .with_status(status.as_u16())
        .with_code(code.filter(|code| may_show_code(*code, withheld)))
        .with_data(Some(data).filter(|data| withheld.is_none() && !data.is_null()))
        .final_because("the service rejected it")
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
    /// A century. The limit keeps a number that is no delay, but may be an id, out of the error.
    const MAX_SECONDS: u64 = 100 * 365 * 24 * 60 * 60;
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(MAX_SECONDS)));
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

/// Whether `envelope` has no other properties than the service sends: other services have codes of five digits, too.
fn has_only_own_properties(envelope: &Value) -> bool {
    let names = ["code", "message", "errorData"];
    envelope
        .as_object()
        .is_some_and(|map| map.keys().all(|name| names.contains(&name.as_str())))
}

/// Returns a body that has another shape than the envelope, which the specification may declare for an operation; `None` if
/// it is empty or too long, or repeats a secret.
fn other_shape<'e>(context: &RequestContext, body: &'e Value) -> Option<&'e Value> {
    if !is_data(body) || has_only_own_properties(body) {
        return None;
    }
    let texts = Texts {
        message: None,
        data: Some(body),
        code: None,
    };
    texts.check(context).ok().map(|()| body)
}

/// Whether another server sends this status for a path that it does not know.
fn is_missing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 404 | 405 | 410)
}

/// Returns the remedy for a response that the service did not write.
pub(super) fn address_hint(context: &RequestContext) -> String {
    let settings = match context.read {
        ReadMode::Full => context.shared.http.address_hints().server,
        ReadMode::Head => "the URL of the file",
    };
    format!("it is not a response of Backendless, check {settings}")
}

/// Describes a response without a message. Its body is not repeated, because the service did not write it.
fn default_message(
    context: &RequestContext,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> String {
    if status == StatusCode::NOT_MODIFIED {
        return "Not Modified: the condition of a header of the request, such as `if-none-match`, was not met".to_owned();
    }
    if status.is_redirection() {
        let settings = context.shared.http.address_hints().server;
        let target = context.redirect_origin(headers);
        let target = target.map_or_else(String::new, |origin| format!(" to {origin}"));
        return format!(
            "the server responded with a redirect{target}, which is not followed: check {settings}"
        );
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
    if let Some(codings) = coding::undecoded(headers) {
        return format!("{reason}, with a body in the {codings}, which is not decoded");
    }
    let length = body.len();
    let media_type = media_type(headers);
    format!("{reason}, with {length} bytes of {media_type} that are not an error of Backendless")
}

/// Describes the media type of a response. A type that is not common is not repeated: its name may contain anything.
fn media_type(headers: &HeaderMap) -> &'static str {
    const COMMON: [(&str, &str); 6] = [
        ("application/json", "\"application/json\""),
        ("application/problem+json", "\"application/problem+json\""),
        ("application/xml", "\"application/xml\""),
        ("text/html", "\"text/html\""),
        ("text/plain", "\"text/plain\""),
        ("text/xml", "\"text/xml\""),
    ];
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return "no media type";
    };
    let essence = value.to_str().unwrap_or_default().split(';').next();
    let essence = essence.unwrap_or_default().trim();
    let common = COMMON
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(essence));
    common.map_or("another media type", |(_, quoted)| quoted)
}

/// Maximum length of `errorData` as JSON, in bytes. Longer data is omitted.
const MAX_DATA_BYTES: usize = 8 * 1024;
/// How many characters of a message are searched for secrets. An error contains a quarter of them, and a secret that
/// starts in this part and is encoded ends after it.
const MAX_SEARCHED: usize = 4 * MAX_MESSAGE;

/// The texts of an error response.
struct Texts<'e> {
    message: Option<&'e str>,
    /// `errorData`; `None` if it is empty or too long.
    data: Option<&'e Value>,
    code: Option<&'e Value>,
}

impl<'e> Texts<'e> {
    fn of(envelope: &'e Value) -> Self {
        let message = envelope.get("message").and_then(Value::as_str);
        Self {
            message: message.filter(|message| !message.trim().is_empty()),
            data: envelope.get("errorData").filter(|data| is_data(data)),
            code: envelope.get("code"),
        }
    }

    /// Decides whether the texts may be shown: all of them or none.
    fn check(&self, context: &RequestContext) -> Result<(), Withheld> {
        let mut all = String::new();
        let message = self.message.unwrap_or_default();
        all.extend(message.chars().take(MAX_SEARCHED));
        if let Some(data) = self.data {
            // As JSON, the numbers of a list of bytes are next to each other.
            all.push('\0');
            all.push_str(&data.to_string());
            push_values(data, &mut all);
        }
        if let Some(code) = self.code {
            push_values(code, &mut all);
        }
        disclosure::check(&context.secrets(), &all)
    }
}

fn is_data(data: &Value) -> bool {
    match data {
        Value::Null => false,
        Value::Object(map) if map.is_empty() => false,
        _ => data.to_string().len() <= MAX_DATA_BYTES,
    }
}

/// Appends each key, string and number in `value`, separated by zeros.
fn push_values(value: &Value, all: &mut String) {
    all.push('\0');
    match value {
        Value::String(text) => all.extend(text.chars().take(MAX_SEARCHED)),
        Value::Number(number) => {
            all.push_str(&number.to_string());
            if let Some(float) = number.as_f64().filter(|_| number.is_f64()) {
                // All digits, instead of an exponent.
                all.push_str(&format!("\0{float:.0}"));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| push_values(item, all)),
        Value::Object(map) => {
            for (key, value) in map {
                all.push('\0');
                all.push_str(key);
                push_values(value, all);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Describes an error whose message is withheld, in the terms of this crate.
fn replacement(code: Option<ErrorCode>, withheld: Withheld) -> String {
    let description = code
        .and_then(ErrorCode::description)
        .unwrap_or("the service rejected the request");
    format!("{description} (the message of the service is withheld, because {withheld})")
}

/// Whether a code may be shown: the codes of the service have up to five digits, and a longer one may be a secret that
/// consists of digits.
fn may_show_code(code: ErrorCode, withheld: Option<Withheld>) -> bool {
    withheld.is_none() || code.get().unsigned_abs() < 100_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_code_is_shown_unless_the_message_is_withheld() {
        for code in [0, 3003, 99_999, -99_999] {
            let code = ErrorCode::new(code);
            assert!(may_show_code(code, None), "{code:?}");
            assert!(may_show_code(code, Some(Withheld::Repeated)), "{code:?}");
        }
        for code in [100_000, -100_000, i64::MAX, i64::MIN] {
            let code = ErrorCode::new(code);
            assert!(may_show_code(code, None), "{code:?}");
            assert!(!may_show_code(code, Some(Withheld::Repeated)), "{code:?}");
        }
    }
}
