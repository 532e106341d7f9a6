//! Lists of directories: requests, responses, streams, and complete exchanges with the local server.

use backendless::{ErrorKind, FileEntry, Files, Result, Upload};
use backendless_local::Server;
use backendless_tests::Recorder;
use futures_util::TryStreamExt;

use crate::support::{
    assert_no_body, assert_rejected, assert_request_line, local_client, recorded_request,
};

fn paths(entries: &[FileEntry]) -> Vec<&str> {
    entries.iter().map(FileEntry::path).collect()
}

/// A local server with five files in two directories.
async fn web() -> (Server, Files) {
    let server = Server::start().await.unwrap();
    let files = local_client(&server).files();
    for path in ["a.html", "b.css", "c.html", "sub/d.html", "sub/e.css"] {
        let path = format!("web/{path}");
        files.upload(path, Upload::bytes("one")).await.unwrap();
    }
    (server, files)
}

#[tokio::test]
async fn list_sends_only_what_was_set() {
    let request = recorded_request("[]", |client| client.files().list("my dir/web")).await;
    assert_request_line(&request, "GET", "/files/my%20dir/web");
    assert_no_body(&request);
    let request = recorded_request("null", |client| {
        let list = client.files().list("web").pattern("*.html").recursive(true);
        list.page_size(10).offset(20)
    })
    .await;
    let target = "/files/web?offset=20&pagesize=10&pattern=*.html&sub=true";
    assert_request_line(&request, "GET", target);
    let request = recorded_request("[]", |client| client.files().list_root()).await;
    assert_request_line(&request, "GET", "/files/");
}

#[tokio::test]
async fn exists_and_count_have_the_form_of_the_official_sdk() {
    let request = recorded_request("true", |client| client.files().exists("web/a.txt")).await;
    assert_request_line(&request, "GET", "/files/web/a.txt?action=exists");
    let request = recorded_request("3", |client| client.files().count("web")).await;
    let target = "/files/web?action=count&countDirectories=false&pattern=*&sub=false";
    assert_request_line(&request, "GET", target);
    let request = recorded_request("3", |client| {
        let count = client.files().count_root().pattern("a?");
        count.recursive(true).directories(true)
    })
    .await;
    let target = "/files/?action=count&countDirectories=true&pattern=a%3F&sub=true";
    assert_request_line(&request, "GET", target);
}

#[tokio::test]
async fn invalid_arguments_are_rejected() {
    let server = Recorder::responding(200, "[]").await;
    let files = server.client().files();
    for path in ["/web", "web/", "a//b", "../web", "a\\b", ""] {
        let error = files.list(path).await.unwrap_err();
        assert_rejected(&error, "listFiles", "path ");
        let error = files.count(path).await.unwrap_err();
        assert_rejected(&error, "listFiles", "path ");
        let error = files.exists(path).await.unwrap_err();
        assert_rejected(&error, "listFiles", "path ");
    }
    let error = files.exists("").await.unwrap_err();
    assert_rejected(&error, "listFiles", "path is empty");
    let error = files.list("web").page_size(0).await.unwrap_err();
    assert_rejected(&error, "listFiles", "page_size is 0");
    let error = files.list("web").offset(u64::MAX).await.unwrap_err();
    assert_rejected(&error, "listFiles", "offset exceeds");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_stream_returns_every_entry_once() {
    let (_server, files) = web().await;
    let all = [
        "web/sub",
        "web/a.html",
        "web/b.css",
        "web/c.html",
        "web/sub/d.html",
        "web/sub/e.css",
    ];
    for page_size in 1..8 {
        let list = files.list("web").recursive(true).page_size(page_size);
        let entries: Vec<FileEntry> = list.stream().try_collect().await.unwrap();
        assert_eq!(paths(&entries), all, "{page_size}");
    }
    let list = files.list("web").page_size(2).offset(3).stream();
    let entries: Vec<FileEntry> = list.try_collect().await.unwrap();
    assert_eq!(paths(&entries), ["web/c.html"]);
    let nothing = files.list("web").pattern("x*").stream();
    assert_eq!(nothing.try_collect::<Vec<_>>().await.unwrap(), []);
}

#[tokio::test]
async fn a_stream_ends_with_the_error_of_a_page() {
    let (_server, files) = web().await;
    let mut stream = files.list("web/missing").stream();
    assert!(stream.try_next().await.unwrap_err().is_not_found());
    assert_eq!(stream.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_ends_the_stream_with_an_error() {
    let page = r#"[{"name":"a"},{"name":"b"}]"#;
    let server = Recorder::responding(200, page).await;
    let stream = server.client().files().list("web").stream();
    let entries: Result<Vec<FileEntry>> = stream.try_collect().await;
    let error = entries.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    assert!(
        text.contains("the page at offset 2 has the same entries"),
        "{text}"
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn entries_of_the_local_server_are_listed_counted_and_found() {
    let (_server, files) = web().await;
    let html = files
        .list("web")
        .pattern("*.html")
        .recursive(true)
        .await
        .unwrap();
    assert_eq!(paths(&html), ["web/a.html", "web/c.html", "web/sub/d.html"]);
    assert_eq!((html[2].name(), html[2].size()), ("d.html", Some(3)));
    assert!(html[2].created().is_some());
    let content = files
        .download(&html[2])
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(content, "one");
    let root = files.list_root().await.unwrap();
    assert_eq!((paths(&root), root[0].size()), (vec!["web"], None));
    assert_eq!(files.count("web").await.unwrap(), 3);
    assert_eq!(
        files
            .count_root()
            .recursive(true)
            .directories(true)
            .await
            .unwrap(),
        7
    );
    assert!(files.exists("web/sub").await.unwrap());
    assert!(!files.exists("web/sub/x").await.unwrap());
    assert!(files.count("web/x").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_page_that_repeats_in_another_order_or_later_ends_the_stream_with_an_error() {
    let page = |names: &[&str]| {
        let entries: Vec<_> = names
            .iter()
            .map(|name| serde_json::json!({"name": name}))
            .collect();
        serde_json::Value::from(entries).to_string()
    };
    let (ab, ba, cd) = (page(&["a", "b"]), page(&["b", "a"]), page(&["c", "d"]));
    for (pages, requests) in [
        (vec![ab.clone(), ba.clone()], 2),
        // The server alternates between two pages.
        (vec![ab.clone(), cd.clone(), ab, cd, ba], 4),
    ] {
        let server = Recorder::in_turn(pages).await;
        let stream = server.client().files().list("web").stream();
        let entries: Result<Vec<FileEntry>> = stream.try_collect().await;
        assert_eq!(entries.unwrap_err().kind(), ErrorKind::Decode);
        assert_eq!(server.requests().len(), requests);
    }
}
