//! The number of sessions that a user may have at a time.

use std::time::Duration;

use backendless_local::{MultipleLogins, Server};
use serde_json::{Value, json};

use crate::support::{TestServer, text};

async fn server(logins: MultipleLogins) -> TestServer {
    let hour = Duration::from_secs(3600);
    let builder = Server::builder()
        .multiple_logins(logins)
        .session_life(hour)
        .social_login("google", |_| Some(json!({"id": "G-1"})));
    let app = TestServer::of(builder).await;
    for email in ["a@b.c", "b@b.c"] {
        let user = json!({"email": email, "password": "pw"});
        app.post("/users/register", user).ok().await;
    }
    app
}

/// Logs in and returns the token.
async fn login(app: &TestServer, login: &str) -> Value {
    app.login(login, "pw").ok().await["user-token"].clone()
}

async fn is_valid(app: &TestServer, token: &Value) -> bool {
    let path = format!("/users/isvalidusertoken/{}", text(token));
    app.get(&path).ok().await == json!(true)
}

#[tokio::test]
async fn login_ends_the_earlier_session_of_its_user_only() {
    let app = server(MultipleLogins::EndEarlier).await;
    let (first, other) = (login(&app, "a@b.c").await, login(&app, "b@b.c").await);
    let second = login(&app, "a@b.c").await;
    assert!(!is_valid(&app, &first).await);
    app.get("/data/Users")
        .token(&first)
        .rejected(400, 3064)
        .await;
    assert!(is_valid(&app, &second).await);
    assert!(is_valid(&app, &other).await);
}

#[tokio::test]
async fn failed_login_ends_no_session() {
    let app = server(MultipleLogins::EndEarlier).await;
    let first = login(&app, "a@b.c").await;
    app.login("a@b.c", "wrong").rejected(401, 3003).await;
    assert!(is_valid(&app, &first).await);
}

#[tokio::test]
async fn second_login_is_rejected_until_the_first_session_has_ended() {
    let app = server(MultipleLogins::Reject).await;
    let first = login(&app, "a@b.c").await;
    app.login("a@b.c", "pw").rejected(400, 3002).await;
    assert!(is_valid(&app, &first).await);
    login(&app, "b@b.c").await;

    app.get("/users/logout").token(&first).send().await;
    let second = login(&app, "a@b.c").await;
    app.login("a@b.c", "pw").rejected(400, 3002).await;
    app.server.advance_clock(Duration::from_secs(3600));
    assert!(!is_valid(&app, &second).await);
    login(&app, "a@b.c").await;
}

#[tokio::test]
async fn login_beyond_the_maximum_is_rejected() {
    let app = server(MultipleLogins::AtMost(2)).await;
    let tokens = [login(&app, "a@b.c").await, login(&app, "a@b.c").await];
    app.login("a@b.c", "pw").rejected(400, 3044).await;
    for token in &tokens {
        assert!(is_valid(&app, token).await);
    }
}

#[tokio::test]
async fn logins_by_objectid_and_by_a_provider_count_as_well() {
    let app = server(MultipleLogins::Reject).await;
    let code = format!(
        "{}/{}/{}/users/login",
        app.server.url(),
        app.server.app_id(),
        app.server.cloud_code_key()
    );
    let user = app.login("a@b.c", "pw").ok().await;
    let by_id = app
        .http
        .post(code)
        .json(&json!({"objectId": user["objectId"]}));
    TestServer::call(by_id).rejected(400, 3002).await;

    let social = || app.post("/users/social/google/login", json!({"accessToken": "T"}));
    social().ok().await;
    social().rejected(400, 3002).await;
}

#[tokio::test]
async fn sessions_are_unlimited_by_default() {
    let app = TestServer::start().await;
    let first = app.user("a@b.c", "pw").await["user-token"].clone();
    login(&app, "a@b.c").await;
    assert!(is_valid(&app, &first).await);
}
