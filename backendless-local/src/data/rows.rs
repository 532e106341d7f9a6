//! Writing single rows. Every function runs inside the caller's transaction and leaves it to the
//! caller to commit; none of them knows who is asking.

use axum::http::StatusCode;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::{Map, Value};

use crate::http::reply::{Failure, Row, code, shorten};
use crate::query;
use crate::store::schema::{Table, is_system};
use crate::store::value::to_stored;

/// What the server decides about a new row.
pub(crate) struct New {
    pub(crate) object_id: String,
    pub(crate) owner_id: Option<String>,
    pub(crate) created: i64,
}

/// What of a body may be written. The server's own properties are left out, so that a client may
/// send back a row as it got it; they are never overwritten.
pub(crate) fn writable(mut body: Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    body.retain(|name, _| !is_system(name));
    for (name, value) in &body {
        if value["___class"] == "BackendlessExpression" || value.get("___operation").is_some() {
            // Kept as plain JSON it would look saved and do nothing.
            let why = format!(
                "'{}': computed values are not supported here",
                shorten(name)
            );
            return Err(Failure::new(code::INVALID_VALUE, why));
        }
    }
    Ok(body)
}

/// Adds a row; answers it whole.
pub(crate) fn insert(
    connection: &Connection,
    table: &mut Table,
    fields: Map<String, Value>,
    new: &New,
) -> Result<Row, Failure> {
    let mut names = vec![
        "object_id".to_owned(),
        "owner_id".to_owned(),
        "created".to_owned(),
    ];
    let owner = new.owner_id.clone().map_or(Stored::Null, Stored::Text);
    let mut values = vec![
        Stored::Text(new.object_id.clone()),
        owner,
        Stored::Integer(new.created),
    ];
    for (name, value) in fields {
        names.push(table.column_for(connection, &name, &value)?);
        values.push(to_stored(value));
    }
    let marks = vec!["?"; names.len()].join(", ");
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({marks})",
        table.sql(),
        names.join(", ")
    );
    connection
        .prepare_cached(&sql)?
        .execute(params_from_iter(values))?;
    whole(connection, table, &new.object_id)
}

/// Changes what is given of a row, and its `updated`; answers it whole.
pub(crate) fn update(
    connection: &Connection,
    table: &mut Table,
    object_id: &str,
    fields: Map<String, Value>,
    now: i64,
) -> Result<Row, Failure> {
    if fields.is_empty() {
        return Err(Failure::new(
            code::NOTHING_TO_UPDATE,
            "Unable to update object: the body has no properties to change",
        ));
    }
    let mut assignments = vec!["updated = ?".to_owned()];
    let mut values = vec![Stored::Integer(now)];
    for (name, value) in fields {
        assignments.push(format!(
            "{} = ?",
            table.column_for(connection, &name, &value)?
        ));
        values.push(to_stored(value));
    }
    values.push(Stored::Text(object_id.to_owned()));
    let sql = format!(
        "UPDATE {} SET {} WHERE object_id = ?",
        table.sql(),
        assignments.join(", ")
    );
    match connection
        .prepare_cached(&sql)?
        .execute(params_from_iter(values))?
    {
        0 => Err(unknown(object_id)),
        _ => whole(connection, table, object_id),
    }
}

/// Sets a row's `updated` alone; answers it whole.
pub(crate) fn touch(
    connection: &Connection,
    table: &Table,
    object_id: &str,
    now: i64,
) -> Result<Row, Failure> {
    let sql = format!("UPDATE {} SET updated = ? WHERE object_id = ?", table.sql());
    connection
        .prepare_cached(&sql)?
        .execute(params![now, object_id])?;
    whole(connection, table, object_id)
}

pub(crate) fn delete(
    connection: &Connection,
    table: &Table,
    object_id: &str,
) -> Result<(), Failure> {
    let sql = format!("DELETE FROM {} WHERE object_id = ?", table.sql());
    match connection.prepare_cached(&sql)?.execute([object_id])? {
        0 => Err(unknown(object_id)),
        _ => Ok(()),
    }
}

/// The service's answer to an objectId that the table does not have.
pub(crate) fn unknown(object_id: &str) -> Failure {
    let message = format!("Entity with ID {} not found", shorten(object_id));
    Failure::new(code::UNKNOWN_OBJECT, message).status(StatusCode::NOT_FOUND)
}

fn whole(connection: &Connection, table: &Table, object_id: &str) -> Result<Row, Failure> {
    query::whole_row(connection, table, object_id)?.ok_or_else(|| unknown(object_id))
}
