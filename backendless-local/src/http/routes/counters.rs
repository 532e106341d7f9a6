//! Routes of the Counters service.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, put};

use crate::http::extract::{Named, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;
use crate::services::counters::parse_step;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/counters/{name}", get(get_value))
        .route("/counters/{name}/get", get(get_value))
        .route("/counters/{name}/get/increment", put(get_and_increment))
        .route("/counters/{name}/increment/get", put(increment))
        .route("/counters/{name}/incrementby/get", put(increment_by))
        .route("/counters/{name}/reset", put(reset))
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

async fn get_and_increment(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, ErrorResponse> {
    Ok(Json(services.counters.add(name, 1).await? - 1))
}

async fn increment_by(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
    Query(parameters): Query,
) -> Result<Json<i64>, ErrorResponse> {
    let step = parse_step(parameters.one("value")?)?;
    Ok(Json(services.counters.add(name, step).await?))
}

async fn reset(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<(), ErrorResponse> {
    Ok(services.counters.reset(name).await?)
}
