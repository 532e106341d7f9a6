//! Requests of the file service, byte by byte.

use std::io;
use std::sync::{Arc, Mutex};

use backendless::{FileInfo, Upload, UploadFile};
use backendless_tests::{API_KEY, APP_ID, RecordedRequest, Recorder};
use futures_util::stream;

use crate::support::{assert_download, assert_no_body, assert_request_line, uncommon_headers};

const STORED: &str = r#"{"fileURL":"https://backendlessappcontent.com/A/K/files/a.txt"}"#;

/// Paths, and how they are encoded in a URL.
const PATHS: [(&str, &str); 4] = [
    ("my dir/a#b?.txt", "my%20dir/a%23b%3F.txt"),
    ("ünï/çø.png", "%C3%BCn%C3%AF/%C3%A7%C3%B8.png"),
    ("o'h+ara.txt", "o%27h%2Bara.txt"),
    ("a%2Fb/...", "a%252Fb/..."),
];

/// The headers and the content of the only part of a form, split at the boundary in its header.
fn only_part(request: &RecordedRequest) -> (Vec<&str>, &str) {
    let media_type = request.header("content-type").unwrap_or_default();
    let boundary = media_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap_or_else(|| panic!("{media_type:?} is no form"));
    let part = request
        .body
        .strip_prefix(&format!("--{boundary}\r\n"))
        .and_then(|body| body.strip_suffix(&format!("\r\n--{boundary}--\r\n")))
        .unwrap_or_else(|| panic!("no part in {:?}", request.body));
    assert!(!part.contains(boundary), "{part}");
    let (head, content) = part.split_once("\r\n\r\n").unwrap();
    (head.split("\r\n").collect(), content)
}

async fn sent(upload: impl FnOnce(backendless::Files) -> UploadFile) -> RecordedRequest {
    let server = Recorder::responding(200, STORED).await;
    upload(server.client().files()).await.unwrap();
    server.request()
}

#[tokio::test]
async fn upload_is_a_form_with_one_part_named_file() {
    let request = sent(|files| files.upload("docs/na me.txt", Upload::bytes("hello"))).await;
    assert_request_line(&request, "POST", "/files/docs/na%20me.txt");
    let (head, content) = only_part(&request);
    assert_eq!(
        head,
        [
            r#"Content-Disposition: form-data; name="file"; filename="na me.txt""#,
            "Content-Type: text/plain"
        ]
    );
    assert_eq!(content, "hello");
    let length = request.body.len().to_string();
    assert_eq!(request.header("content-length"), Some(length.as_str()));
}

#[tokio::test]
async fn path_keeps_its_slashes_and_encodes_each_segment() {
    for (path, target) in PATHS {
        let request = sent(|files| files.upload(path, Upload::bytes("x"))).await;
        assert_request_line(&request, "POST", &format!("/files/{target}"));

        let server = Recorder::responding(200, "1").await;
        server.client().files().delete(path).await.unwrap();
        let request = server.request();
        assert_request_line(&request, "DELETE", &format!("/files/{target}"));
        assert_no_body(&request);
    }
}

#[tokio::test]
async fn file_name_cannot_add_to_its_header() {
    for name in ["ünï.png", "a\"; name=\"b.txt", "a'b.txt", "%22.txt"] {
        let request = sent(|files| files.upload(name, Upload::bytes("x"))).await;
        let (head, _) = only_part(&request);
        assert_eq!(head.len(), 2, "{head:?}");
        let disposition = head[0]
            .strip_prefix("Content-Disposition: form-data; name=\"file\"; ")
            .unwrap();
        let value = match disposition.strip_prefix("filename=\"") {
            Some(quoted) => quoted.strip_suffix('"').unwrap(),
            None => disposition.strip_prefix("filename*=utf-8''").unwrap(),
        };
        assert!(!value.replace("\\\"", "").contains('"'), "{disposition}");
    }
}

#[tokio::test]
async fn overwrite_is_sent_only_if_set() {
    for (overwrite, target) in [
        (None, "/files/a.txt"),
        (Some(true), "/files/a.txt?overwrite=true"),
        (Some(false), "/files/a.txt?overwrite=false"),
    ] {
        let request = sent(|files| {
            let upload = files.upload("a.txt", Upload::bytes("x"));
            match overwrite {
                Some(overwrite) => upload.overwrite(overwrite),
                None => upload,
            }
        });
        assert_request_line(&request.await, "POST", target);
    }
}

#[tokio::test]
async fn media_type_is_guessed_from_the_name_unless_set() {
    for (path, given, media_type) in [
        ("a/photo.png", None, "image/png"),
        ("data.json", None, "application/json"),
        ("png", None, "application/octet-stream"),
        ("a.png/noext", None, "application/octet-stream"),
        ("x.unheard-of", None, "application/octet-stream"),
        ("a.png", Some("image/x-own; q=1"), "image/x-own; q=1"),
    ] {
        let request = sent(|files| {
            let upload = files.upload(path, Upload::bytes("x"));
            match given {
                Some(given) => upload.content_type(given),
                None => upload,
            }
        });
        let request = request.await;
        let (head, _) = only_part(&request);
        assert_eq!(head[1], format!("Content-Type: {media_type}"), "{path}");
    }
}

