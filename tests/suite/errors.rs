//! Errors: their kind, text and retryability, and what they must not repeat.

use std::error::Error as _;
use std::time::Duration;

use backendless::{ErrorCode, ErrorKind, Record, Registration};
use backendless_tests::{API_KEY, APP_ID, Behaviour, Recorder, ScriptedServer, TestClock};
use serde_json::json;

async fn error_of(status: u16, response: &str) -> backendless::Error {
    let server = Recorder::responding(status, response).await;
    server
        .client()
        .data::<Record>("Person")
        .get("B2")
        .await
        .unwrap_err()
}

#[tokio::test]
async fn error_code_decides_the_kind_of_a_400() {
    for (code, kind) in [
        (1000, ErrorKind::NotFound),
        (1009, ErrorKind::NotFound),
        (3064, ErrorKind::Unauthorized),
        (1013, ErrorKind::Forbidden),
        (3033, ErrorKind::Conflict),
        (999, ErrorKind::RateLimited),
        (9070, ErrorKind::RateLimited),
        (424_242, ErrorKind::Api),
    ] {
        let response = json!({"code": code, "message": "no", "errorData": {}}).to_string();
        let error = error_of(400, &response).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
        assert_eq!(error.is_retryable(), kind == ErrorKind::RateLimited);
        assert_eq!(error.attempts(), 1);
    }
}

/// Other services have small codes, or the status as the code.
#[tokio::test]
async fn code_of_the_service_decides_the_kind_although_there_are_other_properties() {
    for (code, kind) in [
        (1000, ErrorKind::NotFound),
        (3033, ErrorKind::Conflict),
        (5, ErrorKind::Api),
        (404, ErrorKind::Api),
        (424_242, ErrorKind::Api),
    ] {
        let response = json!({"code": code, "message": "no", "id": "7"}).to_string();
        let error = error_of(404, &response).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
        let hint = error.message().contains("check the API URL");
        assert_eq!(hint, kind == ErrorKind::Api, "{error}");
    }
}

#[tokio::test]
async fn incomplete_error_envelope_is_read() {
    let error = error_of(
        400,
        r#"{"code":"1000","message":null,"errorData":{"k":[1]}}"#,
    )
    .await;
    assert_eq!(error.code(), Some(ErrorCode::OBJECT_NOT_FOUND));
    assert_eq!(error.data(), Some(&json!({"k": [1]})));
    assert!(error.message().contains("Bad Request"), "{error}");

    let error = error_of(400, r#"{"message":"only a message"}"#).await;
    assert_eq!((error.code(), error.message()), (None, "only a message"));
    for odd in ["", "null", "[]", "\"x\"", "{", "{\"code\":{}}", "\u{fffd}"] {
        let error = error_of(500, odd).await;
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Api, None),
            "{odd}"
        );
        assert_eq!(error.status(), Some(500));
        assert!(error.message().contains("Internal Server Error"), "{error}");
    }
}

#[tokio::test]
async fn error_of_another_shape_is_readable_as_it_is() {
    for body in [
        json!({"error": {"fields": ["name"]}, "title": "invalid"}),
        json!({"code": 422, "message": "no", "violations": [1]}),
        json!([{"field": "name"}]),
        json!("invalid"),
    ] {
        let error = error_of(422, &body.to_string()).await;
        assert_eq!(error.data(), Some(&body));
        let repeats_a_secret = json!({"path": API_KEY, "error": body}).to_string();
        assert_eq!(error_of(422, &repeats_a_secret).await.data(), None);
    }
    // The envelope of the service has its own accessors.
    for body in [
        json!({"code": 1000, "message": "no"}),
        json!({"code": 1000, "message": "no", "errorData": {}}),
        json!({}),
        json!(null),
    ] {
        assert_eq!(error_of(400, &body.to_string()).await.data(), None);
    }
    let long = json!({"error": "x".repeat(9000)}).to_string();
    assert_eq!(error_of(400, &long).await.data(), None);
}

#[tokio::test]
async fn gateway_page_is_reported_by_size_and_type_only() {
    let page = "<html>SECRET</html>";
    let server = Recorder::with_headers(502, &[("content-type", "text/html; x=y")], page).await;
    let table = server.client().data::<Record>("Person");
    let error = table.get("B2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "getObjectById: 502: Bad Gateway, with 19 bytes of \"text/html\" that are not an error of \
         Backendless (1 attempt; not retried: the retry policy allows no retries)"
    );
    let error = table.create(&json!({})).await.unwrap_err();
    assert!(!error.is_retryable());
    assert!(
        error.to_string().contains("createObject is not idempotent"),
        "{error}"
    );
}

