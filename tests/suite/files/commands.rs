//! Files beyond the document: their requests, and complete exchanges with the local server.

use backendless::{Error, ErrorKind, FileInfo, FilePermission, Files, Grantee, Upload};
use backendless_local::Server;
use backendless_tests::{RecordedRequest, Recorder};

use crate::support::{
    assert_download, assert_json, assert_no_body, assert_rejected, assert_request_line,
    local_client, log_in_new_user, recorded_request,
};

const URL: &str = r#""https://backendlessappcontent.com/A/K/files/docs/a.txt""#;

#[track_caller]
fn assert_text(request: &RecordedRequest, body: &str) {
    assert_eq!(request.body, body);
    assert_eq!(request.header("content-type"), Some("text/plain"));
}

async fn content(files: &Files, path: &str) -> String {
    let bytes = files.download(path).await.unwrap().bytes().await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn renames_copies_and_moves_have_the_form_of_the_official_sdk() {
    let request =
        recorded_request(URL, |client| client.files().rename("docs/a.txt", "b.txt")).await;
    assert_request_line(&request, "PUT", "/files/rename");
    assert_json(
        &request,
        r#"{"newName":"b.txt","oldPathName":"/docs/a.txt"}"#,
    );
    let request = recorded_request(URL, |client| client.files().copy("a", "b/c")).await;
    assert_request_line(&request, "PUT", "/files/copy");
    assert_json(&request, r#"{"sourcePath":"/a","targetPath":"/b/c"}"#);
    let request = recorded_request(URL, |client| client.files().move_to("a", "b/c")).await;
    assert_request_line(&request, "PUT", "/files/move");
    assert_json(&request, r#"{"sourcePath":"/a","targetPath":"/b/c"}"#);
    let request = recorded_request("", |client| client.files().create_directory("a b/c")).await;
    assert_request_line(&request, "POST", "/files/a%20b/c/");
    assert_no_body(&request);
}

#[tokio::test]
async fn saved_and_appended_content_has_the_form_of_the_official_sdk() {
    let request = recorded_request(URL, |client| client.files().save("a b", vec![0, 255])).await;
    assert_request_line(&request, "PUT", "/files/binary/a%20b");
    assert_text(&request, "AP8=");
    let request = recorded_request(URL, |client| {
        client.files().save("a", "milk").overwrite(true)
    })
    .await;
    assert_request_line(&request, "PUT", "/files/binary/a?overwrite=true");
    let request = recorded_request(URL, |client| client.files().append("d/a", "milk")).await;
    assert_request_line(&request, "PUT", "/files/append/binary/d/a");
    assert_text(&request, "bWlsaw==");
    let request = recorded_request(URL, |client| client.files().append_text("d/a", "ü")).await;
    assert_request_line(&request, "PUT", "/files/append/d/a");
    assert_text(&request, "ü");
    let url = "https://example.com/a?b=c";
    let request = recorded_request(URL, |client| client.files().append_from_url("d/a", url)).await;
    assert_request_line(&request, "POST", "/files/append/d/a");
    assert_json(&request, r#"{"url":"https://example.com/a?b=c"}"#);
    let request = recorded_request(URL, |client| {
        let upload = Upload::bytes("milk");
        client.files().append_upload("d/a b.txt", upload)
    })
    .await;
    assert_request_line(&request, "POST", "/files/append/d/a%20b.txt");
    let boundary = request.header("content-type").unwrap();
    let boundary = boundary
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let form = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\nContent-Type: text/plain\r\n\r\n\
         milk\r\n--{boundary}--\r\n"
    );
    assert_eq!(request.body, form);
    let request = recorded_request(URL, |client| {
        client.files().upload_from_url("d/a", url).overwrite(false)
    })
    .await;
    assert_request_line(&request, "POST", "/files/d/a?overwrite=false");
    assert_json(&request, r#"{"url":"https://example.com/a?b=c"}"#);
}

#[tokio::test]
async fn permissions_have_the_form_of_the_official_sdk() {
    let request = recorded_request("", |client| {
        let user = Grantee::user("U-1");
        client.files().grant("docs/a b", FilePermission::Read, user)
    })
    .await;
    assert_request_line(&request, "PUT", "/files/permissions/GRANT/docs%2Fa%20b");
    assert_json(&request, r#"{"permission":"READ","user":"U-1"}"#);
    for (grantee, body) in [
        (
            Grantee::role("Staff"),
            r#"{"permission":"DELETE","role":"Staff"}"#,
        ),
        (
            Grantee::all_users(),
            r#"{"permission":"DELETE","user":"*"}"#,
        ),
        (
            Grantee::all_roles(),
            r#"{"permission":"DELETE","role":"*"}"#,
        ),
    ] {
        let request = recorded_request("", |client| {
            client.files().deny("a", FilePermission::Delete, grantee)
        })
        .await;
        assert_request_line(&request, "PUT", "/files/permissions/DENY/a");
        assert_json(&request, body);
    }
}

#[tokio::test]
async fn a_download_by_path_is_sent_to_the_api() {
    let server = Recorder::responding(200, "milk").await;
    let files = server.client().files();
    let file = files.download("my docs/a#b.txt").await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), "milk");
    assert_download(&server.request(), "/files/my%20docs/a%23b.txt");
    for path in ["", "/a", "a/../b", "a//b"] {
        let error = files.download(path).await.unwrap_err();
        assert_rejected(&error, "download", "the path of the file ");
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_url_is_read_from_json_and_from_text() {
    let url = "https://backendlessappcontent.com/A/K/files/docs/a.txt";
    let object = format!(r#"{{"fileURL":"{url}"}}"#);
    for (content_type, body) in [
        ("application/json", URL),
        ("application/json", &object),
        ("text/plain", url),
    ] {
        let headers = &[("content-type", content_type)];
        let server = Recorder::with_headers(200, headers, body).await;
        let info = server.client().files().copy("a", "b").await.unwrap();
        assert_eq!(info, FileInfo::from_url(url), "{body}");
    }
    for body in ["null", "true", "{}"] {
        let server = Recorder::responding(200, body).await;
        let error = server.client().files().copy("a", "b").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}

#[tokio::test]
async fn invalid_paths_are_rejected() {
    let server = Recorder::responding(200, URL).await;
    let files = server.client().files();
    for path in ["", "/a", "a/", "a/../b", "a\\b"] {
        let rejected =
            |error: Error, operation, argument| assert_rejected(&error, operation, argument);
        rejected(
            files.rename(path, "b").await.unwrap_err(),
            "renameFile",
            "the old path ",
        );
        rejected(
            files.copy(path, "b").await.unwrap_err(),
            "copyFile",
            "the source ",
        );
        rejected(
            files.copy("b", path).await.unwrap_err(),
            "copyFile",
            "the target ",
        );
        rejected(
            files.move_to(path, "b").await.unwrap_err(),
            "moveFile",
            "the source ",
        );
        rejected(files.save(path, "").await.unwrap_err(), "saveFile", "path ");
        rejected(
            files.append(path, "").await.unwrap_err(),
            "appendBinary",
            "path ",
        );
        rejected(
            files.append_text(path, "").await.unwrap_err(),
            "appendText",
            "path ",
        );
        let denied = files
            .deny(path, FilePermission::Read, Grantee::all_users())
            .await;
        rejected(denied.unwrap_err(), "denyFilePermission", "the path ");
        let created = files.create_directory(path).await;
        rejected(created.unwrap_err(), "createDirectory", "path ");
    }
    for name in ["a/b", "..", ""] {
        let error = files.rename("a", name).await.unwrap_err();
        assert_rejected(&error, "renameFile", "the new name ");
    }
    // With these paths, the requests would be those of other operations.
    for path in ["append/a", "append/a/b/c/d/e/f"] {
        let error = files.upload_from_url(path, "x").await.unwrap_err();
        assert_rejected(&error, "uploadFile", "path is");
    }
    let missing = Upload::file("/missing/file");
    let error = files.append_upload("a", missing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        error.operation().map(|operation| operation.id()),
        Some("appendFromUrl")
    );
    let error = files
        .append_text("binary/a/b/c/d/e", "x")
        .await
        .unwrap_err();
    assert_rejected(&error, "appendText", "path is");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn files_of_the_local_server_are_changed() {
    let server = Server::builder().remote_file("https://example.com/a", "remote");
    let server = server.start().await.unwrap();
    let files = local_client(&server).files();
    files.save("docs/a", "one").await.unwrap();
    let error = files.save("docs/a", "two").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    files.save("docs/a", "two").overwrite(true).await.unwrap();
    files.append("docs/a", " three").await.unwrap();
    let upload = Upload::stream(
        futures_util::stream::iter([Ok::<_, Error>(" fo"), Ok("ur")]),
        None,
    );
    let appended = files.append_upload("docs/a", upload).await.unwrap();
    assert_eq!(appended.path().as_deref(), Some("docs/a"));
    files.append_text("docs/a", " five").await.unwrap();
    assert_eq!(content(&files, "docs/a").await, "two three four five");

    let copy = files.copy("docs", "backup/docs").await.unwrap();
    assert_eq!(copy.path().as_deref(), Some("backup/docs"));
    files.rename("backup/docs/a", "b").await.unwrap();
    files.move_to("backup/docs/b", "c").await.unwrap();
    files.delete("docs").await.unwrap();
    assert_eq!(content(&files, "c").await, "two three four five");
    assert!(
        files
            .rename("docs/a", "b")
            .await
            .unwrap_err()
            .is_not_found()
    );
    files.create_directory("new/empty").await.unwrap();
    let error = files.create_directory("new/empty").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(files.exists("new/empty").await.unwrap());

    files
        .upload_from_url("r", "https://example.com/a")
        .await
        .unwrap();
    files
        .append_from_url("r", "https://example.com/a")
        .await
        .unwrap();
    assert_eq!(content(&files, "r").await, "remoteremote");
    let error = files
        .upload_from_url("s", "https://example.com/b")
        .await
        .unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(6009));
}

#[tokio::test]
async fn a_denied_permission_is_enforced_for_other_users() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let files = client.files();
    files.save("docs/a", "one").await.unwrap();
    let session = log_in_new_user(&client, "ann@example.com").await;
    let signed_in = Grantee::role("AuthenticatedUser");
    files
        .deny("docs", FilePermission::Read, Grantee::all_roles())
        .await
        .unwrap();
    files
        .grant("docs", FilePermission::Read, signed_in)
        .await
        .unwrap();
    let error = files.download("docs/a").await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(4000));
    assert_eq!(content(&session.client().files(), "docs/a").await, "one");
}