#[tokio::test]
async fn all_upload_sources_send_the_same_form() {
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("local-name.bin");
    std::fs::write(&local, "one two").unwrap();
    let pieces = || stream::iter([Ok::<_, io::Error>("one "), Ok(""), Ok("two")]);
    for source in [
        Upload::bytes("one two"),
        Upload::file(local),
        Upload::stream(pieces(), Some(7)),
    ] {
        let request = sent(|files| files.upload("a.txt", source)).await;
        assert_request_line(&request, "POST", "/files/a.txt");
        let (head, content) = only_part(&request);
        assert!(head[0].ends_with(r#"; filename="a.txt""#), "{head:?}");
        assert_eq!(content, "one two");
        let length = request.body.len().to_string();
        assert_eq!(request.header("content-length"), Some(length.as_str()));
    }

    let request = sent(|files| files.upload("a.txt", Upload::stream(pieces(), None))).await;
    assert_eq!(only_part(&request).1, "one two");
    assert_eq!(request.header("content-length"), None);
    assert_eq!(
        uncommon_headers(&request),
        [("transfer-encoding", "chunked")]
    );
}

#[tokio::test]
async fn empty_file_is_uploaded() {
    for source in [
        Upload::bytes(""),
        Upload::stream(stream::empty::<Result<&str, io::Error>>(), Some(0)),
    ] {
        let request = sent(|files| files.upload("a.txt", source)).await;
        assert_eq!(only_part(&request).1, "");
    }
}

#[tokio::test]
async fn progress_increases_to_the_total() {
    const LENGTH: u64 = 300_000;
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("a.bin");
    std::fs::write(&local, "x".repeat(300_000)).unwrap();
    let pieces = || stream::iter((0..3).map(|_| Ok::<_, io::Error>("x".repeat(100_000))));
    for (source, total) in [
        (Upload::bytes("x".repeat(300_000)), Some(LENGTH)),
        (Upload::file(local), Some(LENGTH)),
        (Upload::stream(pieces(), Some(LENGTH)), Some(LENGTH)),
        (Upload::stream(pieces(), None), None),
    ] {
        let reports = reports_of(source).await;
        assert!(reports.len() > 2, "{reports:?}");
        assert!(reports.is_sorted_by(|a, b| a.0 < b.0), "{reports:?}");
        assert!(reports.iter().all(|report| report.1 == total));
        assert_eq!(reports.last().unwrap().0, LENGTH);
    }
}

/// Uploads `source` and returns the arguments of each call of the progress callback.
async fn reports_of(source: Upload) -> Vec<(u64, Option<u64>)> {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&reports);
    sent(|files| {
        files
            .upload("a.bin", source)
            .on_progress(move |sent, total| kept.lock().unwrap().push((sent, total)))
    })
    .await;
    let reports = reports.lock().unwrap();
    reports.clone()
}

#[tokio::test]
async fn an_empty_upload_reports_its_progress_once() {
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("a.bin");
    std::fs::write(&local, "").unwrap();
    let no_chunks = stream::empty::<Result<&str, io::Error>>;
    let empty_chunks = || stream::iter(["", ""].map(Ok::<_, io::Error>));
    for (source, total) in [
        (Upload::bytes(""), Some(0)),
        (Upload::file(local), Some(0)),
        (Upload::stream(no_chunks(), Some(0)), Some(0)),
        (Upload::stream(no_chunks(), None), None),
        (Upload::stream(empty_chunks(), Some(0)), Some(0)),
        (Upload::stream(empty_chunks(), None), None),
    ] {
        assert_eq!(reports_of(source).await, [(0, total)]);
    }
}

#[tokio::test]
async fn download_requests_the_url_unchanged() {
    let server = Recorder::responding(200, "x").await;
    let url = format!("{}/{APP_ID}/{API_KEY}/files/a%20b.txt", server.url());
    let file = server.client().files().download(&FileInfo::from_url(url));
    assert_eq!(file.await.unwrap().bytes().await.unwrap(), "x");
    let request = server.request();
    assert_download(&request, "/files/a%20b.txt");
    assert_no_body(&request);
}

#[tokio::test]
async fn download_sends_the_token_only_to_the_origin_of_the_api() {
    let own = Recorder::responding(200, "x").await;
    let other = Recorder::responding(200, "x").await;
    let files = own.client().with_user_token("TOKEN-1").files();
    let other_name = own.url().replace("127.0.0.1", "localhost");
    for url in [own.url(), other.url(), other_name] {
        let info = FileInfo::from_url(url + "/a.txt");
        files.download(&info).await.unwrap().bytes().await.unwrap();
    }
    let requests = own.requests();
    let tokens: Vec<_> = requests.iter().map(|r| r.header("user-token")).collect();
    assert_eq!(tokens, [Some("TOKEN-1"), None]);
    assert_eq!(other.request().header("user-token"), None);
}