#[tokio::test]
async fn redirect_is_an_error_and_is_not_followed() {
    let elsewhere = Recorder::responding(200, r#"{"objectId":"B2"}"#).await;
    for status in [301, 302, 303, 307, 308] {
        let location = elsewhere.url() + "/stolen";
        let server = Recorder::with_headers(status, &[("location", &location)], "").await;
        let client = server.client().with_user_token("TOKEN-1");
        let error = client.data::<Record>("Person").get("B2").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Api, Some(status))
        );
        assert!(error.message().contains("redirect"), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn service_message_with_secrets_is_withheld() {
    let token = "TOKEN-0003-1";
    let response = json!({
        "code": 3064,
        "message": format!("Not existing user token - {token} at /{APP_ID}/{API_KEY}/data"),
        "errorData": {token: ["x", format!("{API_KEY}!")]},
    });
    let server = Recorder::responding(400, &response.to_string()).await;
    let client = server.client().with_user_token(token);
    let error = client.data::<Record>("Person").get("B2").await.unwrap_err();
    assert_eq!(
        error.message(),
        "the user token belongs to no session (the message of the service is withheld, because it repeats a secret of \
         this client)"
    );
    assert_eq!(error.data(), None);

    let response = json!({"code": 3003, "message": "pa55-w0rd is wrong"});
    let server = Recorder::responding(401, &response.to_string()).await;
    let users = server.client().users();
    let withheld = "the login or the password is wrong (the message of the service is withheld, because the request \
                    contains a password, which may be any text)";
    let error = users.login("a@b.c", "pa55-w0rd").await.unwrap_err();
    assert_eq!(error.message(), withheld);
    let error = users
        .register(Registration::new("pa55-w0rd"))
        .await
        .unwrap_err();
    assert_eq!(error.message(), withheld);
}

#[tokio::test]
async fn secret_at_the_length_limit_of_a_message_is_withheld() {
    for filler in [990, 995, 999] {
        let message = "x".repeat(filler) + API_KEY;
        let response = json!({"code": 1, "message": message}).to_string();
        let error = error_of(400, &response).await;
        assert!(!error.message().contains("API"), "{error}");
    }
}

#[tokio::test]
async fn failed_connection_is_retried_and_reported_without_secrets() {
    let server = ScriptedServer::refusing_connections();
    let client = server.client_builder().clock(TestClock::default()).build();
    let error = client
        .unwrap()
        .data::<Record>("Person")
        .create(&json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_retryable());
    assert_eq!(error.attempts(), 3);
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    assert!(source.is_some());
    while let Some(cause) = source {
        text += &format!("{cause} {cause:?}");
        source = cause.source();
    }
    assert!(!text.contains(APP_ID) && !text.contains(API_KEY), "{text}");
}

#[tokio::test]
async fn lost_connection_is_retryable_only_for_idempotent_calls() {
    for response in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"objectId\":",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"no HTTP at all\r\n\r\n",
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(response)).await;
        let table = server.client().data::<Record>("Person");
        let error = table.get("B2").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert!(error.is_retryable());
        let error = table.create(&json!({})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn truncated_error_body_keeps_its_status() {
    let response = b"HTTP/1.1 404 Not Found\r\ncontent-length: 100\r\n\r\n{\"code\":";
    let server = ScriptedServer::always(Behaviour::bytes(response)).await;
    let error = server
        .client()
        .data::<Record>("Person")
        .get("B2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert_eq!(error.status(), Some(404));
    assert!(error.is_retryable());
}

/// Nothing waits for the rest of a longer body.
#[tokio::test]
async fn error_body_is_read_up_to_64_kibibytes() {
    let head = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 100000\r\n\r\n";
    let response = head.to_owned() + &"x".repeat(64 * 1024);
    let server = ScriptedServer::always(Behaviour::stall_after(response)).await;
    let table = server.client().data::<Record>("Person");
    let error = table.get("B2").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Api, Some(500)),
        "{error}"
    );
    assert_eq!(
        error.message(),
        "Internal Server Error, with 65536 bytes of no media type that are not an error of Backendless"
    );
}

#[tokio::test]
async fn stalled_response_is_a_timeout() {
    for response in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"objectId\":",
    ] {
        let server = ScriptedServer::always(Behaviour::stall_after(response)).await;
        let table = server.client().data::<Record>("Person");
        let limit = Duration::from_millis(200);
        let error = table.get("B2").timeout(limit).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(error.is_timeout() && error.is_retryable());
        assert!(error.message().contains("200ms"), "{error}");
        let error = table.create(&json!({})).timeout(limit).await.unwrap_err();
        assert!(error.is_timeout() && !error.is_retryable());
    }
}
