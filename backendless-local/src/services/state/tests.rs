//! Replacements and uploads whose callers end before them: what is committed keeps its contents.

use std::path::Path;
use std::sync::mpsc;
use std::task::{Context, Waker};

use rusqlite::Connection;
use tokio::io::AsyncReadExt;

use crate::clock::Clock;
use crate::limits::Limits;
use crate::permissions::Permissions;
use crate::services::cloud_code::CloudCode;
use crate::services::files::{FilePath, RemoteFiles};
use crate::services::messaging::Templates;
use crate::services::users::UserSettings;
use crate::services::{Services, Settings};
use crate::store::database::DatabaseThread;
use crate::store::folder::DataFolder;
use crate::store::query_limit::MAX_TIME;

async fn open(folder: &Path) -> Services {
    open_with_thread(folder).await.0
}

async fn open_with_thread(folder: &Path) -> (Services, DatabaseThread) {
    let settings = Settings {
        app_id: None,
        api_key: None,
        data_dir: Some(folder.to_owned()),
        session_life: MAX_TIME,
        query_timeout: MAX_TIME,
        dialect: None,
        cloud_code: CloudCode::default(),
        cloud_code_key: None,
        users: UserSettings::default(),
        permissions: Permissions::new(),
        origin: String::new(),
        remote_files: RemoteFiles::default(),
        templates: Templates::default(),
    };
    let opened = Services::open(settings, Clock::default(), Limits::default()).await;
    opened.unwrap()
}

/// Occupies the database thread until the returned sender is dropped.
async fn occupy(services: &Services) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (start, started) = tokio::sync::oneshot::channel();
    let database = services.database.clone();
    tokio::spawn(async move {
        let occupied = database.run_alone(move |_| {
            start.send(()).unwrap();
            let _ = released.recv();
            Ok(())
        });
        occupied.await
    });
    started.await.unwrap();
    release
}

fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    std::pin::pin!(future).poll(&mut context).is_pending()
}

fn path() -> FilePath {
    FilePath::parse("a.txt".to_owned()).unwrap()
}

async fn save(services: &Services, content: &str) {
    let saved = services.files.save(path(), content.as_bytes(), "", true);
    saved.await.unwrap();
}

async fn content(services: &Services) -> String {
    let mut opened = services.files.open(path()).await.unwrap();
    let mut content = String::new();
    opened.file.read_to_string(&mut content).await.unwrap();
    content
}

#[tokio::test]
async fn content_of_a_cancelled_upload_stays_with_its_path() {
    let temporary = tempfile::tempdir().unwrap();
    let services = open(temporary.path()).await;
    let content_file = services.files.written(None, b"milk").await.unwrap();
    let release = occupy(&services).await;
    // Dropped once the database thread has its task.
    let store = services
        .files
        .store(path(), content_file, String::new(), true);
    assert!(is_pending(store));
    drop(release);
    assert_eq!(content(&services).await, "milk");
}

#[tokio::test]
async fn content_of_a_rejected_upload_is_removed() {
    let temporary = tempfile::tempdir().unwrap();
    let services = open(temporary.path()).await;
    save(&services, "milk").await;
    let content_file = services.files.written(None, b"other").await.unwrap();
    let store = services
        .files
        .store(path(), content_file, String::new(), false);
    store.await.unwrap_err();
    let contents = std::fs::read_dir(temporary.path().join("files")).unwrap();
    assert_eq!(contents.count(), 1);
    assert_eq!(content(&services).await, "milk");
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

    // The restore creates its content, and waits.
    let suspended = services.files.suspend().await;
    let restoring = services.clone();
    let restore = tokio::spawn(async move { restoring.restore(&snapshot).await });
    while contents().count() < 2 {
        tokio::task::yield_now().await;
    }
    let release = occupy(&services).await;
    drop(suspended);
    while !is_pending(services.files.suspend()) {
        tokio::task::yield_now().await;
    }
    // It has the lock, or is woken with it, and runs before this task: then the database thread has its task.
    tokio::task::yield_now().await;
    restore.abort();
    assert!(restore.await.unwrap_err().is_cancelled());
    drop(release);
    assert_eq!(content(&services).await, "milk");
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
    let (services, thread) = open_with_thread(temporary.path()).await;
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
