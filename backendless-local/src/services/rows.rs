//! Writes rows, in a transaction of the calling function. It checks no permissions: the operations of clients use
//! `row_access`, and only `users` writes its own rows without it.

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::{Map, Value};

use crate::query::accessible::Accessible;
use crate::query::computed::{Computed, reject_computed};
use crate::query::condition::required_where_clause;
use crate::query::row::Row;
use crate::query::select::complete_row;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::schema::{Table, is_system};
use crate::store::value::to_stored;
use crate::text::shorten;

/// System properties of a new row.
pub(crate) struct NewRow {
    pub(crate) object_id: String,
    pub(crate) owner_id: Option<String>,
    pub(crate) created: i64,
}

/// Removes the system properties of a body, so that a client may send back a row that it has read.
pub(crate) fn writable(mut body: Map<String, Value>) -> Map<String, Value> {
    body.retain(|name, _| !is_system(name));
    body
}

/// Removes the relations of a body: related rows are changed by the operations of relations.
fn without_relations(table: &Table, mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.retain(|name, _| table.relation(name).is_none());
    fields
}

/// Inserts a row and returns it with every column.
pub(crate) fn insert(
    connection: &Connection,
    table: &mut Table,
    fields: Map<String, Value>,
    new: &NewRow,
) -> Result<Row, ServiceError> {
    let fields = without_relations(table, fields);
    reject_computed(&fields)?;
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
    reload(connection, table, &new.object_id)
}

/// Updates the given properties, of which some may be computed, and `updated`. Returns the row with every column.
pub(crate) fn update(
    connection: &Connection,
    table: &mut Table,
    object_id: &str,
    fields: Map<String, Value>,
    now: i64,
) -> Result<Row, ServiceError> {
    let condition =
        Sql::text("object_id = ").append(Sql::value(Stored::Text(object_id.to_owned())));
    let assignments = assignments(connection, table, fields, now)?;
    match set(connection, table, assignments, condition)? {
        0 => Err(unknown_object(object_id)),
        _ => reload(connection, table, object_id),
    }
}

/// Updates the row with the id of `new`, or inserts it. Returns the row with every column.
pub(crate) fn upsert(
    connection: &Connection,
    table: &mut Table,
    fields: Map<String, Value>,
    new: &NewRow,
) -> Result<Row, ServiceError> {
    match exists(connection, table, &new.object_id)? {
        // An object without other properties is stored already.
        true if fields.is_empty() => touch(connection, table, &new.object_id, new.created),
        true => update(connection, table, &new.object_id, fields, new.created),
        false => insert(connection, table, fields, new),
    }
}

/// Updates the given properties of all accessible rows that match a where clause, and returns the number of rows.
pub(crate) fn update_where(
    connection: &Connection,
    table: &mut Table,
    Matching(condition): Matching,
    fields: Map<String, Value>,
    now: i64,
) -> Result<usize, ServiceError> {
    let assignments = assignments(connection, table, fields, now)?;
    set(connection, table, assignments, condition)
}

/// Deletes all accessible rows that match a where clause, and returns the number of rows.
pub(crate) fn delete_where(
    connection: &Connection,
    table: &Table,
    Matching(condition): Matching,
) -> Result<usize, ServiceError> {
    let sql = Sql::text(format!("DELETE FROM {} WHERE ", table.sql())).append(condition);
    sql.check()?;
    let mut statement = connection.prepare(&sql.text)?;
    Ok(statement.execute(params_from_iter(sql.values))?)
}

/// Returns whether a row with this id exists.
pub(crate) fn exists(
    connection: &Connection,
    table: &Table,
    object_id: &str,
) -> Result<bool, ServiceError> {
    let sql = format!("SELECT 1 FROM {} WHERE object_id = ?", table.sql());
    Ok(connection.prepare_cached(&sql)?.exists([object_id])?)
}

/// Fails if no row has this id.
pub(crate) fn check_exists(
    connection: &Connection,
    table: &Table,
    object_id: &str,
) -> Result<(), ServiceError> {
    match exists(connection, table, object_id)? {
        true => Ok(()),
        false => Err(unknown_object(object_id)),
    }
}

/// The condition of the accessible rows that match a where clause.
pub(crate) struct Matching(Sql);

/// Translates a where clause that must not be empty: without a condition, all rows would match.
pub(crate) fn matching(
    accessible: &Accessible<'_>,
    clause: &str,
) -> Result<Matching, ServiceError> {
    let condition = required_where_clause(accessible, clause)?;
    Ok(Matching(match accessible.condition() {
        Some(permitted) => Sql::text("(")
            .append(condition)
            .then(") AND ")
            .append(permitted.clone()),
        None => condition,
    }))
}

/// Returns the assignments of the given properties, of which some may be computed, and of `updated`.
fn assignments(
    connection: &Connection,
    table: &mut Table,
    fields: Map<String, Value>,
    now: i64,
) -> Result<Vec<Sql>, ServiceError> {
    let fields = without_relations(table, fields);
    if fields.is_empty() {
        return Err(ServiceError::new(
            code::NOTHING_TO_UPDATE,
            "Unable to update object: the body has no properties to change",
        ));
    }
    let mut assignments = vec![Sql::text("updated = ").append(Sql::value(Stored::Integer(now)))];
    for (name, value) in fields {
        let (column, value) = match Computed::parse(&name, &value)? {
            Some(computed) => computed.assignment(connection, table, &name)?,
            None => (
                table.column_for(connection, &name, &value)?,
                Sql::value(to_stored(value)),
            ),
        };
        assignments.push(Sql::text(column).then(" = ").append(value));
    }
    Ok(assignments)
}

/// Executes assignments on the rows that match a condition, and returns the number of rows.
fn set(
    connection: &Connection,
    table: &Table,
    assignments: Vec<Sql>,
    condition: Sql,
) -> Result<usize, ServiceError> {
    let sql = Sql::text(format!("UPDATE {} SET ", table.sql()))
        .join(assignments, ", ")
        .then(" WHERE ")
        .append(condition);
    sql.check()?;
    let mut statement = connection.prepare_cached(&sql.text)?;
    Ok(statement.execute(params_from_iter(sql.values))?)
}

/// Sets only `updated`. Returns the row with every column.
pub(crate) fn touch(
    connection: &Connection,
    table: &Table,
    object_id: &str,
    now: i64,
) -> Result<Row, ServiceError> {
    let sql = format!("UPDATE {} SET updated = ? WHERE object_id = ?", table.sql());
    connection
        .prepare_cached(&sql)?
        .execute(params![now, object_id])?;
    reload(connection, table, object_id)
}

pub(crate) fn delete(
    connection: &Connection,
    table: &Table,
    object_id: &str,
) -> Result<(), ServiceError> {
    let sql = format!("DELETE FROM {} WHERE object_id = ?", table.sql());
    match connection.prepare_cached(&sql)?.execute([object_id])? {
        0 => Err(unknown_object(object_id)),
        _ => Ok(()),
    }
}

/// The service's error for an objectId that the table does not contain.
pub(crate) fn unknown_object(object_id: &str) -> ServiceError {
    let message = format!("Entity with ID {} not found", shorten(object_id));
    ServiceError::not_found(code::UNKNOWN_OBJECT, message)
}

fn reload(connection: &Connection, table: &Table, object_id: &str) -> Result<Row, ServiceError> {
    complete_row(connection, table, object_id)?.ok_or_else(|| unknown_object(object_id))
}
