//! Requests that HTTP/2 guarantees to be unprocessed, and those that it does not (RFC 9113, sections 6.8 and 8.7).

use backendless::{Client, ErrorKind, FileInfo, Record, RetryPolicy, Upload};
use backendless_tests::http2::{
    CANCEL, ENHANCE_YOUR_CALM, Frame, Http2Server, INTERNAL_ERROR, NO_ERROR, PROTOCOL_ERROR,
    REFUSED_STREAM, StreamAction,
};
use backendless_tests::{API_KEY, APP_ID, Authority, TestClock};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use serde_json::json;

const LOOPBACK: [&str; 1] = ["127.0.0.1"];

async fn start(
    script: impl Fn(usize) -> StreamAction + Send + Sync + 'static,
) -> (Http2Server, Client) {
    let authority = Authority::new();
    let server = Http2Server::start(authority.identity(&LOOPBACK), script).await;
    let client = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .root_certificate(authority.pem())
        .clock(TestClock::default())
        .build()
        .unwrap();
    (server, client)
}

/// Rejections of a request that the server did not process.
const UNPROCESSED: [StreamAction; 4] = [
    StreamAction::Reset(REFUSED_STREAM),
    StreamAction::GoAwayBefore(NO_ERROR),
    StreamAction::GoAwayBefore(ENHANCE_YOUR_CALM),
    StreamAction::GoAwayBefore(PROTOCOL_ERROR),
];

/// Errors of a request that the server processed.
const PROCESSED: [StreamAction; 9] = [
    StreamAction::GoAwayAfter(NO_ERROR),
    StreamAction::GoAwayAfter(ENHANCE_YOUR_CALM),
    StreamAction::GoAwayAfter(REFUSED_STREAM),
    StreamAction::ResetAfter(CANCEL),
    StreamAction::ResetAfter(INTERNAL_ERROR),
    StreamAction::ResetAfter(NO_ERROR),
    // The response had started.
    StreamAction::RespondPartly(Frame::Reset(REFUSED_STREAM)),
    StreamAction::RespondPartly(Frame::GoAway(NO_ERROR)),
    StreamAction::RespondPartly(Frame::Reset(CANCEL)),
];

#[tokio::test]
async fn every_unprocessed_increment_is_sent_again() {
    for rejection in UNPROCESSED {
        let (server, client) = start(move |n| match n % 2 {
            0 => rejection,
            _ => StreamAction::Respond,
        })
        .await;
        for visits in 1..=20 {
            let counted = client.counters().increment("visits").await;
            assert_eq!(counted.unwrap(), visits, "{rejection:?}");
        }
        assert_eq!((server.requests(), server.processed()), (40, 20));
    }
}

#[tokio::test]
async fn concurrent_increments_beyond_a_goaway_are_sent_again() {
    let (server, client) = start(|n| match n {
        0 => StreamAction::GoAwayBefore(NO_ERROR),
        _ => StreamAction::Respond,
    })
    .await;
    let counters = client.counters();
    let increments = (0..20).map(|_| counters.increment("visits").send());
    let mut visits = try_join_all(increments).await.unwrap();
    visits.sort_unstable();
    assert_eq!(visits, (1..=20).collect::<Vec<i64>>());
    assert_eq!(server.processed(), 20);
}

#[tokio::test]
async fn a_request_with_a_body_is_sent_again() {
    for rejection in UNPROCESSED {
        let (server, client) = start(move |n| match n {
            0 => rejection,
            _ => StreamAction::Respond,
        })
        .await;
        let upload = client.files().upload("a.txt", Upload::bytes("one"));
        // The response is a number, and not the URL of a file.
        let error = upload.await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));
        assert_eq!(server.processed(), 1, "{rejection:?}");
    }
}

