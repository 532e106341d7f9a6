//! Texts of errors: what failed, why, whether it was retried, and what the caller can do.

use std::io;
use std::time::Duration;

use backendless::filter::field;
use backendless::{Client, Error, ErrorCode, ErrorKind, Record, RetryPolicy, Upload};
use backendless_tests::{Behaviour, Recorder, ScriptedServer, TestClock};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};

/// A client whose waits take no time.
fn client(server: &ScriptedServer) -> Client {
    let builder = server.client_builder().clock(TestClock::default());
    builder.build().unwrap()
}

/// Host and port of the server.
fn host_of(server: &ScriptedServer) -> String {
    server.url().trim_start_matches("http://").to_owned()
}

fn unavailable() -> Behaviour {
    Behaviour::json(503, "")
}

/// The part of the text about the attempts: the last pair of parentheses.
fn attempts(error: &Error) -> String {
    let text = error.to_string();
    let start = text.rfind(" (").map_or(0, |at| at + 2);
    text[start..].trim_end_matches(')').to_owned()
}

#[tokio::test]
async fn reason_of_the_last_attempt_never_contradicts_the_number_of_attempts() {
    let policy = RetryPolicy::default();
    for (max_attempts, expected) in [
        (
            1,
            "1 attempt; not retried: the retry policy allows no retries",
        ),
        (2, "gave up after 2 attempts"),
        (3, "gave up after 3 attempts"),
        (7, "gave up after 7 attempts"),
    ] {
        let server = ScriptedServer::always(unavailable()).await;
        let request = client(&server).counters().get("visits");
        let error = request
            .retry(policy.clone().max_attempts(max_attempts))
            .await
            .unwrap_err();
        assert_eq!(attempts(&error), expected);
    }

    let server = ScriptedServer::start([unavailable(), Behaviour::json(400, "")]).await;
    let error = client(&server).counters().get("visits").await.unwrap_err();
    assert_eq!(
        attempts(&error),
        "2 attempts; not retried again: 400 is final"
    );

    let server = ScriptedServer::always(unavailable()).await;
    let builder = server.client_builder().clock(TestClock::default());
    let stingy = builder.retry_budget(1).build().unwrap();
    let error = stingy.counters().get("visits").await.unwrap_err();
    assert_eq!(
        attempts(&error),
        "gave up after 2 attempts: the retry budget of the client is exhausted"
    );
    let error = stingy.counters().get("visits").await.unwrap_err();
    assert_eq!(
        attempts(&error),
        "1 attempt; not retried: the retry budget of the client is exhausted"
    );
}

#[tokio::test]
async fn reason_of_a_request_that_is_not_idempotent_says_why_it_is_not() {
    let server = ScriptedServer::always(unavailable()).await;
    let client = client(&server);
    let error = client.counters().increment("visits").await.unwrap_err();
    assert_eq!(
        attempts(&error),
        "1 attempt; not retried: incrementAndGet is not idempotent and may have been processed"
    );
    // The operation is idempotent: only the setting of the caller excludes this request.
    let request = client.counters().get("visits").idempotent(false);
    assert_eq!(
        attempts(&request.await.unwrap_err()),
        "1 attempt; not retried: it was marked with `idempotent(false)` and may have been processed"
    );
    let upload = client.files().upload("a.txt", Upload::bytes("x"));
    assert_eq!(
        attempts(&upload.await.unwrap_err()),
        "1 attempt; not retried: uploadFile without `overwrite=true` is not idempotent and may \
         have been processed"
    );
}

#[tokio::test]
async fn delay_that_is_not_started_is_compared_with_the_time_that_is_left() {
    let after_an_hour = Behaviour::response(503, &[("retry-after", "3600")], "");
    let server = ScriptedServer::always(after_an_hour).await;
    let client = client(&server);
    let error = client.counters().get("visits").await.unwrap_err();
    let text = attempts(&error);
    assert!(
        text.starts_with(
            "1 attempt; not retried: the next delay of 3600s would exceed the remaining "
        ),
        "{text}"
    );
    // An upload has no total timeout, so the text names none.
    let upload = client.files().upload("a.txt", Upload::bytes("x"));
    let text = attempts(&upload.overwrite(true).await.unwrap_err());
    assert_eq!(
        text,
        "1 attempt; not retried: the next delay of 3600s would exceed the maximum delay of 60s"
    );
}

