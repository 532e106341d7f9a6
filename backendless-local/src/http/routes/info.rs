//! The routes of the application: its description, which official clients read when they start, and its log.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use serde_json::{Value, json};

use crate::http::body;
use crate::http::extract::AnyJson;
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/info", get(info))
        .route("/log", put(write_log))
}

/// There are no real-time connections at `rtURL`, but clients require the property. At a domain, clients also learn the
/// app id and the key, as from the live service.
async fn info(State(services): State<Services>) -> Json<Value> {
    let loggers = json!([{"name": "Global logger", "level": "all"}]);
    let mut info = json!({"rtURL": *services.origin, "loggers": loggers});
    if services.is_domain {
        info["appId"] = Value::from(services.app_id.as_str());
        info["apiKey"] = Value::from(services.api_key.as_str());
    }
    Json(info)
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
