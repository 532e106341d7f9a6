//! Requests of the dialects of the OpenAPI document and of the live service.

use backendless_local::{Dialect, Server};
use serde_json::{Value, json};

use crate::TestServer;

async fn start(dialect: Option<Dialect>) -> TestServer {
    let mut builder = Server::builder();
    if let Some(dialect) = dialect {
        builder = builder.dialect(dialect);
    }
    TestServer::of(builder).await
}

#[tokio::test]
async fn live_timeout_is_in_seconds() {
    let app = start(Some(Dialect::Live)).await;
    for (seconds, millis) in [(1, 1_000), (60, 60_000), (5_000, 5_000_000)] {
        app.cache(&format!("k?timeout={seconds}"), &json!(1))
            .ok_empty()
            .await;
        app.advance_millis(millis / 2);
        assert_eq!(app.cached("k").await, (json!(1), json!(true)), "{seconds}");
        app.advance_millis(millis / 2);
        assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
    }
    // By default two hours, which are also the maximum.
    for path in ["k", "k?timeout=7200"] {
        app.cache(path, &json!(1)).ok_empty().await;
        app.advance_millis(7_100_000);
        assert_eq!(app.cached("k").await, (json!(1), json!(true)), "{path}");
        app.advance_millis(100_000);
        assert_eq!(app.cached("k").await, (Value::Null, json!(false)), "{path}");
    }
}

/// A time of the other dialect never becomes a value with another lifetime.
#[tokio::test]
async fn timeout_of_the_other_dialect_is_rejected() {
    for (dialect, timeout, hint) in [
        (Some(Dialect::Live), "7201", "1 to 7200 seconds"),
        (Some(Dialect::Live), "60000", "dialect 'document'"),
        (Some(Dialect::Live), "7200000", "dialect 'document'"),
        (Some(Dialect::Live), "7200001", "1 to 7200 seconds"),
        (Some(Dialect::Live), "0", "1 to 7200 seconds"),
        (Some(Dialect::Live), "-60", "1 to 7200 seconds"),
        (Some(Dialect::Live), "1.5", "1 to 7200 seconds"),
        (Some(Dialect::Live), "", "1 to 7200 seconds"),
        (None, "1", "'document' or 'live'"),
        (None, "60", "'document' or 'live'"),
        (None, "3600", "'document' or 'live'"),
        (None, "5000", "'document' or 'live'"),
        (None, "7200", "'document' or 'live'"),
        (None, "0", "1 to 7200000 milliseconds"),
        (None, "7200001", "1 to 7200000 milliseconds"),
    ] {
        let app = start(dialect).await;
        app.cache("k", &json!("kept")).ok_empty().await;
        let put = app.cache(&format!("k?timeout={timeout}"), &json!(1));
        let (status, code, message) = put.send().await.error();
        assert_eq!((status, code), (400, 1028), "{dialect:?} {timeout}");
        assert!(message.contains(hint), "{dialect:?} {timeout}: {message}");
        assert_eq!(app.cached("k").await, (json!("kept"), json!(true)));
    }
}

#[tokio::test]
async fn timeout_that_only_the_document_has_needs_no_dialect() {
    let app = start(None).await;
    app.cache("k?timeout=7201", &json!(1)).ok_empty().await;
    app.advance_millis(7_201);
    assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
    app.cache("k?timeout=7200000", &json!(1)).ok_empty().await;
    assert_eq!(app.cached("k").await, (json!(1), json!(true)));
}

#[tokio::test]
async fn short_timeout_is_in_milliseconds_in_the_dialect_of_the_document() {
    let app = start(Some(Dialect::Document)).await;
    app.cache("k?timeout=7200", &json!(1)).ok_empty().await;
    app.advance_millis(7_200);
    assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
}

#[tokio::test]
async fn every_dialect_accepts_the_names_and_paths_of_both() {
    for dialect in [None, Some(Dialect::Document), Some(Dialect::Live)] {
        let app = start(dialect).await;
        app.put("/counters/c/increment/get").ok().await;
        for path in ["/counters/c", "/counters/c/get"] {
            assert_eq!(app.get(path).ok().await, json!(1), "{dialect:?} {path}");
        }
        for (latitude, longitude) in [(1.0, 1.0), (50.0, 50.0)] {
            let point = json!({"latitude": latitude, "longitude": longitude});
            app.post("/geo/points", &point).ok().await;
        }
        for name in ["r", "radius"] {
            let path = format!("/geo/points?lat=1&lon=1&{name}=1");
            let points = app.get(&path).ok().await;
            assert_eq!(points.as_array().unwrap().len(), 1, "{dialect:?} {name}");
        }
        app.post("/data/Person", &json!({"name": "Bob", "age": 1}))
            .ok()
            .await;
        for query in [
            "props=name,age",
            "property=name,age",
            "property=name&property=age",
        ] {
            let rows = app.get(&format!("/data/Person?{query}")).ok().await;
            assert_eq!(rows[0]["name"], "Bob", "{dialect:?} {query}");
            assert_eq!(rows[0]["age"], 1, "{dialect:?} {query}");
            assert_eq!(rows[0].get("created"), None, "{dialect:?} {query}");
        }
    }
}

#[tokio::test]
async fn publish_policy_of_the_live_service_is_that_of_the_document() {
    for dialect in [None, Some(Dialect::Document), Some(Dialect::Live)] {
        let app = start(dialect).await;
        for (name, policy) in [
            ("publishPolicy", "PUSH"),
            ("publishPolicy", "BOTH"),
            ("publishPolicy", "PUBSUB"),
            ("pushPolicy", "ONLY"),
            ("pushPolicy", "ALSO"),
            ("pushPolicy", "NONE"),
        ] {
            let body = json!({"message": policy, name: policy, "pushBroadcast": 1});
            app.post("/messaging/news", &body).ok().await;
        }
        let messages = app.get("/messaging/news/s").ok().await;
        let received: Vec<&Value> = messages["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| &message["data"])
            .collect();
        assert_eq!(received, ["BOTH", "PUBSUB", "ALSO", "NONE"], "{dialect:?}");
    }
}

#[tokio::test]
async fn invalid_or_contradictory_policy_is_rejected() {
    let app = start(Some(Dialect::Live)).await;
    for policies in [
        json!({"publishPolicy": "ONLY"}),
        json!({"publishPolicy": "push"}),
        json!({"publishPolicy": 1}),
        json!({"pushPolicy": "PUSH"}),
        json!({"pushPolicy": "ONLY", "publishPolicy": "PUSH"}),
        json!({"pushPolicy": "NONE", "publishPolicy": "PUSH"}),
    ] {
        let mut body = policies.clone();
        body["message"] = json!("x");
        let rejected = app.post("/messaging/news", &body).rejected().await;
        assert_eq!(rejected, (400, 8000), "{policies}");
    }
    assert_eq!(
        app.get("/messaging/news/s").ok().await["messages"],
        json!([])
    );
}
