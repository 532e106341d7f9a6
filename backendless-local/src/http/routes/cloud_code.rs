//! Routes of the Cloud Code service.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Deserialize;
use serde_json::Value;

use crate::http::extract::{AnyJson, PathOf};
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/services/{service}/{method}", post(invoke))
}

#[derive(Deserialize)]
struct MethodPath {
    service: String,
    method: String,
}

async fn invoke(
    State(services): State<Services>,
    PathOf(path): PathOf<MethodPath>,
    AnyJson(argument): AnyJson,
) -> Result<Json<Value>, ErrorResponse> {
    let argument = argument.unwrap_or_default();
    let methods = &services.cloud_code;
    let result = methods.invoke(&path.service, &path.method, argument);
    Ok(Json(result.await?))
}
