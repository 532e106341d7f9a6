//! Responses of the file service, and transfers that fail.

use std::io;
use std::time::Duration;

use backendless::{Client, ErrorCode, ErrorKind, FileInfo, Upload};
use backendless_tests::{API_KEY, APP_ID, Behaviour, Recorder, ScriptedServer};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

async fn upload(status: u16, response: &str) -> backendless::Result<FileInfo> {
    let server = Recorder::responding(status, response).await;
    let files = server.client().files();
    files.upload("a.txt", Upload::bytes("x")).await
}

fn info(server: &ScriptedServer) -> FileInfo {
    FileInfo::from_url(format!("{}/a.txt", server.url()))
}

#[tokio::test]
async fn upload_returns_the_file_url_and_ignores_other_properties() {
    let response =
        r#"{"fileURL":"https://backendlessappcontent.com/A/K/files/x","size":3,"x":null}"#;
    let info = upload(200, response).await.unwrap();
    assert_eq!(
        info.file_url(),
        "https://backendlessappcontent.com/A/K/files/x"
    );
}

#[tokio::test]
async fn upload_without_a_file_url_is_a_decode_error() {
    for response in [
        "{}",
        r#"{"fileURL":null}"#,
        r#"{"fileURL":5}"#,
        "null",
        "",
        "[]",
        "<html>",
    ] {
        let error = upload(200, response).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{response}: {error}");
        assert_eq!(
            error.operation().map(|operation| operation.id()),
            Some("uploadFile")
        );
        assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    }
}

#[tokio::test]
async fn delete_ignores_the_body() {
    for response in ["3", "", "null", r#"{"fileURL":"x"}"#] {
        let server = Recorder::responding(200, response).await;
        server.client().files().delete("a").await.unwrap();
    }
}

#[tokio::test]
async fn existing_and_missing_files_are_reported_by_code() {
    let error_body =
        |code: i64| json!({"code": code, "message": "no", "errorData": {}}).to_string();
    for status in [400, 404, 409] {
        let error = upload(status, &error_body(6003)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(error.code(), Some(ErrorCode::FILE_EXISTS));

        let server = Recorder::responding(status, &error_body(6000)).await;
        let files = server.client().files();
        let error = files.delete("a").await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.code(), Some(ErrorCode::FILE_NOT_FOUND));
        let info = FileInfo::from_url(format!("{}/a", server.url()));
        let error = files.download(&info).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id()),
            Some("download")
        );
    }
}

#[tokio::test]
async fn upload_is_retryable_only_if_it_overwrites() {
    for (overwrite, repeatable) in [(true, true), (false, false)] {
        let server = Recorder::responding(503, "").await;
        let files = server.client().files();
        let call = files.upload("a", Upload::bytes("x")).overwrite(overwrite);
        let error = call.await.unwrap_err();
        assert_eq!(error.is_retryable(), repeatable, "{error}");
    }
}

#[tokio::test]
async fn message_with_the_url_of_a_file_is_withheld() {
    let response = json!({"code": 6000, "message": format!("no /{APP_ID}/{API_KEY}/files/a")});
    let server = Recorder::responding(404, &response.to_string()).await;
    let info = FileInfo::from_url(format!("{}/{APP_ID}/{API_KEY}/files/a", server.url()));
    let error = server.client().files().download(&info).await.unwrap_err();
    assert!(
        error
            .message()
            .starts_with("the file does not exist (the message of the service is withheld"),
        "{error}"
    );
    assert!(!format!("{error:#?}").contains(API_KEY));
}

#[tokio::test]
async fn download_follows_no_redirect() {
    let elsewhere = Recorder::responding(200, "x").await;
    let location = elsewhere.url() + "/stolen";
    let server = Recorder::with_headers(302, &[("location", &location)], "").await;
    let files = server.client().with_user_token("TOKEN-1").files();
    let error = files
        .download(&FileInfo::from_url(server.url() + "/a"))
        .await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(302)));
    assert_eq!(elsewhere.requests().len(), 0);
}

/// A relative `Location` is on the server of the file, so that the error names no origin.
#[tokio::test]
async fn redirect_of_a_download_names_the_origin_of_an_absolute_location() {
    for (location, target) in [
        (
            "https://www.example.com:8443/path?query",
            " to https://www.example.com:8443",
        ),
        ("ftp://www.example.com/", ""),
        ("//www.example.com/path", ""),
        ("/path", ""),
    ] {
        let files = Recorder::with_headers(302, &[("location", location)], "").await;
        let info = FileInfo::from_url(files.url() + "/a");
        let api = Recorder::responding(200, "x").await;
        let error = api.client().files().download(&info).await.unwrap_err();
        assert_eq!(
            error.message(),
            format!(
                "the server responded with a redirect{target}, which is not followed: check the API URL"
            )
        );
    }
}

#[tokio::test]
async fn download_reports_its_length_if_known() {
    for (response, length) in [
        (
            &b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\none"[..],
            Some(3),
        ),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\none", None),
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(response)).await;
        let download = server.client().files().download(&info(&server));
        let download = download.await.unwrap();
        assert_eq!(download.length(), length);
        assert_eq!(download.bytes().await.unwrap(), "one");
    }
}

