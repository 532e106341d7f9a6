//! The Files service.

use std::path::Path;
use std::time::Duration;

use backendless_local::Server;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::{TestRequest, TestResponse, TestServer};

impl TestServer {
    fn form(&self, path: &str, form: Form) -> TestRequest {
        TestRequest(self.request(reqwest::Method::POST, path).0.multipart(form))
    }

    fn upload(&self, path: &str, content: impl Into<Vec<u8>>) -> TestRequest {
        self.form(path, Form::new().part("file", part(content)))
    }

    /// Uploads a file and returns its URL.
    async fn uploaded(&self, path: &str, content: impl Into<Vec<u8>>) -> String {
        let response = self.upload(path, content).ok().await;
        assert_eq!(response.as_object().unwrap().len(), 1, "{response}");
        response["fileURL"].as_str().unwrap().to_owned()
    }

    async fn fetch(&self, url: &str) -> TestResponse {
        TestRequest(self.http.get(url)).send().await
    }

    async fn content(&self, path: &str) -> Vec<u8> {
        let response = self.get(path).send().await;
        assert_eq!(response.status, 200, "{path}");
        response.body
    }
}

fn part(content: impl Into<Vec<u8>>) -> Part {
    Part::bytes(content.into()).file_name("any")
}

/// Bytes with a long period, so that a lost or duplicated piece is detected.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 65_521) as u8).collect()
}

#[tokio::test]
async fn upload_returns_the_url_of_the_file() {
    let app = TestServer::start().await;
    let image = part([0x89, b'P', 0, 0xff]).mime_str("image/png").unwrap();
    let form = Form::new().part("file", image);
    let response = app.form("/files/images/photo.png", form).ok().await;

    let base = format!(
        "{}/{}/{}",
        app.server.url(),
        app.server.app_id(),
        app.server.api_key()
    );
    let url = format!("{base}/files/images/photo.png");
    assert_eq!(response, json!({ "fileURL": url }));
    let served = app.fetch(&url).await;
    assert_eq!(served.status, 200);
    assert_eq!(served.content_type.as_deref(), Some("image/png"));
    assert_eq!(served.body, [0x89, b'P', 0, 0xff]);
}

#[tokio::test]
async fn file_without_a_type_is_an_octet_stream_and_can_be_empty() {
    let app = TestServer::start().await;
    let url = app.uploaded("/files/empty", "").await;
    let served = app.fetch(&url).await;
    assert_eq!((served.status, served.body.len()), (200, 0));
    assert_eq!(
        served.content_type.as_deref(),
        Some("application/octet-stream")
    );
}

#[tokio::test]
async fn existing_file_is_replaced_only_with_overwrite() {
    let app = TestServer::start().await;
    app.uploaded("/files/a.txt", "first").await;
    let rejected = [
        app.upload("/files/a.txt", "second"),
        app.upload("/files/a.txt?overwrite=false", "second"),
    ];
    for call in rejected {
        assert_eq!(call.rejected().await, (400, 6003));
        assert_eq!(app.content("/files/a.txt").await, b"first");
    }

    let html = part("third").mime_str("text/html").unwrap();
    let form = Form::new().part("file", html);
    app.form("/files/a.txt?overwrite=true", form).ok().await;
    let served = app.get("/files/a.txt").send().await;
    assert_eq!(served.body, b"third");
    assert_eq!(served.content_type.as_deref(), Some("text/html"));

    // It is one file. Overwrite does not need an existing file.
    assert_eq!(app.delete("/files/a.txt").ok().await, 1);
    app.uploaded("/files/a.txt?overwrite=true", "fourth").await;
    assert_eq!(app.content("/files/a.txt").await, b"fourth");
}

#[tokio::test]
async fn invalid_overwrite_is_rejected() {
    let app = TestServer::start().await;
    for query in [
        "overwrite=yes",
        "overwrite=",
        "overwrite=true&overwrite=true",
    ] {
        let call = app.upload(&format!("/files/a.txt?{query}"), "a");
        assert_eq!(call.rejected().await, (400, 8008), "{query}");
    }
    assert_eq!(app.get("/files/a.txt").rejected().await, (404, 6000));
}

