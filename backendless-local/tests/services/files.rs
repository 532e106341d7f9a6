//! Uploads, what is served of them, and their end.

use std::path::Path;
use std::time::Duration;

use backendless_local::Server;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::{Answer, Call, Local};

impl Local {
    fn form(&self, path: &str, form: Form) -> Call {
        Call(self.request(reqwest::Method::POST, path).0.multipart(form))
    }

    fn upload(&self, path: &str, content: impl Into<Vec<u8>>) -> Call {
        self.form(path, Form::new().part("file", part(content)))
    }

    /// Uploads a file; its address.
    async fn uploaded(&self, path: &str, content: impl Into<Vec<u8>>) -> String {
        let answer = self.upload(path, content).ok().await;
        assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
        answer["fileURL"].as_str().unwrap().to_owned()
    }

    async fn fetch(&self, url: &str) -> Answer {
        Call(self.http.get(url)).send().await
    }

    async fn content(&self, path: &str) -> Vec<u8> {
        let answer = self.get(path).send().await;
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    }
}

fn part(content: impl Into<Vec<u8>>) -> Part {
    Part::bytes(content.into()).file_name("any")
}

/// Bytes that repeat only after a long while, so that a lost or doubled piece shows.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 65_521) as u8).collect()
}

#[tokio::test]
async fn a_file_is_served_at_the_address_that_the_upload_answers() {
    let local = Local::start().await;
    let image = part([0x89, b'P', 0, 0xff]).mime_str("image/png").unwrap();
    let form = Form::new().part("file", image);
    let answer = local.form("/files/images/photo.png", form).ok().await;

    let base = format!(
        "{}/{}/{}",
        local.server.url(),
        local.server.app_id(),
        local.server.api_key()
    );
    let url = format!("{base}/files/images/photo.png");
    assert_eq!(answer, json!({ "fileURL": url }));
    let served = local.fetch(&url).await;
    assert_eq!(served.status, 200);
    assert_eq!(served.content_type.as_deref(), Some("image/png"));
    assert_eq!(served.body, [0x89, b'P', 0, 0xff]);
}

#[tokio::test]
async fn a_file_without_a_type_is_octets_and_an_empty_file_is_a_file() {
    let local = Local::start().await;
    let url = local.uploaded("/files/empty", "").await;
    let served = local.fetch(&url).await;
    assert_eq!((served.status, served.body.len()), (200, 0));
    assert_eq!(
        served.content_type.as_deref(),
        Some("application/octet-stream")
    );
}

#[tokio::test]
async fn an_existing_file_is_replaced_only_with_overwrite() {
    let local = Local::start().await;
    local.uploaded("/files/a.txt", "first").await;
    let refused = [
        local.upload("/files/a.txt", "second"),
        local.upload("/files/a.txt?overwrite=false", "second"),
    ];
    for call in refused {
        assert_eq!(call.refused().await, (400, 6003));
        assert_eq!(local.content("/files/a.txt").await, b"first");
    }

    let html = part("third").mime_str("text/html").unwrap();
    let form = Form::new().part("file", html);
    local.form("/files/a.txt?overwrite=true", form).ok().await;
    let served = local.get("/files/a.txt").send().await;
    assert_eq!(served.body, b"third");
    assert_eq!(served.content_type.as_deref(), Some("text/html"));

    // It is one file: it goes at once. And overwrite needs nothing to replace.
    assert_eq!(local.delete("/files/a.txt").ok().await, 1);
    local
        .uploaded("/files/a.txt?overwrite=true", "fourth")
        .await;
    assert_eq!(local.content("/files/a.txt").await, b"fourth");
}

#[tokio::test]
async fn overwrite_is_true_or_false_and_given_once() {
    let local = Local::start().await;
    for query in [
        "overwrite=yes",
        "overwrite=",
        "overwrite=true&overwrite=true",
    ] {
        let call = local.upload(&format!("/files/a.txt?{query}"), "a");
        assert_eq!(call.refused().await, (400, 8008), "{query}");
    }
    assert_eq!(local.get("/files/a.txt").refused().await, (404, 6000));
}

