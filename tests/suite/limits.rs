//! Everything that a request waits for is inside its timeout.

use std::future::IntoFuture;
use std::sync::mpsc;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use backendless::{Error, ErrorKind, FileInfo, Result, Upload};
use backendless_tests::{Behaviour, Recorder, ScriptedServer};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use tokio::runtime::Builder;

/// The timeout of the requests.
const LIMIT: Duration = Duration::from_millis(100);
/// Expires only if a request does not end with its timeout.
const HANG: Duration = Duration::from_secs(30);

/// The error of `request`, which ends with its timeout.
async fn timeout_of<R, F>(request: F) -> Error
where
    F: IntoFuture<Output = Result<R>>,
{
    let result = tokio::time::timeout(HANG, request.into_future()).await;
    let Err(error) = result.expect("the request ends with its timeout") else {
        panic!("the request succeeded");
    };
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.message().ends_with("timeout of 100ms"), "{error}");
    error
}

/// Waits until `server` has received a request.
async fn received(server: &ScriptedServer, requests: usize) {
    while server.requests().len() < requests {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn wait_for_the_login_of_another_request_is_inside_the_timeout() {
    let server = ScriptedServer::always(Behaviour::stall()).await;
    let builder = server.client_builder().credentials("robot", "pa55");
    let client = builder.build().unwrap();
    let other = tokio::spawn(client.counters().get("visits").send());
    received(&server, 1).await;

    let logout = timeout_of(client.users().logout().timeout(LIMIT)).await;
    let text = "the login of another request did not complete within";
    assert!(logout.message().starts_with(text), "{logout}");
    let count = timeout_of(client.counters().get("visits").timeout(LIMIT)).await;
    assert!(
        count.message().starts_with("the login did not complete"),
        "{count}"
    );
    let upload = client.files().upload("a.txt", Upload::bytes("one"));
    let upload = timeout_of(upload.timeout(LIMIT)).await;
    for error in [logout, count, upload] {
        assert_eq!(error.attempts(), 0, "{error}");
    }
    assert_eq!(server.requests().len(), 1);
    other.abort();
}

#[tokio::test]
async fn renewal_of_a_session_is_inside_the_timeout() {
    let login = Behaviour::json(200, r#"{"user-token":"TOKEN-1"}"#);
    let expired = Behaviour::json(400, r#"{"code":3064,"message":"expired"}"#);
    let server = ScriptedServer::start([login, expired, Behaviour::stall()]).await;
    let builder = server.client_builder().credentials("robot", "pa55");
    let client = builder.build().unwrap();
    let error = timeout_of(client.counters().get("visits").timeout(LIMIT)).await;
    assert!(
        error.message().starts_with("the login did not complete"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn opening_of_an_upload_file_is_inside_the_timeout() {
    let mut builder = Builder::new_current_thread();
    let runtime = builder
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    // Dropped before the runtime.
    let (_release, blocked) = mpsc::channel::<()>();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "one").unwrap();
        let server = ScriptedServer::always(Behaviour::stall()).await;
        let files = server.client().files();
        // No file is opened as long as the only thread for it is busy.
        drop(tokio::task::spawn_blocking(move || blocked.recv()));

        let upload = files.upload("a.txt", Upload::file(&path)).timeout(LIMIT);
        let total = timeout_of(upload).await;
        let text = "the content of the upload could not be opened within the timeout";
        assert!(total.message().starts_with(text), "{total}");

        let client = server
            .client_builder()
            .attempt_timeout(LIMIT)
            .build()
            .unwrap();
        let upload = client.files().upload("a.txt", Upload::file(&path));
        let idle = timeout_of(upload).await;
        let text = "the content of the upload could not be opened within the idle timeout";
        assert!(idle.message().starts_with(text), "{idle}");
        for error in [total, idle] {
            assert_eq!(
                (error.attempts(), error.is_retryable()),
                (0, true),
                "{error}"
            );
        }
        assert_eq!(server.requests().len(), 0);
    });
}

#[test]
fn writing_of_a_download_is_inside_the_idle_timeout() {
    let mut builder = Builder::new_current_thread();
    let runtime = builder
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    // Dropped before the runtime.
    let (_release, blocked) = mpsc::channel::<()>();
    runtime.block_on(async {
        let server = Recorder::responding(200, "one").await;
        let builder = server.builder().attempt_timeout(LIMIT);
        let files = builder.build().unwrap().files();
        let info = FileInfo::from_url(server.url() + "/a.txt");
        let download = files.download(&info).await.unwrap();
        // Nothing is written as long as the only thread for it is busy.
        drop(tokio::task::spawn_blocking(move || blocked.recv()));
        let folder = tempfile::tempdir().unwrap();
        let error = timeout_of(download.save_to(folder.path().join("a.txt"))).await;
        let text = "the file could not be written within the idle timeout";
        assert!(error.message().starts_with(text), "{error}");
    });
}

/// A value whose decoder waits until the test ends.
struct Slow;

static ENDED: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

impl<'de> Deserialize<'de> for Slow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        let ended = ENDED.0.lock().unwrap();
        drop(ENDED.1.wait_timeout_while(ended, HANG, |ended| !*ended));
        Ok(Self)
    }
}

#[tokio::test]
async fn decoding_of_a_long_response_is_inside_the_timeout() {
    let text = format!("\"{}\"", "a".repeat(1024 * 1024));
    let server = Recorder::responding(200, &text).await;
    let error = timeout_of(server.client().cache().get::<Slow>("k").timeout(LIMIT)).await;
    assert!(
        error.message().starts_with("the response was not decoded"),
        "{error}"
    );
    assert!(error.is_retryable(), "{error}");
    let cloud_code = server.client().cloud_code();
    let call = cloud_code.invoke::<_, Slow>("s", "m", &()).timeout(LIMIT);
    let error = timeout_of(call).await;
    assert!(!error.is_retryable(), "{error}");
    *ENDED.0.lock().unwrap() = true;
    ENDED.1.notify_all();
}

#[tokio::test]
async fn a_long_response_is_decoded() {
    let text = "a".repeat(1024 * 1024);
    let server = Recorder::responding(200, &format!("\"{text}\"")).await;
    let value = server.client().cache().get::<String>("k").await.unwrap();
    assert_eq!(value.unwrap(), text);
    let error = server.client().cache().get::<u8>("k").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
}

/// A value whose decoder panics.
#[derive(Debug)]
struct Panics;

impl<'de> Deserialize<'de> for Panics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        panic!("the caller's decoder panics");
    }
}

#[tokio::test]
async fn panic_of_the_decoder_of_a_long_response_reaches_the_caller() {
    let text = format!("\"{}\"", "a".repeat(1024 * 1024));
    let server = Recorder::responding(200, &text).await;
    let call = server.client().cache().get::<Panics>("k").into_future();
    let panic = tokio::spawn(call).await.unwrap_err().into_panic();
    let text = panic.downcast_ref::<&str>();
    assert_eq!(text, Some(&"the caller's decoder panics"));
}
