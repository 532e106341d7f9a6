//! Formats that an earlier build wrote, because users keep them: exports, and databases of data folders. The folder `formats`
//! has one of each version, of the state that [`fill`](super::fill) creates. Its files are never changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::{builder, check_use, content, files};
use crate::support::{Folder, TestServer};

/// Returns the path of a stored format.
fn stored(name: &str) -> PathBuf {
    let formats = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/formats");
    formats.join(name)
}

/// Returns the rows of a file, without remaining lives.
fn rows(bytes: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(bytes).unwrap().lines();
    let rows = lines.map(|line| {
        let mut row = serde_json::from_str(line).unwrap();
        if let Value::Object(row) = &mut row {
            row.remove("expires");
        }
        row
    });
    rows.collect()
}

/// Whether a row has the properties of one of an earlier build, and perhaps more.
fn extends(row: &Value, earlier: &Value) -> bool {
    let has = |row: &Map<String, Value>, (name, value): (&String, &Value)| {
        row.get(name).is_some_and(|found| found == value)
    };
    match (row, earlier) {
        (Value::Object(row), Value::Object(earlier)) => {
            earlier.iter().all(|property| has(row, property))
        }
        _ => row == earlier,
    }
}

/// Asserts that an export has all rows and files of one of an earlier build.
fn assert_extends(export: &BTreeMap<String, Vec<u8>>, earlier: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in earlier {
        let found = &export[path];
        if !path.ends_with(".jsonl") {
            assert!(path == "manifest.json" || found == bytes, "{path}");
            continue;
        }
        let found = rows(found);
        for row in rows(bytes) {
            let is_kept = found.iter().any(|found| extends(found, &row));
            assert!(is_kept, "{path}: {row} is not in {found:?}");
        }
    }
}

#[tokio::test]
async fn export_of_version_1_is_imported() {
    let folder = Folder::new("versions-export");
    let (earlier, next) = (stored("export-1"), folder.0.join("next"));
    let app = TestServer::of(builder()).await;
    app.server.import(&earlier).await.unwrap();
    assert_eq!(app.get("/cache/k").ok().await, json!({"a": 1}));
    app.server.export(&next).await.unwrap();
    assert_extends(&files(&next), &files(&earlier));
    check_use(&app).await;
}

/// Creates a data folder of layout 1 and returns it with its database. The contents of the database are a script, which is
/// smaller and has readable changes.
fn layout_1(folder: &Folder) -> (PathBuf, Connection) {
    let data = folder.0.join("data");
    std::fs::create_dir_all(data.join("files")).unwrap();
    for (path, bytes) in files(&stored("layout-1/files")) {
        std::fs::write(data.join("files").join(path), bytes).unwrap();
    }
    let script = std::fs::read_to_string(stored("layout-1/database.sql")).unwrap();
    let database = Connection::open(data.join("backendless.sqlite3")).unwrap();
    database.execute_batch(&script).unwrap();
    (data, database)
}

#[tokio::test]
async fn database_of_layout_1_is_opened() {
    let folder = Folder::new("versions-layout");
    let (data, database) = layout_1(&folder);
    drop(database);
    let app = TestServer::of(builder().data_dir(&data)).await;
    assert_eq!(app.server.app_id(), "APP");
    check_use(&app).await;
}

/// Creates empty tables as an earlier build did, which had no limit of their number.
fn add_tables(database: &Connection, ids: std::ops::RangeInclusive<u32>) {
    let script = ids.map(|id| {
        format!(
            "INSERT INTO data_table VALUES ({id}, 'Table{id}');
             CREATE TABLE t{id} (seq INTEGER PRIMARY KEY AUTOINCREMENT, object_id UNIQUE, created, updated, owner_id);
             CREATE VIEW \"Table{id}\" AS SELECT object_id AS \"objectId\", created AS \"created\", updated AS \"updated\",
                owner_id AS \"ownerId\" FROM t{id};"
        )
    });
    let script = format!("BEGIN; {} COMMIT;", script.collect::<String>());
    database.execute_batch(&script).unwrap();
}

/// Asserts that an export is rejected with a message, and that the earlier one is unchanged.
async fn assert_rejects_export(app: &TestServer, export: &Path, expected: &str) {
    let before = files(export);
    let error = app.server.export(export).await.unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    assert!(files(export) == before);
}

#[tokio::test]
async fn more_tables_than_an_import_accepts_are_not_exported() {
    let folder = Folder::new("versions-tables");
    let export = folder.0.join("export");
    let (data, database) = layout_1(&folder);
    add_tables(&database, 4..=1_000);
    drop(database);
    let app = TestServer::of(builder().data_dir(&data)).await;
    app.server.export(&export).await.unwrap();
    TestServer::of(builder().import(&export)).await;
    app.server.stop().await;

    let database = Connection::open(data.join("backendless.sqlite3")).unwrap();
    add_tables(&database, 1_001..=1_001);
    drop(database);
    let app = TestServer::of(builder().data_dir(&data)).await;
    let expected = "the state has more than 1000 tables, which no import accepts; delete some";
    assert_rejects_export(&app, &export, expected).await;
}

/// Moves a file to a path of folders, as an earlier build did, which had no limit of their number.
fn move_file(database: &Connection, from: &str, to: &str) {
    for (end, _) in to.match_indices('/') {
        let folder = "INSERT OR IGNORE INTO directory VALUES (?, 1795968454479)";
        database.execute(folder, [&to[..end]]).unwrap();
    }
    let moved = database.execute("UPDATE file SET path = ?2 WHERE path = ?1", [from, to]);
    assert_eq!(moved, Ok(1));
}

#[tokio::test]
async fn a_path_that_no_import_accepts_is_not_exported() {
    let folder = Folder::new("versions-paths");
    let export = folder.0.join("export");
    let (data, database) = layout_1(&folder);
    let accepted = format!("{}a.txt", "a/".repeat(127));
    let rejected = format!("b/{accepted}");
    move_file(&database, "docs/a.txt", &accepted);
    move_file(&database, "docs/A.txt", &rejected);
    drop(database);
    let app = TestServer::of(builder().data_dir(&data)).await;
    let other = TestServer::start().await;
    other.server.export(&export).await.unwrap();
    assert_rejects_export(&app, &export, "has more than 128 segments").await;
    app.delete("/files/b").ok().await;
    app.server.export(&export).await.unwrap();
    let copy = TestServer::of(builder().import(&export)).await;
    assert_eq!(content(&copy, &accepted).await, (200, "milk".to_owned()));
}
