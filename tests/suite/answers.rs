//! How answers are read: those of the real service, and those that no service should give.

use std::error::Error as _;
use std::time::Duration;

use backendless::{ErrorCode, ErrorKind, Record, Registration, Timestamp};
use backendless_tests::{API_KEY, APP_ID, Behaviour, Recorder, ScriptedServer, TestClock};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Person {
    name: Option<String>,
    age: Option<u8>,
}

async fn get(answer: &str) -> backendless::Result<backendless::Object<Person>> {
    let server = Recorder::answering(200, answer).await;
    server.client().data("Person").get("B2").await
}

async fn refusal(status: u16, answer: &str) -> backendless::Error {
    let server = Recorder::answering(status, answer).await;
    server
        .client()
        .data::<Person>("Person")
        .get("B2")
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_new_row_of_the_real_service_with_its_nulls_and_more_columns() {
    let bob = get(
        r#"{"created":1700000000000,"name":"Bob","___class":"Person","ownerId":null,
            "updated":null,"age":null,"objectId":"B2","address":{"___class":"Address"},"x":[1]}"#,
    )
    .await
    .unwrap();
    assert_eq!(bob.object_id, "B2");
    assert_eq!(bob.created, Some(Timestamp::from_millis(1_700_000_000_000)));
    assert_eq!((bob.updated, bob.owner_id.as_deref()), (None, None));
    assert_eq!(bob.class.as_deref(), Some("Person"));
    assert_eq!((bob.name.as_deref(), bob.age), (Some("Bob"), None));
}