#[tokio::test]
async fn delete_of_a_directory_deletes_its_files() {
    let app = TestServer::start().await;
    // Besides `docs`: names with the same prefix, and names that LIKE would match.
    for path in [
        "docs/a",
        "docs/b",
        "docs/sub/c",
        "docs.txt",
        "docs2/a",
        "d_cs/a",
        "docS/a",
    ] {
        app.uploaded(&format!("/files/{path}"), path).await;
    }
    assert_eq!(app.delete("/files/docs").ok().await, 3);
    for path in [
        "/files/docs/a",
        "/files/docs/b",
        "/files/docs/sub/c",
        "/files/docs",
    ] {
        assert_eq!(app.get(path).rejected().await, (404, 6000), "{path}");
    }
    for path in ["docs.txt", "docs2/a", "d_cs/a", "docS/a"] {
        assert_eq!(
            app.content(&format!("/files/{path}")).await,
            path.as_bytes()
        );
    }
    assert_eq!(app.delete("/files/docs").rejected().await, (404, 6000));
}

#[tokio::test]
async fn missing_file_is_404() {
    let app = TestServer::start().await;
    app.uploaded("/files/dir/a.txt", "a").await;
    for path in [
        "/files/a.txt",
        "/files/dir/b.txt",
        "/files/dir/a.txt/b",
        "/files/dir/A.txt",
    ] {
        assert_eq!(app.get(path).rejected().await, (404, 6000), "GET {path}");
        let deleted = app.delete(path).rejected().await;
        assert_eq!(deleted, (404, 6000), "DELETE {path}");
    }
    // The content of a directory is its list.
    assert_eq!(app.get("/files/dir").ok().await[0]["name"], "a.txt");
}

#[tokio::test]
async fn path_cannot_be_a_file_and_a_directory() {
    let app = TestServer::start().await;
    app.uploaded("/files/dir/a.txt", "a").await;
    for path in [
        "/files/dir",
        "/files/dir/a.txt/b.txt",
        "/files/dir/a.txt/b/c.txt",
    ] {
        let call = app.upload(&format!("{path}?overwrite=true"), "b");
        assert_eq!(call.rejected().await, (400, 6001), "{path}");
    }
    assert_eq!(app.content("/files/dir/a.txt").await, b"a");
    assert_eq!(app.delete("/files/dir").ok().await, 1);
}

#[tokio::test]
async fn form_must_have_exactly_one_part_named_file() {
    let app = TestServer::start().await;
    let two = Form::new().part("file", part("a")).part("file", part("b"));
    assert_eq!(app.form("/files/a", two).rejected().await, (400, 6012));
    let other = Form::new().part("photo", part("a")).text("name", "b");
    assert_eq!(app.form("/files/a", other).rejected().await, (400, 6011));
    assert_eq!(app.get("/files/a").rejected().await, (404, 6000));

    // Other parts are ignored.
    let one = Form::new()
        .text("before", "1")
        .part("file", part("a"))
        .text("behind", "2");
    app.form("/files/a", one).ok().await;
    assert_eq!(app.content("/files/a").await, b"a");
}

#[tokio::test]
async fn upload_that_is_not_a_form_is_rejected() {
    let app = TestServer::start().await;
    let post = || app.request(reqwest::Method::POST, "/files/a").0;
    let calls = [
        post().body("bytes"),
        post().json(&json!({"file": "a"})),
        post()
            .header("content-type", "multipart/form-data")
            .body("no boundary"),
        post(),
    ];
    for call in calls {
        assert_eq!(TestRequest(call).rejected().await, (400, 6010));
    }
    let broken = post()
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nhalf a par");
    assert_eq!(TestRequest(broken).rejected().await, (400, 6009));
    assert_eq!(app.get("/files/a").rejected().await, (404, 6000));
}

