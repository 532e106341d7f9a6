//! Wrong parameters and properties of the Data and the Users service are rejected, not ignored.

use reqwest::Method;
use serde_json::json;

use crate::support::{TestServer, text};

#[tokio::test]
async fn parameters_of_a_find_are_checked() {
    let app = TestServer::start().await;
    app.fill(
        "Person",
        &[json!({"name": "Bob", "age": 20, "home": {"city": "X"}})],
    )
    .await;
    for (name, value, code) in [
        ("pageSize", "abc", 1005),
        ("pageSize", "-1", 1005),
        ("pageSize", "0", 1005),
        ("pageSize", "1.5", 1005),
        ("pageSize", "", 1005),
        ("pageSize", "101", 1025),
        ("offset", "-1", 1004),
        ("offset", "x", 1004),
        ("offset", "1e3", 1004),
        ("distinct", "AAA", 8008),
        ("distinct", "1", 8008),
        ("distinct", "", 8008),
        ("relationsDepth", "x", 8008),
        ("relationsDepth", "-1", 8008),
        ("relationsPageSize", "1.5", 8008),
        ("relationsPageSize", "", 8008),
        ("where", "age >", 19000),
        ("sortBy", "age up", 1006),
        ("sortBy", "nope", 1006),
        ("property", "nope", 1006),
        ("groupBy", "nope", 1006),
        ("loadRelations", "nope", 1006),
    ] {
        app.get("/data/Person")
            .query(&[(name, value)])
            .rejected(400, code)
            .await;
        app.post("/data/Person/find", json!({name: value}))
            .rejected(400, code)
            .await;
    }
    for (name, value) in [
        ("relationsDepth", "2"),
        ("relationsPageSize", "0"),
        ("distinct", "False"),
    ] {
        app.get("/data/Person").query(&[(name, value)]).ok().await;
    }
}

#[tokio::test]
async fn fields_of_the_body_of_a_find_are_checked() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"name": "Bob", "age": 20})])
        .await;
    for (body, code) in [
        (json!({"where": ["age = 1", "age = 20"]}), 8008),
        (json!({"where": {}}), 8008),
        (json!({"where": 5}), 19000),
        (json!({"pageSize": [10]}), 8008),
        (json!({"pageSize": true}), 1005),
        (json!({"pageSize": {}}), 8008),
        (json!({"offset": -1}), 1004),
        (json!({"distinct": 1}), 8008),
        (json!({"distinct": ["true"]}), 8008),
        (json!({"sortBy": {"age": "asc"}}), 8008),
        (json!({"property": [["name"]]}), 8008),
        (json!({"loadRelations": [1]}), 1006),
    ] {
        app.post("/data/Person/find", body.clone())
            .rejected(400, code)
            .await;
    }
    app.post("/data/Person/count", json!({"where": ["age = 1"]}))
        .rejected(400, 8008)
        .await;
}

#[tokio::test]
async fn column_that_is_no_relation_cannot_be_loaded() {
    let app = TestServer::start().await;
    app.fill(
        "Person",
        &[json!({"name": "Bob", "home": {"city": "X"}, "tags": [1]})],
    )
    .await;
    let bob = app.get("/data/Person").ok().await[0].clone();
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    for column in ["name", "home", "tags", "objectId", "home.city", "*,name"] {
        for path in ["/data/Person", path.as_str(), "/data/Person/count"] {
            let message = app
                .get(path)
                .query(&[("loadRelations", column)])
                .rejected(400, 1006)
                .await;
            let column = column.trim_start_matches("*,").split('.').next().unwrap();
            assert_eq!(
                message,
                format!(
                    "Invalid loadRelations: column '{column}' in table 'Person' is not a relation"
                )
            );
        }
        app.post("/data/Person/find", json!({"loadRelations": [column]}))
            .rejected(400, 1006)
            .await;
    }
    assert_eq!(
        app.get(&path).query(&[("loadRelations", "*")]).ok().await,
        bob
    );
}

#[tokio::test]
async fn system_properties_of_a_wrong_type_are_rejected() {
    let app = TestServer::start().await;
    let row = app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let path = format!("/data/Person/{}", text(&row["objectId"]));
    for (name, value) in [
        ("created", json!("yesterday")),
        ("created", json!([1])),
        ("created", json!(1.5)),
        ("updated", json!(true)),
        ("ownerId", json!(5)),
        ("___class", json!({})),
    ] {
        let mut body = json!({"name": "Eve"});
        body[name] = value;
        app.post("/data/Person", body.clone())
            .rejected(400, 1007)
            .await;
        app.put("/data/Person", body.clone())
            .rejected(400, 1007)
            .await;
        app.put(&path, body.clone()).rejected(400, 1007).await;
        body["email"] = json!("a@b.c");
        body["password"] = json!("pw");
        app.post("/users/register", body).rejected(400, 1007).await;
    }
    let number = json!({"objectId": 5});
    app.post("/data/Person", number.clone())
        .rejected(400, 1003)
        .await;
    app.put("/data/Person", number).rejected(400, 1007).await;
    assert_eq!(app.get("/data/Person").ok().await, json!([row]));
    // A row that was read can be sent back.
    app.put(&path, row).ok().await;
}

#[tokio::test]
async fn head_runs_no_operation() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    app.post("/messaging/news", json!({"message": "hi"}))
        .ok()
        .await;
    for path in ["/users/logout", "/messaging/news/s", "/data/Users", "/info"] {
        let call = app.request(Method::HEAD, path).token(&user["user-token"]);
        assert_eq!(call.send().await.status(), 405, "{path}");
    }
    app.get("/data/Users").token(&user["user-token"]).ok().await;
    let polled = app.get("/messaging/news/s").ok().await;
    assert_eq!(polled["messages"][0]["data"], "hi");
}

#[tokio::test]
async fn info_describes_the_application() {
    let app = TestServer::start().await;
    let info = app.get("/info").ok().await;
    assert_eq!(
        info,
        json!({
            "rtURL": app.server.url(),
            "loggers": [{"name": "Global logger", "level": "all"}],
        })
    );
    app.get("/info")
        .token(&json!("unknown"))
        .rejected(400, 3064)
        .await;
    app.request(Method::PUT, "/info").rejected(405, 2001).await;
}

/// They would be ignored, and the search would return other rows.
#[tokio::test]
async fn search_by_body_accepts_no_search_parameters_in_its_url() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"age": 1}), json!({"age": 2})])
        .await;
    for path in ["find", "count"] {
        let path = format!("/data/Person/{path}");
        for parameter in [
            "where=age%20%3E%201",
            "pageSize=1",
            "sortBy=age",
            "props=age",
            "x=1&offset=1",
        ] {
            let call = app.post(&format!("{path}?{parameter}"), json!({}));
            let message = call.rejected(400, 8008).await;
            assert!(message.contains("request body"), "{message}");
        }
        app.post(&format!("{path}?x=1"), json!({})).ok().await;
    }
}