#[tokio::test]
async fn a_projection_has_only_id_and_class() {
    let bob = get(r#"{"objectId":"B2","___class":"Person","name":"Bob"}"#)
        .await
        .unwrap();
    assert_eq!((bob.created, bob.updated), (None, None));
}

#[tokio::test]
async fn any_success_is_a_success_whatever_its_media_type() {
    for status in [200, 201, 202, 203, 226] {
        let headers = [("content-type", "text/plain")];
        let server = Recorder::with_headers(status, &headers, r#"{"objectId":"B2"}"#).await;
        let row = server
            .client()
            .data::<()>("Person")
            .get("B2")
            .await
            .unwrap();
        assert_eq!(row.object_id, "B2");
    }
}

#[tokio::test]
async fn a_row_with_columns_named_code_and_message_is_no_error() {
    let row = get(r#"{"objectId":"B2","code":1,"message":"x","name":"Bob"}"#)
        .await
        .unwrap();
    assert_eq!(row.name.as_deref(), Some("Bob"));
}

#[tokio::test]
async fn null_in_place_of_a_list_is_an_empty_list() {
    let server = Recorder::answering(200, "null").await;
    assert!(
        server
            .client()
            .data::<Person>("Person")
            .find()
            .await
            .unwrap()
            .is_empty()
    );
    let server = Recorder::answering(200, "").await;
    assert!(
        server
            .client()
            .data::<Person>("Person")
            .find()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_body_where_none_is_promised_is_ignored() {
    for body in ["", "null", "{\"x\":1}", "<html>", "true"] {
        let server = Recorder::answering(200, body).await;
        let client = server.client().with_user_token("TOKEN-1");
        client.users().logout().await.unwrap();
        client.users().restore_password("a@b.c").await.unwrap();
    }
}

#[tokio::test]
async fn a_deletion_without_a_time_is_a_deletion_now() {
    let server = Recorder::answering(200, r#"{"deletionTime":null}"#).await;
    let before = Timestamp::now();
    let time = server
        .client()
        .data::<()>("Person")
        .delete("B2")
        .await
        .unwrap();
    assert!(time >= before && time <= Timestamp::now());
}

#[tokio::test]
async fn a_wrong_login_is_unauthorized() {
    let answer = r#"{"code":3003,"message":"Invalid login or password","errorData":{}}"#;
    let server = Recorder::answering(401, answer).await;
    let error = server
        .client()
        .users()
        .login("a@b.c", "pa55")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some(ErrorCode::INVALID_LOGIN));
    assert_eq!(error.status(), Some(401));
    assert_eq!(error.message(), "Invalid login or password");
    assert_eq!(error.data(), None);
    assert_eq!(
        error.to_string(),
        "loginUser: 401, code 3003: Invalid login or password (1 attempt; not retried: 401 is \
         final)"
    );
}

#[tokio::test]
async fn the_code_decides_the_kind_where_the_status_is_400() {
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
        let answer = json!({"code": code, "message": "no", "errorData": {}}).to_string();
        let error = refusal(400, &answer).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
        assert_eq!(error.is_retryable(), kind == ErrorKind::RateLimited);
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
async fn an_error_with_parts_missing_or_of_other_types_is_read_all_the_same() {
    let error = refusal(
        400,
        r#"{"code":"1000","message":null,"errorData":{"k":[1]}}"#,
    )
    .await;
    assert_eq!(error.code(), Some(ErrorCode::OBJECT_NOT_FOUND));
    assert_eq!(error.data(), Some(&json!({"k": [1]})));
    assert!(error.message().contains("Bad Request"), "{error}");

    let error = refusal(400, r#"{"message":"only words"}"#).await;
    assert_eq!((error.code(), error.message()), (None, "only words"));
    for odd in ["", "null", "[]", "\"x\"", "{", "{\"code\":{}}", "\u{fffd}"] {
        let error = refusal(500, odd).await;
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
async fn a_proxys_page_is_told_by_size_and_type_but_not_repeated() {
    let page = "<html>SECRET</html>";
    let server = Recorder::with_headers(502, &[("content-type", "text/html; x=y")], page).await;
    let table = server.client().data::<Record>("Person");
    let error = table.get("B2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "getObjectById: 502: Bad Gateway, and no error of Backendless but 19 bytes of \
         \"text/html\" (1 attempt; not retried: its policy allows one attempt)"
    );
    let error = table.create(&json!({})).await.unwrap_err();
    assert!(!error.is_retryable());
    assert!(
        error.to_string().contains("createObject is not idempotent"),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let elsewhere = Recorder::answering(200, r#"{"objectId":"B2"}"#).await;
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
async fn what_the_server_repeats_of_the_secrets_is_redacted() {
    let answer = json!({
        "code": 3064,
        "message": format!("Not existing user token - TOKEN-1 at /{APP_ID}/{API_KEY}/data"),
        "errorData": {"TOKEN-1": ["x", format!("{API_KEY}!")]},
    });
    let server = Recorder::answering(400, &answer.to_string()).await;
    let client = server.client().with_user_token("TOKEN-1");
    let error = client.data::<Record>("Person").get("B2").await.unwrap_err();
    assert_eq!(
        error.message(),
        "Not existing user token - <redacted> at /<redacted>/<redacted>/data"
    );
    assert_eq!(
        error.data(),
        Some(&json!({"<redacted>": ["x", "<redacted>!"]}))
    );

    let answer = json!({"code": 3003, "message": "pa55-w0rd is wrong"});
    let server = Recorder::answering(401, &answer.to_string()).await;
    let users = server.client().users();
    let error = users.login("a@b.c", "pa55-w0rd").await.unwrap_err();
    assert_eq!(error.message(), "<redacted> is wrong");
    let error = users
        .register(Registration::new("pa55-w0rd"))
        .await
        .unwrap_err();
    assert_eq!(error.message(), "<redacted> is wrong");
}

#[tokio::test]
async fn a_secret_at_the_end_of_a_long_message_is_not_cut_in_two() {
    for filler in [990, 995, 999] {
        let message = "x".repeat(filler) + API_KEY;
        let answer = json!({"code": 1, "message": message}).to_string();
        let error = refusal(400, &answer).await;
        assert!(!error.message().contains("API"), "{error}");
    }
}

#[tokio::test]
async fn numbers_are_read_as_exactly_those_that_were_sent() {
    let row = r#"{"objectId":"B2","n":2.638344616030823e-256,"m":9007199254740993}"#;
    let server = Recorder::answering(200, row).await;
    let row = server
        .client()
        .data::<Record>("Person")
        .get("B2")
        .await
        .unwrap();
    assert_eq!(row["n"].to_string(), "2.638344616030823e-256");
    assert_eq!(row["m"].to_string(), "9007199254740993");
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_told_with_its_place_and_without_its_value() {
    let rows = r#"[{"objectId":"1","age":20},{"objectId":"2","age":"SECRET"}]"#;
    let server = Recorder::answering(200, rows).await;
    let error = server
        .client()
        .data::<Person>("Person")
        .find()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Decode, Some(200))
    );
    assert!(!error.is_retryable());
    assert_eq!(
        error.to_string(),
        "findObjects: 200: the response does not match Vec<Object<Person>>: at [1].age: \
         expected u8, found string (1 attempt; not retried: the answer would be the same)"
    );
    assert!(!format!("{error:#?}").contains("SECRET"));
}

#[tokio::test]
async fn answers_that_are_no_json_or_no_row_are_decode_errors() {
    for (body, told) in [
        ("<html>", "is not valid JSON"),
        ("{\"objectId\":\"B2\"", "is not valid JSON"),
        ("null", "expected a row"),
        ("", "expected a row"),
        ("[]", "expected a row"),
        ("{}", "no objectId"),
    ] {
        let error = get(body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.message().contains(told), "{error}");
    }
}

#[tokio::test]
async fn a_login_without_a_token_is_a_decode_error() {
    for row in [
        r#"{"objectId":"U1"}"#,
        r#"{"objectId":"U1","user-token":null}"#,
    ] {
        let server = Recorder::answering(200, row).await;
        let error = server
            .client()
            .users()
            .login("a@b.c", "pa55")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.message().contains("user-token"), "{error}");
    }
}

#[tokio::test]
async fn no_connection_is_told_as_such_and_may_be_tried_again() {
    let server = ScriptedServer::refusing();
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
async fn a_connection_that_breaks_off_is_an_interruption() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"objectId\":",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"no HTTP at all\r\n\r\n",
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(answer)).await;
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
async fn an_error_whose_body_breaks_off_keeps_its_status() {
    let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 100\r\n\r\n{\"code\":";
    let server = ScriptedServer::always(Behaviour::bytes(answer)).await;
    let error = server
        .client()
        .data::<Record>("Person")
        .get("B2")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::NotFound, Some(404))
    );
}

#[tokio::test]
async fn a_server_that_stalls_is_a_timeout_before_the_head_and_in_the_body() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"objectId\":",
    ] {
        let server = ScriptedServer::always(Behaviour::stall_after(answer)).await;
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

#[tokio::test]
async fn an_answer_past_the_limit_is_not_read_to_its_end() {
    let server = ScriptedServer::always(Behaviour::stall_after(
        b"HTTP/1.1 200 OK\r\ncontent-length: 67108865\r\n\r\n{",
    ))
    .await;
    let error = server
        .client()
        .data::<Record>("Person")
        .get("B2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("67108864 bytes"), "{error}");
}
