//! Checks that hold for every request: a decodable path that begins with the app id and the key of this server or is
//! that of its domain, and a valid user token if there is one.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use crate::http::body::{discard, share};
use crate::http::reserved::is_reserved;
use crate::http::response::ErrorResponse;
use crate::http::url::decode;
use crate::limits::Limits;
use crate::service_error::{ServiceError, code};
use crate::services::caller::{ApiKey, Caller};
use crate::services::{DOMAIN_PATH, Services};
use crate::text::shorten;
use crate::token_paths::{BEFORE_TOKEN, CONFIRMATION_PATH, TOKEN_CHECK};

pub(crate) const USER_TOKEN: &str = "user-token";

/// Runs an admitted request; responds to any other with the error.
pub(crate) async fn admit(
    State((services, limits)): State<(Services, Limits)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let (body, rest) = share(body, &limits);
    let response = match identify(&services, &parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            parts.extensions.insert(limits);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => error.into_response(),
    };
    // The handler may not have read the body: the path was rejected, or no body was expected. A client
    // that sends it slowly gets the response anyway.
    if response.status() != StatusCode::REQUEST_TIMEOUT {
        let _ = tokio::time::timeout(limits.body_timeout, discard(rest)).await;
    }
    response
}

async fn identify(services: &Services, request: &Parts) -> Result<Caller, ErrorResponse> {
    let path = request.uri.path();
    let segments = path.split('/').skip(1).map(decode);
    let segments = segments.collect::<Result<Vec<_>, _>>()?;
    let (key, operation) = match segments.as_slice() {
        // A client of the app id and the key that sends its requests to the domain.
        [_, app_id, ..] if is_at_domain(path) && *app_id == services.app_id => {
            return Err(unknown_app().into());
        }
        [_, operation @ ..] if is_at_domain(path) => (ApiKey::Rest, operation),
        [app_id, key, operation @ ..] if *app_id == services.app_id => {
            (key_of(services, key).ok_or_else(unknown_app)?, operation)
        }
        _ => return Err(unknown_app().into()),
    };
    let session = match request.headers.get(USER_TOKEN) {
        // Whether a token is valid is also checked by a request that sends it.
        Some(_) if is_token_check(operation) => None,
        None => None,
        // A token that is not text becomes an unknown token.
        Some(token) => {
            let token = token.to_str().unwrap_or_default();
            let is_logout =
                matches!(operation, [users, logout] if users == "users" && logout == "logout");
            Some(services.users.session(token, is_logout).await?)
        }
    };
    check_route(services, request, operation)?;
    Ok(Caller { session, key })
}

/// Whether a request is sent to the domain of the application, whose paths contain neither the app id nor a key.
pub(super) fn is_at_domain(path: &str) -> bool {
    let after = path.strip_prefix(DOMAIN_PATH);
    after.is_some_and(|after| after.is_empty() || after.starts_with('/'))
}

/// Returns which key of the application this is.
fn key_of(services: &Services, key: &str) -> Option<ApiKey> {
    match key {
        key if key == services.api_key => Some(ApiKey::Rest),
        key if key == services.cloud_code_key => Some(ApiKey::CloudCode),
        _ => None,
    }
}

/// Whether the segments of an operation are those of the check of a token, which they contain.
fn is_token_check(segments: &[String]) -> bool {
    let mut segments = segments.iter().filter(|segment| !segment.is_empty());
    segments.next().is_some_and(|first| first == "users")
        && segments.next().is_some_and(|second| second == TOKEN_CHECK)
}

/// Rejects requests that the router would give to another operation than that of the service.
fn check_route(
    services: &Services,
    request: &Parts,
    segments: &[String],
) -> Result<(), ErrorResponse> {
    let is_file = segments.first().is_some_and(|name| name == "files");
    let (method, path) = (&request.method, request.uri.path());
    // The router would match `/data//id` as a table with an empty name.
    let has_gap = segments.iter().rev().skip(1).any(String::is_empty) && !is_file;
    let raw: Vec<&str> = operation_path(path).split('/').collect();
    if has_gap || is_reserved(&raw, segments) {
        return Err(unknown_operation(services, method, path).into());
    }
    // The router would run `GET`, and a poll or a logout is not safe to repeat.
    if method == Method::HEAD && !is_file {
        return Err(unknown_method(services, method, path));
    }
    Ok(())
}

fn unknown_app() -> ServiceError {
    ServiceError::new(
        code::UNKNOWN_APP,
        "Could not find app or API key: make sure that the path begins with /{app-id}/{rest-api-key}, or with /api at a \
         domain of the application",
    )
}

pub(crate) async fn unknown_route(
    State(services): State<Services>,
    request: Request,
) -> ErrorResponse {
    unknown_operation(&services, request.method(), request.uri().path()).into()
}

