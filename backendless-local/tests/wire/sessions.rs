//! Logging in and out, and what a token is good for.

use std::time::Duration;

use backendless_local::Server;
use serde_json::{Value, json};

use crate::support::{Wire, text};

#[tokio::test]
async fn a_login_answers_the_user_and_a_token() {
    let wire = Wire::start().await;
    let user = json!({"email": "a@b.c", "password": "pw", "name": "A"});
    let user = wire.post("/users/register", user).ok().await;
    let session = wire.login("a@b.c", "pw").ok().await;
    assert!(!text(&session["user-token"]).is_empty());
    assert_eq!(session["objectId"], user["objectId"]);
    assert_eq!(
        (&session["name"], &session["email"]),
        (&json!("A"), &json!("a@b.c"))
    );
    assert!(session["lastLogin"].as_i64().unwrap() >= user["created"].as_i64().unwrap());
    assert_eq!(session["updated"], Value::Null);
    let again = wire.login("A@b.c", "pw").ok().await;
    assert_ne!(again["user-token"], session["user-token"]);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_the_same() {
    let wire = Wire::start().await;
    wire.user("a@b.c", "pw").await;
    let messages = [
        wire.login("a@b.c", "PW").refused(401, 3003).await,
        wire.login("nobody@b.c", "pw").refused(401, 3003).await,
        wire.login("%", "pw").refused(401, 3003).await,
        wire.post("/users/login", json!({"login": 5, "password": "pw"}))
            .refused(401, 3003)
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
async fn a_login_without_its_parts_is_refused() {
    let wire = Wire::start().await;
    for body in [
        json!({}),
        json!({"login": "a@b.c"}),
        json!({"password": "pw"}),
        json!({"login": "", "password": "pw"}),
        json!({"login": "a@b.c", "password": ""}),
        json!({"login": null, "password": null}),
        json!({"login": ["a"], "password": {}}),
    ] {
        wire.post("/users/login", body).refused(400, 3006).await;
    }
}

#[tokio::test]
async fn a_row_belongs_to_who_created_it() {
    let wire = Wire::start().await;
    let user = wire.user("a@b.c", "pw").await;
    let row = wire
        .post("/data/Note", json!({"text": "x"}))
        .token(&user["user-token"])
        .ok()
        .await;
    assert_eq!(row["ownerId"], user["objectId"]);
    let clause = format!("ownerId = '{}'", text(&user["objectId"]));
    wire.post("/data/Note", json!({"text": "nobody's"}))
        .ok()
        .await;
    assert_eq!(
        wire.get("/data/Note/count")
            .query(&[("where", &clause)])
            .ok()
            .await,
        1
    );
    // An update by nobody does not take it away.
    let changed = wire
        .put(
            &format!("/data/Note/{}", text(&row["objectId"])),
            json!({"text": "y"}),
        )
        .ok()
        .await;
    assert_eq!(changed["ownerId"], user["objectId"]);
}

#[tokio::test]
async fn an_unknown_token_makes_every_call_fail_and_is_not_repeated() {
    let wire = Wire::start().await;
    wire.user("a@b.c", "pw").await;
    let before = wire.get("/data/Users/count").ok().await;
    let token = json!("MY-SECRET-TOKEN");
    for call in [
        wire.get("/data/Users"),
        wire.post("/data/Person", json!({"a": 1})),
        wire.post(
            "/users/register",
            json!({"email": "b@b.c", "password": "pw"}),
        ),
        wire.login("a@b.c", "pw"),
        wire.get("/users/logout"),
        wire.get("/users/restorepassword/a%40b.c"),
        wire.get("/nothing"),
    ] {
        let message = call.token(&token).refused(400, 3064).await;
        assert_eq!(
            message,
            "Not existing user token. Relogin user to update your user token"
        );
    }
    wire.get("/data/Users")
        .token(&json!(""))
        .refused(400, 3064)
        .await;
    wire.get("/data/Person").refused(400, 1009).await;
    assert_eq!(wire.get("/data/Users/count").ok().await, before);
}

#[tokio::test]
async fn a_logout_ends_one_session_and_answers_nothing() {
    let wire = Wire::start().await;
    let first = wire.user("a@b.c", "pw").await;
    let second = wire.login("a@b.c", "pw").ok().await;
    let answer = wire
        .get("/users/logout")
        .token(&first["user-token"])
        .send()
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "");
    wire.get("/data/Users")
        .token(&first["user-token"])
        .refused(400, 3064)
        .await;
    wire.get("/users/logout")
        .token(&first["user-token"])
        .refused(400, 3064)
        .await;
    wire.get("/data/Users")
        .token(&second["user-token"])
        .ok()
        .await;
}

#[tokio::test]
async fn a_logout_of_nobody_is_refused() {
    let wire = Wire::start().await;
    wire.get("/users/logout").refused(401, 3023).await;
}

#[tokio::test]
async fn a_session_ends_when_its_life_is_over() {
    let life = Duration::from_secs(3600);
    let wire = Wire::of(Server::builder().session_life(life)).await;
    let user = wire.user("a@b.c", "pw").await;
    // What is left is more than the test itself takes.
    wire.server.advance_clock(life - Duration::from_secs(60));
    wire.get("/data/Users")
        .token(&user["user-token"])
        .ok()
        .await;
    wire.server.advance_clock(Duration::from_secs(60));
    wire.get("/data/Users")
        .token(&user["user-token"])
        .refused(400, 3064)
        .await;
    let again = wire.login("a@b.c", "pw").ok().await;
    wire.get("/data/Users")
        .token(&again["user-token"])
        .ok()
        .await;
    wire.get("/data/Users")
        .token(&user["user-token"])
        .refused(400, 3064)
        .await;
}

#[tokio::test]
async fn the_clock_that_was_moved_is_the_one_of_the_rows() {
    let wire = Wire::start().await;
    let before = wire.post("/data/Note", json!({})).ok().await["created"]
        .as_i64()
        .unwrap();
    wire.server.advance_clock(Duration::from_secs(1_000));
    let after = wire.post("/data/Note", json!({})).ok().await["created"]
        .as_i64()
        .unwrap();
    assert!(after - before >= 1_000_000, "{before} {after}");
}