#[tokio::test]
async fn error_of_a_sent_request_never_states_that_nothing_was_sent() {
    let server = ScriptedServer::start([
        Behaviour::json(200, r#"{"objectId":"U","user-token":"T-1"}"#),
        Behaviour::json(401, r#"{"code":3064,"message":"expired"}"#),
        Behaviour::json(200, "{\"objectId\":\"U\",\"user-token\":\"T\\n2\"}"),
    ])
    .await;
    let builder = server.client_builder().clock(TestClock::default());
    let client = builder.credentials("a@b.c", "pa55-word").build().unwrap();
    let error = client.data::<Record>("Person").get("B2").await.unwrap_err();
    assert_eq!(error.attempts(), 1, "{error}");
    assert!(!error.to_string().contains("nothing was sent"), "{error}");

    // A second attempt after a renewed session is not a retry of the policy.
    let server = ScriptedServer::start([
        Behaviour::json(200, r#"{"objectId":"U","user-token":"T-1"}"#),
        Behaviour::json(401, r#"{"code":3064,"message":"expired"}"#),
        Behaviour::json(200, r#"{"objectId":"U","user-token":"T-2"}"#),
        unavailable(),
    ])
    .await;
    let builder = server.client_builder().clock(TestClock::default());
    let client = builder.credentials("a@b.c", "pa55-word").build().unwrap();
    let request = client.data::<Record>("Person").get("B2");
    let error = request.retry(RetryPolicy::none()).await.unwrap_err();
    assert_eq!(
        attempts(&error),
        "2 attempts, one of them after a new login; not retried: the retry policy allows no retries"
    );
}

#[tokio::test]
async fn where_clause_that_is_too_long_is_rejected_with_its_length_and_the_limit() {
    let server = Recorder::responding(200, "1").await;
    let people = server.client().data::<Record>("Person");
    let ids = (0..1500).map(|n| format!("B2C3D4E5-0000-4000-8000-{n:012}"));
    let clause = field("objectId").is_in(ids);
    // A search or a count is sent as a POST instead.
    let changes = json!({"done": true});
    for error in [
        people
            .update_where(clause.clone(), &changes)
            .await
            .unwrap_err(),
        people
            .update_where(clause, &changes)
            .all()
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert_eq!(error.attempts(), 0);
        let text = error.to_string();
        assert!(text.contains("the where clause is too long: "), "{text}");
        assert!(
            text.contains(" bytes when it is encoded, and at most 65"),
            "{text}"
        );
        assert!(text.contains("several requests"), "{text}");
        assert!(!text.contains("B2C3") && !text.contains("app-id"), "{text}");
        assert!(text.ends_with("(nothing was sent)"), "{text}");
    }
    assert_eq!(server.requests().len(), 0);

    // The longest part is named.
    let error = people
        .get("B2")
        .properties(["column".repeat(20_000)])
        .await
        .unwrap_err();
    assert!(
        error
            .message()
            .starts_with("the query parameter `property` is too long: "),
        "{error}"
    );
    assert!(
        error.message().ends_with("; use fewer or shorter values"),
        "{error}"
    );
    let long_name = people.get("B2").query("x".repeat(70_000), "y");
    let text = "the name of a query parameter is too long: it has 70000 bytes";
    let error = long_name.await.unwrap_err();
    assert!(error.message().starts_with(text), "{error}");
    let error = people.get("x".repeat(70_000)).await.unwrap_err();
    assert!(
        error.message().starts_with("the path is too long: "),
        "{error}"
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn longest_address_that_fits_is_sent() {
    let server = Recorder::responding(200, "1").await;
    let people = server.client().data::<Record>("Person");
    let changes = json!({"done": true});
    let request = |length: usize| people.update_where("a".repeat(length), &changes);
    let error = request(65_534).await.unwrap_err();
    // "..., and at most N fit into the address of the request"
    let limit = error.message().split("at most ").nth(1).unwrap();
    let limit: usize = limit.split(' ').next().unwrap().parse().unwrap();
    request(limit).await.unwrap();
    let error = request(limit + 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn rejected_size_of_a_request_is_explained() {
    for (status, hint) in [
        (
            414,
            "the address of the request is longer than the server accepts",
        ),
        (
            431,
            "the headers of the request are longer than the server accepts",
        ),
        (
            413,
            "the body of the request is longer than the server accepts",
        ),
    ] {
        let server = Recorder::with_headers(status, &[("content-type", "text/html")], "<html>");
        let client = server.await.client();
        let error = client.data::<Record>("P").find().await.unwrap_err();
        assert!(error.message().contains(hint), "{error}");
    }
}

#[tokio::test]
async fn wrong_application_has_its_own_kind_and_a_remedy() {
    let server = backendless_local::Server::start().await.unwrap();
    for (app_id, key) in [
        ("other-app", server.api_key()),
        (server.app_id(), "other-key"),
    ] {
        let client = Client::builder(app_id, key)
            .api_url(server.url())
            .build()
            .unwrap();
        let error = client.counters().get("visits").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidApplication, "{error}");
        assert!(error.is_invalid_application() && !error.is_retryable());
        assert_eq!(error.code(), Some(ErrorCode::UNKNOWN_APPLICATION));
        assert!(
            error
                .to_string()
                .contains("; check the application id, the REST API key and the API URL ("),
            "{error}"
        );
    }
    for code in [2002, 3008, 8022] {
        let body = json!({"code": code, "message": "no"}).to_string();
        let server = Recorder::responding(400, &body).await;
        let error = server.client().counters().get("visits").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidApplication, "{code}");
    }
}

#[derive(Debug, Deserialize)]
struct Person {
    age: i64,
}

#[tokio::test]
async fn row_that_does_not_match_is_named_by_index_and_id() {
    let rows = r#"[{"objectId":"A1","age":1},{"objectId":"B2","age":1.5}]"#;
    let server = Recorder::responding(200, rows).await;
    let people = server.client().data::<Person>("Person");
    let expected = "the response does not match Vec<Object<Person>>: at [1].age (objectId B2): \
                    expected i64, found the floating-point number 1.5";
    let error = people.find().await.unwrap_err();
    assert_eq!(error.message(), expected);
    let error = people.find().stream().try_next().await.unwrap_err();
    assert_eq!(error.message(), expected);

    let server = Recorder::responding(200, r#"{"objectId":"B2","age":"SECRET"}"#).await;
    let people = server.client().data::<Person>("Person");
    let error = people.get("B2").await.unwrap_err();
    assert_eq!(
        error.message(),
        "the response does not match Object<Person>: at age (objectId B2): expected i64, found string"
    );
}

#[tokio::test]
async fn response_that_is_not_utf8_names_the_position_of_the_first_wrong_byte() {
    let expected = "the response is not valid JSON: invalid UTF-8 at line 2, column 14";
    for rows in [
        &b"[\n{\"objectId\":\"\xc3\x28\",\"age\":1}]"[..],
        // Also in a column that the type of the row does not have, and where an escape precedes it.
        b"[\n{\"a\":10,\"b\":\"\xff\",\"objectId\":\"B2\",\"age\":1}]",
        b"[\n{\"\\u00e4\":1,\"\xed\xa0\x80\":1}]",
        b"[\n{\"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\": \xf0",
    ] {
        let server = ScriptedServer::always(Behaviour::json(200, rows)).await;
        let people = server.client().data::<Person>("Person");
        let error = people.find().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.status(), Some(200));
        assert!(!error.is_retryable());
        assert_eq!(error.message(), expected, "{}", rows.escape_ascii());
    }
}

#[tokio::test]
async fn message_that_does_not_match_is_named_and_kept_in_the_error() {
    let response = json!({"messages": [
        {"messageId": "M-1", "data": {"age": 1}},
        {"messageId": "M-2", "data": {"age": "SECRET"}},
        {"messageId": "M-3", "data": {"age": 3}},
    ]});
    let server = Recorder::responding(200, &response.to_string()).await;
    let stream = server.client().messaging().messages::<Person>("c", "s");
    let items: Vec<_> = stream.take(3).collect().await;
    assert_eq!(items[0].as_ref().unwrap().data.age, 1);
    assert_eq!(items[2].as_ref().unwrap().data.age, 3);
    let error = items[1].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        error.message(),
        "message 2 of 3 (messageId M-2) does not match Message<Person>: at data.age: expected i64, \
         found string"
    );
    // The service does not deliver it again, so the error contains it.
    assert_eq!(error.data(), Some(&response["messages"][1]));
    assert!(
        !format!("{error} {error:?}").contains("SECRET"),
        "{error:?}"
    );
}

#[tokio::test]
async fn stalled_upload_names_the_side_that_stalled() {
    let limit = Duration::from_millis(50);
    let client = |server: &ScriptedServer| {
        let builder = server.client_builder().attempt_timeout(limit);
        builder.retry(RetryPolicy::none()).build().unwrap()
    };
    // A source that delivers one chunk and then nothing.
    let source = || stream::iter([Ok::<_, io::Error>("one")]).chain(stream::pending());
    let server = ScriptedServer::always(Behaviour::stall()).await;
    let upload = client(&server)
        .files()
        .upload("a.txt", Upload::stream(source(), Some(9)));
    let error = upload.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.message(),
        "the source of the upload delivered no further data within the idle timeout of 50ms, after \
         3 bytes"
    );
    let upload = client(&server)
        .files()
        .upload("a.txt", Upload::stream(source(), Some(9)))
        .timeout(limit * 2);
    let error = upload.await.unwrap_err();
    assert!(
        error
            .message()
            .starts_with("the source of the upload delivered no further data within"),
        "{error}"
    );

    // Nothing was sent, because nothing responds to the TLS handshake.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let secure = server
        .client_builder()
        .api_url(format!("https://{address}"));
    let secure = secure.attempt_timeout(limit).retry(RetryPolicy::none());
    let files = secure.build().unwrap().files();
    let error = files
        .upload("a.txt", Upload::bytes("one"))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        format!("no response was received from {address} within the idle timeout of 50ms")
    );

    // The complete content was sent.
    let error = client(&server)
        .files()
        .upload("a.txt", Upload::bytes("one"))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        format!(
            "no response was received from {} within the idle timeout of 50ms",
            host_of(&server)
        )
    );
}

#[tokio::test]
async fn upload_that_the_server_does_not_read_is_reported_as_such() {
    // The server accepts connections and reads nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut connections = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            connections.push(connection);
        }
    });
    let client = Client::builder("A0F5", "9C41")
        .api_url(format!("http://{address}"))
        .attempt_timeout(Duration::from_millis(200))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let content = vec![0; 64 * 1024 * 1024];
    let upload = client.files().upload("a.bin", Upload::bytes(content));
    let error = upload.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let text = error.message();
    assert!(
        text.starts_with(
            "the server accepted no further data within the idle timeout of 200ms, after "
        ),
        "{text}"
    );
}