#[tokio::test]
async fn invalid_path_is_rejected() {
    let app = TestServer::start().await;
    app.uploaded("/files/a", "a").await;
    // With an encoded `/`, clients do not normalize these.
    for path in [
        "..%2Fa",
        "x%2F..%2Fa",
        ".%2Fa",
        "%2Fa",
        "a%2F",
        "x%2F%2Fa",
        "x%5Ca",
        "a%00",
        "a%0A",
        "a%7F",
    ] {
        let path = format!("/files/{path}");
        assert_eq!(
            app.upload(&path, "b").rejected().await,
            (400, 6001),
            "{path}"
        );
        assert_eq!(app.get(&path).rejected().await, (400, 6001), "{path}");
        assert_eq!(app.delete(&path).rejected().await, (400, 6001), "{path}");
    }
    // The root is not a valid path: an empty name must not delete everything.
    assert!(app.delete("/files/").send().await.status >= 400);
    assert_eq!(app.content("/files/a").await, b"a");
}

#[tokio::test]
async fn path_can_contain_any_script_and_character() {
    let app = TestServer::start().await;
    for (sent, returned) in [
        ("my%20dir/up%20load.txt", "my%20dir/up%20load.txt"),
        // A client may encode the path as one segment.
        ("images%2Fphoto.png", "images/photo.png"),
        (
            "%D0%B8%D0%BC%D1%8F/%E7%8C%AB.txt",
            "%D0%B8%D0%BC%D1%8F/%E7%8C%AB.txt",
        ),
        ("%F0%9F%A6%80", "%F0%9F%A6%80"),
        ("a%23b%3Fc%26d%27e%22.txt", "a%23b%3Fc%26d%27e%22.txt"),
        ("100%25", "100%25"),
        // The path is decoded once; a plus is a plus.
        ("%252F", "%252F"),
        ("a+b", "a%2Bb"),
        ("...", "..."),
    ] {
        let url = app.uploaded(&format!("/files/{sent}"), sent).await;
        assert!(
            url.ends_with(&format!("/files/{returned}")),
            "{sent}: {url}"
        );
        assert_eq!(app.fetch(&url).await.body, sent.as_bytes(), "{sent}");
    }
    // `%252F` was not decoded twice.
    assert_eq!(app.get("/files/%2F").rejected().await, (400, 6001));
    assert_eq!(app.delete("/files/images").ok().await, 1);
    assert_eq!(app.delete("/files/имя").ok().await, 1);
}

#[tokio::test]
async fn upload_can_exceed_the_body_limit() {
    let app = TestServer::start().await;
    let content = pattern(20 * 1024 * 1024);
    let url = app.uploaded("/files/large.bin", content.clone()).await;
    let served = app.fetch(&url).await;
    assert!(served.body == content, "{} bytes", served.body.len());
}

#[tokio::test]
async fn rejection_of_a_large_upload_can_be_read() {
    let app = TestServer::start().await;
    app.uploaded("/files/a", "a").await;
    let large = || pattern(20 * 1024 * 1024);
    // Each is rejected before it has arrived completely; closing the connection then would hide
    // the response.
    assert_eq!(
        app.upload("/files/a", large()).rejected().await,
        (400, 6003)
    );
    assert_eq!(
        app.upload("/files/%2F", large()).rejected().await,
        (400, 6001)
    );
    let two = Form::new()
        .part("file", part("a"))
        .part("file", part(large()));
    assert_eq!(app.form("/files/b", two).rejected().await, (400, 6012));
    let no_form = app.request(reqwest::Method::POST, "/files/b").0;
    let no_form = TestRequest(no_form.body(large()));
    assert_eq!(no_form.rejected().await, (400, 6010));
}

/// Returns the number of contents on disk and the sum of their sizes.
fn on_disk(data_dir: &Path) -> (usize, u64) {
    let contents = std::fs::read_dir(data_dir.join("files")).unwrap();
    // A file may be removed between the two calls.
    let sizes: Vec<u64> = contents
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .collect();
    (sizes.len(), sizes.iter().sum())
}

/// Waits until the condition holds. The time limit ends a failed test.
async fn wait_until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, waiting)
        .await
        .expect("the condition never held");
}