#[tokio::test]
async fn a_directory_goes_with_all_that_is_in_it() {
    let local = Local::start().await;
    // Beside `docs` there are names that only begin like it, and such that LIKE would match.
    for path in [
        "docs/a",
        "docs/b",
        "docs/sub/c",
        "docs.txt",
        "docs2/a",
        "d_cs/a",
        "docS/a",
    ] {
        local.uploaded(&format!("/files/{path}"), path).await;
    }
    assert_eq!(local.delete("/files/docs").ok().await, 3);
    for path in [
        "/files/docs/a",
        "/files/docs/b",
        "/files/docs/sub/c",
        "/files/docs",
    ] {
        assert_eq!(local.get(path).refused().await, (404, 6000), "{path}");
    }
    for path in ["docs.txt", "docs2/a", "d_cs/a", "docS/a"] {
        assert_eq!(
            local.content(&format!("/files/{path}")).await,
            path.as_bytes()
        );
    }
    assert_eq!(local.delete("/files/docs").refused().await, (404, 6000));
}

#[tokio::test]
async fn what_is_missing_is_404() {
    let local = Local::start().await;
    local.uploaded("/files/dir/a.txt", "a").await;
    for path in [
        "/files/a.txt",
        "/files/dir/b.txt",
        "/files/dir/a.txt/b",
        "/files/dir/A.txt",
    ] {
        assert_eq!(local.get(path).refused().await, (404, 6000), "GET {path}");
        let deleted = local.delete(path).refused().await;
        assert_eq!(deleted, (404, 6000), "DELETE {path}");
    }
    // A directory is there, but it is no content.
    assert_eq!(local.get("/files/dir").refused().await, (404, 6000));
}

#[tokio::test]
async fn nothing_is_a_file_and_a_directory() {
    let local = Local::start().await;
    local.uploaded("/files/dir/a.txt", "a").await;
    for path in [
        "/files/dir",
        "/files/dir/a.txt/b.txt",
        "/files/dir/a.txt/b/c.txt",
    ] {
        let call = local.upload(&format!("{path}?overwrite=true"), "b");
        assert_eq!(call.refused().await, (400, 6001), "{path}");
    }
    assert_eq!(local.content("/files/dir/a.txt").await, b"a");
    assert_eq!(local.delete("/files/dir").ok().await, 1);
}

#[tokio::test]
async fn a_form_has_exactly_one_part_named_file() {
    let local = Local::start().await;
    let two = Form::new().part("file", part("a")).part("file", part("b"));
    assert_eq!(local.form("/files/a", two).refused().await, (400, 6012));
    let other = Form::new().part("photo", part("a")).text("name", "b");
    assert_eq!(local.form("/files/a", other).refused().await, (400, 6011));
    assert_eq!(local.get("/files/a").refused().await, (404, 6000));

    // Other parts, before and behind, are not the file.
    let one = Form::new()
        .text("before", "1")
        .part("file", part("a"))
        .text("behind", "2");
    local.form("/files/a", one).ok().await;
    assert_eq!(local.content("/files/a").await, b"a");
}

#[tokio::test]
async fn only_a_form_is_an_upload() {
    let local = Local::start().await;
    let post = || local.request(reqwest::Method::POST, "/files/a").0;
    let calls = [
        post().body("bytes"),
        post().json(&json!({"file": "a"})),
        post()
            .header("content-type", "multipart/form-data")
            .body("no boundary"),
        post(),
    ];
    for call in calls {
        assert_eq!(Call(call).refused().await, (400, 6010));
    }
    let broken = post()
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nhalf a par");
    assert_eq!(Call(broken).refused().await, (400, 6009));
    assert_eq!(local.get("/files/a").refused().await, (404, 6000));
}

