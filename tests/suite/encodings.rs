//! Content codings that the client does not decode are named.

use backendless::{ErrorKind, FileInfo, Record};
use backendless_tests::Recorder;
use futures_util::future::join_all;

const BODY: &str = "\u{1}\u{2}coded";

async fn coded(status: u16, coding: &str, body: &str) -> Recorder {
    Recorder::with_headers(status, &[("content-encoding", coding)], body).await
}

#[tokio::test]
async fn a_response_in_another_coding_names_it() {
    for (coding, named) in [
        ("br", "content coding br"),
        ("ZSTD", "content coding zstd"),
        ("deflate, br", "content codings deflate, br"),
        ("SECRET-1", "content coding unknown"),
    ] {
        let server = coded(200, coding, BODY).await;
        let client = server.client();
        let people = client.data::<Record>("Person");
        let file = FileInfo::from_url(server.url() + "/a.txt");
        let errors = [
            people.get("B2").await.unwrap_err(),
            people.delete("B2").await.unwrap_err(),
            client.cache().put("k", &1).await.unwrap_err(),
            client.files().download(&file).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert_eq!(error.status(), Some(200), "{error}");
            assert!(error.message().contains(named), "{error}");
            assert!(!error.is_retryable(), "{error}");
        }
    }
}

#[tokio::test]
async fn an_error_response_in_another_coding_keeps_its_status_and_names_the_coding() {
    for (status, kind) in [
        (401, ErrorKind::Unauthorized),
        (404, ErrorKind::Api),
        (429, ErrorKind::RateLimited),
        (503, ErrorKind::Api),
    ] {
        let server = coded(status, "br", BODY).await;
        let client = server.client();
        let file = FileInfo::from_url(server.url() + "/a.txt");
        let table = client.data::<Record>("Person");
        let errors = [
            table.get("B2").await.unwrap_err(),
            client.files().download(&file).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                (error.kind(), error.status()),
                (kind, Some(status)),
                "{error}"
            );
            assert!(error.message().contains("content coding br"), "{error}");
            assert_eq!(error.is_retryable(), matches!(status, 429 | 503), "{error}");
        }
    }
}

#[tokio::test]
async fn identity_and_an_empty_body_need_no_decoding() {
    for (coding, body) in [("identity", "5"), ("br", "")] {
        let server = coded(200, coding, body).await;
        let client = server.client();
        let file = FileInfo::from_url(server.url() + "/a.txt");
        let download = client.files().download(&file).await.unwrap();
        assert_eq!(download.bytes().await.unwrap(), body);
        client.cache().delete("k").await.unwrap();
    }
    let server = coded(200, "identity", "5").await;
    let counters = server.client().counters();
    let counts = join_all((0..2).map(|_| counters.get("visits").send())).await;
    assert!(counts.into_iter().all(|count| count.unwrap() == 5));
}
