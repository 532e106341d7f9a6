//! Replacements and uploads whose callers end before them: what is committed keeps its contents.

use std::path::Path;
use std::sync::mpsc;
use std::task::{Context, Waker};

use tokio::io::AsyncReadExt;

use crate::clock::Clock;
use crate::limits::Limits;
use crate::permissions::Permissions;
use crate::services::cloud_code::CloudCode;
use crate::services::files::{FilePath, RemoteFiles};
use crate::services::messaging::Templates;
use crate::services::users::UserSettings;
use crate::services::{Services, Settings};
use crate::store::query_limit::MAX_TIME;

async fn open(folder: &Path) -> Services {
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
    opened.unwrap().0
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
