//! Updates whose result depends on the stored value are not idempotent.

use backendless::{Client, ErrorKind, Record, RetryPolicy};
use backendless_tests::{Behaviour, ScriptedServer, TestClock};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

async fn unavailable() -> (ScriptedServer, Client) {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let builder = server.client_builder().retry(RetryPolicy::default());
    let client = builder.clock(TestClock::default()).build().unwrap();
    (server, client)
}

/// The number of requests of an update with `changes`.
async fn attempts<B: Serialize + ?Sized>(changes: &B) -> usize {
    let (server, client) = unavailable().await;
    let people = client.data::<Record>("Person");
    let error = people.update("B2", changes).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api, "{error}");
    assert_eq!(error.is_retryable(), error.attempts() == 3, "{error}");
    server.requests().len()
}

#[derive(Serialize)]
struct Expression {
    value: &'static str,
    #[serde(rename = "___class")]
    class: &'static str,
}

const INCREMENT: Expression = Expression {
    value: "n + 1",
    class: "BackendlessExpression",
};

#[tokio::test]
async fn a_computed_update_is_sent_once() {
    let set = json!({"___operation": "JSON_SET", "args": {"$.a": 2}});
    let append = json!({"___operation": "JSON_ARRAY_APPEND", "args": {"$.list": 1}});
    for changes in [
        json!({"n": INCREMENT}),
        json!({"settings": set}),
        json!({"a": 1, "deep": {"list": [0, {"n": INCREMENT}]}}),
        json!({"a": 1, "deep": [append]}),
    ] {
        assert_eq!(attempts(&changes).await, 1, "{changes}");
    }
    assert_eq!(
        attempts(
            &[("n", INCREMENT)]
                .into_iter()
                .collect::<std::collections::HashMap<_, _>>()
        )
        .await,
        1
    );
}

#[tokio::test]
async fn a_computed_update_with_escaped_names_is_sent_once() {
    for changes in [
        r#"{"n":{"\u005f__class":"BackendlessExpression","value":"n+1"}}"#,
        r#"{"n":{"___class":"\u0042ackendlessExpression","value":"n+1"}}"#,
        r#"{"n": {"\u005F\u005f\u005foperation" : "JSON_SET", "args": {}}}"#,
    ] {
        let changes = RawValue::from_string(changes.to_owned()).unwrap();
        assert_eq!(attempts(&changes).await, 1, "{changes}");
        assert_eq!(attempts(&json!({"a": [1]})).await, 3);
    }
}

#[tokio::test]
async fn text_about_computed_updates_is_retried() {
    for changes in [
        json!({"text": "___operation"}),
        json!({"___class": "Person", "text": "BackendlessExpression"}),
        json!({"text": r#"{"___class":"BackendlessExpression"}"#}),
        json!({"text": "\u{7}\u{0}", "n": -1.5}),
        Value::Object(Record::new()),
    ] {
        assert_eq!(attempts(&changes).await, 3, "{changes}");
    }
}

#[tokio::test]
async fn the_setting_of_the_request_has_priority() {
    let (server, client) = unavailable().await;
    let people = client.data::<Record>("Person");
    let changes = json!({"n": INCREMENT});
    let request = people.update("B2", &changes).idempotent(true);
    assert_eq!(request.await.unwrap_err().attempts(), 3);
    assert_eq!(server.requests().len(), 3);
    let changes = json!({"n": 1});
    let request = people.update("B2", &changes).idempotent(false);
    assert_eq!(request.await.unwrap_err().attempts(), 1);
}
