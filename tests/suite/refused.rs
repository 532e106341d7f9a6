//! What is refused before anything is sent: the argument is named, and the server sees nothing.

use std::collections::HashMap;

use backendless::filter::field;
use backendless::{Error, ErrorKind, Record, Registration};
use backendless_tests::Recorder;
use serde_json::json;

/// Values that, in a path, would be another path.
pub(crate) const BAD_SEGMENTS: [&str; 8] =
    ["", ".", "..", "a\\b", "..\\..", "a\nb", "a\0b", "\u{7f}"];

#[track_caller]
pub(crate) fn assert_refused(error: &Error, operation: &str, argument: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_eq!(
        error.operation().map(|operation| operation.id()),
        Some(operation)
    );
    assert_eq!(error.attempts(), 0);
    assert_eq!(error.status(), None);
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("{operation}: {argument}")),
        "{text}"
    );
    assert!(text.ends_with("(nothing was sent)"), "{text}");
}

#[tokio::test]
async fn a_table_name_that_is_another_path() {
    let server = Recorder::answering(200, "{}").await;
    for bad in BAD_SEGMENTS {
        let table = server.client().data::<Record>(bad);
        let refused = |error: Error, operation| assert_refused(&error, operation, "table-name ");
        refused(table.create(&json!({})).await.unwrap_err(), "createObject");
        refused(table.get("x").await.unwrap_err(), "getObjectById");
        refused(
            table.update("x", &json!({})).await.unwrap_err(),
            "updateObject",
        );
        refused(table.delete("x").await.unwrap_err(), "deleteObject");
        refused(table.find().await.unwrap_err(), "findObjects");
        refused(table.count().await.unwrap_err(), "countObjects");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_object_id_that_is_another_path() {
    let server = Recorder::answering(200, "{}").await;
    let table = server.client().data::<Record>("Person");
    for bad in BAD_SEGMENTS {
        let refused = |error: Error, operation| assert_refused(&error, operation, "object-id ");
        refused(table.get(bad).await.unwrap_err(), "getObjectById");
        refused(
            table.update(bad, &json!({})).await.unwrap_err(),
            "updateObject",
        );
        refused(table.delete(bad).await.unwrap_err(), "deleteObject");
    }
    let error = table.get("count").await.unwrap_err();
    assert_refused(
        &error,
        "getObjectById",
        "object-id is \"count\", which is reserved",
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_identity_that_is_another_path() {
    let server = Recorder::answering(200, "{}").await;
    for bad in BAD_SEGMENTS {
        let error = server
            .client()
            .users()
            .restore_password(bad)
            .await
            .unwrap_err();
        assert_refused(&error, "restorePassword", "identity ");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_page_size_or_offset_that_is_none() {
    let server = Recorder::answering(200, "[]").await;
    let find = || server.client().data::<Record>("Person").find();
    for bad in [0, 101, u32::MAX] {
        let error = find().page_size(bad).await.unwrap_err();
        assert_refused(&error, "findObjects", &format!("page_size is {bad}"));
    }
    let error = find().offset(u64::MAX).await.unwrap_err();
    assert_refused(&error, "findObjects", "offset ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_filter_that_cannot_be_written() {
    let server = Recorder::answering(200, "[]").await;
    let table = server.client().data::<Record>("Person");
    let bad = || field("age = 1 OR 1").eq(1);
    let error = table.find().filter(bad()).await.unwrap_err();
    assert_refused(
        &error,
        "findObjects",
        "filter: \"age = 1 OR 1\" is not a column name",
    );
    let error = table.count().filter(bad()).await.unwrap_err();
    assert_refused(&error, "countObjects", "filter: ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_user_token_that_no_header_holds() {
    let server = Recorder::answering(200, "{}").await;
    for bad in ["", "SECRET\r\nx: y", "SECRET\0"] {
        let client = server.client().with_user_token(bad);
        let error = client.data::<Record>("Person").get("x").await.unwrap_err();
        assert_refused(&error, "getObjectById", "user_token ");
        assert!(!format!("{error:?}").contains("SECRET"));
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_body_that_is_no_json() {
    let server = Recorder::answering(200, "{}").await;
    let table = server.client().data::<Record>("Person");
    let no_json = HashMap::from([(vec![1], 1)]);
    let error = table.create(&no_json).await.unwrap_err();
    assert_refused(
        &error,
        "createObject",
        "the request cannot be built: key must be a string",
    );
    let registration = Registration::new("pa55").property("x", &no_json);
    let error = server
        .client()
        .users()
        .register(registration)
        .await
        .unwrap_err();
    assert_refused(&error, "registerUser", "property \"x\": ");
    assert_eq!(server.requests().len(), 0);
}
