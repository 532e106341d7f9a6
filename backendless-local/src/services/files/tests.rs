//! Uploads whose callers end before them, and what the tests of `state` need, too.

use std::path::Path;
use std::sync::mpsc;
use std::task::{Context, Waker};

use tokio::io::AsyncReadExt;

use super::FilePath;
use crate::clock::Clock;
use crate::limits::Limits;
use crate::services::{Services, Settings};
use crate::store::database::DatabaseThread;

pub(in crate::services) async fn open(folder: &Path) -> Services {
    open_in(Some(folder)).await.0
}

pub(in crate::services) async fn open_in(folder: Option<&Path>) -> (Services, DatabaseThread) {
    let settings = Settings {
        data_dir: folder.map(Path::to_owned),
        ..Settings::default()
    };
    let opened = Services::open(settings, Clock::default(), Limits::default()).await;
    opened.unwrap()
}

/// Occupies the database thread until the returned sender is dropped.
pub(in crate::services) async fn occupy(services: &Services) -> mpsc::Sender<()> {
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

/// Polls a future once.
pub(in crate::services) fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    std::pin::pin!(future).poll(&mut context).is_pending()
}

fn path() -> FilePath {
    FilePath::parse("a.txt".to_owned()).unwrap()
}

pub(in crate::services) async fn save(services: &Services, content: &str) {
    let saved = services.files.save(path(), content.as_bytes(), "", true);
    saved.await.unwrap();
}

pub(in crate::services) async fn content(services: &Services) -> String {
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
