//! Whether an existing file is a database of this server, determined before anything is written to it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::service_error::without_sql;

/// Layout version of the database file. Users keep data folders, so a server opens those of every earlier build with this
/// version. A new table, or a column that a start adds, does not change it; any other change needs a new version, and code
/// that converts a database of this one. `tests/wire/formats` has a database of each version, and a test opens it.
pub(super) const LAYOUT: i64 = 1;

/// The first bytes of a file of SQLite.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Tables of which every start writes rows, also one that fails later. Every start creates the table of users, too, which is
/// the first row of `data_table`.
const WRITTEN_AT_STARTS: [&str; 4] = ["data_column", "role", "setting", "unused_content"];

/// The characters of a path that are not encoded in a URI.
const IN_URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/');

/// Rejects a file that is not empty and was not created by this version of the server. `is_recovered`
/// is false if a process that wrote the database was killed, so that SQLite has to read its log, too.
/// The error completes a sentence that begins with the name of the file.
pub(super) fn check(file: File, path: &Path, is_recovered: bool) -> io::Result<()> {
    let mut start = Vec::new();
    file.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    if start.is_empty() {
        return Ok(());
    }
    if start != MAGIC {
        return Err(foreign("is not a database"));
    }
    let found = read(path, is_recovered).map_err(|error| match error {
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.code == rusqlite::ErrorCode::DatabaseBusy =>
        {
            io::Error::other(
                "is used by another program; stop that program or choose another folder",
            )
        }
        error => foreign(&format!(
            "cannot be read as a database ({})",
            without_sql(&error)
        )),
    })?;
    match found {
        Found {
            tables: 0,
            own_tables: 0,
            layout: 0 | LAYOUT,
        }
        | Found {
            own_tables: OWN_TABLES,
            layout: LAYOUT,
            ..
        } => Ok(()),
        Found {
            own_tables: OWN_TABLES,
            ..
        } => Err(io::Error::other(
            "was written by another version of this server; move or delete it, or choose another \
             folder",
        )),
        _ => Err(foreign("is a database of another program")),
    }
}

fn foreign(problem: &str) -> io::Error {
    io::Error::other(format!(
        "{problem}; it was not changed: choose another folder, or move the file"
    ))
}

struct Found {
    layout: i64,
    /// Number of tables, indexes, views and triggers.
    tables: i64,
    /// Number of tables with the names of those that every database of this server has.
    own_tables: i64,
}

const OWN_TABLES: i64 = 3;

/// Whether a database has a table or a row that only requests, imports and seeds create. `is_recovered` as for [`check`].
pub(super) fn has_data(path: &Path, is_recovered: bool) -> rusqlite::Result<bool> {
    let connection = open(path, is_recovered)?;
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'";
    let mut statement = connection.prepare(sql)?;
    let tables = statement.query_map([], |row| row.get::<_, String>(0))?;
    for table in tables {
        let table = table?;
        if WRITTEN_AT_STARTS.contains(&table.as_str()) {
            continue;
        }
        let rows_of_starts = i64::from(table == "data_table");
        let table = table.replace('"', "\"\"");
        let sql = format!("SELECT 1 FROM \"{table}\" LIMIT 1 OFFSET {rows_of_starts}");
        if connection.prepare(&sql)?.exists([])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens a database without a change of the file.
fn open(path: &Path, is_recovered: bool) -> rusqlite::Result<Connection> {
    if is_recovered {
        // Else SQLite would create files beside a database in WAL mode.
        let path = percent_encode(path.as_os_str().as_encoded_bytes(), IN_URI);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let flags = flags | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        Connection::open_with_flags(format!("file:{path}?immutable=1"), flags)
    } else {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(connection)
    }
}

/// Reads what distinguishes databases.
fn read(path: &Path, is_recovered: bool) -> rusqlite::Result<Found> {
    let connection = open(path, is_recovered)?;
    let number = |query: &str| connection.query_row(query, [], |row| row.get(0));
    Ok(Found {
        layout: number("PRAGMA user_version")?,
        tables: number("SELECT count(*) FROM sqlite_schema")?,
        own_tables: number(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table'
             AND name IN ('setting', 'data_table', 'data_column')",
        )?,
    })
}
