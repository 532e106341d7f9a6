//! Upserts, and updates and deletions by a filter: their requests, and complete exchanges with the local server.

use backendless::filter::field;
use backendless::{ErrorCode, ErrorKind, Record};
use backendless_local::Server;
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::{
    assert_json, assert_rejected, assert_request_line, local_client, recorded_request,
};

#[tokio::test]
async fn bulk_requests_have_the_form_of_the_official_sdk() {
    let row = r#"{"objectId":"N-1","text":"milk"}"#;
    let request = recorded_request(row, |client| {
        let note = json!({"objectId": "N-1", "text": "milk"});
        client.data::<Record>("My Notes").upsert(&note)
    })
    .await;
    assert_request_line(&request, "PUT", "/data/My%20Notes/upsert");
    assert_json(&request, row);

    let request = recorded_request("3", |client| {
        let changes = json!({"done": true});
        client
            .data::<Record>("Note")
            .update_where("age > 20", &changes)
    })
    .await;
    assert_request_line(&request, "PUT", "/data/bulk/Note?where=age+%3E+20");
    assert_json(&request, r#"{"done":true}"#);

    let request = recorded_request("3", |client| {
        let name = field("name").eq("O'Hara");
        client.data::<Record>("Note").delete_where(name)
    })
    .await;
    assert_request_line(&request, "POST", "/data/bulk/Note/delete");
    assert_json(&request, r#"{"where":"name = 'O''Hara'"}"#);
}

#[tokio::test]
async fn a_filter_without_a_condition_must_be_confirmed() {
    let server = Recorder::responding(200, "5").await;
    let notes = server.client().data::<Record>("Note");
    let changes = json!({"done": true});
    for empty in ["", " \n"] {
        let error = notes.update_where(empty, &changes).await.unwrap_err();
        assert_rejected(&error, "updateObjects", "the filter has no condition");
        let error = notes.delete_where(empty).await.unwrap_err();
        assert_rejected(&error, "deleteObjects", "the filter has no condition");
    }
    let error = notes
        .delete_where(field("a b").eq(1))
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let error = notes.update_where("n = 1", &f64::NAN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(server.requests().len(), 0);

    assert_eq!(notes.update_where("", &changes).all().await.unwrap(), 5);
    let request = server.requests().pop().unwrap();
    assert_eq!(
        request.target.split('?').nth(1),
        Some("where=objectId+is+not+null")
    );
    assert_eq!(notes.delete_where("").all().await.unwrap(), 5);
    let request = server.requests().pop().unwrap();
    assert_json(&request, r#"{"where":"objectId is not null"}"#);
    // A condition is not replaced.
    notes.delete_where("n = 1").all().await.unwrap();
    let request = server.requests().pop().unwrap();
    assert_json(&request, r#"{"where":"n = 1"}"#);
}

#[tokio::test]
async fn an_upsert_creates_a_row_once_and_then_updates_it() {
    let server = Server::start().await.unwrap();
    let notes = local_client(&server).data::<Record>("Note");
    let created = notes
        .upsert(&json!({"objectId": "N-1", "text": "milk", "n": 1}))
        .await
        .unwrap();
    assert_eq!(created.object_id, "N-1");
    assert!(created.created.is_some() && created.updated.is_none());
    let updated = notes
        .upsert(&json!({"objectId": "N-1", "n": 2}))
        .await
        .unwrap();
    assert_eq!(
        (&updated["text"], &updated["n"]),
        (&json!("milk"), &json!(2))
    );
    assert_eq!(updated.created, created.created);
    assert!(updated.updated.is_some());
    notes.upsert(&json!({"objectId": "N-1"})).await.unwrap();
    let other = notes.upsert(&json!({"text": "bread"})).await.unwrap();
    assert_ne!(other.object_id, "N-1");
    assert_eq!(notes.count().await.unwrap(), 2);
}

#[tokio::test]
async fn rows_that_match_a_filter_are_updated_and_deleted() {
    let server = Server::start().await.unwrap();
    let notes = local_client(&server).data::<Record>("Note");
    for n in 0..5 {
        notes
            .create(&json!({"n": n, "text": "milk"}))
            .await
            .unwrap();
    }
    let computed =
        json!({"n": {"___class": "BackendlessExpression", "value": "n + 10"}, "new": true});
    assert_eq!(
        notes
            .update_where(field("n").ge(3), &computed)
            .await
            .unwrap(),
        2
    );
    let changed = notes
        .find()
        .filter("new = true")
        .sort_by("n")
        .await
        .unwrap();
    assert_eq!(
        changed.iter().map(|note| &note["n"]).collect::<Vec<_>>(),
        [&json!(13), &json!(14)]
    );
    assert!(changed.iter().all(|note| note.updated.is_some()));

    assert_eq!(
        notes
            .update_where("n > 99", &json!({"n": 0}))
            .await
            .unwrap(),
        0
    );
    assert_eq!(notes.delete_where(field("n").lt(2)).await.unwrap(), 2);
    assert_eq!(notes.delete_where("n < 2").await.unwrap(), 0);
    assert_eq!(notes.count().await.unwrap(), 3);

    for (error, code) in [
        (
            notes
                .update_where("n >", &json!({"n": 0}))
                .await
                .unwrap_err(),
            19_000,
        ),
        (notes.delete_where("n >").await.unwrap_err(), 19_000),
        (notes.delete_where("unknown = 1").await.unwrap_err(), 1_006),
        (
            notes.update_where("n = 2", &json!({})).await.unwrap_err(),
            1_001,
        ),
    ] {
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{error}");
        assert_eq!(error.attempts(), 1);
    }
    let missing = local_client(&server).data::<Record>("Missing");
    assert!(
        missing
            .delete_where("n = 1")
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(notes.delete_where("").all().await.unwrap(), 3);
    assert_eq!(notes.count().await.unwrap(), 0);
}
