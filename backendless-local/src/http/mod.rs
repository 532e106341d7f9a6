//! HTTP: which request reaches which service, and what one that reaches none is answered.
//!
//! It never knows what a service does. Whatever fails, the answer is the service's envelope.

pub(crate) mod connection;
mod fault;
pub(crate) mod input;
pub(crate) mod reply;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::faults::Dice;
use crate::http::input::{decode, discard, share};
use crate::http::reply::{Failure, code};
use crate::{cache, cloud_code, counters, data, files, geo, messaging, users};

const USER_TOKEN: &str = "user-token";

/// The objectId of the user on whose behalf the request is; none without a token.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Option<String>);

pub(crate) fn router(app: App, faults: Option<Arc<Dice>>) -> Router {
    let services = Router::new()
        .merge(data::routes())
        .merge(users::routes())
        .merge(files::routes())
        .merge(messaging::routes())
        .merge(geo::routes())
        .merge(cache::routes())
        .merge(counters::routes())
        .merge(cloud_code::routes());
    let router = Router::new()
        .nest("/{app-id}/{rest-api-key}", services)
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(app.clone(), admit))
        .layer(from_fn(survive))
        .with_state(app);
    match faults {
        Some(dice) => router.layer(from_fn_with_state(dice, fault::strike)),
        None => router,
    }
}

async fn unknown_route(request: Request) -> Failure {
    no_operation(request.method(), request.uri().path())
}

fn no_operation(method: &Method, path: &str) -> Failure {
    let message = format!("there is no operation {method} {}", route(path));
    Failure::new(code::WRONG_OPERATION, message).status(StatusCode::NOT_FOUND)
}

async fn wrong_method(request: Request) -> Failure {
    let message = format!(
        "{} has no operation {}",
        route(request.uri().path()),
        request.method()
    );
    Failure::new(code::WRONG_OPERATION, message).status(StatusCode::METHOD_NOT_ALLOWED)
}

/// The path without the app id and the key: a message never tells the key.
fn route(path: &str) -> String {
    let behind_the_key = path.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{}", reply::shorten(behind_the_key))
}

/// Lets a request through that may be here, and answers one that may not.
async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (body, rest) = share(body);
    let response = match identify(&app, &parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => failure.into_response(),
    };
    // Who answers may not have read the body: it was refused by its path, or no body was expected.
    discard(rest).await;
    response
}

/// What holds for every request: a path that can be read, the app id and the key of this server,
/// and, if there is a user token, one of a session that lives.
async fn identify(app: &App, request: &Parts) -> Result<Caller, Failure> {
    let segments = request.uri.path().split('/').skip(1).map(decode);
    let segments = segments.collect::<Result<Vec<_>, _>>()?;
    let ours = matches!(
        segments.as_slice(),
        [app_id, api_key, ..] if *app_id == app.app_id && *api_key == app.api_key
    );
    if !ours {
        return Err(unknown_app());
    }
    // `/data//id` has no table; the router would take it for one without a name.
    if segments[..segments.len() - 1].iter().any(String::is_empty) {
        return Err(no_operation(&request.method, request.uri.path()));
    }
    match request.headers.get(USER_TOKEN) {
        None => Ok(Caller(None)),
        // A token that is not even text is not one this server gave out.
        Some(token) => {
            let token = token.to_str().unwrap_or_default();
            Ok(Caller(Some(users::session_user(app, token).await?)))
        }
    }
}

fn unknown_app() -> Failure {
    Failure::new(
        code::UNKNOWN_APP,
        "Could not find app or API key: make sure that the path begins with /{app-id}/{rest-api-key}",
    )
}

/// Turns a panic into an answer. It also lets a request end whose client went away, so that a
/// write is never left half way between two steps.
async fn survive(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::internal("a request ended in a panic").into_response(),
    }
}
