//! The route of the description of the application, which official clients read when they start.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use crate::http::response::Json;
use crate::services::Services;

/// Routes of the description. `origin` is the scheme, host and port of the server.
pub(super) fn routes(origin: &str) -> Router<Services> {
    let origin: Arc<str> = origin.into();
    Router::new().route("/info", get(move || info(origin)))
}

/// There are no real-time connections at `rtURL`, but clients require the property.
async fn info(origin: Arc<str>) -> Json<Value> {
    let loggers = json!([{"name": "Global logger", "level": "all"}]);
    Json(json!({"rtURL": *origin, "loggers": loggers}))
}
