//! Values that the service computes: their JSON, and complete updates of rows of the local server.

use backendless::{ErrorKind, Record, RetryPolicy, update};
use backendless_local::Server;
use backendless_tests::{Behaviour, Recorder, ScriptedServer, TestClock};
use serde::Serialize;
use serde_json::{Value, json};

use crate::support::{assert_json, local_client};

/// Changes as a struct of the caller.
#[derive(Serialize)]
struct Changes {
    n: update::Expression,
    meta: update::JsonUpdate,
}

#[tokio::test]
async fn computed_values_have_the_form_of_the_official_sdk() {
    let server = Recorder::responding(200, "1").await;
    let changes = Changes {
        n: update::expression("n + 1"),
        meta: update::json().set("$.b", [1, 2]).set("$.a", Value::Null),
    };
    let notes = server.client().data::<Record>("Note");
    assert_eq!(notes.update_where("n > 0", &changes).await.unwrap(), 1);
    assert_json(
        &server.request(),
        r#"{"n":{"___class":"BackendlessExpression","value":"n + 1"},"meta":{"___operation":"JSON_SET","args":{"$.b":[1,2],"$.a":null}}}"#,
    );
    for (changes, operation, args) in [
        (
            update::json().insert("$.a", 2),
            "JSON_INSERT",
            json!({"$.a": 2}),
        ),
        (
            update::json().replace("$.a", "x"),
            "JSON_REPLACE",
            json!({"$.a": "x"}),
        ),
        (
            update::json().remove("$.a").remove("$.b[1]"),
            "JSON_REMOVE",
            json!(["$.a", "$.b[1]"]),
        ),
        (
            update::json()
                .array_append("$.a", 2)
                .array_append("$.b", json!({})),
            "JSON_ARRAY_APPEND",
            json!({"$.a": 2, "$.b": {}}),
        ),
        (
            update::json().array_insert("$.a[0]", 2),
            "JSON_ARRAY_INSERT",
            json!({"$.a[0]": 2}),
        ),
        (
            update::json().set("$.a", 1).set("$.a", 2),
            "JSON_SET",
            json!({"$.a": 2}),
        ),
    ] {
        let expected = json!({"___operation": operation, "args": args});
        assert_eq!(json!({"meta": changes})["meta"], expected);
    }
}

#[tokio::test]
async fn a_computed_value_without_a_form_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let notes = server.client().data::<Record>("Note");
    for (meta, problem) in [
        (update::json(), "changes of a JSON column are empty"),
        (
            update::json().set("$.a", 1).remove("$.b"),
            "JSON_SET and JSON_REMOVE",
        ),
        (
            update::json()
                .remove("$.b")
                .set("$.a", 1)
                .set("$.a", f64::NAN),
            "JSON_REMOVE and JSON_SET",
        ),
        (
            update::json().set("$.a", f64::NAN),
            "value of JSON_SET cannot be sent: NaN",
        ),
    ] {
        let n = update::expression("n");
        let error = notes.update("B2", &Changes { n, meta }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.to_string().contains(problem), "{error}");
    }
    for empty in ["", " \n"] {
        let (n, meta) = (update::expression(empty), update::json().remove("$.a"));
        let error = notes.update("B2", &Changes { n, meta }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.to_string().contains("expression"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_update_with_a_computed_value_is_sent_once() {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let builder = server.client_builder().retry(RetryPolicy::default());
    let client = builder.clock(TestClock::default()).build().unwrap();
    let notes = client.data::<Record>("Note");
    let expression = json!({"n": update::expression("n + 1")});
    assert_eq!(
        notes
            .update("B2", &expression)
            .await
            .unwrap_err()
            .attempts(),
        1
    );
    let removal = json!({"meta": update::json().remove("$.a")});
    assert_eq!(
        notes.update("B2", &removal).await.unwrap_err().attempts(),
        1
    );
    let plain = json!({"n": 1});
    assert_eq!(notes.update("B2", &plain).await.unwrap_err().attempts(), 3);
}

#[tokio::test]
async fn the_local_server_computes_every_kind_of_value() {
    let server = Server::start().await.unwrap();
    let notes = local_client(&server).data::<Record>("Note");
    let row = json!({"n": 5, "meta": {"a": 1, "list": [1, 2]}});
    let id = notes.create(&row).await.unwrap().object_id;
    for (changes, expected) in [
        (
            update::json().set("$.a", 2).set("$.b", true),
            json!({"a": 2, "b": true, "list": [1, 2]}),
        ),
        (
            update::json().insert("$.a", 9).insert("$.c", 3),
            json!({"a": 2, "b": true, "c": 3, "list": [1, 2]}),
        ),
        (
            update::json().replace("$.b", 0).replace("$.x", 9),
            json!({"a": 2, "b": 0, "c": 3, "list": [1, 2]}),
        ),
        (
            update::json().remove("$.b").remove("$.c"),
            json!({"a": 2, "list": [1, 2]}),
        ),
        (
            update::json().array_append("$.list", 3),
            json!({"a": 2, "list": [1, 2, 3]}),
        ),
        (
            update::json().array_insert("$.list[0]", 0),
            json!({"a": 2, "list": [0, 1, 2, 3]}),
        ),
    ] {
        let changes = Changes {
            n: update::expression("n * 2"),
            meta: changes,
        };
        let updated = notes.update(&id, &changes).await.unwrap();
        assert_eq!(updated["meta"], expected);
    }
    assert_eq!(notes.get(&id).await.unwrap()["n"], 5 * 64);
    let error = notes
        .update(&id, &json!({"n": update::expression("n +")}))
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Api);
}
