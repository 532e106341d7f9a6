//! Users: their sessions, and whether their accounts are enabled. Their rows are those of the table of users. No
//! response has a token or the hash of a password.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, put};
use serde_json::{Value, json};

use super::{App, required};
use crate::http::extract::{Object, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::services::caller::Caller;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/users/session-counts", get(session_counts))
        .route("/users/sessions", get(sessions).delete(end_sessions))
        .route("/users/status", put(set_status))
}

async fn session_counts(State(app): State<App>) -> Result<Json<Value>, ErrorResponse> {
    let counts = app.server.services.users.session_counts().await?;
    Ok(Json(json!(counts)))
}

async fn sessions(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Vec<Value>>, ErrorResponse> {
    let id = required(&parameters, "id")?.to_owned();
    let sessions = app.server.services.users.sessions(id).await?.into_iter();
    let sessions = sessions
        .map(|session| json!({"fingerprint": session.fingerprint, "expires": session.expires}));
    Ok(Json(sessions.collect()))
}

async fn end_sessions(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let id = required(&parameters, "id")?.to_owned();
    app.server.services.users.end_sessions(id).await?;
    Ok(Json(Value::Null))
}

async fn set_status(
    State(app): State<App>,
    Query(parameters): Query,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let id = required(&parameters, "id")?.to_owned();
    let users = &app.server.services.users;
    users.set_status(Caller::server_side(), id, body).await?;
    Ok(Json(Value::Null))
}
