//! Responses without content, and the heads of responses that become a value although their status is that of an error.

use backendless::testing::{Responder, Response};
use backendless::{Client, ErrorKind, Method, Record};
use backendless_tests::http2::{Http2Server, StreamAction};
use backendless_tests::{API_KEY, APP_ID, Authority, Behaviour, ScriptedServer, TestClock};
use serde_json::json;

use crate::support::error_body;

/// The declared length is that of the response to a GET (RFC 9110, section 9.3.2).
#[tokio::test]
async fn head_over_http2_may_declare_the_length_of_another_response() {
    let authority = Authority::new();
    let identity = authority.identity(&["127.0.0.1"]);
    let server = Http2Server::start(identity, |_| StreamAction::RespondWithoutContent(200, 37));
    let server = server.await;
    let client = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .root_certificate(authority.pem())
        // Less than the declared length.
        .max_response_size(20)
        .build()
        .unwrap();
    let request = client.request(Method::HEAD, "/files/a.txt");
    let response = request.clone().with_response().await.unwrap();
    assert_eq!((response.status(), response.attempts()), (200, 1));
    assert_eq!(response.header("content-length"), Some("37"));
    assert!(request.fetch_bytes().await.unwrap().is_empty());
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn response_without_content_over_http2_is_empty() {
    let authority = Authority::new();
    let identity = authority.identity(&["127.0.0.1"]);
    let server = Http2Server::start(identity, |_| StreamAction::RespondWithoutContent(204, 0));
    let server = server.await;
    let client = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .root_certificate(authority.pem())
        .build()
        .unwrap();
    let request = client.request(Method::DELETE, "/hive/x");
    let response = request.with_response().await.unwrap();
    assert_eq!(response.status(), 204);
}

#[tokio::test]
async fn head_over_http1_may_declare_a_length_and_a_coding() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 37\r\n";
    for coding in ["", "content-encoding: gzip\r\n", "content-encoding: br\r\n"] {
        let head = format!("{head}{coding}\r\n");
        let server = ScriptedServer::always(Behaviour::bytes(head)).await;
        let builder = server.client_builder().max_response_size(20);
        let request = builder
            .build()
            .unwrap()
            .request(Method::HEAD, "/files/a.txt");
        let response = request.with_response().await.unwrap();
        assert_eq!(response.status(), 200, "{coding}");
    }
}

fn error(status: u16, code: i64) -> Behaviour {
    let headers = [("content-type", "application/json"), ("x-cache", "miss")];
    Behaviour::response(status, &headers, error_body(code))
}

#[tokio::test]
async fn missing_cache_entry_has_a_response() {
    let server = ScriptedServer::start([Behaviour::json(503, "{}"), error(404, 1_000)]).await;
    let builder = server.client_builder().clock(TestClock::default());
    let cache = builder.build().unwrap().cache();
    let response = cache.get::<String>("k").with_response().await.unwrap();
    assert_eq!(response.value, None);
    assert_eq!((response.status(), response.attempts()), (404, 2));
    assert_eq!(response.header("x-cache"), Some("miss"));
}

#[tokio::test]
async fn invalid_token_has_a_response() {
    for (status, code) in [(400, 3064), (401, 3048), (400, 3091), (400, 3090)] {
        let server = ScriptedServer::always(error(status, code)).await;
        let users = server.client().with_user_token("TOKEN-1").users();
        let response = users.is_valid().with_response().await.unwrap();
        assert!(!response.value);
        assert_eq!((response.status(), response.attempts()), (status, 1));
        assert_eq!(response.header("x-cache"), Some("miss"));
    }
}

#[tokio::test]
async fn unmet_condition_of_a_header_is_no_redirect() {
    let server = ScriptedServer::always(Behaviour::bytes(
        "HTTP/1.1 304 Not Modified\r\netag: \"7\"\r\n\r\n",
    ));
    let client = server.await.client();
    let get = client.data::<Record>("Person").get("B2");
    let by_path = client.request(Method::GET, "/data/Person/B2");
    let condition = ("if-none-match", "\"7\"");
    for error in [
        get.header(condition.0, condition.1).await.unwrap_err(),
        by_path.header(condition.0, condition.1).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(304)));
        let text = "Not Modified: the condition of a header of the request, such as `if-none-match`, was not met";
        assert_eq!(error.message(), text);
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn number_and_size_of_added_headers_are_limited() {
    let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    let client = Client::builder(APP_ID, API_KEY).responder(&responder);
    let counters = client.build().unwrap().counters();
    let added = |count: usize, value: &str| {
        (0..count).fold(counters.get("visits"), |request, n| {
            request.header(format!("x-{n}"), value)
        })
    };
    assert_eq!(added(100, "a").await.unwrap(), 5);
    assert_eq!(added(6, &"a".repeat(10_000)).await.unwrap(), 5);
    for (request, text) in [
        (added(101, "a"), "more than 100 headers are added"),
        (added(30_000, "a"), "more than 100 headers are added"),
        (
            added(1, &"a".repeat(65_536)),
            "the added headers have more than 65536 bytes",
        ),
        (
            added(7, &"a".repeat(10_000)),
            "the added headers have more than 65536 bytes",
        ),
    ] {
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert_eq!(error.message(), text);
    }
    assert_eq!(responder.requests().len(), 2);
}

#[tokio::test]
async fn number_of_headers_of_a_response_in_memory_is_limited() {
    let responder = Responder::new(|request| async move {
        let count = request
            .query("value")
            .unwrap_or_default()
            .parse()
            .unwrap_or(0);
        Ok(
            (0..count).fold(Response::new(200).body("5"), |response, n| {
                response.header(format!("x-{n}"), "a")
            }),
        )
    });
    let client = Client::builder(APP_ID, API_KEY).responder(&responder);
    let counters = client.build().unwrap().counters();
    assert_eq!(counters.increment_by("visits", 100).await.unwrap(), 5);
    let error = counters.increment_by("visits", 30_000).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert!(error.message().contains("more than 100 headers"), "{error}");
}

#[tokio::test]
async fn body_of_another_type_than_json_is_no_source_of_passwords() {
    let message = json!({"code": 1000, "message": "the body is wrong"}).to_string();
    let server = ScriptedServer::always(Behaviour::json(400, message)).await;
    let client = server.client();
    let rejected = async |content_type| {
        let body = r#"{"password":"s3cret"}"#;
        let request = client
            .request(Method::POST, "/hive")
            .body(body, content_type);
        request.await.unwrap_err()
    };
    for content_type in [
        "application/json",
        "Application/Merge-Patch+JSON; x=y",
        "text/json",
    ] {
        let error = rejected(content_type).await;
        let text = error.message();
        assert!(text.contains("the request contains a password"), "{text}");
    }
    for content_type in ["text/plain", "application/xml", "application/json-seq"] {
        let error = rejected(content_type).await;
        assert_eq!(error.message(), "the body is wrong", "{content_type}");
    }
}
