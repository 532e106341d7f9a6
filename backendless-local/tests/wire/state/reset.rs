//! What [`Server::reset`](backendless_local::Server::reset) leaves in the database.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;

use super::{builder, fill};
use crate::support::{Folder, TestServer};

/// Returns the number of rows of each table but those of SQLite.
fn rows(data: &Path) -> BTreeMap<String, i64> {
    let database = Connection::open(data.join("backendless.sqlite3")).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut statement = database.prepare(sql).unwrap();
    let tables = statement.query_map([], |row| row.get::<_, String>(0));
    let rows = tables.unwrap().map(|table| {
        let table = table.unwrap();
        let sql = format!("SELECT count(*) FROM {table}");
        let count = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        (table, count)
    });
    rows.collect()
}

/// A table that a service gets later must be empty, too.
#[tokio::test]
async fn reset_empties_every_table() {
    let folder = Folder::new("reset-tables");
    let (used, new) = (folder.0.join("used"), folder.0.join("new"));
    let app = TestServer::of(builder().data_dir(&used)).await;
    fill(&app).await;
    // The names of contents that were removed remain until the next upload.
    let unused = "unused_content";
    for (table, rows) in rows(&used) {
        assert!(rows > 0 || table == unused, "{table}");
    }
    app.server.reset().await.unwrap();
    let empty = TestServer::of(builder().data_dir(&new)).await;
    let (mut found, mut expected) = (rows(&used), rows(&new));
    found.remove(unused);
    expected.remove(unused);
    // The new table of users may have another name.
    let is_of_users = |table: &str| {
        table
            .strip_prefix('t')
            .is_some_and(|id| id.parse::<u32>().is_ok())
    };
    for rows in [&mut found, &mut expected] {
        let users: Vec<String> = rows
            .keys()
            .filter(|table| is_of_users(table))
            .cloned()
            .collect();
        assert_eq!(users.len(), 1, "{rows:?}");
        assert_eq!(rows.remove(&users[0]), Some(0));
    }
    assert_eq!(found, expected);
    drop(empty);
}
