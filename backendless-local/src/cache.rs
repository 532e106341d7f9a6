//! The Cache service: JSON values under a key, each for a time.
//!
//! The time is given in milliseconds, as the specification says; the live service counts seconds.
//! A miss is answered with 200 and `null`, as the live service does.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, put};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::app::App;
use crate::http::input::{AnyJson, Named, PathOf, Query};
use crate::http::reply::{Failure, Json, code};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS cache (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        expires INTEGER NOT NULL
    );
";

/// The longest time that a value is kept, and the time if none is given, in milliseconds.
const LONGEST: i64 = 7200 * 1000;

/// The largest value, in bytes of JSON.
const LARGEST_VALUE: usize = 10_240;

pub(crate) fn prepare(connection: &Connection) -> Result<(), Failure> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/cache/{name}", put(store).get(read).delete(remove))
        .route("/cache/{name}/check", get(contains))
}

async fn store(
    State(app): State<App>,
    PathOf(Named { name: key }): PathOf<Named>,
    query: Query,
    AnyJson(value): AnyJson,
) -> Result<(), Failure> {
    let life = match query.one("timeout")? {
        None => LONGEST,
        Some(text) => text
            .parse()
            .ok()
            .filter(|life| (1..=LONGEST).contains(life))
            .ok_or_else(|| {
                let message = format!("the timeout must be from 1 to {LONGEST} milliseconds");
                Failure::new(code::INVALID_EXPIRATION, message)
            })?,
    };
    let value = value
        .ok_or_else(|| Failure::new(code::UNREADABLE, "there is no value: the body is empty"))?
        .to_string();
    if value.len() > LARGEST_VALUE {
        let message = format!("the value is larger than {LARGEST_VALUE} bytes");
        return Err(Failure::new(code::VALUE_TOO_LARGE, message));
    }
    let now = app.clock.now();
    let write = app.database.write(move |transaction| {
        transaction.execute("DELETE FROM cache WHERE expires <= ?", [now])?;
        transaction.execute(
            "INSERT OR REPLACE INTO cache (key, value, expires) VALUES (?, ?, ?)",
            params![key, value, now.saturating_add(life)],
        )?;
        Ok(())
    });
    write.await
}

async fn read(
    State(app): State<App>,
    PathOf(Named { name: key }): PathOf<Named>,
) -> Result<Json<Value>, Failure> {
    let now = app.clock.now();
    let value = app
        .database
        .read(move |connection| find(connection, &key, now))
        .await?;
    Ok(Json(value.unwrap_or_default()))
}

async fn contains(
    State(app): State<App>,
    PathOf(Named { name: key }): PathOf<Named>,
) -> Result<Json<bool>, Failure> {
    let now = app.clock.now();
    let value = app
        .database
        .read(move |connection| find(connection, &key, now))
        .await?;
    Ok(Json(value.is_some()))
}

async fn remove(
    State(app): State<App>,
    PathOf(Named { name: key }): PathOf<Named>,
) -> Result<(), Failure> {
    let write = app.database.write(move |transaction| {
        transaction.execute("DELETE FROM cache WHERE key = ?", [key])?;
        Ok(())
    });
    write.await
}

fn find(connection: &Connection, key: &str, now: i64) -> Result<Option<Value>, Failure> {
    let value = connection
        .prepare_cached("SELECT value FROM cache WHERE key = ? AND expires > ?")?
        .query_row(params![key, now], |row| row.get::<_, String>(0))
        .optional()?;
    let value = value.map(|json| serde_json::from_str(&json).map_err(Failure::internal));
    value.transpose()
}
