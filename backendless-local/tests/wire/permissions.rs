//! Permissions of objects and tables, request by request.

use backendless_local::{Operation, Permissions, Server};
use serde_json::{Value, json};

use crate::support::{TestServer, text};

/// A server with ten rows, of which the client may read those with an even `n`.
async fn with_denied_rows() -> TestServer {
    let app = TestServer::start().await;
    for n in 0..10 {
        let row = app
            .post("/data/Note", json!({"n": n, "name": format!("N{n}")}))
            .ok()
            .await;
        if n % 2 == 1 {
            let path = format!("/data/Note/permissions/DENY/{}", text(&row["objectId"]));
            let denied = app
                .put(&path, json!({"permission": "FIND", "role": "*"}))
                .send()
                .await;
            assert_eq!(denied.status(), 200);
            assert_eq!(denied.text().await.unwrap(), "");
        }
    }
    app
}

fn numbers(rows: &Value) -> Vec<i64> {
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| row["n"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn pages_counts_and_groups_have_only_permitted_rows() {
    let app = with_denied_rows().await;
    let page = app
        .get("/data/Note?sortBy=n&pageSize=3&offset=1")
        .ok()
        .await;
    assert_eq!(numbers(&page), [2, 4, 6]);
    let body = json!({"where": "n > 3 or n = 1", "sortBy": "n desc"});
    assert_eq!(
        numbers(&app.post("/data/Note/find", body).ok().await),
        [8, 6, 4]
    );
    assert_eq!(app.get("/data/Note/count").ok().await, 5);
    let body = json!({"where": "n = 1 or n = 2"});
    assert_eq!(app.post("/data/Note/count", body).ok().await, 1);
    let sum = app
        .get("/data/Note?property=Sum(n)%20as%20total")
        .ok()
        .await;
    assert_eq!(sum[0]["total"], 20);
    let distinct = app
        .get("/data/Note/count?props=name&distinct=true")
        .ok()
        .await;
    assert_eq!(distinct, 5);
    assert_eq!(app.names("Note", "n < 3").await, ["N0", "N2"]);
}

#[tokio::test]
async fn clause_cannot_name_permissions_or_undo_the_restriction() {
    let app = with_denied_rows().await;
    for clause in ["n >= 0) or (1 = 1", "n >= 0 or 1 = 1 --", "n in (select 1)"] {
        let response = app
            .get("/data/Note/count")
            .query(&[("where", clause)])
            .send()
            .await;
        assert_eq!(response.status(), 400, "{clause}");
    }
    let all = app
        .get("/data/Note/count")
        .query(&[("where", "n = 1 or not n = 1")]);
    assert_eq!(all.ok().await, 5);
    app.get("/data/object_permission").rejected(400, 1009).await;
}

#[tokio::test]
async fn invalid_permissions_are_rejected() {
    let app = TestServer::start().await;
    let row = app.post("/data/Note", json!({})).ok().await;
    let path = format!("/data/Note/permissions/GRANT/{}", text(&row["objectId"]));
    for (body, code) in [
        (json!({}), 8007),
        (json!({"permission": "FIND"}), 8007),
        (json!({"user": "*"}), 8007),
        (json!({"permission": "find", "user": "*"}), 8008),
        (json!({"permission": "ADD", "user": "*"}), 8008),
        (json!({"permission": 1, "user": "*"}), 8000),
        (json!({"permission": "FIND", "user": 1}), 8000),
    ] {
        app.put(&path, body).rejected(400, code).await;
    }
    // The user has priority to the role.
    let both = json!({"permission": "FIND", "user": "*", "role": "Unknown"});
    assert_eq!(app.put(&path, both).send().await.status(), 200);
}

#[tokio::test]
async fn permissions_apply_to_the_session_of_the_request() {
    let permissions = Permissions::new()
        .deny("Note", "NotAuthenticatedUser", [Operation::Find])
        .deny("Users", "NotAuthenticatedUser", [Operation::Find]);
    let app = TestServer::of(Server::builder().permissions(permissions)).await;
    let user = app.user("a@b.c", "pw").await;
    let token = &user["user-token"];
    app.post("/data/Note", json!({})).ok().await;
    app.get("/data/Note").rejected(400, 1013).await;
    app.get("/data/Note/count").rejected(400, 1013).await;
    app.post("/data/Note/find", json!({}))
        .rejected(400, 1013)
        .await;
    app.get("/data/Users").rejected(400, 1013).await;
    assert_eq!(app.get("/data/Note/count").token(token).ok().await, 1);
    assert_eq!(app.get("/data/Users/count").token(token).ok().await, 1);
    // A row that does not exist is no question of permissions.
    app.get("/data/Note/unknown")
        .token(token)
        .rejected(404, 1000)
        .await;
}

#[tokio::test]
async fn denied_creation_creates_no_table() {
    let permissions = Permissions::new().deny_globally("RestUser", [Operation::Create]);
    let app = TestServer::of(Server::builder().permissions(permissions)).await;
    app.post("/data/Note", json!({})).rejected(400, 1011).await;
    app.put("/data/Note", json!({"n": 1}))
        .rejected(400, 1011)
        .await;
    app.put("/data/Note/upsert", json!({"objectId": "A"}))
        .rejected(400, 1011)
        .await;
    app.get("/data/Note").rejected(400, 1009).await;
}

#[tokio::test]
async fn permissions_of_a_row_end_with_its_deletion_in_a_transaction() {
    let app = TestServer::start().await;
    for (ty, payload) in [
        ("DELETE", json!("N")),
        ("DELETE_BULK", json!({"unconditional": ["N"]})),
        ("DELETE_BULK", json!({"conditional": "objectId = 'N'"})),
    ] {
        app.put("/data/Note/upsert", json!({"objectId": "N"}))
            .ok()
            .await;
        let deny = json!({"permission": "FIND", "role": "*"});
        let denied = app.put("/data/Note/permissions/DENY/N", deny).send().await;
        assert_eq!(denied.status(), 200);
        app.get("/data/Note/N").rejected(400, 1013).await;
        let operations = json!([{"operationType": ty, "table": "Note", "payload": payload}]);
        let body = json!({"operations": operations});
        let response = app.post("/transaction/unit-of-work", body).ok().await;
        assert_eq!(response["success"], true, "{response}");
        app.put("/data/Note/upsert", json!({"objectId": "N"}))
            .ok()
            .await;
        app.get("/data/Note/N").ok().await;
        app.delete("/data/Note/N").ok().await;
    }
}

#[tokio::test]
async fn users_of_a_role_are_permitted_rows() {
    let permissions = Permissions::new().deny("Users", "NotAuthenticatedUser", [Operation::Find]);
    let builder = Server::builder().role("Managers").permissions(permissions);
    let app = TestServer::of(builder).await;
    let user = app.user("a@b.c", "pw").await;
    let users = || app.get("/users/role/Managers");
    users().rejected(400, 1013).await;
    assert_eq!(users().token(&user["user-token"]).ok().await, json!([]));
}
