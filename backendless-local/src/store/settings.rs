//! Settings that are kept in the database.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::id::new_id;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";

/// Returns the given value, else the stored one, else a new id, and stores it. So the next start
/// with the same data folder has the same app id and key.
pub(crate) fn load_or_create(
    connection: &Connection,
    name: &str,
    given: Option<String>,
) -> Result<String> {
    let stored = connection
        .query_row("SELECT value FROM setting WHERE name = ?", [name], |row| {
            row.get(0)
        })
        .optional()?;
    let value = given.or(stored).unwrap_or_else(new_id);
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = ?2",
        params![name, value],
    )?;
    Ok(value)
}
