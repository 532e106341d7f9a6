//! Sources of errors: what a server puts in its protocol messages is not in them.
//!
//! The log is not searched here: at level `DEBUG`, h2 itself prints the frames that it receives.

use std::error::Error as _;
use std::io;

use backendless::{Client, Error, ErrorKind, Upload};
use backendless_tests::http2::{Http2Server, StreamAction};
use backendless_tests::{HttpServer, Protocol};

use crate::canaries::{API_KEY, APP_ID, TOKEN, VALUE, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{AUTHORITY, Transport, builder, start_server, success};

async fn counter(client: Client) -> Error {
    client.counters().increment("visits").await.unwrap_err()
}

#[tokio::test]
async fn debug_data_of_a_goaway_is_not_repeated() {
    let _capture = Capture::start().await;
    for debug_data in [
        format!("{TOKEN} at /{APP_ID}/{API_KEY}/counters"),
        "CANARYTOKEN ".repeat(1_000),
    ] {
        for code in [0x1, 0xb, 0xff] {
            let identity = AUTHORITY.identity(&["127.0.0.1"]);
            let debug_data = debug_data.clone().into_bytes();
            let server = Http2Server::start_with_debug_data(identity, debug_data, move |_| {
                StreamAction::GoAwayBefore(code)
            })
            .await;
            let client = builder(server.url()).retry(backendless::RetryPolicy::none());
            let error = counter(client.build().unwrap()).await;
            assert!(error.source().is_some());
            assert!(error.to_string().contains("HTTP/2"), "{error}");
            assert_none("goaway", &text_of(&error));
        }
    }
}

#[tokio::test]
async fn names_in_a_certificate_are_not_repeated() {
    let _capture = Capture::start().await;
    for identity in [
        AUTHORITY.identity(&["canaryappid.example", "canaryapikey.example"]),
        AUTHORITY.identity(&["*.canarytoken.example"]),
        AUTHORITY.expired_identity(&["canaryappid.example", "127.0.0.1"]),
    ] {
        let server = HttpServer::secure(identity, Protocol::Http1, success);
        let error = counter(builder(server.url()).build().unwrap()).await;
        assert_eq!(error.kind(), ErrorKind::Connect);
        let text = error.to_string();
        let reasons = [
            "certificate not valid for name \"127.0.0.1\"",
            "certificate expired",
        ];
        assert!(reasons.iter().any(|reason| text.contains(reason)), "{text}");
        assert_none("certificate", &text_of(&error));
    }
}

#[tokio::test]
async fn error_of_the_operating_system_is_the_source() {
    let _capture = Capture::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let error = counter(builder(&url).build().unwrap()).await;
    let mut source = error.source();
    let mut kinds = Vec::new();
    while let Some(error) = source {
        kinds.extend(error.downcast_ref::<io::Error>().map(io::Error::kind));
        source = error.source();
    }
    assert_eq!(kinds, [io::ErrorKind::ConnectionRefused]);
    assert!(
        error.to_string().contains("Connection refused (os error "),
        "{error}"
    );
}

/// The error of a stream of the caller is shown, unless it contains a secret.
#[tokio::test]
async fn error_of_an_upload_does_not_repeat_secrets() {
    let _capture = Capture::start().await;
    let server = start_server(Transport::Http1, success);
    let client = builder(server.url()).build().unwrap();
    for (text, is_shown) in [("the source is gone", true), (TOKEN, false), (VALUE, true)] {
        let items = [Ok("one"), Err(io::Error::other(text))];
        let upload = Upload::stream(futures_util::stream::iter(items), None);
        let error = client.files().upload("a", upload).await.unwrap_err();
        assert_eq!(error.message().contains(text), is_shown, "{error}");
        assert!(
            error
                .message()
                .starts_with("the request body could not be read: "),
            "{error}"
        );
        if !is_shown {
            assert_none("upload", &text_of(&error));
        }
    }
}
