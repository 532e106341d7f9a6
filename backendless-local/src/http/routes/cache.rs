//! Routes of the Cache service.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, put};
use serde_json::Value;

use crate::http::extract::{AnyJson, Named, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route(
            "/cache/{name}",
            put(put_value).get(get_value).delete(delete),
        )
        .route("/cache/{name}/check", get(contains))
        .route("/cache/{name}/expireIn", put(expire_in))
        .route("/cache/{name}/expireAt", put(expire_at))
}

async fn put_value(
    State(services): State<Services>,
    PathOf(Named { name: key }): PathOf<Named>,
    Query(parameters): Query,
    AnyJson(value): AnyJson,
) -> Result<(), ErrorResponse> {
    let timeout = parameters.one("timeout")?;
    Ok(services.cache.put(key, timeout, value).await?)
}

async fn get_value(
    State(services): State<Services>,
    PathOf(Named { name: key }): PathOf<Named>,
) -> Result<Json<Value>, ErrorResponse> {
    let value = services.cache.get(key).await?;
    Ok(Json(value.unwrap_or_default()))
}

async fn contains(
    State(services): State<Services>,
    PathOf(Named { name: key }): PathOf<Named>,
) -> Result<Json<bool>, ErrorResponse> {
    Ok(Json(services.cache.get(key).await?.is_some()))
}

async fn delete(
    State(services): State<Services>,
    PathOf(Named { name: key }): PathOf<Named>,
) -> Result<(), ErrorResponse> {
    Ok(services.cache.delete(key).await?)
}

/// The body has no effect, but must be JSON or empty.
async fn expire_in(
    State(services): State<Services>,
    PathOf(Named { name: key }): PathOf<Named>,
    Query(parameters): Query,
    _body: AnyJson,
) -> Result<(), ErrorResponse> {
    let seconds = parameters.integer("timeout")?;
    Ok(services.cache.expire_in(key, seconds).await?)
}

/// The body has no effect, as in [`expire_in`].
async fn expire_at(
    State(services): State<Services>,
    PathOf(Named { name: key }): PathOf<Named>,
    Query(parameters): Query,
    _body: AnyJson,
) -> Result<(), ErrorResponse> {
    let timestamp = parameters.integer("timestamp")?;
    Ok(services.cache.expire_at(key, timestamp).await?)
}
