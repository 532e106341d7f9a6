//! Responses of the data service, as the service sends them and as it should not.

use backendless::{ErrorKind, Record, Timestamp};
use backendless_tests::{Behaviour, Recorder, ScriptedServer};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Person {
    name: Option<String>,
    age: Option<u8>,
}

async fn get(response: &str) -> backendless::Result<backendless::Object<Person>> {
    let server = Recorder::responding(200, response).await;
    server.client().data("Person").get("B2").await
}

#[tokio::test]
async fn row_with_nulls_and_unknown_columns_is_decoded() {
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
async fn row_of_a_projection_needs_only_its_id() {
    let bob = get(r#"{"objectId":"B2","___class":"Person","name":"Bob"}"#)
        .await
        .unwrap();
    assert_eq!((bob.created, bob.updated), (None, None));
}

#[tokio::test]
async fn any_2xx_status_and_media_type_is_a_success() {
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
async fn row_with_columns_named_code_and_message_is_not_an_error() {
    let row = get(r#"{"objectId":"B2","code":1,"message":"x","name":"Bob"}"#)
        .await
        .unwrap();
    assert_eq!(row.name.as_deref(), Some("Bob"));
}

#[tokio::test]
async fn null_instead_of_a_list_is_an_empty_list() {
    let server = Recorder::responding(200, "null").await;
    assert!(
        server
            .client()
            .data::<Person>("Person")
            .find()
            .await
            .unwrap()
            .is_empty()
    );
    let server = Recorder::responding(200, "").await;
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
async fn deletion_without_a_time_returns_the_current_time() {
    let server = Recorder::responding(200, r#"{"deletionTime":null}"#).await;
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
async fn numbers_keep_every_digit() {
    let row = r#"{"objectId":"B2","n":2.638344616030823e-256,"m":9007199254740993}"#;
    let server = Recorder::responding(200, row).await;
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
async fn decode_error_names_the_json_path_and_not_the_value() {
    let rows = r#"[{"objectId":"1","age":20},{"objectId":"2","age":"SECRET"}]"#;
    let server = Recorder::responding(200, rows).await;
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
        "findObjects: 200: the response does not match Vec<Object<Person>>: at [1].age (objectId 2): \
         expected u8, found string (1 attempt; not retried: the response would be the same)"
    );
    assert!(!format!("{error:#?}").contains("SECRET"));
}

#[tokio::test]
async fn bodies_that_are_not_rows_are_decode_errors() {
    for (body, message) in [
        ("<html>", "is not valid JSON"),
        ("{\"objectId\":\"B2\"", "is not valid JSON"),
        ("null", "expected a row"),
        ("", "expected a row"),
        ("[]", "expected a row"),
        ("{}", "no objectId"),
    ] {
        let error = get(body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.message().contains(message), "{error}");
    }
}

#[tokio::test]
async fn body_beyond_the_size_limit_is_not_read() {
    let server = ScriptedServer::always(Behaviour::stall_after(
        b"HTTP/1.1 200 OK\r\ncontent-length: 8388609\r\n\r\n{",
    ))
    .await;
    let error = server
        .client()
        .data::<Record>("Person")
        .get("B2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("8388608 bytes"), "{error}");
}
