//! The Data service: rows of tables that come into being as they are used.
//!
//! Here are its operations; `rows` writes them and `query` reads them. Users are rows too, but
//! only `users` creates, changes and deletes them.

pub(crate) mod rows;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::{App, new_id};
use crate::http::Caller;
use crate::http::input::{Object, PathOf, Query};
use crate::http::reply::{Failure, Json, Row, code};
use crate::query::Find;
use crate::store::schema::{OBJECT_ID, Table};
use crate::users;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/data/{table-name}", post(create).get(find).put(save))
        .route("/data/{table-name}/count", get(count).post(count_by_body))
        .route("/data/{table-name}/find", post(find_by_body))
        .route(
            "/data/{table-name}/{object-id}",
            get(get_by_id).put(update).delete(delete),
        )
}

#[derive(Deserialize)]
struct TablePath {
    #[serde(rename = "table-name")]
    table: String,
}

#[derive(Deserialize)]
struct ObjectPath {
    #[serde(rename = "table-name")]
    table: String,
    #[serde(rename = "object-id")]
    object_id: String,
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<Row>, Failure> {
    if body.get(OBJECT_ID).is_some_and(|id| !id.is_null()) {
        return Err(Failure::new(
            code::OBJECT_ID_GIVEN,
            "The objectId of a new object is set by the server and must not be given",
        ));
    }
    insert(&app, caller, path.table, body).await
}

/// Creates or updates: what official clients send for both. A given objectId means an update.
async fn save(
    State(app): State<App>,
    caller: Caller,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<Row>, Failure> {
    match body.get(OBJECT_ID) {
        None | Some(Value::Null) => insert(&app, caller, path.table, body).await,
        Some(Value::String(object_id)) => {
            let object_id = object_id.clone();
            change(
                &app,
                caller,
                ObjectPath {
                    table: path.table,
                    object_id,
                },
                body,
            )
            .await
        }
        Some(_) => Err(Failure::new(code::WRONG_TYPE, "objectId must be a string")),
    }
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    PathOf(path): PathOf<ObjectPath>,
    Object(body): Object,
) -> Result<Json<Row>, Failure> {
    let other = |id: &Value| !id.is_null() && *id != path.object_id;
    if body.get(OBJECT_ID).is_some_and(other) {
        return Err(Failure::new(
            code::OBJECT_ID_GIVEN,
            "The objectId of an object cannot be changed: the body has another than the path",
        ));
    }
    change(&app, caller, path, body).await
}

async fn insert(
    app: &App,
    Caller(caller): Caller,
    table: String,
    body: Map<String, Value>,
) -> Result<Json<Row>, Failure> {
    if table == users::TABLE {
        return Err(Failure::new(
            code::USE_REGISTRATION,
            "Users cannot be created through the Data service: register them",
        ));
    }
    let fields = rows::writable(body)?;
    let new = rows::New {
        object_id: new_id(),
        owner_id: caller,
        created: app.clock.now(),
    };
    let row = app.database.write(move |transaction| {
        let mut table = Table::existing_or_new(transaction, &table)?;
        rows::insert(transaction, &mut table, fields, &new)
    });
    Ok(Json(row.await?))
}

async fn change(
    app: &App,
    caller: Caller,
    path: ObjectPath,
    body: Map<String, Value>,
) -> Result<Json<Row>, Failure> {
    if path.table == users::TABLE {
        return users::update(app, caller, path.object_id, body)
            .await
            .map(Json);
    }
    let fields = rows::writable(body)?;
    let now = app.clock.now();
    let row = app.database.write(move |transaction| {
        let mut table = Table::existing(transaction, &path.table)?;
        rows::update(transaction, &mut table, &path.object_id, fields, now)
    });
    Ok(Json(row.await?))
}

async fn get_by_id(
    State(app): State<App>,
    PathOf(path): PathOf<ObjectPath>,
    Query(parameters): Query,
) -> Result<Json<Row>, Failure> {
    let find = Find::from_parameters(parameters)?;
    let row = app.database.read(move |connection| {
        let table = Table::existing(connection, &path.table)?;
        let row = find.row(connection, &table, &path.object_id)?;
        row.ok_or_else(|| rows::unknown(&path.object_id))
    });
    Ok(Json(row.await?))
}

async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathOf(path): PathOf<ObjectPath>,
) -> Result<Json<Value>, Failure> {
    let now = app.clock.now();
    let deleted = app.database.write(move |transaction| {
        let table = Table::existing(transaction, &path.table)?;
        if path.table == users::TABLE {
            users::forget(transaction, &caller, &path.object_id)?;
        }
        rows::delete(transaction, &table, &path.object_id)
    });
    deleted.await?;
    Ok(Json(json!({ "deletionTime": now })))
}

async fn find(
    State(app): State<App>,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
) -> Result<Json<Vec<Row>>, Failure> {
    found(&app, path, Find::from_parameters(parameters)?).await
}

async fn find_by_body(
    State(app): State<App>,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<Vec<Row>>, Failure> {
    found(&app, path, Find::from_body(body)?).await
}

async fn found(app: &App, path: TablePath, find: Find) -> Result<Json<Vec<Row>>, Failure> {
    let rows = app.database.read(move |connection| {
        let table = Table::existing(connection, &path.table)?;
        find.rows(connection, &table)
    });
    Ok(Json(rows.await?))
}

async fn count(
    State(app): State<App>,
    PathOf(path): PathOf<TablePath>,
    Query(parameters): Query,
) -> Result<Json<i64>, Failure> {
    counted(&app, path, Find::from_parameters(parameters)?).await
}

async fn count_by_body(
    State(app): State<App>,
    PathOf(path): PathOf<TablePath>,
    Object(body): Object,
) -> Result<Json<i64>, Failure> {
    counted(&app, path, Find::from_body(body)?).await
}

async fn counted(app: &App, path: TablePath, find: Find) -> Result<Json<i64>, Failure> {
    let count = app.database.read(move |connection| {
        let table = Table::existing(connection, &path.table)?;
        find.count(connection, &table)
    });
    Ok(Json(count.await?))
}