#[tokio::test]
async fn a_path_that_is_none_is_refused() {
    let local = Local::start().await;
    local.uploaded("/files/a", "a").await;
    // With `/` encoded a client sends these as they are.
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
            local.upload(&path, "b").refused().await,
            (400, 6001),
            "{path}"
        );
        assert_eq!(local.get(&path).refused().await, (400, 6001), "{path}");
        assert_eq!(local.delete(&path).refused().await, (400, 6001), "{path}");
    }
    // The root is no path either: nobody deletes everything by an empty name.
    assert_eq!(local.delete("/files/").refused().await, (404, 2001));
    assert_eq!(local.content("/files/a").await, b"a");
}

#[tokio::test]
async fn names_of_any_script_and_any_sign_lead_to_one_file() {
    let local = Local::start().await;
    for (sent, answered) in [
        ("my%20dir/up%20load.txt", "my%20dir/up%20load.txt"),
        // A client may encode the whole path as one segment.
        ("images%2Fphoto.png", "images/photo.png"),
        (
            "%D0%B8%D0%BC%D1%8F/%E7%8C%AB.txt",
            "%D0%B8%D0%BC%D1%8F/%E7%8C%AB.txt",
        ),
        ("%F0%9F%A6%80", "%F0%9F%A6%80"),
        ("a%23b%3Fc%26d%27e%22.txt", "a%23b%3Fc%26d%27e%22.txt"),
        ("100%25", "100%25"),
        // It is decoded once, and a plus in a path is a plus.
        ("%252F", "%252F"),
        ("a+b", "a%2Bb"),
        ("...", "..."),
    ] {
        let url = local.uploaded(&format!("/files/{sent}"), sent).await;
        assert!(
            url.ends_with(&format!("/files/{answered}")),
            "{sent}: {url}"
        );
        assert_eq!(local.fetch(&url).await.body, sent.as_bytes(), "{sent}");
    }
    // Not decoded twice either: `%252F` made no `/`.
    assert_eq!(local.get("/files/%2F").refused().await, (400, 6001));
    assert_eq!(local.delete("/files/images").ok().await, 1);
    assert_eq!(local.delete("/files/имя").ok().await, 1);
}

#[tokio::test]
async fn an_upload_may_be_far_larger_than_any_other_body() {
    let local = Local::start().await;
    let content = pattern(20 * 1024 * 1024);
    let url = local.uploaded("/files/large.bin", content.clone()).await;
    let served = local.fetch(&url).await;
    assert!(served.body == content, "{} bytes", served.body.len());
}

#[tokio::test]
async fn a_large_upload_that_is_refused_is_answered() {
    let local = Local::start().await;
    local.uploaded("/files/a", "a").await;
    let large = || pattern(20 * 1024 * 1024);
    // Each is refused before all of it has come; a connection closed then would hide why.
    assert_eq!(
        local.upload("/files/a", large()).refused().await,
        (400, 6003)
    );
    assert_eq!(
        local.upload("/files/%2F", large()).refused().await,
        (400, 6001)
    );
    let two = Form::new()
        .part("file", part("a"))
        .part("file", part(large()));
    assert_eq!(local.form("/files/b", two).refused().await, (400, 6012));
    let no_form = local.request(reqwest::Method::POST, "/files/b").0;
    let no_form = Call(no_form.body(large()));
    assert_eq!(no_form.refused().await, (400, 6010));
}

/// The contents on the disk: how many, and the bytes of all of them.
fn on_disk(data_dir: &Path) -> (usize, u64) {
    let contents = std::fs::read_dir(data_dir.join("files")).unwrap();
    // A file may go between the two looks.
    let sizes: Vec<u64> = contents
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .collect();
    (sizes.len(), sizes.iter().sum())
}

/// Looks until it is so. The limit only ends a test that has failed.
async fn until(is_so: impl Fn() -> bool) {
    let looking = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, looking).await.expect("never");
}