/// Starts an upload to `/files/a`, which has one file already, and returns its connection. Nine
/// tenths of the upload are missing, but the first part is already on disk.
async fn begin_upload(app: &TestServer, folder: &Path) -> TcpStream {
    let mut client = TcpStream::connect(app.server.address()).await.unwrap();
    let (app_id, api_key) = (app.server.app_id(), app.server.api_key());
    let head = format!(
        "POST /{app_id}/{api_key}/files/a?overwrite=true HTTP/1.1\r\nhost: localhost\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: 10000000\r\n\r\n\
         --x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(&pattern(1_000_000)).await.unwrap();
    wait_until(|| {
        let (contents, bytes) = on_disk(folder);
        contents == 2 && bytes > 500_000
    })
    .await;
    client
}

#[tokio::test]
async fn upload_is_streamed_to_disk_and_an_aborted_one_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestServer::of(Server::builder().data_dir(folder.path())).await;
    app.uploaded("/files/a", "whole").await;
    assert_eq!(on_disk(folder.path()), (1, 5));

    let client = begin_upload(&app, folder.path()).await;

    drop(client);
    wait_until(|| on_disk(folder.path()) == (1, 5)).await;
    assert_eq!(app.content("/files/a").await, b"whole");
}

#[tokio::test]
async fn content_is_removed_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestServer::of(Server::builder().data_dir(folder.path())).await;
    app.uploaded("/files/dir/a", "12345").await;
    app.uploaded("/files/dir/b", "123").await;
    app.uploaded("/files/dir/b?overwrite=true", "1").await;
    assert_eq!(on_disk(folder.path()), (2, 6));
    // Rejected uploads are removed.
    let two = Form::new().part("file", part("a")).part("file", part("b"));
    app.form("/files/c", two).rejected().await;
    app.upload("/files/dir", "a").rejected().await;
    assert_eq!(on_disk(folder.path()), (2, 6));
    app.delete("/files/dir").ok().await;
    assert_eq!(on_disk(folder.path()), (0, 0));
}

#[tokio::test]
async fn concurrent_uploads_without_overwrite_store_one_file() {
    let app = TestServer::start().await;
    let uploads = (0..16).map(|number| {
        let call = app.upload("/files/a", number.to_string());
        tokio::spawn(async move { (number, call.send().await) })
    });
    let mut stored = Vec::new();
    for upload in uploads.collect::<Vec<_>>() {
        let (number, response) = upload.await.unwrap();
        match response.status {
            200 => stored.push(number.to_string()),
            _ => assert_eq!(response.error().1, 6003),
        }
    }
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert_eq!(app.content("/files/a").await, stored[0].as_bytes());
}

/// Copies the files of a data folder, as a server leaves them that is killed now.
fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("files")).unwrap();
    for below in ["", "files"] {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            // SQLite creates the shared memory again.
            if path.is_file() && path.extension() != Some("sqlite3-shm".as_ref()) {
                let name = path.file_name().unwrap();
                std::fs::copy(&path, copy.path().join(below).join(name)).unwrap();
            }
        }
    }
    copy
}

#[tokio::test]
async fn start_removes_the_content_of_an_incomplete_upload_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestServer::of(Server::builder().data_dir(folder.path())).await;
    app.uploaded("/files/a", "whole").await;
    let client = begin_upload(&app, folder.path()).await;
    let killed = copy_of(folder.path());
    drop((app, client));
    let files = killed.path().join("files");
    let upload = std::fs::read_dir(&files)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.metadata().unwrap().len() > 5)
        .unwrap();
    let others = [
        // A content file of another database.
        files.join("0B6C5B0A-36C4-4A43-9C0C-2B1E8C1E8A11"),
        files.join("notes.txt"),
        files.join("sub/notes.txt"),
    ];
    std::fs::create_dir(files.join("sub")).unwrap();
    for other in &others {
        std::fs::write(other, "not of this database").unwrap();
    }

    let app = TestServer::of(Server::builder().data_dir(killed.path())).await;
    assert!(!upload.exists());
    assert_eq!(app.content("/files/a").await, b"whole");
    for other in &others {
        assert!(other.exists(), "{}", other.display());
    }
}

#[tokio::test]
async fn file_whose_content_is_lost_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestServer::of(Server::builder().data_dir(folder.path())).await;
    app.uploaded("/files/a", "a").await;
    for content in std::fs::read_dir(folder.path().join("files")).unwrap() {
        std::fs::remove_file(content.unwrap().path()).unwrap();
    }
    assert_eq!(app.get("/files/a").rejected().await, (404, 6000));
    // The file can be uploaded again.
    app.uploaded("/files/a?overwrite=true", "b").await;
    assert_eq!(app.content("/files/a").await, b"b");
}
