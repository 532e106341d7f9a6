//! Geo points, cache values, counters, and Cloud Code.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::{App, required};
use crate::http::extract::{Object, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::ServiceError;
use crate::services::fields;
use crate::services::geo::Point;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/geo", get(points).post(save_point))
        .route("/cache", get(cache).put(put_value).delete(delete_value))
        .route("/counters", get(counters).put(set_counter))
        .route("/code", get(code))
        .route("/code/invoke", post(invoke))
}

async fn points(State(app): State<App>) -> Result<Json<Vec<Point>>, ErrorResponse> {
    Ok(Json(app.server.services.geo.all().await?))
}

async fn save_point(
    State(app): State<App>,
    Object(point): Object,
) -> Result<Json<Point>, ErrorResponse> {
    Ok(Json(app.server.services.geo.save(point).await?))
}

/// Maximum number of cache values in a response, which the page reads each second.
const MAX_CACHE_VALUES: u32 = 500;

/// The first cache values by their keys, and the number of all.
async fn cache(State(app): State<App>) -> Result<Json<Value>, ErrorResponse> {
    let cache = &app.server.services.cache;
    let entries = cache.entries(MAX_CACHE_VALUES).await?.into_iter();
    let entries: Vec<Value> = entries
        .map(|(key, value, millis)| json!({"key": key, "value": value, "remainingMillis": millis}))
        .collect();
    let count = cache.entry_count().await?;
    Ok(Json(json!({"entries": entries, "count": count})))
}

/// Stores a value, with its time to live in seconds.
async fn put_value(
    State(app): State<App>,
    Object(mut body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let cache = &app.server.services.cache;
    let key = fields::required_text(&body, "key")?.to_owned();
    let seconds = fields::typed(&body, "seconds", "an integer", Value::as_i64)?;
    let value = body.remove("value");
    // Without a time, which has two meanings for clients.
    cache.put(key.clone(), None, value).await?;
    if let Some(seconds) = seconds {
        cache.expire_in(key, seconds).await?;
    }
    Ok(Json(Value::Null))
}

async fn delete_value(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let key = required(&parameters, "key")?.to_owned();
    app.server.services.cache.delete(key).await?;
    Ok(Json(Value::Null))
}

/// The counters. Values are texts, because a script reads 64-bit integers as floats.
async fn counters(State(app): State<App>) -> Result<Json<Vec<Value>>, ErrorResponse> {
    let values = app.server.services.counters.values().await?.into_iter();
    let values = values.map(|(name, value)| json!({"name": name, "value": value.to_string()}));
    Ok(Json(values.collect()))
}

async fn set_counter(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let name = required(&parameters, "name")?.to_owned();
    let value = parameters.integer("value")?;
    app.server.services.counters.set(name, value).await?;
    Ok(Json(Value::Null))
}

async fn code(State(app): State<App>) -> Json<Value> {
    let (services, events) = app.server.services.cloud_code.names();
    let services: Vec<Value> = services
        .into_iter()
        .map(|(name, methods)| json!({"name": name, "methods": methods}))
        .collect();
    let has_fallback = app.server.services.cloud_code.has_fallback();
    Json(json!({"services": services, "events": events, "hasFallback": has_fallback}))
}

/// Calls a method, or the handler of an event if the body has no service.
async fn invoke(
    State(app): State<App>,
    Object(mut body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let code = &app.server.services.cloud_code;
    let argument = body.remove("argument").unwrap_or_default();
    let name = fields::required_text(&body, "name")?;
    let result: Result<Value, ServiceError> = match fields::text(&body, "service")? {
        Some(service) => code.invoke(service, name, argument).await,
        None => code.dispatch(name, argument).await,
    };
    Ok(Json(result?))
}