#[test]
fn timeout_on_a_second_runtime_names_the_possible_cause() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let servers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let row = Behaviour::json(200, r#"{"objectId":"B2"}"#).kept_open();
    let server = servers.block_on(ScriptedServer::always(row));
    let builder = server
        .client_builder()
        .attempt_timeout(Duration::from_millis(100));
    let client = builder.retry(RetryPolicy::none()).build().unwrap();
    let people = client.data::<Value>("Person");

    let first = runtime();
    first.block_on(async { people.get("B2").await.unwrap() });
    // The connection belongs to the first runtime, which does not run meanwhile.
    let second = runtime();
    let error = second.block_on(async { people.get("B2").await.unwrap_err() });
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(
        error.message().ends_with(
            "; the client is used on several tokio runtimes, and a connection belongs to the runtime \
             that opened it, which may not be running: create one client per runtime"
        ),
        "{error}"
    );

    // One runtime is no such case.
    let server = servers.block_on(ScriptedServer::always(Behaviour::stall()));
    let builder = server
        .client_builder()
        .attempt_timeout(Duration::from_millis(50));
    let client = builder.retry(RetryPolicy::none()).build().unwrap();
    let people = client.data::<Value>("Person");
    let error = second.block_on(async { people.get("B2").await.unwrap_err() });
    assert_eq!(
        error.message(),
        format!(
            "no response was received from {} within the timeout of 50ms",
            host_of(&server)
        )
    );
}