#[tokio::test]
async fn an_upload_goes_to_the_disk_as_it_comes_and_one_broken_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::of(Server::builder().data_dir(folder.path())).await;
    local.uploaded("/files/a", "whole").await;
    assert_eq!(on_disk(folder.path()), (1, 5));

    let mut client = TcpStream::connect(local.server.address()).await.unwrap();
    let (app_id, api_key) = (local.server.app_id(), local.server.api_key());
    let head = format!(
        "POST /{app_id}/{api_key}/files/a?overwrite=true HTTP/1.1\r\nhost: local\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: 10000000\r\n\r\n\
         --x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(&pattern(1_000_000)).await.unwrap();
    // Nine tenths are still to come, and yet it is being stored.
    until(|| {
        let (contents, bytes) = on_disk(folder.path());
        contents == 2 && bytes > 500_000
    })
    .await;

    drop(client);
    until(|| on_disk(folder.path()) == (1, 5)).await;
    assert_eq!(local.content("/files/a").await, b"whole");
}

#[tokio::test]
async fn no_content_outlives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::of(Server::builder().data_dir(folder.path())).await;
    local.uploaded("/files/dir/a", "12345").await;
    local.uploaded("/files/dir/b", "123").await;
    local.uploaded("/files/dir/b?overwrite=true", "1").await;
    assert_eq!(on_disk(folder.path()), (2, 6));
    // What is refused is not kept.
    let two = Form::new().part("file", part("a")).part("file", part("b"));
    local.form("/files/c", two).refused().await;
    local.upload("/files/dir", "a").refused().await;
    assert_eq!(on_disk(folder.path()), (2, 6));
    local.delete("/files/dir").ok().await;
    assert_eq!(on_disk(folder.path()), (0, 0));
}

#[tokio::test]
async fn of_many_uploads_to_one_path_without_overwrite_one_is_kept() {
    let local = Local::start().await;
    let uploads = (0..16).map(|number| {
        let call = local.upload("/files/a", number.to_string());
        tokio::spawn(async move { (number, call.send().await) })
    });
    let mut kept = Vec::new();
    for upload in uploads.collect::<Vec<_>>() {
        let (number, answer) = upload.await.unwrap();
        match answer.status {
            200 => kept.push(number.to_string()),
            _ => assert_eq!(answer.failure().1, 6003),
        }
    }
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(local.content("/files/a").await, kept[0].as_bytes());
}

#[tokio::test]
async fn a_start_sweeps_up_the_contents_that_no_path_leads_to_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    let orphan = files.join("0B6C5B0A-36C4-4A43-9C0C-2B1E8C1E8A11");
    let strangers = [files.join("notes.txt"), files.join("sub/notes.txt")];
    let start = || Local::of(Server::builder().data_dir(folder.path()));

    let local = start().await;
    local.uploaded("/files/a", "kept").await;
    local.server.stop().await;
    std::fs::write(&orphan, "half an upload").unwrap();
    std::fs::create_dir(files.join("sub")).unwrap();
    for stranger in &strangers {
        std::fs::write(stranger, "somebody's").unwrap();
    }

    let local = start().await;
    assert!(!orphan.exists());
    assert_eq!(local.content("/files/a").await, b"kept");
    for stranger in &strangers {
        assert!(stranger.exists(), "{}", stranger.display());
    }
}

#[tokio::test]
async fn a_content_that_is_lost_from_the_disk_is_a_missing_file() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::of(Server::builder().data_dir(folder.path())).await;
    local.uploaded("/files/a", "a").await;
    for content in std::fs::read_dir(folder.path().join("files")).unwrap() {
        std::fs::remove_file(content.unwrap().path()).unwrap();
    }
    assert_eq!(local.get("/files/a").refused().await, (404, 6000));
    // It can be mended.
    local.uploaded("/files/a?overwrite=true", "b").await;
    assert_eq!(local.content("/files/a").await, b"b");
}
