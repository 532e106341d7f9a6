//! Formats that an earlier build wrote, because users keep them: exports, and databases of data folders. The folder `formats`
//! has one of each version, of the state that [`fill`](super::fill) creates. Its files are never changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::{builder, check_use, files};
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

/// The contents of a database are a script, which is smaller and has readable changes.
#[tokio::test]
async fn database_of_layout_1_is_opened() {
    let folder = Folder::new("versions-layout");
    let data = folder.0.join("data");
    std::fs::create_dir_all(data.join("files")).unwrap();
    for (path, bytes) in files(&stored("layout-1/files")) {
        std::fs::write(data.join("files").join(path), bytes).unwrap();
    }
    let script = std::fs::read_to_string(stored("layout-1/database.sql")).unwrap();
    let database = Connection::open(data.join("backendless.sqlite3")).unwrap();
    database.execute_batch(&script).unwrap();
    drop(database);
    let app = TestServer::of(builder().data_dir(&data)).await;
    assert_eq!(app.server.app_id(), "APP");
    check_use(&app).await;
}
