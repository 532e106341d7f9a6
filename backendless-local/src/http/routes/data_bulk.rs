//! Handlers of the Data service that write several rows with one request.

use axum::Router;
use axum::extract::State;
use axum::routing::{post, put};
use serde::Deserialize;

use crate::http::extract::{Objects, PathOf};
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;
use crate::services::caller::Caller;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/data/bulk/{table-name}", post(create))
        .route("/data/bulkupsert/{table-name}", put(upsert))
}

#[derive(Deserialize)]
struct TablePath {
    #[serde(rename = "table-name")]
    table: String,
}

async fn create(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Objects(bodies): Objects,
) -> Result<Json<Vec<String>>, ErrorResponse> {
    let ids = services.data.create_many(caller, path.table, bodies);
    Ok(Json(ids.await?))
}

async fn upsert(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Objects(bodies): Objects,
) -> Result<Json<Vec<String>>, ErrorResponse> {
    let ids = services.data.upsert_many(caller, path.table, bodies);
    Ok(Json(ids.await?))
}
