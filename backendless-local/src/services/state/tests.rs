//! Replacements whose callers end before them: what is committed keeps its contents. And what is data.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{StateCopy, export};
use crate::services::files::tests::{content, is_pending, occupy, open, open_in, save};
use crate::store::folder::DataFolder;

/// Waits until a condition is true.
async fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_true() {
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn contents_of_a_cancelled_restore_stay_with_their_paths() {
    let temporary = tempfile::tempdir().unwrap();
    let services = open(temporary.path()).await;
    save(&services, "milk").await;
    let snapshot = services.snapshot().await.unwrap();
    save(&services, "other").await;
    let contents = || std::fs::read_dir(temporary.path().join("files")).unwrap();
    assert_eq!(contents().count(), 1);

    // Only the polls of this test advance it.
    let mut restore = Box::pin(services.restore(&snapshot));
    let suspended = services.files.suspend().await;
    until("the restore creates its content", || {
        assert!(is_pending(&mut restore));
        contents().count() == 2
    })
    .await;
    let release = occupy(&services).await;
    drop(suspended);
    until("the restore is the next owner of the lock", || {
        assert!(is_pending(&mut restore));
        is_pending(services.files.suspend())
    })
    .await;
    // The poll that takes the lock passes the task to the database thread.
    assert!(is_pending(&mut restore));
    drop(restore);
    drop(release);
    assert_eq!(content(&services).await, "milk");
}

/// Returns the lines of a file of the export of a copy.
fn exported(copy: &StateCopy, path: &str) -> String {
    let temporary = tempfile::tempdir().unwrap();
    let target = temporary.path().join("export");
    export::write(copy, &target, 0).unwrap();
    std::fs::read_to_string(target.join(path)).unwrap()
}

#[tokio::test]
async fn requests_are_served_while_an_export_is_written() {
    let temporary = tempfile::tempdir().unwrap();
    for folder in [Some(temporary.path()), None] {
        let services = open_in(folder).await.0;
        save(&services, "milk").await;
        let snapshot = services.snapshot().await.unwrap();
        let copy = StateCopy::of(services.files.retain_contents(), services.database.reader());
        let copy = copy.await.unwrap();
        assert_eq!(
            copy.database.path().is_some_and(|path| !path.is_empty()),
            folder.is_some()
        );
        // Acknowledged while the export is not complete.
        save(&services, "other").await;
        services.restore(&snapshot).await.unwrap();
        services.reset().await.unwrap();
        assert_eq!(exported(&copy, "files/a.txt"), "milk");
        assert!(exported(&copy, "services/files.jsonl").contains("a.txt"));
        drop(copy);
        let copy = StateCopy::of(services.files.retain_contents(), services.database.reader());
        assert_eq!(exported(&copy.await.unwrap(), "services/files.jsonl"), "");
    }
}

/// Inserts a row with any values.
fn insert(connection: &Connection, table: &str) {
    let sql = "SELECT iif(type = 'INTEGER', '9', '''x''') FROM pragma_table_info(?)";
    let mut statement = connection.prepare(sql).unwrap();
    let values = statement.query_map([table], |row| row.get::<_, String>(0));
    let values: Vec<String> = values.unwrap().map(Result::unwrap).collect();
    let sql = format!("INSERT INTO {table} VALUES ({})", values.join(", "));
    connection.execute(&sql, []).unwrap();
}

/// A table that a service gets later is data, unless each start writes it.
#[tokio::test]
async fn rows_of_all_tables_but_those_of_a_start_are_data() {
    let temporary = tempfile::tempdir().unwrap();
    let (services, thread) = open_in(Some(temporary.path())).await;
    drop(services);
    thread.wait();
    let has_data = || DataFolder::has_database(temporary.path());
    assert!(!has_data());
    let connection = Connection::open(temporary.path().join("backendless.sqlite3")).unwrap();
    let foreign_keys = connection.pragma_update(None, "foreign_keys", false);
    foreign_keys.unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut statement = connection.prepare(sql).unwrap();
    let tables = statement.query_map([], |row| row.get::<_, String>(0));
    let tables: Vec<String> = tables.unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 20, "{tables:?}");
    for table in tables {
        insert(&connection, &table);
        let is_of_starts = ["data_column", "role", "setting", "unused_content"];
        let expected = !is_of_starts.contains(&table.as_str());
        assert_eq!(has_data(), expected, "{table}");
        let delete = match table.as_str() {
            "data_table" => "DELETE FROM data_table WHERE id = 9".to_owned(),
            table => format!("DELETE FROM {table}"),
        };
        connection.execute(&delete, []).unwrap();
        assert!(!has_data(), "{table}");
    }
}
