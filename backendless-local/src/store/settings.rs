//! Settings that are kept in the database.

use rusqlite::{Connection, OptionalExtension, params};

use crate::id::{is_plain, new_id};
use crate::service_error::ServiceError;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";

/// Returns the given value, else the stored one, else a new id, and stores it. So the next start
/// with the same data folder has the same app id and key.
///
/// Rejects a stored value that no server stores: the data folder may be that of someone else, and the program prints the
/// value as a line for a shell.
pub(crate) fn load_or_create(
    connection: &Connection,
    name: &str,
    given: Option<String>,
) -> Result<String, ServiceError> {
    let stored = connection
        .query_row("SELECT value FROM setting WHERE name = ?", [name], |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    let value = given.or(stored).unwrap_or_else(new_id);
    if !is_plain(&value) {
        let message = format!(
            "the stored {name} has other characters than ASCII letters, digits, '-' and '_'"
        );
        return Err(ServiceError::internal(message));
    }
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = ?2",
        params![name, value],
    )?;
    Ok(value)
}
