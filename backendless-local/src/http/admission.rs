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
    check_route(request, operation)?;
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
fn check_route(request: &Parts, segments: &[String]) -> Result<(), ErrorResponse> {
    let is_file = segments.first().is_some_and(|name| name == "files");
    let (method, path) = (&request.method, request.uri.path());
    // The router would match `/data//id` as a table with an empty name.
    let has_gap = segments.iter().rev().skip(1).any(String::is_empty) && !is_file;
    let raw: Vec<&str> = operation_path(path).split('/').collect();
    if has_gap || is_reserved(&raw, segments) {
        return Err(unknown_operation(method, path).into());
    }
    // The router would run `GET`, and a poll or a logout is not safe to repeat.
    if method == Method::HEAD && !is_file {
        return Err(unknown_method(method, path));
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

pub(crate) async fn unknown_route(request: Request) -> ErrorResponse {
    unknown_operation(request.method(), request.uri().path()).into()
}

fn unknown_operation(method: &Method, path: &str) -> ServiceError {
    let operation = format!("there is no operation {method} {}: it", route(path));
    ServiceError::not_implemented(operation)
}

pub(crate) async fn method_not_allowed(request: Request) -> ErrorResponse {
    unknown_method(request.method(), request.uri().path())
}

fn unknown_method(method: &Method, path: &str) -> ErrorResponse {
    let operation = format!("{} has no operation {method}: it", route(path));
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

/// Returns the path without the app id, the key and a token, which must not be part of a message.
fn route(path: &str) -> String {
    let operation = operation_path(path);
    let segments = operation
        .split('/')
        .map(|segment| decode(segment).unwrap_or_default());
    if is_token_check(&segments.collect::<Vec<_>>()) {
        return format!("/users/{TOKEN_CHECK}/{{token}}");
    }
    format!("/{}", shorten(operation))
}
