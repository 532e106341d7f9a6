//! Users as rows of transactions: registration, update and deletion, with the rules of the single requests.

use serde_json::{Value, json};

use crate::support::{TestServer, text};

fn operation(ty: &str, id: &str, payload: Value) -> Value {
    json!({"operationType": ty, "table": "Users", "opResultId": id, "payload": payload})
}

async fn execute(app: &TestServer, token: Option<&Value>, operations: &[Value]) -> Value {
    let body = json!({ "operations": operations });
    let call = app.post("/transaction/unit-of-work", body);
    match token {
        Some(token) => call.token(token).ok().await,
        None => call.ok().await,
    }
}

#[tokio::test]
async fn created_user_can_log_in_and_its_id_can_be_used() {
    let app = TestServer::start().await;
    app.fill("Order", &[json!({"customer": "x"})]).await;
    let user = json!({"email": "a@b.c", "password": "pw", "name": "Ann"});
    let order = json!({"customer": {"___ref": true, "opResultId": "user", "propName": "objectId"}});
    let create_order = json!({"operationType": "CREATE", "table": "Order", "opResultId": "order", "payload": order});
    let outcome = execute(
        &app,
        None,
        &[operation("CREATE", "user", user), create_order],
    )
    .await;
    assert_eq!(outcome["success"], true, "{outcome}");
    let created = &outcome["results"]["user"]["result"];
    assert_eq!(created["name"], "Ann");
    assert!(!outcome.to_string().contains("\"password\""), "{outcome}");
    assert_eq!(
        outcome["results"]["order"]["result"]["customer"],
        created["objectId"]
    );
    let session = app.login("a@b.c", "pw").ok().await;
    assert_eq!(session["objectId"], created["objectId"]);
    assert_eq!(session["ownerId"], created["objectId"]);
}

#[tokio::test]
async fn failed_transaction_registers_nobody_and_does_not_repeat_the_password() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    let users = [
        json!({"email": "new@b.c", "password": "pw-of-new"}),
        json!({"email": "A@b.c", "password": "pw-of-second"}),
    ];
    let outcome = execute(
        &app,
        None,
        &[operation("CREATE_BULK", "users", json!(users))],
    )
    .await;
    assert_eq!(outcome["success"], false);
    assert_eq!(outcome["error"]["code"], 3033, "{outcome}");
    assert!(!outcome.to_string().contains("pw-of-"), "{outcome}");
    app.login("new@b.c", "pw-of-new").rejected(401, 3003).await;
    assert_eq!(app.get("/data/Users/count").ok().await, 1);
}

#[tokio::test]
async fn registrations_in_a_transaction_follow_the_rules_of_registrations() {
    let app = TestServer::start().await;
    for (user, code) in [
        (json!({"password": "pw"}), 3013),
        (json!({"email": "a@b.c"}), 3011),
        (json!({"email": "a", "password": "pw"}), 3040),
        (json!({"email": "a@b.c", "password": 5}), 3050),
        (
            json!({"email": "a@b.c", "password": "pw", "missing": 1}),
            1006,
        ),
        (
            json!({"email": "a@b.c", "password": "pw", "objectId": "x"}),
            1003,
        ),
    ] {
        let outcome = execute(&app, None, &[operation("CREATE", "u", user.clone())]).await;
        assert_eq!(outcome["error"]["code"], code, "{user}: {outcome}");
    }
    assert_eq!(app.get("/data/Users/count").ok().await, 0);
}

#[tokio::test]
async fn user_changes_itself_and_only_properties_of_others() {
    let app = TestServer::start().await;
    let ann = app.user("ann@b.c", "pw").await;
    let bob = app.user("bob@b.c", "pw").await;
    let token = &ann["user-token"];
    let update = |user: &Value, changes: Value| {
        let mut changes = changes;
        changes["objectId"] = user["objectId"].clone();
        operation("UPDATE", "u", changes)
    };
    let own = update(&ann, json!({"name": "Ann", "password": "new"}));
    let outcome = execute(&app, Some(token), &[own]).await;
    assert_eq!(
        outcome["results"]["u"]["result"]["name"], "Ann",
        "{outcome}"
    );
    app.login("ann@b.c", "pw").rejected(401, 3003).await;
    app.login("ann@b.c", "new").ok().await;

    let other = update(&bob, json!({"name": "Bob"}));
    let outcome = execute(&app, Some(token), &[other]).await;
    assert_eq!(outcome["success"], true, "{outcome}");
    for (token, changes, code) in [
        (Some(token), json!({"password": "stolen"}), 3029),
        (Some(token), json!({"email": "mine@b.c"}), 3029),
        (Some(token), json!({"email": "ann@b.c"}), 3029),
        (None, json!({"name": "x"}), 3028),
    ] {
        let outcome = execute(&app, token, &[update(&bob, changes)]).await;
        assert_eq!(outcome["error"]["code"], code, "{outcome}");
    }
    let several = json!({"unconditional": [bob["objectId"]], "changes": {"password": "stolen"}});
    let outcome = execute(&app, Some(token), &[operation("UPDATE_BULK", "u", several)]).await;
    assert_eq!(outcome["error"]["code"], 3029, "{outcome}");
    app.login("bob@b.c", "pw").ok().await;
}

#[tokio::test]
async fn user_deletes_only_itself_and_loses_its_session() {
    let app = TestServer::start().await;
    let ann = app.user("ann@b.c", "pw").await;
    let bob = app.user("bob@b.c", "pw").await;
    let token = &ann["user-token"];
    for delete in [
        operation("DELETE", "u", bob["objectId"].clone()),
        operation(
            "DELETE_BULK",
            "u",
            json!({"unconditional": [bob["objectId"]]}),
        ),
    ] {
        let outcome = execute(&app, Some(token), &[delete]).await;
        assert_eq!(outcome["error"]["code"], 3095, "{outcome}");
    }
    let own = operation("DELETE", "u", ann["objectId"].clone());
    assert_eq!(execute(&app, Some(token), &[own]).await["success"], true);
    app.get("/data/Users")
        .token(token)
        .rejected(400, 3064)
        .await;
    app.login("ann@b.c", "pw").rejected(401, 3003).await;
    let path = format!("/data/Users/{}", text(&bob["objectId"]));
    app.get(&path).ok().await;
}

#[tokio::test]
async fn conditions_and_upserts_of_users_are_not_implemented_and_change_nothing() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    for (ty, payload) in [
        ("UPSERT", json!({"email": "b@b.c", "password": "pw"})),
        ("UPSERT_BULK", json!([{"email": "b@b.c", "password": "pw"}])),
        (
            "UPDATE_BULK",
            json!({"conditional": "email != ''", "changes": {"name": "x"}}),
        ),
        ("DELETE_BULK", json!({"conditional": "email != ''"})),
    ] {
        let body = json!({"operations": [operation(ty, "u", payload)]});
        app.post("/transaction/unit-of-work", body)
            .token(&user["user-token"])
            .rejected(404, 2001)
            .await;
    }
    let users = app.get("/data/Users").ok().await;
    assert_eq!(users.as_array().unwrap().len(), 1);
    assert_ne!(users[0]["name"], "x");
}