#[tokio::test]
async fn truncated_download_is_an_error() {
    for response in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbroken"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nbroken\r\n",
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(response)).await;
        let open = || server.client().files().download(&info(&server));
        let error = open().await.unwrap().bytes().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id()),
            Some("download")
        );
        assert!(error.is_retryable());

        let mut pieces = open().await.unwrap();
        assert_eq!(pieces.next().await.unwrap().unwrap(), "broken");
        let error = pieces.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert!(pieces.next().await.is_none());
    }
}

/// A client with an attempt timeout of 200 ms.
fn client_with_short_timeout(server: &ScriptedServer) -> Client {
    Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .attempt_timeout(Duration::from_millis(200))
        .build()
        .unwrap()
}

#[tokio::test]
async fn stalled_download_times_out() {
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbroken";
    let server = ScriptedServer::always(Behaviour::stall_after(response)).await;
    let mut pieces = client_with_short_timeout(&server)
        .files()
        .download(&info(&server))
        .await
        .unwrap();
    assert_eq!(pieces.next().await.unwrap().unwrap(), "broken");
    let error = pieces.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(error.message().contains("200ms"), "{error}");
    assert!(pieces.next().await.is_none());
    assert!(pieces.next().await.is_none());
}

#[tokio::test]
async fn save_to_writes_the_complete_file_or_nothing() {
    let complete = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nnew";
    let broken = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbroken";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let count = || std::fs::read_dir(folder.path()).unwrap().count();

    let server = ScriptedServer::always(Behaviour::bytes(broken)).await;
    let open = || server.client().files().download(&info(&server));
    let error = open().await.unwrap().save_to(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert_eq!(count(), 0);

    std::fs::write(&path, "the old file").unwrap();
    let error = open().await.unwrap().save_to(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
    assert_eq!(count(), 1);

    let server = ScriptedServer::always(Behaviour::stall_after(broken)).await;
    let download = client_with_short_timeout(&server)
        .files()
        .download(&info(&server));
    let error = download.await.unwrap().save_to(&path).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
    assert_eq!(count(), 1);

    let server = ScriptedServer::always(Behaviour::bytes(complete)).await;
    let download = server.client().files().download(&info(&server));
    assert_eq!(download.await.unwrap().save_to(&path).await.unwrap(), 3);
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
    assert_eq!(count(), 1);
}

#[tokio::test]
async fn save_to_reports_the_path_of_an_io_error() {
    let server = ScriptedServer::always(Behaviour::bytes(
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
    ))
    .await;
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("directory");
    std::fs::create_dir(&directory).unwrap();
    for path in [folder.path().join("missing/a.txt"), directory] {
        let download = server.client().files().download(&info(&server));
        let error = download.await.unwrap().save_to(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!((error.attempts(), error.is_retryable()), (1, false));
        assert!(
            error
                .to_string()
                .starts_with(&format!("download: {}: ", path.display())),
            "{error}"
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn upload_of_a_failing_stream_fails() {
    let server = Recorder::responding(200, r#"{"fileURL":"x"}"#).await;
    for length in [None, Some(6)] {
        let pieces = stream::iter([Ok("one"), Err(io::Error::other("the source is gone"))]);
        let upload = Upload::stream(pieces, length);
        let error = server.client().files().upload("a", upload).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert!(error.message().contains("the source is gone"), "{error}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn upload_of_another_length_than_declared_is_not_sent() {
    let server = Recorder::responding(200, r#"{"fileURL":"x"}"#).await;
    for promised in [0, 5, 7, 1_000_000] {
        let pieces = stream::iter([Ok::<_, io::Error>("one"), Ok("two")]);
        let upload = Upload::stream(pieces, Some(promised));
        let error = server.client().files().upload("a", upload).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        let length = format!("{promised} bytes");
        assert!(error.message().contains(&length), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn stalled_upload_times_out() {
    let server = ScriptedServer::always(Behaviour::stall()).await;
    let pieces = stream::iter([Ok::<_, io::Error>("one")]).chain(stream::pending());
    let upload = Upload::stream(pieces, None);
    let error = client_with_short_timeout(&server)
        .files()
        .upload("a", upload)
        .await;
    assert!(error.unwrap_err().is_timeout());

    let error = client_with_short_timeout(&server)
        .files()
        .upload("a", Upload::bytes("all of it"))
        .await;
    assert!(error.unwrap_err().is_timeout());
}

#[tokio::test]
async fn download_is_a_stream() {
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\none";
    let server = ScriptedServer::always(Behaviour::bytes(response)).await;
    let mut pieces = server
        .client()
        .files()
        .download(&info(&server))
        .await
        .unwrap();
    assert_eq!(pieces.try_next().await.unwrap().unwrap(), "one");
    assert!(pieces.try_next().await.unwrap().is_none());
    assert!(pieces.try_next().await.unwrap().is_none());
}
