//! Routes of the Data service for groups, columns, names of tables and primary keys.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde_json::Value;

use super::data::TablePath;
use crate::http::extract::{Object, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::query::find::Find;
use crate::query::find::grouping::{GroupPage, Grouping};
use crate::query::row::Row;
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::caller::Caller;
use crate::services::parameters::Parameters;
use crate::store::schema::OBJECT_ID;
use crate::text::shorten;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/data/data-grouping/{table-name}", post(group))
        .route(
            "/data/data-grouping/{table-name}/count",
            post(count_in_group),
        )
        .route("/data/{table-name}/properties", get(describe))
        .route("/data/{table-name}/pk", get(get_by_primary_key))
        // All routes have the same name for this segment, which is the id of a table here.
        .route("/data/{table-name}/table-name", get(table_name))
}

async fn group(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<GroupPage>, ErrorResponse> {
    let grouping = Grouping::from_body(body)?;
    let page = services.data.group(caller, path.table, grouping);
    Ok(Json(page.await?))
}

async fn count_in_group(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<i64>, ErrorResponse> {
    let grouping = Grouping::from_body(body)?;
    let count = services.data.count_in_group(caller, path.table, grouping);
    Ok(Json(count.await?))
}

async fn describe(
    State(services): State<Services>,
    PathOf(path): PathOf<TablePath>,
) -> Result<Json<Vec<Value>>, ErrorResponse> {
    Ok(Json(services.data.describe(path.table).await?))
}

async fn table_name(
    State(services): State<Services>,
    PathOf(path): PathOf<TablePath>,
) -> Result<Json<String>, ErrorResponse> {
    Ok(Json(services.data.table_name(path.table).await?))
}

async fn get_by_primary_key(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
) -> Result<Json<Row>, ErrorResponse> {
    let object_id = primary_key(&parameters)?.to_owned();
    let row = services
        .data
        .get(caller, path.table, object_id, Find::default());
    Ok(Json(row.await?))
}

/// Returns the objectId, which is the primary key of every table of this server.
fn primary_key(parameters: &Parameters) -> Result<&str, ServiceError> {
    let mut names = parameters.0.iter().map(|(name, _)| name);
    if let Some(name) = names.find(|name| *name != OBJECT_ID) {
        let name = shorten(name);
        let message = format!("'{name}' is no column of the primary key, which is '{OBJECT_ID}'");
        return Err(ServiceError::new(code::INVALID_PARAMETER, message));
    }
    parameters.one(OBJECT_ID)?.ok_or_else(|| {
        let message = format!("the primary key '{OBJECT_ID}' is missing");
        ServiceError::new(code::MISSING_PARAMETER, message)
    })
}
