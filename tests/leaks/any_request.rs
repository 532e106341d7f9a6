//! Requests to any path, and headers and query parameters that a caller adds.

use std::sync::atomic::{AtomicUsize, Ordering};

use backendless::{Client, ErrorKind, Method, Record};
use backendless_tests::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::canaries::{LOGIN, TOKEN, VALUE, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{TRANSPORTS, Transport, builder, start_server, success};
use crate::spans::spans;

/// Long enough to be recognized.
const HEADER: &str = "gateway-CANARYVALUE-7f3a9c";
const OTHER_TOKEN: &str = "5C8A1B7D-CANARYTOKEN-9E1A-7D0B3F5A6C2E";

#[tokio::test]
async fn span_has_the_path_as_given_and_no_value() {
    let capture = Capture::start().await;
    for transport in TRANSPORTS {
        let attempts = AtomicUsize::new(0);
        let server = start_server(transport, move |request| {
            match attempts.fetch_add(1, Ordering::SeqCst) {
                0 => Response::json(503, VALUE),
                _ => success(request),
            }
        });
        let client = builder(server.url()).build().unwrap();
        let request = client.request(Method::PUT, "/hive/{key}/{name*}");
        let request = request.segment(VALUE).segment(format!("a/{VALUE}"));
        let request = request.query("v", VALUE).header("x-my", HEADER);
        request.json(&VALUE).fetch::<Record>().await.unwrap();
        let log = capture.take();
        let [span] = spans(&log)[..] else {
            panic!("{log}");
        };
        for field in [
            "otel.name=\"PUT /hive/{key}/{name*}\"",
            "url.template=\"/hive/{key}/{name*}\"",
            "backendless.operation=\"request\"",
            "http.request.method=\"PUT\"",
            "http.request.resend_count=1",
            "http.response.status_code=200",
        ] {
            assert!(span.contains(field), "{field}: {span}");
        }
        assert_none("a span", &log);
    }
}

#[tokio::test]
async fn message_that_repeats_an_added_header_is_withheld() {
    let capture = Capture::start().await;
    let body = json!({"code": 1000, "message": format!("denied: {HEADER}")}).to_string();
    let server = start_server(Transport::Http1, move |_| Response::json(400, body.clone()));
    let client = builder(server.url()).build().unwrap();
    let rows = client.data::<Record>("T");
    for error in [
        client
            .request(Method::GET, "/hive")
            .header("x-my", HEADER)
            .await
            .unwrap_err(),
        rows.get("B2").header("x-my", HEADER).await.unwrap_err(),
        rows.get("B2")
            .header("x-my", HEADER)
            .with_response()
            .await
            .unwrap_err(),
        client
            .files()
            .download("a")
            .header("x-my", HEADER)
            .await
            .unwrap_err(),
        rows.create_many([json!({})])
            .header("x-my", HEADER)
            .await
            .unwrap_err()
            .error()
            .clone(),
    ] {
        assert!(error.message().contains("is withheld, because"), "{error}");
        assert_none("an error", &text_of(&error));
    }
    capture.assert_clean("a header");
}

/// The path is a text of the caller, who may have written a token into it.
#[tokio::test]
async fn path_that_repeats_a_recent_token_is_omitted() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, |_| Response::json(400, "{}"));
    let client = builder(server.url()).build().unwrap();
    drop(client.with_user_token(OTHER_TOKEN));
    let path = format!("/users/isvalidusertoken/{OTHER_TOKEN}");
    let request = client.request(Method::GET, path);
    assert_none("a request", &format!("{request:?} {request:#?}"));
    let error = request.await.unwrap_err();
    assert!(
        error.to_string().starts_with("GET {path}: 400: "),
        "{error}"
    );
    assert_none("an error", &text_of(&error));
    let log = capture.take();
    assert!(spans(&log)[0].contains("url.template=\"{path}\""), "{log}");
    assert_none("a span", &log);
    assert!(server.requests()[0].uri.path().ends_with(OTHER_TOKEN));
}

/// A password that cannot be recognized prevents no search for the other secrets.
#[tokio::test]
async fn path_that_repeats_a_token_is_omitted_with_any_password() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, |request| {
        match request.uri.path().ends_with("/users/login") {
            true => Response::json(
                200,
                json!({"objectId": "B2", "user-token": OTHER_TOKEN}).to_string(),
            ),
            false => Response::json(400, "{}"),
        }
    });
    let client = Client::for_domain(server.url()).credentials("robot@example.com", "pa55");
    let client = client.build().unwrap();
    let path = format!("/hive/x{OTHER_TOKEN}");
    client.data::<Record>("T").get("B2").await.unwrap_err();
    capture.take();
    let error = client.request(Method::GET, path).await.unwrap_err();
    assert!(
        error.to_string().starts_with("GET {path}: 400: "),
        "{error}"
    );
    assert_none("an error", &text_of(&error));
    let log = capture.take();
    assert!(spans(&log)[0].contains("url.template=\"{path}\""), "{log}");
    assert_none("a span", &log);
}

/// Also after so many other tokens that it is not a recent one.
#[tokio::test]
async fn path_with_the_token_of_a_service_account_is_rejected() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, success);
    let client = Client::for_domain(server.url()).credentials(LOGIN, "pa55");
    let client = client.build().unwrap();
    client.data::<Record>("T").get("B2").await.unwrap();
    for n in 0..1_000 {
        drop(client.with_user_token(format!("{n:04}-0E5A6F40-8F3C")));
    }
    let sent = server.requests().len();
    let encoded = utf8_percent_encode(TOKEN, NON_ALPHANUMERIC);
    let path = format!("/users/isvalidusertoken/{encoded}");
    let error = client.request(Method::GET, path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_none("an error", &text_of(&error));
    let request = client.request(Method::POST, format!("/hive/x{encoded}"));
    let error = request.body("a", "no type").await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("POST {path}: the content type "),
        "{error}"
    );
    assert_none("an error", &text_of(&error));
    capture.assert_clean("a path");
    assert_eq!(server.requests().len(), sent);
}

#[tokio::test]
async fn rejected_request_is_reported_without_its_values() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, |_| Response::json(200, "5"));
    let client = builder(server.url()).build().unwrap();
    let request = |path: String| client.request(Method::POST, path);
    let placeholder = || request("/hive/{key}".to_owned());
    for request in [
        request(format!("https://api.example/{VALUE}")),
        request(format!("/hive/{VALUE}")),
        request(format!("/hive/{VALUE}/..")),
        request(format!("/hive?user-token={TOKEN}")),
        request("/hive/{key}".to_owned()),
        placeholder().segment(format!("{VALUE}\\")),
        placeholder().segment(VALUE).segment(VALUE),
        placeholder().segment(VALUE).body(VALUE, VALUE),
        placeholder()
            .segment(VALUE)
            .header("x", format!("{VALUE}\n")),
        placeholder().segment(VALUE).header("user-token", TOKEN),
        placeholder().segment(VALUE).query("a", json!({"b": VALUE})),
        placeholder()
            .segment(VALUE)
            .query("a", "x".repeat(70_000) + VALUE),
        placeholder().segment(VALUE.repeat(10_000)),
    ] {
        assert_none("a request", &format!("{request:?} {request:#?}"));
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert_eq!(error.attempts(), 0, "{error}");
        assert_none("an error", &text_of(&error));
    }
    capture.assert_clean("rejections");
    assert_eq!(server.requests().len(), 0);
}
