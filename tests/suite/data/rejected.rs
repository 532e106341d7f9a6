//! Arguments of the data service that are rejected before anything is sent.

use backendless::filter::field;
use backendless::{Error, Record};
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::{BAD_SEGMENTS, assert_rejected, value_without_json_form};

#[tokio::test]
async fn invalid_table_name_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    for bad in BAD_SEGMENTS {
        let table = server.client().data::<Record>(bad);
        let rejected = |error: Error, operation| assert_rejected(&error, operation, "table-name ");
        rejected(table.create(&json!({})).await.unwrap_err(), "createObject");
        rejected(table.get("x").await.unwrap_err(), "getObjectById");
        rejected(
            table.update("x", &json!({})).await.unwrap_err(),
            "updateObject",
        );
        rejected(table.delete("x").await.unwrap_err(), "deleteObject");
        rejected(table.find().await.unwrap_err(), "findObjects");
        rejected(table.count().await.unwrap_err(), "countObjects");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn invalid_object_id_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let table = server.client().data::<Record>("Person");
    for bad in BAD_SEGMENTS {
        let rejected = |error: Error, operation| assert_rejected(&error, operation, "object-id ");
        rejected(table.get(bad).await.unwrap_err(), "getObjectById");
        rejected(
            table.update(bad, &json!({})).await.unwrap_err(),
            "updateObject",
        );
        rejected(table.delete(bad).await.unwrap_err(), "deleteObject");
    }
    let error = table.get("count").await.unwrap_err();
    assert_rejected(
        &error,
        "getObjectById",
        "object-id is \"count\", which is reserved",
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn invalid_page_size_or_offset_is_rejected() {
    let server = Recorder::responding(200, "[]").await;
    let find = || server.client().data::<Record>("Person").find();
    for bad in [0, 101, u32::MAX] {
        let error = find().page_size(bad).await.unwrap_err();
        assert_rejected(&error, "findObjects", &format!("page_size is {bad}"));
    }
    let error = find().offset(u64::MAX).await.unwrap_err();
    assert_rejected(&error, "findObjects", "offset ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn invalid_filter_is_rejected() {
    let server = Recorder::responding(200, "[]").await;
    let table = server.client().data::<Record>("Person");
    let bad = || field("age = 1 OR 1").eq(1);
    let error = table.find().filter(bad()).await.unwrap_err();
    assert_rejected(
        &error,
        "findObjects",
        "filter: \"age = 1 OR 1\" is not a column name",
    );
    let error = table.count().filter(bad()).await.unwrap_err();
    assert_rejected(&error, "countObjects", "filter: ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn body_without_a_json_form_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let table = server.client().data::<Record>("Person");
    let error = table.create(&value_without_json_form()).await.unwrap_err();
    assert_rejected(
        &error,
        "createObject",
        "the body cannot be serialized: key must be a string",
    );
    assert_eq!(server.requests().len(), 0);
}
