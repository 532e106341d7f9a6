//! Tests of the tables of a new database.

use std::time::Duration;

use rusqlite::Connection;

use super::DATABASE_TABLES;
use crate::store::database::connect;
use crate::store::folder::DataFolder;
use crate::store::query_limit::QueryLimit;

/// The definitions of all tables, indexes, views and triggers.
fn definitions(connection: &Connection) -> Vec<String> {
    let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
               UNION ALL SELECT 'column ' || id || ' ' || name || ' ' || kind FROM data_column
               ORDER BY 1";
    let mut statement = connection.prepare(sql).unwrap();
    let definitions = statement.query_map([], |row| row.get(0)).unwrap();
    definitions.map(Result::unwrap).collect()
}

fn open(folder: Option<&DataFolder>) -> Connection {
    let limit = QueryLimit::new(Duration::from_secs(60));
    connect(folder, &limit, &DATABASE_TABLES, |_| Ok(()))
        .unwrap()
        .0
}

#[test]
fn database_in_memory_has_the_tables_and_views_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = open(Some(&DataFolder::open(folder.path()).unwrap()));
    let expected = definitions(&file);
    assert!(expected.iter().any(|one| one.starts_with("view Users ")));
    for _ in 0..2 {
        assert_eq!(definitions(&open(None)), expected);
    }
}

#[test]
fn change_of_a_database_in_memory_is_not_that_of_the_next_one() {
    let changed = open(None);
    let change = "INSERT INTO setting VALUES ('a', 'b'); CREATE TABLE other (value);";
    changed.execute_batch(change).unwrap();
    let next = open(None);
    let count = |sql| next.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM setting"), 0);
    let others = "SELECT count(*) FROM sqlite_schema WHERE name = 'other'";
    assert_eq!(count(others), 0);
}
