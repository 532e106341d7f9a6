//! Permissions of the table of users, and of single users.

use backendless_local::{Builder, Operation, Permissions, Server};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestServer, text};

const ANONYMOUS: &str = "NotAuthenticatedUser";
const USER: &str = "AuthenticatedUser";
const CREATE_DENIED: i64 = 1_011;
const UPDATE_DENIED: i64 = 1_012;
const REMOVE_DENIED: i64 = 1_014;

fn with(permissions: Permissions) -> Builder {
    Server::builder().permissions(permissions)
}

/// A server with two users, who may register themselves.
async fn ann_and_bob(permissions: Permissions) -> (TestServer, Value, Value) {
    let app = TestServer::of(with(permissions)).await;
    let ann = app.user("ann@b.c", "pw").await;
    let bob = app.user("bob@b.c", "pw").await;
    (app, ann, bob)
}

#[tokio::test]
async fn each_registration_needs_the_permission_to_create_users() {
    let permissions = Permissions::new().deny("Users", ANONYMOUS, [Operation::Create]);
    let app = TestServer::of(with(permissions)).await;
    let eve = || json!({"email": "eve@b.c", "password": "pw"});
    for rejected in [
        app.post("/users/register", eve()),
        app.post("/data/Users", eve()),
        app.put("/data/Users", eve()),
        app.put("/data/Users/upsert", eve()),
        app.post("/data/bulk/Users", json!([eve()])),
        app.request(Method::POST, "/users/register/guest"),
    ] {
        rejected.rejected(400, CREATE_DENIED).await;
    }
    assert_eq!(app.get("/data/Users/count").ok().await, 0);

    // Seeds and users who may do it.
    let ann = json!({"email": "ann@b.c", "password": "pw"});
    app.server.seed(json!({"Users": [ann]})).await.unwrap();
    let token = app.login("ann@b.c", "pw").ok().await["user-token"].clone();
    app.post("/users/register", eve()).token(&token).ok().await;
    assert_eq!(app.get("/data/Users/count").ok().await, 2);
}

#[tokio::test]
async fn update_of_a_user_needs_the_permission() {
    let permissions = Permissions::new()
        .deny("Users", USER, [Operation::Update])
        .grant_owner("Users", [Operation::Update]);
    let (app, ann, bob) = ann_and_bob(permissions).await;
    let (id, token) = (text(&ann["objectId"]), &bob["user-token"]);
    let with_id = json!({"objectId": id, "name": "x"});
    for rejected in [
        app.put(&format!("/users/{id}"), json!({"name": "x"})),
        app.put(&format!("/data/Users/{id}"), json!({"name": "x"})),
        app.put("/data/Users", with_id.clone()),
        app.put("/data/Users/upsert", with_id),
    ] {
        rejected.token(token).rejected(400, UPDATE_DENIED).await;
    }
    // A user owns itself.
    let own = app.put(&format!("/users/{id}"), json!({"name": "Ann"}));
    let own = own.token(&ann["user-token"]).ok().await;
    assert_eq!(own["name"], "Ann");
}

#[tokio::test]
async fn permission_of_a_single_user_applies_to_updates_and_deletions() {
    let (app, ann, bob) = ann_and_bob(Permissions::new()).await;
    let id = text(&ann["objectId"]);
    for permission in ["UPDATE", "REMOVE"] {
        let denial = json!({"permission": permission, "user": "*"});
        let path = format!("/data/Users/permissions/DENY/{id}");
        assert_eq!(app.put(&path, denial).send().await.status(), 200);
    }
    let path = format!("/data/Users/{id}");
    for token in [&ann["user-token"], &bob["user-token"]] {
        let update = app.put(&path, json!({"name": "x"})).token(token);
        update.rejected(400, UPDATE_DENIED).await;
    }
    let delete = app.delete(&path).token(&ann["user-token"]);
    delete.rejected(400, REMOVE_DENIED).await;
    assert_eq!(app.get(&path).ok().await["name"], Value::Null);
    // The rejected deletion kept the password.
    app.login("ann@b.c", "pw").ok().await;
}

#[tokio::test]
async fn changes_of_users_in_a_transaction_need_the_same_permissions() {
    let all = [Operation::Create, Operation::Update, Operation::Remove];
    let permissions = Permissions::new().deny("Users", USER, all);
    let (app, ann, _) = ann_and_bob(permissions).await;
    let id = &ann["objectId"];
    let new = json!({"email": "eve@b.c", "password": "pw"});
    for (operation, payload, code) in [
        ("CREATE", new.clone(), CREATE_DENIED),
        ("CREATE_BULK", json!([new]), CREATE_DENIED),
        (
            "UPDATE",
            json!({"objectId": id, "name": "x"}),
            UPDATE_DENIED,
        ),
        ("DELETE", json!(id), REMOVE_DENIED),
        ("DELETE_BULK", json!({"unconditional": [id]}), REMOVE_DENIED),
    ] {
        let operation = json!({
            "operationType": operation, "table": "Users", "opResultId": "a", "payload": payload,
        });
        let body = json!({ "operations": [operation] });
        let sent = app.post("/transaction/unit-of-work", body);
        let outcome = sent.token(&ann["user-token"]).ok().await;
        assert_eq!(outcome["success"], false, "{outcome}");
        assert_eq!(outcome["error"]["code"], code, "{outcome}");
    }
    assert_eq!(app.get("/data/Users/count").ok().await, 2);
    app.login("ann@b.c", "pw").ok().await;
}
