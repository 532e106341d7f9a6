//! The files of a database as a whole, for a start, an export and an import.

use rusqlite::Connection;

use super::release;
use crate::service_error::ServiceError;

/// A file and the name of its content.
pub(in crate::services) struct StoredFile {
    pub(in crate::services) path: String,
    pub(in crate::services) content: String,
    pub(in crate::services) media_type: String,
    pub(in crate::services) created: i64,
}

/// Passes each file to `visit`, sorted by path.
pub(in crate::services) fn each_file(
    connection: &Connection,
    mut visit: impl FnMut(StoredFile) -> Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    let sql = "SELECT path, content, media_type, created FROM file ORDER BY path";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        visit(StoredFile {
            path: row.get(0)?,
            content: row.get(1)?,
            media_type: row.get(2)?,
            created: row.get(3)?,
        })?;
    }
    Ok(())
}

/// Returns the names of all content files that paths refer to.
pub(in crate::services) fn content_names(
    connection: &Connection,
) -> Result<Vec<String>, ServiceError> {
    names(
        connection,
        "SELECT DISTINCT content FROM file ORDER BY content",
    )
}

/// Returns the names of the content files that no path refers to.
pub(in crate::services) fn unused_contents(
    connection: &Connection,
) -> Result<Vec<String>, ServiceError> {
    let sql = "SELECT name FROM unused_content WHERE name NOT IN (SELECT content FROM file)";
    names(connection, sql)
}

fn names(connection: &Connection, sql: &str) -> Result<Vec<String>, ServiceError> {
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Changes the name of the content of all paths that refer to it.
pub(in crate::services) fn rename_content(
    connection: &Connection,
    name: &str,
    new_name: &str,
) -> Result<(), ServiceError> {
    let sql = "UPDATE file SET content = ?2 WHERE content = ?1";
    connection.prepare_cached(sql)?.execute([name, new_name])?;
    Ok(())
}

/// Replaces the list of unused content files.
pub(in crate::services) fn replace_unused<'n>(
    connection: &Connection,
    names: impl IntoIterator<Item = &'n String>,
) -> Result<(), ServiceError> {
    connection.execute_batch("DELETE FROM unused_content")?;
    for name in names {
        release(connection, name)?;
    }
    Ok(())
}