#[tokio::test]
async fn the_policy_limits_the_retries_of_unprocessed_requests() {
    for rejection in UNPROCESSED {
        let (server, client) = start(move |_| rejection).await;
        let error = client.counters().increment("visits").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert!(error.is_retryable(), "{error}");
        let text = "the server did not process the request";
        assert!(error.message().starts_with(text), "{error}");
        assert_eq!((error.attempts(), server.requests()), (3, 3), "{error}");

        let once = client
            .counters()
            .increment("visits")
            .retry(RetryPolicy::none());
        assert_eq!(once.await.unwrap_err().attempts(), 1);
        assert_eq!((server.requests(), server.processed()), (4, 0));
    }
}

#[tokio::test]
async fn a_request_that_may_have_been_processed_is_sent_once() {
    for end in PROCESSED {
        let (server, client) = start(move |_| end).await;
        let error = client.counters().increment("visits").await.unwrap_err();
        let kind = match end {
            // hyper treats it as the end of the body.
            StreamAction::RespondPartly(Frame::GoAway(NO_ERROR)) => ErrorKind::Decode,
            _ => ErrorKind::ConnectionLost,
        };
        assert_eq!(error.kind(), kind, "{end:?}: {error}");
        assert!(!error.is_retryable(), "{end:?}: {error}");
        assert_eq!((server.requests(), server.processed()), (1, 1), "{end:?}");

        let people = client.data::<Record>("Person");
        let error = people.create(&json!({"age": 1})).await.unwrap_err();
        assert!(!error.is_retryable(), "{end:?}: {error}");
        assert_eq!((server.requests(), server.processed()), (2, 2), "{end:?}");
    }
}

#[tokio::test]
async fn a_body_that_ends_before_its_length_is_an_error() {
    for end in [Frame::GoAway(NO_ERROR), Frame::Reset(NO_ERROR)] {
        let (server, client) = start(move |_| StreamAction::RespondWithLength(4, end)).await;
        let error = client.counters().get("visits").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{end:?}: {error}");
        assert_eq!((error.attempts(), server.requests()), (3, 3), "{error}");
        let error = client.counters().increment("visits").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{end:?}: {error}");
        assert_eq!((error.attempts(), server.requests()), (1, 4), "{error}");

        let info = FileInfo::from_url(server.url().to_owned() + "/a.txt");
        let file = || async { client.files().download(&info).await.unwrap() };
        assert_eq!(file().await.length(), Some(4));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut chunks = file().await;
        assert_eq!(chunks.try_next().await.unwrap().unwrap(), "12");
        for error in [
            file().await.bytes().await.unwrap_err(),
            file().await.save_to(&path).await.unwrap_err(),
            chunks.try_next().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{end:?}: {error}");
            let text =
                "the connection was lost: the body has 2 bytes, although the server declared 4";
            assert_eq!(error.message(), text);
        }
        assert!(!path.exists());
        assert_eq!(chunks.try_next().await.unwrap(), None);
    }
}

/// An error that the client finds in the server's frames is distinguished from one that the server reports.
#[tokio::test]
async fn error_names_the_side_that_ended_the_stream_or_the_connection() {
    let reset = "the server reset the HTTP/2 stream (RST_STREAM): ";
    let go_away = "the server closed the HTTP/2 connection (GOAWAY): ";
    for (end, text) in [
        (StreamAction::ResetAfter(INTERNAL_ERROR), reset),
        // The body is longer than declared.
        (
            StreamAction::RespondWithLength(1, Frame::GoAway(NO_ERROR)),
            "the HTTP/2 stream failed: ",
        ),
        (
            StreamAction::RespondPartly(Frame::GoAway(INTERNAL_ERROR)),
            go_away,
        ),
        (
            StreamAction::RespondPartly(Frame::Foreign),
            "the HTTP/2 connection failed: ",
        ),
    ] {
        let (_server, client) = start(move |_| end).await;
        let error = client.counters().increment("visits").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{end:?}: {error}");
        assert!(error.message().contains(text), "{end:?}: {error}");
    }
}
