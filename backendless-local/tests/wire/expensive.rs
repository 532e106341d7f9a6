//! Expensive queries: they end with an error and do not block other requests or the stop.

use std::time::Duration;

use backendless_local::Server;
use serde_json::json;

use crate::support::TestServer;

/// A server whose queries end at their first check, with enough rows for several checks.
async fn impatient() -> TestServer {
    let app = TestServer::of(Server::builder().query_timeout(Duration::ZERO)).await;
    for n in 0..300 {
        app.post("/data/Row", json!({"n": n, "name": "abc"}))
            .ok()
            .await;
    }
    app
}

#[tokio::test]
async fn query_beyond_the_limit_ends_with_an_error() {
    let app = impatient().await;
    for clause in [
        "n = 0 or n = 1 or n = 2 or n = 3",
        "name like '%x_x%'",
        "UPPER(name) = 'X'",
        "n + 1 = 0",
    ] {
        let query = [("where", clause)];
        for path in ["/data/Row", "/data/Row/count"] {
            let message = app.get(path).query(&query).rejected(400, 8000).await;
            assert!(message.contains("takes too long"), "{message}");
        }
    }
    // Other requests are not affected.
    app.post("/data/Row", json!({"n": 1})).ok().await;
}

#[tokio::test]
async fn expensive_shapes_end_with_a_result_or_an_error() {
    let app = TestServer::start().await;
    let text = "a".repeat(1_000_000);
    let row = app
        .post("/data/Big", json!({"name": text, "doc": {"a": [text]}}))
        .ok()
        .await;
    let id = row["objectId"].as_str().unwrap().to_owned();
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}name{}", open.repeat(depth), close.repeat(depth))
    };
    for (clause, status) in [
        (format!("name like '{}b'", "%a".repeat(2_000)), 200),
        (format!("name like '%{}b%'", "a_".repeat(1_000)), 200),
        (format!("name like '%{}b%'", "a".repeat(100_000)), 200),
        (format!("{} = 'x'", nested("CONCAT(name, ", ")", 40)), 400),
        (
            format!("{} = 'x'", nested("REPLACE(", ", 'a', 'aaaaaaaaaa')", 40)),
            400,
        ),
        ("REPEAT(name, 1000000) = 'x'".to_owned(), 400),
        ("LPAD(name, 1000000000000, name) = 'x'".to_owned(), 400),
        (format!("CONCAT({}) = 'x'", ["name"; 90].join(", ")), 400),
        (format!("CONCAT({}) = 'x'", ["name"; 200].join(", ")), 400),
        (format!("1 = 1{}", " + 1".repeat(90)), 200),
        (format!("1 = 1{}", " + 1".repeat(110)), 400),
        (format!("1 = 1{}", " + 1".repeat(1_000)), 400),
        (format!("doc->'$.a' in ({})", ["1"; 14_000].join(",")), 400),
        (format!("{} = 1", nested("LENGTH(", ")", 60)), 400),
    ] {
        let start: String = clause.chars().take(60).collect();
        let call = app.post("/data/Big/count", json!({"where": clause}));
        assert_eq!(call.send().await.status(), status, "{start}");
    }
    // The result would have a gigabyte.
    let props: Vec<String> = (0..500)
        .map(|n| format!("CONCAT(name, name) as p{n}"))
        .collect();
    let call = app.post("/data/Big/find", json!({"props": props}));
    let message = call.rejected(400, 8000).await;
    assert!(message.contains("computed values"), "{message}");
    let aliases: Vec<String> = (0..500).map(|n| format!("name as p{n}")).collect();
    app.post("/data/Big/find", json!({"props": aliases}))
        .rejected(400, 8000)
        .await;
    // A document cannot grow without bound.
    let expression = json!({"___class": "BackendlessExpression", "value": "REPEAT(name, 100)"});
    let path = format!("/data/Big/{id}");
    app.put(&path, json!({"name": expression}))
        .rejected(400, 1007)
        .await;
}

/// One path takes a time that is linear in the document, and a body has room for 200,000 paths.
#[tokio::test]
async fn update_with_many_paths_ends_at_the_limit_and_changes_nothing() {
    const PATHS: usize = 200_000;
    let app = TestServer::of(Server::builder().query_timeout(Duration::ZERO)).await;
    let row = app
        .post("/data/Item", json!({"doc": vec![0; 100]}))
        .ok()
        .await;
    let path = format!("/data/Item/{}", row["objectId"].as_str().unwrap());
    let all = |one: &dyn Fn(usize) -> String| (0..PATHS).map(one).collect::<Vec<_>>().join(",");
    for (name, arguments) in [
        (
            "JSON_SET",
            format!("{{{}}}", all(&|n| format!("\"$.a{n}\":1"))),
        ),
        (
            "JSON_ARRAY_INSERT",
            format!("{{{}}}", all(&|n| format!("\"$[{n}]\":1"))),
        ),
        (
            "JSON_REMOVE",
            format!("[{}]", all(&|_| "\"$[0]\"".to_owned())),
        ),
    ] {
        let body = format!(r#"{{"doc":{{"___operation":"{name}","args":{arguments}}},"n":1}}"#);
        let call = app.request(reqwest::Method::PUT, &path).raw(body);
        let message = call.rejected(400, 8000).await;
        assert!(message.contains("takes too long"), "{name}: {message}");
        // Other requests run, and the row is the same.
        assert_eq!(app.get(&path).ok().await, row, "{name}");
    }
    app.server.stop().await;
}

/// A condition without functions, which SQLite evaluates for each row.
#[tokio::test]
async fn write_by_an_expensive_condition_ends_at_the_limit_and_changes_nothing() {
    let app = TestServer::of(Server::builder().query_timeout(Duration::ZERO)).await;
    let row = app
        .post("/data/Item", json!({"a": "x", "b": "y"}))
        .ok()
        .await;
    let path = format!("/data/Item/{}", row["objectId"].as_str().unwrap());
    let condition = vec!["a = b"; 800].join(" or ");
    let condition = format!("{condition} or a = 'x'");
    let delete = app.post("/data/bulk/Item/delete", json!({"where": condition}));
    let message = delete.rejected(400, 8000).await;
    assert!(message.contains("takes too long"), "{message}");
    let target = format!("/data/bulk/Item?where={}", condition.replace(' ', "%20"));
    let update = app.request(reqwest::Method::PUT, &target);
    let message = update.json(&json!({"a": "z"})).rejected(400, 8000).await;
    assert!(message.contains("takes too long"), "{message}");
    assert_eq!(app.get(&path).ok().await, row);
    app.server.stop().await;
}
