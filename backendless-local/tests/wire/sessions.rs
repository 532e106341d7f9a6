//! Login, logout and user tokens.

use std::time::Duration;

use backendless_local::Server;
use serde_json::{Value, json};

use crate::support::{TestServer, text};

#[tokio::test]
async fn login_returns_the_user_and_a_token() {
    let app = TestServer::start().await;
    let user = json!({"email": "a@b.c", "password": "pw", "name": "A"});
    let user = app.post("/users/register", user).ok().await;
    let session = app.login("a@b.c", "pw").ok().await;
    assert!(!text(&session["user-token"]).is_empty());
    assert_eq!(session["objectId"], user["objectId"]);
    assert_eq!(
        (&session["name"], &session["email"]),
        (&json!("A"), &json!("a@b.c"))
    );
    assert!(session["lastLogin"].as_i64().unwrap() >= user["created"].as_i64().unwrap());
    assert_eq!(session["updated"], Value::Null);
    let again = app.login("A@b.c", "pw").ok().await;
    assert_ne!(again["user-token"], session["user-token"]);
}

/// The server writes this column of the users only.
#[tokio::test]
async fn last_login_is_a_date_of_users_only() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    app.login("a@b.c", "pw").ok().await;
    app.fill("Visit", &[json!({"lastLogin": 5})]).await;
    for (table, length) in [("Users", "2020-06-23 11:19:06".len()), ("Visit", 1)] {
        let property = [("property", "LENGTH(CONCAT(lastLogin, '')) as size")];
        let call = app.get(&format!("/data/{table}")).query(&property);
        assert_eq!(call.ok().await[0]["size"], length, "{table}");
    }
}

#[tokio::test]
async fn wrong_password_and_unknown_user_have_the_same_error() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    let messages = [
        app.login("a@b.c", "PW").rejected(401, 3003).await,
        app.login("unknown@b.c", "pw").rejected(401, 3003).await,
        app.login("%", "pw").rejected(401, 3003).await,
        app.post("/users/login", json!({"login": 5, "password": "pw"}))
            .rejected(401, 3003)
            .await,
    ];
    assert!(
        messages
            .iter()
            .all(|message| message == "Invalid login or password"),
        "{messages:?}"
    );
}

#[tokio::test]
async fn incomplete_login_is_rejected() {
    let app = TestServer::start().await;
    for body in [
        json!({}),
        json!({"login": "a@b.c"}),
        json!({"password": "pw"}),
        json!({"login": "", "password": "pw"}),
        json!({"login": "a@b.c", "password": ""}),
        json!({"login": null, "password": null}),
        json!({"login": ["a"], "password": {}}),
    ] {
        app.post("/users/login", body).rejected(400, 3006).await;
    }
}

#[tokio::test]
async fn row_is_owned_by_its_creator() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    let row = app
        .post("/data/Note", json!({"text": "x"}))
        .token(&user["user-token"])
        .ok()
        .await;
    assert_eq!(row["ownerId"], user["objectId"]);
    let clause = format!("ownerId = '{}'", text(&user["objectId"]));
    app.post("/data/Note", json!({"text": "anonymous"}))
        .ok()
        .await;
    assert_eq!(
        app.get("/data/Note/count")
            .query(&[("where", &clause)])
            .ok()
            .await,
        1
    );
    // An anonymous update does not change the owner.
    let changed = app
        .put(
            &format!("/data/Note/{}", text(&row["objectId"])),
            json!({"text": "y"}),
        )
        .ok()
        .await;
    assert_eq!(changed["ownerId"], user["objectId"]);
}

#[tokio::test]
async fn unknown_token_fails_every_request_and_is_not_in_the_message() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    let before = app.get("/data/Users/count").ok().await;
    let token = json!("MY-SECRET-TOKEN");
    for call in [
        app.get("/data/Users"),
        app.post("/data/Person", json!({"a": 1})),
        app.post(
            "/users/register",
            json!({"email": "b@b.c", "password": "pw"}),
        ),
        app.login("a@b.c", "pw"),
        app.get("/users/logout"),
        app.get("/users/restorepassword/a%40b.c"),
        app.get("/nothing"),
    ] {
        let message = call.token(&token).rejected(400, 3064).await;
        assert_eq!(
            message,
            "Not existing user token. Relogin user to update your user token"
        );
    }
    app.get("/data/Users")
        .token(&json!(""))
        .rejected(400, 3064)
        .await;
    app.get("/data/Person").rejected(400, 1009).await;
    assert_eq!(app.get("/data/Users/count").ok().await, before);
}

#[tokio::test]
async fn logout_ends_one_session_and_has_an_empty_response() {
    let app = TestServer::start().await;
    let first = app.user("a@b.c", "pw").await;
    let second = app.login("a@b.c", "pw").ok().await;
    let response = app
        .get("/users/logout")
        .token(&first["user-token"])
        .send()
        .await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), "");
    app.get("/data/Users")
        .token(&first["user-token"])
        .rejected(400, 3064)
        .await;
    app.get("/users/logout")
        .token(&first["user-token"])
        .rejected(400, 3064)
        .await;
    app.get("/data/Users")
        .token(&second["user-token"])
        .ok()
        .await;
}

#[tokio::test]
async fn logout_without_a_token_succeeds_and_ends_no_session() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    let response = app.get("/users/logout").send().await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), "");
    app.get("/data/Users").token(&user["user-token"]).ok().await;
}

#[tokio::test]
async fn session_expires_after_its_lifetime() {
    let life = Duration::from_secs(3600);
    let app = TestServer::of(Server::builder().session_life(life)).await;
    let user = app.user("a@b.c", "pw").await;
    // The rest of the lifetime is longer than the test takes.
    app.server.advance_clock(life - Duration::from_secs(60));
    app.get("/data/Users").token(&user["user-token"]).ok().await;
    app.server.advance_clock(Duration::from_secs(60));
    app.get("/data/Users")
        .token(&user["user-token"])
        .rejected(400, 3064)
        .await;
    let again = app.login("a@b.c", "pw").ok().await;
    app.get("/data/Users")
        .token(&again["user-token"])
        .ok()
        .await;
    app.get("/data/Users")
        .token(&user["user-token"])
        .rejected(400, 3064)
        .await;
}

#[tokio::test]
async fn advanced_clock_sets_the_times_of_rows() {
    let app = TestServer::start().await;
    let before = app.post("/data/Note", json!({})).ok().await["created"]
        .as_i64()
        .unwrap();
    app.server.advance_clock(Duration::from_secs(1_000));
    let after = app.post("/data/Note", json!({})).ok().await["created"]
        .as_i64()
        .unwrap();
    assert!(after - before >= 1_000_000, "{before} {after}");
}
