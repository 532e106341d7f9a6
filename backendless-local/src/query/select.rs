//! Runs the SQL of a projection and reads the rows.

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};

use crate::query::projection::Projection;
use crate::query::row::Row;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::schema::{CLASS, Table};
use crate::store::value::from_stored;

/// Returns the row of this id with every column.
pub(crate) fn complete_row(
    connection: &Connection,
    table: &Table,
    object_id: &str,
) -> Result<Option<Row>, ServiceError> {
    select_by_id(
        connection,
        table,
        &Projection::all_columns(table),
        object_id,
    )
}

/// Returns the row of this id with the properties of the projection.
pub(super) fn select_by_id(
    connection: &Connection,
    table: &Table,
    projection: &Projection,
    object_id: &str,
) -> Result<Option<Row>, ServiceError> {
    let tail = Sql {
        text: " WHERE object_id = ?".to_owned(),
        values: vec![Stored::Text(object_id.to_owned())],
    };
    Ok(select(connection, table, projection, tail)?.pop())
}

/// Selects rows. `tail` is the SQL after the name of the table.
pub(super) fn select(
    connection: &Connection,
    table: &Table,
    projection: &Projection,
    tail: Sql,
) -> Result<Vec<Row>, ServiceError> {
    let sql = format!(
        "SELECT {} FROM {}{}",
        projection.select(),
        table.sql(),
        tail.text
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut selected = statement.query(params_from_iter(tail.values))?;
    let mut rows = Vec::new();
    while let Some(stored) = selected.next().map_err(sum_overflow)? {
        let mut row = Row::default();
        for (at, output) in projection.outputs.iter().enumerate() {
            row.push(
                output.key.as_str(),
                from_stored(output.kind, stored.get_ref(at)?)?,
            );
        }
        row.push(CLASS, table.name());
        rows.push(row);
    }
    Ok(rows)
}

/// Maps the overflow of a sum of integers, the only error of SQLite that a query can cause.
pub(super) fn sum_overflow(error: rusqlite::Error) -> ServiceError {
    match &error {
        rusqlite::Error::SqliteFailure(_, Some(message)) if message == "integer overflow" => {
            ServiceError::new(
                code::TYPE_MISMATCH,
                "the sum is larger than a 64-bit integer",
            )
        }
        _ => error.into(),
    }
}
