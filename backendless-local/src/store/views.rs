//! A view for each user table, with the names of the table and its columns, for people and programs
//! that read the database while the server runs. The server itself does not use the views.
//!
//! SQLite compares names without the case of ASCII letters, and the names of tables and views must
//! differ. Names that collide get a number after a colon, which no name of a client contains; names that
//! SQLite reserves get the prefix `data:`.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::service_error::ServiceError;
use crate::store::schema::{self, Table};

/// Creates, replaces and deletes views, so that they are those of the current tables.
pub(super) fn refresh(connection: &Connection) -> Result<(), ServiceError> {
    let tables = schema::tables(connection)?;
    let mut existing = definitions(connection)?;
    let mut taken = names_of_tables(connection)?;
    for table in &tables {
        let name = distinct(table.name(), &mut taken);
        let definition = definition(&name, table);
        if existing.remove(&name).as_ref() != Some(&definition) {
            drop_view(connection, &name)?;
            connection.execute_batch(&definition)?;
        }
    }
    for name in existing.keys() {
        drop_view(connection, name)?;
    }
    Ok(())
}

/// Deletes all views, so that the server can create a table of any name.
pub(super) fn drop_all(connection: &Connection) -> Result<(), ServiceError> {
    for name in definitions(connection)?.keys() {
        drop_view(connection, name)?;
    }
    Ok(())
}

fn drop_view(connection: &Connection, name: &str) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(&format!("DROP VIEW IF EXISTS {}", quote(name)))?)
}

/// Returns the SQL of each view.
fn definitions(connection: &Connection) -> Result<HashMap<String, String>, ServiceError> {
    let mut statement =
        connection.prepare_cached("SELECT name, sql FROM sqlite_schema WHERE type = 'view'")?;
    let views = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(views.collect::<Result<_, _>>()?)
}

/// Returns the names of tables and indexes, in lower case.
fn names_of_tables(connection: &Connection) -> Result<HashSet<String>, ServiceError> {
    let mut statement =
        connection.prepare_cached("SELECT lower(name) FROM sqlite_schema WHERE type <> 'view'")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn definition(name: &str, table: &Table) -> String {
    let mut taken = HashSet::new();
    let columns = table.columns().iter().map(|column| {
        let name = distinct_from(&column.name, &mut taken);
        format!("{} AS {}", column.sql, quote(&name))
    });
    let columns = columns.collect::<Vec<_>>().join(", ");
    let (name, table) = (quote(name), table.sql());
    format!("CREATE VIEW {name} AS SELECT {columns} FROM {table}")
}

/// Returns the name of a view that no table has.
fn distinct(name: &str, taken: &mut HashSet<String>) -> String {
    let lower = name.to_ascii_lowercase();
    // SQLite reserves this prefix.
    if lower.starts_with("sqlite_") {
        return distinct_from(&format!("data:{name}"), taken);
    }
    // A table of this name may be created later.
    if schema::is_table_sql(&lower) {
        taken.insert(lower);
    }
    distinct_from(name, taken)
}

/// Returns the name, with a number if it is taken, and adds it to the taken names.
fn distinct_from(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}:{number}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    candidates
        .find(|candidate| taken.insert(candidate.to_ascii_lowercase()))
        .unwrap_or_default()
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
