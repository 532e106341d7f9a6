//! Routes of the Data service.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::extract::{Object, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::query::find::Find;
use crate::query::row::Row;
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::caller::Caller;
use crate::services::data::object_permissions::PermissionEntry;
use crate::services::parameters::Parameters;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/data/{table-name}", post(create).get(find).put(save))
        .route("/data/{table-name}/count", get(count).post(count_by_body))
        .route("/data/{table-name}/find", post(find_by_body))
        .route("/data/{table-name}/upsert", put(upsert))
        .route("/data/{table-name}/deep-save", put(deep_save))
        .route(
            "/data/{table-name}/permissions/GRANT/{object-id}",
            put(|services, caller, path, body| set_permission(true, services, caller, path, body)),
        )
        .route(
            "/data/{table-name}/permissions/DENY/{object-id}",
            put(|services, caller, path, body| set_permission(false, services, caller, path, body)),
        )
        .route(
            "/data/{table-name}/{object-id}",
            get(get_by_id).put(update).delete(delete),
        )
}

#[derive(Deserialize)]
pub(super) struct TablePath {
    #[serde(rename = "table-name")]
    pub(super) table: String,
}

#[derive(Deserialize)]
struct ObjectPath {
    #[serde(rename = "table-name")]
    table: String,
    #[serde(rename = "object-id")]
    object_id: String,
}

async fn create(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.data.create(caller, path.table, body).await?))
}

async fn save(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.data.save(caller, path.table, body).await?))
}

async fn update(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<ObjectPath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    let row = services
        .data
        .update(caller, path.table, path.object_id, body);
    Ok(Json(row.await?))
}

async fn upsert(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.data.upsert(caller, path.table, body).await?))
}

async fn deep_save(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    let row = services.data.deep_save(caller, path.table, body);
    Ok(Json(row.await?))
}

async fn get_by_id(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<ObjectPath>,
    Query(parameters): Query,
) -> Result<Json<Row>, ErrorResponse> {
    let find = Find::from_parameters(parameters.0)?;
    let row = services.data.get(caller, path.table, path.object_id, find);
    Ok(Json(row.await?))
}

async fn delete(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<ObjectPath>,
) -> Result<Json<Value>, ErrorResponse> {
    let deleted = services.data.delete(caller, path.table, path.object_id);
    Ok(Json(json!({ "deletionTime": deleted.await? })))
}

async fn find(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
) -> Result<Json<Vec<Row>>, ErrorResponse> {
    let find = Find::from_parameters(parameters.0)?;
    Ok(Json(services.data.find(caller, path.table, find).await?))
}

/// Rejects search parameters in the URL of a search whose parameters are in its body.
fn reject_parameters(parameters: &Parameters) -> Result<(), ServiceError> {
    let mut names = parameters.0.iter().map(|(name, _)| name);
    match names.find(|name| Find::is_parameter(name)) {
        None => Ok(()),
        Some(name) => Err(ServiceError::new(
            code::INVALID_PARAMETER,
            format!("'{name}' must be a property of the request body, not a parameter of the URL"),
        )),
    }
}

async fn find_by_body(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
    Object(body): Object,
) -> Result<Json<Vec<Row>>, ErrorResponse> {
    reject_parameters(&parameters)?;
    let find = Find::from_body(body)?;
    Ok(Json(services.data.find(caller, path.table, find).await?))
}

async fn count(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
) -> Result<Json<i64>, ErrorResponse> {
    let find = Find::from_parameters(parameters.0)?;
    Ok(Json(services.data.count(caller, path.table, find).await?))
}

async fn count_by_body(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
    Object(body): Object,
) -> Result<Json<i64>, ErrorResponse> {
    reject_parameters(&parameters)?;
    let find = Find::from_body(body)?;
    Ok(Json(services.data.count(caller, path.table, find).await?))
}

async fn set_permission(
    allowed: bool,
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<ObjectPath>,
    Object(body): Object,
) -> Result<(), ErrorResponse> {
    let entry = PermissionEntry::parse(&body, allowed)?;
    let set = services
        .data
        .set_permission(caller, path.table, path.object_id, entry);
    Ok(set.await?)
}