fn unknown_operation(services: &Services, method: &Method, path: &str) -> ServiceError {
    let route = route(services, path);
    let operation = format!("there is no operation {method} {route}: it");
    ServiceError::not_implemented(operation)
}

pub(crate) async fn method_not_allowed(
    State(services): State<Services>,
    request: Request,
) -> ErrorResponse {
    unknown_method(&services, request.method(), request.uri().path())
}

fn unknown_method(services: &Services, method: &Method, path: &str) -> ErrorResponse {
    let route = route(services, path);
    let operation = format!("{route} has no operation {method}: it");
    ErrorResponse::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        ServiceError::not_implemented(operation),
    )
}

/// Returns the path after the app id and the key, or after the path of the API at the domain, without its first slash.
fn operation_path(path: &str) -> &str {
    let skipped = if is_at_domain(path) { 2 } else { 3 };
    path.splitn(skipped + 1, '/')
        .nth(skipped)
        .unwrap_or_default()
}

/// Whether this is the path of a file or of the confirmation of an e-mail address, to which links lead.
pub(super) fn is_link_target(path: &str) -> bool {
    let operation = operation_path(path);
    let confirmation = CONFIRMATION_PATH.trim_start_matches('/');
    let mut targets = ["files", confirmation].into_iter();
    targets.any(|target| {
        let after = operation.strip_prefix(target);
        after.is_some_and(|after| after.starts_with('/'))
    })
}

/// Returns the path of the operation without the app id, the keys and tokens, which must not be part of a message.
fn route(services: &Services, path: &str) -> String {
    let hide = |segment: &str| placeholder(services, segment);
    format!("/{}", shorten(&shown_operation(path, hide)))
}

/// Returns the path after the app id and the key for the log, which masks the secrets of the application. A path of no
/// operation may have those of another application or a token in any place.
pub(super) fn recorded_path(path: &str, is_operation: bool) -> String {
    if is_operation {
        return format!("/{}", shown_operation(path, |_| None));
    }
    let segments = operation_path(path).split('/');
    let service = segments
        .clone()
        .position(|segment| SERVICES.contains(&segment));
    let mut at = 0;
    let shown = shown_operation(path, |segment| {
        at += 1;
        let is_hidden = match service {
            // The names of the service come after the app id and the key.
            Some(service) => (at <= service && !segment.is_empty()) || is_id(segment),
            None => is_id(segment) || is_mixed(segment),
        };
        is_hidden.then_some("{id}")
    });
    format!("/{shown}")
}

/// The first segments of the paths of operations.
const SERVICES: [&str; 14] = [
    "cache",
    "counters",
    "data",
    "emailtemplate",
    "files",
    "geo",
    "hive",
    "info",
    "log",
    "messaging",
    "servercode",
    "services",
    "transaction",
    "users",
];

/// Returns the path after the app id and the key, without its first slash, with placeholders for a token, wherever it is, and
/// for the segments that `hide` names.
fn shown_operation(path: &str, mut hide: impl FnMut(&str) -> Option<&'static str>) -> String {
    let skipped = path.len() - operation_path(path).len();
    let is_before_token = |segment: &str| {
        let segment = percent_decode_str(segment).decode_utf8_lossy();
        let mut names = BEFORE_TOKEN.into_iter();
        names.find(|name| {
            segment
                .split('/')
                .any(|part| part.eq_ignore_ascii_case(name))
        })
    };
    if path[..skipped]
        .split('/')
        .any(|segment| is_before_token(segment).is_some())
    {
        return "{token}".to_owned();
    }
    let mut shown = Vec::new();
    for segment in path[skipped..].split('/') {
        if let Some(name) = is_before_token(segment) {
            shown.extend([name, "{token}"]);
            break;
        }
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        shown.push(hide(&decoded).unwrap_or(segment));
    }
    shown.join("/")
}

/// Returns what a message contains in place of a segment that is or may be a secret.
fn placeholder(services: &Services, segment: &str) -> Option<&'static str> {
    if segment == services.app_id {
        return Some("{app-id}");
    }
    if key_of(services, segment).is_some() {
        return Some("{rest-api-key}");
    }
    is_id(segment).then_some("{id}")
}

/// Whether a segment of an unknown path may be a key that a person chose: it is longer than the names of operations, or has
/// letters and digits.
fn is_mixed(segment: &str) -> bool {
    let has = |is: fn(&u8) -> bool| segment.bytes().any(|byte| is(&byte));
    let has_both = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    segment.len() >= 32 || (segment.len() >= 4 && has_both)
}

/// Whether a segment may be the key of another application, or a token.
fn is_id(segment: &str) -> bool {
    /// The shortest id that the server or the service creates is longer.
    const MIN_ID_LENGTH: usize = 16;
    segment.len() >= MIN_ID_LENGTH
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
