//! Tables and their rows. Writes are those of server-side code: types and names are checked as for clients, permissions
//! are not.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value, json};

use super::{App, required};
use crate::http::extract::{Object, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::query::find::Find;
use crate::query::row::Row;
use crate::services::caller::Caller;
use crate::services::fields;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/tables", get(list).post(create_table).delete(delete_table))
        .route("/tables/schema", get(schema))
        .route(
            "/tables/rows",
            get(find).post(create).put(update).delete(delete),
        )
}

async fn list(State(app): State<App>) -> Result<Json<Vec<Value>>, ErrorResponse> {
    let tables = app.server.services.data.tables().await?.into_iter();
    let tables = tables
        .map(|table| json!({"name": table.name, "rows": table.rows, "columns": table.columns}));
    Ok(Json(tables.collect()))
}

async fn create_table(
    State(app): State<App>,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let name = fields::required_text(&body, "name")?.to_owned();
    app.server.services.data.create_table(name).await?;
    Ok(Json(Value::Null))
}

async fn delete_table(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let name = required(&parameters, "table")?.to_owned();
    app.server.services.data.delete_table(name).await?;
    Ok(Json(Value::Null))
}

async fn schema(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Vec<Value>>, ErrorResponse> {
    let table = required(&parameters, "table")?.to_owned();
    Ok(Json(app.server.services.data.describe(table).await?))
}

/// A page of rows, and the number of rows that match.
async fn find(
    State(app): State<App>,
    Query(mut parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let data = &app.server.services.data;
    let table = required(&parameters, "table")?.to_owned();
    parameters.0.retain(|(name, _)| name != "table");
    let matching = parameters.0.iter().filter(|(name, _)| name == "where");
    let count = Find::from_parameters(matching.cloned().collect())?;
    let find = Find::from_parameters(parameters.0)?;
    let count = data
        .count(Caller::server_side(), table.clone(), count)
        .await?;
    let rows = data.find(Caller::server_side(), table, find).await?;
    let rows: Vec<Value> = rows.into_iter().map(Value::from).collect();
    Ok(Json(json!({"rows": rows, "count": count})))
}

async fn create(
    State(app): State<App>,
    Query(parameters): Query,
    Object(row): Object,
) -> Result<Json<Row>, ErrorResponse> {
    let table = required(&parameters, "table")?.to_owned();
    let data = &app.server.services.data;
    Ok(Json(data.create(Caller::server_side(), table, row).await?))
}

async fn update(
    State(app): State<App>,
    Query(parameters): Query,
    Object(changes): Object,
) -> Result<Json<Row>, ErrorResponse> {
    let table = required(&parameters, "table")?.to_owned();
    let id = required(&parameters, "id")?.to_owned();
    let data = &app.server.services.data;
    let row = data.update(Caller::server_side(), table, id, changes);
    Ok(Json(row.await?))
}

async fn delete(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let table = required(&parameters, "table")?.to_owned();
    let id = required(&parameters, "id")?.to_owned();
    let data = &app.server.services.data;
    data.delete(Caller::server_side(), table, id).await?;
    Ok(Json(Value::Null))
}
