//! Runs the SQL of a projection and reads the rows.

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};

use crate::query::accessible::Accessible;
use crate::query::projection::Projection;
use crate::query::result_size::{ResultSize, memory_of};
use crate::query::row::Row;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::schema::{CLASS, Table};

/// Maximum size of the computed and renamed values of a result, in bytes. The columns themselves are
/// limited by their sizes.
const MAX_COMPUTED_BYTES: usize = 64 * 1024 * 1024;

/// Returns the row of this id with every column. The caller has written it, or it is the row of the caller itself.
pub(crate) fn complete_row(
    connection: &Connection,
    table: &Table,
    object_id: &str,
) -> Result<Option<Row>, ServiceError> {
    select_by_id(
        connection,
        &Accessible::unrestricted(table),
        &Projection::all_columns(table),
        object_id,
        &mut ResultSize::default(),
    )
}

/// Returns the row of this id with the properties of the projection.
pub(super) fn select_by_id(
    connection: &Connection,
    accessible: &Accessible<'_>,
    projection: &Projection,
    object_id: &str,
    size: &mut ResultSize,
) -> Result<Option<Row>, ServiceError> {
    let tail =
        Sql::text(" WHERE object_id = ").append(Sql::value(Stored::Text(object_id.to_owned())));
    Ok(select(connection, accessible, projection, tail, size)?.pop())
}

/// Selects accessible rows, and adds their memory to `size`. `tail` is the SQL after the name of the table.
pub(super) fn select(
    connection: &Connection,
    accessible: &Accessible<'_>,
    projection: &Projection,
    tail: Sql,
    size: &mut ResultSize,
) -> Result<Vec<Row>, ServiceError> {
    let sql = Sql::text("SELECT ")
        .append(projection.select())
        .then(" FROM ")
        .append(accessible.source())
        .append(tail);
    sql.check()?;
    let mut statement = connection.prepare_cached(&sql.text)?;
    let mut selected = statement.query(params_from_iter(sql.values))?;
    let mut rows = Vec::new();
    let mut computed_bytes = 0;
    while let Some(stored) = selected.next().map_err(sum_overflow)? {
        let mut row = Row::default();
        for (at, output) in projection.outputs.iter().enumerate() {
            let value = stored.get_ref(at)?;
            if output.key != output.scalar.name {
                computed_bytes += value
                    .as_bytes_or_null()
                    .ok()
                    .flatten()
                    .map_or(0, <[u8]>::len);
            }
            if computed_bytes > MAX_COMPUTED_BYTES {
                let why = format!(
                    "the computed values of the result are longer than {MAX_COMPUTED_BYTES} bytes: \
                     request fewer rows or properties"
                );
                return Err(ServiceError::new(code::INVALID_VALUE, why));
            }
            let value = output.scalar.ty.read(value)?;
            size.add_bytes(output.key.len() + memory_of(&value))?;
            row.push(output.key.as_str(), value);
        }
        row.push(CLASS, accessible.table.name());
        rows.push(row);
    }
    Ok(rows)
}

/// Maps the overflow of a sum of integers, the only error of SQLite's own functions that a query can cause.
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
