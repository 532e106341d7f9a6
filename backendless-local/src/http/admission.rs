//! Checks that hold for every request: a decodable path that begins with the app id and the key of this server or is
//! that of its domain, and a valid user token if there is one.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::body::{discard, share};
use crate::http::reserved::is_reserved;
use crate::http::response::ErrorResponse;
use crate::http::url::decode;
use crate::limits::Limits;
use crate::service_error::{ServiceError, code};
use crate::services::caller::{ApiKey, Caller};
use crate::services::{DOMAIN_PATH, Services};
use crate::text::shorten;

pub(crate) const USER_TOKEN: &str = "user-token";

const TOKEN_CHECK: &str = "isvalidusertoken";

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
fn is_at_domain(path: &str) -> bool {
    let behind = path.strip_prefix(DOMAIN_PATH);
    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
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
    matches!(segments, [users, check, ..] if users == "users" && check == TOKEN_CHECK)
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

/// Returns the path behind the app id and the key, or behind the path of the API at the domain, without its first slash.
fn operation_path(path: &str) -> &str {
    let skipped = if is_at_domain(path) { 2 } else { 3 };
    path.splitn(skipped + 1, '/')
        .nth(skipped)
        .unwrap_or_default()
}

/// Returns the path of the operation without the app id, the keys and tokens, which must not be part of a message.
fn route(services: &Services, path: &str) -> String {
    let operation = operation_path(path);
    let segments: Vec<String> = operation
        .split('/')
        .map(|segment| decode(segment).unwrap_or_default())
        .collect();
    if is_token_check(&segments) {
        return format!("/users/{TOKEN_CHECK}/{{token}}");
    }
    let shown = operation.split('/').zip(&segments);
    let shown = shown.map(|(text, segment)| placeholder(services, segment).unwrap_or(text));
    format!("/{}", shorten(&shown.collect::<Vec<_>>().join("/")))
}

/// Returns what a message contains in place of a segment that is or may be a secret.
fn placeholder(services: &Services, segment: &str) -> Option<&'static str> {
    /// The shortest id that the server or the service creates is longer.
    const MIN_ID_LENGTH: usize = 16;
    if segment == services.app_id {
        return Some("{app-id}");
    }
    if key_of(services, segment).is_some() {
        return Some("{rest-api-key}");
    }
    // The key of another application, or a token.
    let is_id = segment.len() >= MIN_ID_LENGTH
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_id.then_some("{id}")
}
