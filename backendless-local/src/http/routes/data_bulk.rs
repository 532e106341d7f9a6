//! Routes of the Data service that write several rows with one request.

use axum::Router;
use axum::extract::State;
use axum::routing::{post, put};

use super::data::TablePath;
use crate::http::extract::{Object, Objects, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::caller::Caller;
use crate::services::fields;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/data/bulk/{table-name}", post(create).put(update_where))
        .route("/data/bulk/{table-name}/delete", post(delete_where))
        .route("/data/bulkupsert/{table-name}", put(upsert))
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

async fn update_where(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
    Object(changes): Object,
) -> Result<Json<usize>, ErrorResponse> {
    let clause = required_clause(parameters.one("where")?)?.to_owned();
    let updated = services
        .data
        .update_where(caller, path.table, clause, changes);
    Ok(Json(updated.await?))
}

async fn delete_where(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<usize>, ErrorResponse> {
    let clause = required_clause(fields::text(&body, "where")?)?.to_owned();
    let deleted = services.data.delete_where(caller, path.table, clause);
    Ok(Json(deleted.await?))
}

fn required_clause(clause: Option<&str>) -> Result<&str, ServiceError> {
    clause.ok_or_else(|| {
        let message = "the condition 'where' is missing";
        ServiceError::new(code::MISSING_PARAMETER, message)
    })
}
