//! Arguments of the file service that are rejected before anything is sent.

use backendless::{ErrorKind, FileInfo, Upload};
use backendless_tests::Recorder;

use crate::support::assert_rejected;

#[tokio::test]
async fn invalid_file_path_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let files = server.client().files();
    for bad in [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a\\b", "a\nb", "a\0b",
    ] {
        let error = files.delete(bad).await.unwrap_err();
        assert_rejected(&error, "deleteFile", "path ");
        let upload = files.upload(bad, Upload::bytes("x")).overwrite(true);
        assert_rejected(&upload.await.unwrap_err(), "uploadFile", "path ");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn invalid_media_type_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    for bad in ["", "image", "image/png\r\nx: y", "a b/c"] {
        let upload = server.client().files().upload("a", Upload::bytes("x"));
        let error = upload.content_type(bad).await.unwrap_err();
        assert_rejected(&error, "uploadFile", "content_type ");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn missing_local_file_is_an_io_error() {
    let server = Recorder::responding(200, "{}").await;
    let folder = tempfile::tempdir().unwrap();
    for bad in [folder.path().join("missing.txt"), folder.path().to_owned()] {
        let upload = server.client().files().upload("a", Upload::file(&bad));
        let error = upload.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!((error.attempts(), error.is_retryable()), (0, false));
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("uploadFile: {}: ", bad.display())),
            "{text}"
        );
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn invalid_file_url_is_rejected() {
    let server = Recorder::responding(200, "x").await;
    let containing = |login: &str| server.url().replace("http://", &format!("http://{login}@"));
    for bad in [
        "",
        "SECRET",
        "/SECRET/a.txt",
        "ftp://SECRET/a",
        "file:///etc/SECRET",
        "http://",
        &containing("ann:SECRET"),
        &containing("SECRET"),
        &containing(":SECRET"),
    ] {
        let files = server.client().with_user_token("TOKEN-1").files();
        let error = files.download(&FileInfo::from_url(bad)).await.unwrap_err();
        assert_rejected(&error, "download", "the URL of the file ");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn header_that_a_download_sets_itself_is_rejected() {
    let server = Recorder::responding(200, "x").await;
    let info = FileInfo::from_url(server.url() + "/a.txt");
    let download = server.client().files().download(&info);
    let error = download.header("Accept", "text/plain").await.unwrap_err();
    assert_rejected(
        &error,
        "download",
        "header \"accept\" is set by the operation itself",
    );
    assert_eq!(server.requests().len(), 0);
}
