//! The routes of the application: its description, which official clients read when they start, and its log.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use serde_json::{Value, json};

use crate::http::body;
use crate::http::extract::AnyJson;
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;

/// Routes of the description. `origin` is the scheme, host and port of the server.
pub(super) fn routes(origin: &str) -> Router<Services> {
    let origin: Arc<str> = origin.into();
    Router::new()
        .route("/info", get(move || info(origin)))
        .route("/log", put(write_log))
}

/// There are no real-time connections at `rtURL`, but clients require the property.
async fn info(origin: Arc<str>) -> Json<Value> {
    let loggers = json!([{"name": "Global logger", "level": "all"}]);
    Json(json!({"rtURL": *origin, "loggers": loggers}))
}

async fn write_log(
    State(services): State<Services>,
    AnyJson(body): AnyJson,
) -> Result<StatusCode, ErrorResponse> {
    let Some(Value::Array(messages)) = body else {
        return Err(body::unparsable("it is not a JSON array").into());
    };
    services.log.write(messages).await?;
    Ok(StatusCode::OK)
}
