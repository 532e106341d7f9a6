//! A database file that the server did not create is rejected and stays as it is.

use std::path::{Path, PathBuf};

use backendless_local::Server;
use rusqlite::Connection;
use serde_json::json;

use crate::support::{Folder, TestServer};

const DATABASE: &str = "backendless.sqlite3";

/// Returns the names, modes and contents of the folder and its files.
fn state(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.push(folder.to_owned());
    paths.sort();
    let state = paths.into_iter().map(|path| {
        let mode = mode(&path);
        let content = std::fs::read(&path).unwrap_or_default();
        (path, mode, content)
    });
    state.collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.symlink_metadata().unwrap().permissions().mode()
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0
}

/// Makes a path readable for all.
fn open_up(path: &Path, is_folder: bool) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if is_folder { 0o755 } else { 0o644 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let _ = (path, is_folder);
}

async fn error_of(folder: &Path) -> String {
    let started = Server::builder().data_dir(folder).start().await;
    started.unwrap_err().to_string()
}

/// Asserts that a start fails with the text and changes nothing.
async fn assert_rejected(folder: &Path, expected: &str, what: &str) {
    let before = state(folder);
    let error = error_of(folder).await;
    assert_eq!(state(folder), before, "{what}: {error}");
    assert!(error.contains(expected), "{what}: {error}");
    assert!(error.contains(DATABASE), "{what}: {error}");
    assert!(error.contains("choose another folder"), "{what}: {error}");
    for sql in ["CREATE", "SELECT", "PRAGMA", "INSERT"] {
        assert!(!error.contains(sql), "{what}: {error}");
    }
}

#[tokio::test]
async fn database_of_another_program_is_rejected_and_stays_unchanged() {
    for (name, statements) in [
        ("file", "CREATE TABLE file (x); INSERT INTO file VALUES (1)"),
        ("version", "CREATE TABLE notes (x); PRAGMA user_version = 1"),
        (
            "server-table",
            "CREATE TABLE setting (x); PRAGMA user_version = 1",
        ),
        ("view", "CREATE VIEW v AS SELECT 1"),
        ("wal", "PRAGMA journal_mode = WAL; CREATE TABLE file (x)"),
        ("empty", "PRAGMA user_version = 7"),
        (
            "wal version",
            "PRAGMA journal_mode = WAL; CREATE TABLE t (x); PRAGMA user_version = 1",
        ),
    ] {
        let folder = Folder::new(&format!("foreign 100% {name}?#"));
        std::fs::create_dir_all(&folder.0).unwrap();
        let connection = Connection::open(folder.0.join(DATABASE)).unwrap();
        connection.execute_batch(statements).unwrap();
        connection.close().unwrap();
        open_up(&folder.0.join(DATABASE), false);
        open_up(&folder.0, true);
        assert_rejected(&folder.0, "is a database of another program", name).await;
    }
}

#[tokio::test]
async fn file_that_is_no_database_is_rejected_and_stays_unchanged() {
    for (name, content) in [
        ("text", b"my notes".to_vec()),
        ("short", b"S".to_vec()),
        ("zeros", vec![0; 8192]),
    ] {
        let folder = Folder::new(&format!("no-database-{name}"));
        std::fs::create_dir_all(&folder.0).unwrap();
        std::fs::write(folder.0.join(DATABASE), content).unwrap();
        open_up(&folder.0.join(DATABASE), false);
        open_up(&folder.0, true);
        assert_rejected(&folder.0, "is not a database", name).await;
    }
    let folder = Folder::new("no-database-magic");
    std::fs::create_dir_all(&folder.0).unwrap();
    let content = [&b"SQLite format 3\0"[..], &[7; 5000]].concat();
    std::fs::write(folder.0.join(DATABASE), content).unwrap();
    open_up(&folder.0, true);
    assert_rejected(&folder.0, "cannot be read as a database", "magic").await;
}

/// The log of a foreign database that another program has open is not written either.
#[tokio::test]
async fn open_database_of_another_program_is_rejected_and_stays_unchanged() {
    let folder = Folder::new("foreign-open");
    std::fs::create_dir_all(&folder.0).unwrap();
    let connection = Connection::open(folder.0.join(DATABASE)).unwrap();
    let statements =
        "PRAGMA journal_mode = WAL; CREATE TABLE file (x); INSERT INTO file VALUES (1)";
    connection.execute_batch(statements).unwrap();
    open_up(&folder.0.join(DATABASE), false);
    open_up(&folder.0, true);
    // The index of the log is shared memory with locks.
    let index = folder.0.join(format!("{DATABASE}-shm"));
    let without_index = |folder: &Path| {
        let mut state = state(folder);
        state.retain(|(path, ..)| *path != index);
        state
    };
    let before = without_index(&folder.0);
    let error = error_of(&folder.0).await;
    assert!(
        error.contains("is a database of another program"),
        "{error}"
    );
    assert_eq!(without_index(&folder.0), before);
    drop(connection);
}

#[tokio::test]
async fn database_of_another_version_is_rejected_and_stays_unchanged() {
    let folder = Folder::new("other-version");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    app.post("/data/Person", json!({})).ok().await;
    app.server.stop().await;
    let connection = Connection::open(folder.0.join(DATABASE)).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    connection.close().unwrap();
    assert_rejected(&folder.0, "another version of this server", "version 2").await;
}

#[tokio::test]
async fn error_for_a_damaged_database_contains_no_sql() {
    let folder = Folder::new("damaged-tables");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    app.server.stop().await;
    let connection = Connection::open(folder.0.join(DATABASE)).unwrap();
    connection
        .execute_batch("DROP TABLE file; CREATE TABLE file (x)")
        .unwrap();
    connection.close().unwrap();
    let error = error_of(&folder.0).await;
    assert!(error.contains("was changed by another program"), "{error}");
    assert!(error.contains("replace it by a copy"), "{error}");
    assert!(!error.contains("SELECT"), "{error}");
}
