//! Bulk creates and bulk upserts: several rows with one request.

use serde_json::{Value, json};

use crate::support::{TestServer, text};

/// Objects whose `name` is their number.
fn objects(count: usize) -> Value {
    (0..count)
        .map(|n| json!({"name": n.to_string()}))
        .collect::<Vec<_>>()
        .into()
}

async fn count(app: &TestServer, table: &str) -> i64 {
    let count = app.get(&format!("/data/{table}/count")).ok().await;
    count.as_i64().unwrap()
}

#[tokio::test]
async fn ids_are_in_the_order_of_the_objects() {
    let app = TestServer::start().await;
    let ids = app
        .post("/data/bulk/Person", json!([{"name": "a"}, {}, {"age": 3}]))
        .ok()
        .await;
    assert_eq!(ids.as_array().unwrap().len(), 3);
    let row = |n: usize| app.get(&format!("/data/Person/{}", text(&ids[n])));
    assert_eq!(row(0).ok().await["name"], "a");
    assert_eq!(row(1).ok().await["name"], Value::Null);
    assert_eq!(row(2).ok().await["age"], 3);
    assert_eq!(row(2).ok().await["updated"], Value::Null);
}

#[tokio::test]
async fn nothing_is_stored_if_an_object_is_invalid() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"objectId": null, "age": 1})])
        .await;
    for (body, code) in [
        (json!([{"age": 2}, {"age": "x"}]), 1007),
        (json!([{"age": 2, "new": 1}, {"objectId": 5}]), 1007),
        (json!([{"age": 2}, {"objectId": ""}]), 8000),
        (
            json!([{"objectId": "A"}, {"objectId": "A"}, {"age": "x"}]),
            1007,
        ),
        (json!([{"age": 2}, null]), 8002),
        (json!([{"age": 2}, ["x"]]), 8002),
        (json!([{"age": 2}, "x"]), 8002),
        (json!({"age": 2}), 8002),
        (objects(101), 8000),
    ] {
        app.put("/data/bulkupsert/Person", body.clone())
            .rejected(400, code)
            .await;
        // Two objects of a create cannot have one objectId.
        let code = if body[1]["objectId"] == "A" {
            1155
        } else {
            code
        };
        app.post("/data/bulk/Person", body)
            .rejected(400, code)
            .await;
    }
    assert_eq!(count(&app, "Person").await, 1);
    let row = &app.get("/data/Person").ok().await[0];
    assert!(row.get("new").is_none() && row.get("name").is_none());
}

#[tokio::test]
async fn a_hundred_objects_are_allowed_and_none_creates_no_table() {
    let app = TestServer::start().await;
    for (method, path) in [("POST", "bulk"), ("PUT", "bulkupsert")] {
        let write = |table: &str, body: Value| {
            let method = method.parse().unwrap();
            app.request(method, &format!("/data/{path}/{table}"))
                .json(&body)
        };
        let ids = write("Person", objects(100)).ok().await;
        assert_eq!(ids.as_array().unwrap().len(), 100);
        assert_eq!(write("Nothing", json!([])).ok().await, json!([]));
    }
    assert_eq!(count(&app, "Person").await, 200);
    app.get("/data/Nothing").rejected(400, 1009).await;
}

#[tokio::test]
async fn a_create_may_choose_an_object_id_that_is_not_used() {
    let app = TestServer::start().await;
    let ids = app
        .post(
            "/data/bulk/Person",
            json!([{"objectId": "P-1", "name": "a"}, {"name": "b"}]),
        )
        .ok()
        .await;
    assert_eq!(ids[0], "P-1");
    app.post(
        "/data/bulk/Person",
        json!([{"name": "c"}, {"objectId": "P-1", "name": "d"}]),
    )
    .rejected(400, 1155)
    .await;
    assert_eq!(count(&app, "Person").await, 2);
    assert_eq!(app.get("/data/Person/P-1").ok().await["name"], "a");
}

#[tokio::test]
async fn an_upsert_creates_and_updates() {
    let app = TestServer::start().await;
    let body = json!([
        {"objectId": "P-1", "name": "a", "age": 1},
        {"name": "b"},
        {"objectId": "P-1", "name": "c"},
    ]);
    let ids = app.put("/data/bulkupsert/Person", body).ok().await;
    assert_eq!((&ids[0], &ids[2]), (&json!("P-1"), &json!("P-1")));
    assert_ne!(ids[1], "P-1");
    let row = app.get("/data/Person/P-1").ok().await;
    assert_eq!((&row["name"], &row["age"]), (&json!("c"), &json!(1)));
    assert_eq!(count(&app, "Person").await, 2);
}

#[tokio::test]
async fn rows_belong_to_the_user_who_created_them() {
    let app = TestServer::start().await;
    let user = app.user("a@example.com", "secret").await;
    let ids = app
        .post("/data/bulk/Person", json!([{"name": "a"}]))
        .token(&user["user-token"])
        .ok()
        .await;
    let row = app
        .get(&format!("/data/Person/{}", text(&ids[0])))
        .ok()
        .await;
    assert_eq!(row["ownerId"], user["objectId"]);
}

#[tokio::test]
async fn bulk_creation_of_users_registers_each_of_them_or_none() {
    let app = TestServer::start().await;
    let user = |email: &str| json!({"email": email, "password": "secret", "name": "N"});
    let body = json!([user("a@example.com"), user("b@example.com")]);
    let ids = app.post("/data/bulk/Users", body).ok().await;
    let session = app.login("b@example.com", "secret").ok().await;
    assert_eq!(session["objectId"], ids[1]);
    assert_eq!(session["ownerId"], ids[1]);
    assert_eq!(session["userStatus"], "ENABLED");

    // The second has an identity that exists, so the first is not registered either.
    let body = json!([user("c@example.com"), user("A@example.com")]);
    app.post("/data/bulk/Users", body).rejected(400, 3033).await;
    let body = json!([user("c@example.com"), {"email": "d@example.com"}]);
    app.post("/data/bulk/Users", body).rejected(400, 3011).await;
    assert_eq!(app.get("/data/Users/count").ok().await, 2);
    app.login("c@example.com", "secret")
        .rejected(401, 3003)
        .await;

    app.put("/data/bulkupsert/Users", json!([user("e@example.com")]))
        .rejected(404, 2001)
        .await;
}
