//! Checks that hold for every request: a decodable path, the app id and the key of this server, and
//! a valid user token if there is one.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::body::{discard, share};
use crate::http::response::ErrorResponse;
use crate::http::url::decode;
use crate::limits::Limits;
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::caller::Caller;
use crate::text::shorten;

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
    // The handler may not have read the body: the path was rejected, or no body was expected.
    discard(rest).await;
    response
}

async fn identify(services: &Services, request: &Parts) -> Result<Caller, ErrorResponse> {
    let segments = request.uri.path().split('/').skip(1).map(decode);
    let segments = segments.collect::<Result<Vec<_>, _>>()?;
    let is_this_app = matches!(
        segments.as_slice(),
        [app_id, api_key, ..] if *app_id == services.app_id && *api_key == services.api_key
    );
    if !is_this_app {
        return Err(unknown_app().into());
    }
    // The router would match `/data//id` as a table with an empty name.
    if segments[..segments.len() - 1].iter().any(String::is_empty) {
        return Err(unknown_operation(&request.method, request.uri.path()).into());
    }
    match request.headers.get(USER_TOKEN) {
        None => Ok(Caller(None)),
        // A token that is not text becomes an unknown token.
        Some(token) => {
            let token = token.to_str().unwrap_or_default();
            Ok(services.users.caller(token).await?)
        }
    }
}

fn unknown_app() -> ServiceError {
    ServiceError::new(
        code::UNKNOWN_APP,
        "Could not find app or API key: make sure that the path begins with /{app-id}/{rest-api-key}",
    )
}

pub(crate) async fn unknown_route(request: Request) -> ErrorResponse {
    unknown_operation(request.method(), request.uri().path()).into()
}

fn unknown_operation(method: &Method, path: &str) -> ServiceError {
    let message = format!("there is no operation {method} {}", route(path));
    ServiceError::not_found(code::UNKNOWN_OPERATION, message)
}

pub(crate) async fn method_not_allowed(request: Request) -> ErrorResponse {
    let message = format!(
        "{} has no operation {}",
        route(request.uri().path()),
        request.method()
    );
    ErrorResponse::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        ServiceError::new(code::UNKNOWN_OPERATION, message),
    )
}

/// Returns the path without the app id and the key, which must not be part of a message.
fn route(path: &str) -> String {
    let after_key = path.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{}", shorten(after_key))
}
