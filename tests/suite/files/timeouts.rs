//! Idle and total timeouts of transfers whose chunks arrive at known times.

use std::io;
use std::time::Duration;

use backendless::testing::{Responder, Response};
use backendless::{Client, ClientBuilder, FileInfo, Upload};
use backendless_tests::{API_KEY, APP_ID};
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

fn info() -> FileInfo {
    FileInfo::from_url("https://files.example/a.txt")
}

/// Builder of a client whose server sends each chunk after a number of seconds.
fn builder(chunks: &'static [(u32, &'static str)]) -> ClientBuilder {
    let responder = Responder::new(move |_| async move {
        let chunks = stream::iter(chunks).then(|(wait, chunk)| async {
            sleep(*wait * SECOND).await;
            Ok((*chunk).into())
        });
        Ok(Response::new(200).chunks(chunks))
    });
    Client::builder(APP_ID, API_KEY).responder(&responder)
}

#[tokio::test(start_paused = true)]
async fn the_idle_timeout_is_the_wait_for_each_chunk() {
    let builder = builder(&[(0, "a"), (0, "b"), (9, "c"), (9, "d"), (11, "e")]);
    let client = builder.attempt_timeout(10 * SECOND);
    let files = client.build().unwrap().files();
    let mut chunks = files.download(&info()).await.unwrap();
    for chunk in ["a", "b", "c", "d"] {
        assert_eq!(chunks.next().await.unwrap().unwrap(), chunk);
        // The caller uses the chunk for longer than the timeout.
        sleep(11 * SECOND).await;
    }
    let error = chunks.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    let text = "no further part of the file was received within the idle timeout of 10s";
    assert!(error.message().starts_with(text), "{error}");
}

#[tokio::test(start_paused = true)]
async fn download_ends_at_its_timeout_although_chunks_are_available() {
    let builder = builder(&[(0, "a"), (0, "b"), (0, "c")]);
    let files = builder.build().unwrap().files();
    let download = files.download(&info()).timeout(20 * SECOND);
    let mut chunks = download.await.unwrap();
    for chunk in ["a", "b"] {
        assert_eq!(chunks.next().await.unwrap().unwrap(), chunk);
        sleep(10 * SECOND).await;
    }
    let error = chunks.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    let text = "the file was not complete within the timeout of 20s";
    assert!(error.message().starts_with(text), "{error}");
}

/// The source delivers each chunk after this number of seconds.
async fn upload(waits: &'static [u32]) -> backendless::Result<FileInfo> {
    let responder = Responder::new(|_| async {
        let url = json!({"fileURL": "https://files.example/a.txt"});
        Ok(Response::json(200, &url))
    });
    let client = Client::builder(APP_ID, API_KEY).responder(&responder);
    let client = client.attempt_timeout(10 * SECOND).build()?;
    let chunks = stream::iter(waits).then(|wait| async {
        sleep(*wait * SECOND).await;
        Ok::<_, io::Error>("chunk")
    });
    let upload = client.files().upload("a.txt", Upload::stream(chunks, None));
    upload.await
}

#[tokio::test(start_paused = true)]
async fn an_upload_may_take_longer_than_the_attempt_timeout() {
    upload(&[8, 8, 8]).await.unwrap();
    let error = upload(&[8, 12]).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}
