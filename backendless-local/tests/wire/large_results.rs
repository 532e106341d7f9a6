//! Results whose size is not limited by that of the request: a few small requests must not occupy the memory.

use serde_json::{Value, json};

use crate::support::{TestServer, text};

const INVALID_VALUE: i64 = 8_000;

/// A row with a text of 1 MB, which is related to itself twice.
async fn large_row(app: &TestServer) -> String {
    let row = json!({"text": "x".repeat(1_000_000)});
    let id = text(&app.post("/data/Large", row).ok().await["objectId"]);
    for relation in ["a", "b"] {
        let path = format!("/data/Large/{id}/{relation}:Large:1");
        app.put(&path, json!([id])).ok().await;
    }
    id
}

#[tokio::test]
async fn related_rows_have_a_maximum_size() {
    let app = TestServer::start().await;
    let id = large_row(&app).await;
    let grouping = json!({"groupBy": "objectId", "relationsDepth": 8});
    for large in [
        app.get("/data/Large?relationsDepth=8"),
        app.get(&format!("/data/Large/{id}?relationsDepth=8")),
        app.get(&format!("/data/Large/{id}/a?relationsDepth=8")),
        app.post("/data/Large/find", json!({"relationsDepth": 8})),
        app.post("/data/data-grouping/Large", grouping),
    ] {
        let message = large.rejected(400, INVALID_VALUE).await;
        assert!(message.contains("67108864 bytes"), "{message}");
    }
    let rows = app.get("/data/Large?relationsDepth=2").ok().await;
    assert_eq!(rows[0]["a"]["b"]["objectId"], id);
}

#[tokio::test]
async fn results_of_a_transaction_have_a_maximum_size() {
    let app = TestServer::start().await;
    let id = large_row(&app).await;
    let find = |n: usize| json!({"operationType": "FIND", "table": "Large", "opResultId": n.to_string(), "payload": {}});
    let update = |n: usize| {
        json!({"operationType": "UPDATE", "table": "Large", "opResultId": n.to_string(),
            "payload": {"objectId": id, "text": {"___class": "BackendlessExpression", "value": "text"}}})
    };
    let path = "/transaction/unit-of-work";
    let execute = async |count: usize, operation: &dyn Fn(usize) -> Value| {
        let operations: Vec<Value> = (0..count).map(operation).collect();
        app.post(path, json!({"operations": operations})).ok().await
    };
    for operation in [&find as &dyn Fn(usize) -> Value, &update] {
        assert_eq!(execute(10, operation).await["success"], true);
        let large = execute(70, operation).await;
        assert_eq!(large["success"], false);
        let message = text(&large["error"]["message"]);
        assert!(message.contains("67108864 bytes"), "{message}");
    }
}

#[tokio::test]
async fn reference_cannot_nest_values_more_deeply_than_a_body() {
    let app = TestServer::start().await;
    app.post("/data/Note", json!({"value": {"a": 1}}))
        .ok()
        .await;
    let nested = |value: Value, depth: usize| (0..depth).fold(value, |value, _| json!([value]));
    let create = |id: &str, value: Value| json!({"operationType": "CREATE", "table": "Note", "opResultId": id, "payload": {"value": value}});
    let reference = json!({"___ref": true, "opResultId": "first", "propName": "value"});
    for (depth, success) in [(39, true), (40, false), (90, false)] {
        let first = create("first", nested(json!(1), 60));
        let second = create("second", nested(reference.clone(), depth));
        let operations = json!({"operations": [first, second]});
        let done = app.post("/transaction/unit-of-work", operations).ok().await;
        assert_eq!(done["success"], success, "{depth} {}", done["error"]);
    }
    assert_eq!(app.get("/data/Note/count").ok().await, 3);
}

#[tokio::test]
async fn response_of_a_deep_save_has_a_maximum_size() {
    let app = TestServer::start().await;
    let id = large_row(&app).await;
    app.put(&format!("/data/Large/{id}/c:Large:n"), json!([]))
        .ok()
        .await;
    let parents: Vec<Value> = (0..100)
        .map(|n| json!({"n": n, "c": [{"objectId": id}]}))
        .collect();
    let save = app.put("/data/Large/deep-save", json!({"n": 1, "c": parents}));
    let message = save.rejected(400, INVALID_VALUE).await;
    assert!(message.contains("67108864 bytes"), "{message}");
    assert_eq!(app.get("/data/Large/count").ok().await, 1);
}

#[tokio::test]
async fn poll_returns_messages_of_a_limited_length() {
    let app = TestServer::start().await;
    for n in 0..5 {
        let message = json!({"message": format!("{n}{}", "x".repeat(1_500_000))});
        app.post("/messaging/news", message).ok().await;
    }
    let mut received = Vec::new();
    for expected in [2, 2, 1, 0] {
        let polled = app.get("/messaging/news/reader").ok().await;
        let messages = polled["messages"].as_array().unwrap().clone();
        assert_eq!(messages.len(), expected);
        received.extend(
            messages
                .iter()
                .map(|message| text(&message["data"])[..1].to_owned()),
        );
    }
    assert_eq!(received, ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn computed_values_have_a_maximum_size() {
    let app = TestServer::start().await;
    app.fill("Large", &[json!({"text": "x".repeat(700_000)})])
        .await;
    let find = |count: usize| {
        let items = (0..count).map(|n| format!("CONCAT(text, '{n}') as name_of_the_property_{n}"));
        app.post(
            "/data/Large/find",
            json!({"property": items.collect::<Vec<_>>()}),
        )
    };
    // 63 MB.
    let rows = find(90).ok().await;
    assert_eq!(text(&rows[0]["name_of_the_property_89"]).len(), 700_002);
    // 70 MB.
    let message = find(100).rejected(400, INVALID_VALUE).await;
    assert!(
        message.starts_with("the computed values of the result"),
        "{message}"
    );
}
