//! The Counters service: numbers that many callers raise at once, each step counted.
//!
//! Work on the database is done one piece after the other, so a step never overtakes another.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, put};
use rusqlite::{Connection, OptionalExtension, params};

use crate::app::App;
use crate::http::input::{Named, PathOf, Query};
use crate::http::reply::{Failure, Json, code};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
";

pub(crate) fn prepare(connection: &Connection) -> Result<(), Failure> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/counters/{name}", get(read))
        .route("/counters/{name}/get", get(read))
        .route("/counters/{name}/increment/get", put(increment))
        .route("/counters/{name}/incrementby/get", put(increment_by))
        .route("/counters/{name}/reset", put(reset))
}

async fn read(
    State(app): State<App>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, Failure> {
    let value = app
        .database
        .read(move |connection| value(connection, &name));
    Ok(Json(value.await?))
}

async fn increment(
    State(app): State<App>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<Json<i64>, Failure> {
    add(&app, name, 1).await
}

async fn increment_by(
    State(app): State<App>,
    PathOf(Named { name }): PathOf<Named>,
    query: Query,
) -> Result<Json<i64>, Failure> {
    let step = query
        .one("value")?
        .ok_or_else(|| Failure::new(code::MISSING_PARAMETER, "the parameter 'value' is missing"))?;
    let step = step.parse().map_err(|_| {
        Failure::new(
            code::INVALID_PARAMETER,
            "the parameter 'value' is no 64-bit integer",
        )
    })?;
    add(&app, name, step).await
}

async fn reset(
    State(app): State<App>,
    PathOf(Named { name }): PathOf<Named>,
) -> Result<(), Failure> {
    let set = move |connection: &rusqlite::Transaction<'_>| store(connection, &name, 0);
    app.database.write(set).await
}

async fn add(app: &App, name: String, step: i64) -> Result<Json<i64>, Failure> {
    let sum = app.database.write(move |transaction| {
        let sum = value(transaction, &name)?
            .checked_add(step)
            .ok_or_else(|| {
                Failure::new(
                    code::TOO_LARGE_FOR_LONG,
                    "the sum does not fit into a 64-bit integer",
                )
            })?;
        store(transaction, &name, sum)?;
        Ok(sum)
    });
    Ok(Json(sum.await?))
}

fn value(connection: &Connection, name: &str) -> Result<i64, Failure> {
    let value = connection
        .prepare_cached("SELECT value FROM counter WHERE name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(value.unwrap_or(0))
}

fn store(connection: &Connection, name: &str, value: i64) -> Result<(), Failure> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)")?
        .execute(params![name, value])?;
    Ok(())
}
