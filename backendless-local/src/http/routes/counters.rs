//! Routes of the Counters service.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, put};

use crate::http::extract::{Named, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/counters/{name}", get(get_value))
        .route("/counters/{name}/get", get(get_value))
        .route("/counters/{name}/get/increment", put(get_and_increment))
        .route(
            "/counters/{name}/get/incrementby",
            put(get_and_increment_by),
        )
        .route("/counters/{name}/get/decrement", put(get_and_decrement))
        .route("/counters/{name}/get/compareandset", put(compare_and_set))
        .route("/counters/{name}/decrement/get", put(decrement))
        .route("/counters/{name}/increment/get", put(increment))
        .route("/counters/{name}/incrementby/get", put(increment_by))
        .route("/counters/{name}/reset", put(reset))
        .route("/counters/{name}/list", get(list))
}

async fn get_value(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, ErrorResponse> {
    Ok(Json(services.counters.get(name).await?))
}

async fn increment(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, ErrorResponse> {
    Ok(Json(services.counters.add(name, 1).await?))
}

async fn decrement(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, ErrorResponse> {
    Ok(Json(services.counters.add(name, -1).await?))
}

async fn get_and_increment(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, ErrorResponse> {
    Ok(Json(services.counters.get_and_add(name, 1).await?))
}

async fn get_and_decrement(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, ErrorResponse> {
    Ok(Json(services.counters.get_and_add(name, -1).await?))
}

async fn get_and_increment_by(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
    Query(parameters): Query,
) -> Result<Json<i64>, ErrorResponse> {
    let step = parameters.integer("value")?;
    Ok(Json(services.counters.get_and_add(name, step).await?))
}

async fn compare_and_set(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
    Query(parameters): Query,
) -> Result<Json<bool>, ErrorResponse> {
    let expected = parameters.integer("expected")?;
    let value = parameters.integer("updatedvalue")?;
    let counters = &services.counters;
    Ok(Json(counters.compare_and_set(name, expected, value).await?))
}

async fn list(
    State(services): State<Services>,
    PathOf(Named { name: pattern }): PathOf<Named>,
) -> Result<Json<Vec<String>>, ErrorResponse> {
    Ok(Json(services.counters.list(pattern).await?))
}

async fn increment_by(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
    Query(parameters): Query,
) -> Result<Json<i64>, ErrorResponse> {
    let step = parameters.integer("value")?;
    Ok(Json(services.counters.add(name, step).await?))
}

async fn reset(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<(), ErrorResponse> {
    Ok(services.counters.reset(name).await?)
}
