//! Tokens, roles, statuses and social logins of users, request by request.

use backendless_local::Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Call, Folder, TestServer, keys, text};

/// A request with the Cloud Code API key.
fn code(app: &TestServer, method: Method, path: &str) -> Call {
    let server = &app.server;
    let base = format!(
        "{}/{}/{}",
        server.url(),
        server.app_id(),
        server.cloud_code_key()
    );
    TestServer::call(app.http.request(method, format!("{base}{path}")))
}

#[tokio::test]
async fn each_key_of_the_application_is_accepted_and_no_other() {
    let builder = Server::builder().api_key("REST").cloud_code_key("CODE");
    let app = TestServer::of(builder).await;
    assert_eq!(app.server.cloud_code_key(), "CODE");
    for (key, status) in [("REST", 200), ("CODE", 200), ("rest", 400), ("REST0", 400)] {
        let url = format!("{}/{}/{key}/info", app.server.url(), app.server.app_id());
        let response = app.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), status, "{key}");
    }
    let invalid = Server::builder().cloud_code_key("a/b").start().await;
    assert!(
        invalid
            .unwrap_err()
            .to_string()
            .contains("Cloud Code API key")
    );
}

#[tokio::test]
async fn token_check_ignores_the_token_of_the_header_and_repeats_no_token() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    let path = |token: &Value| format!("/users/isvalidusertoken/{}", text(token));
    let token = &user["user-token"];
    assert_eq!(app.get(&path(token)).ok().await, true);
    assert_eq!(
        app.get(&path(token)).token(&json!("stale")).ok().await,
        true
    );
    let stale = json!("STALE-TOKEN");
    assert_eq!(app.get(&path(&stale)).token(&stale).ok().await, false);
    // The request of every other operation is rejected.
    app.get("/users/userroles")
        .token(&stale)
        .rejected(400, 3064)
        .await;

    for (method, suffix, status) in [
        (Method::POST, "", 405),
        (Method::DELETE, "", 405),
        (Method::HEAD, "", 405),
        (Method::GET, "/x", 404),
    ] {
        let path = format!("{}{suffix}", path(&stale));
        let response = app.request(method.clone(), &path).send().await;
        assert_eq!(response.status(), status, "{method} {path}");
        let body = response.text().await.unwrap();
        assert!(!body.contains("STALE"), "{body}");
        assert!(
            method == Method::HEAD || body.contains("/users/isvalidusertoken/{token}"),
            "{body}"
        );
    }
    let encoded = app.request(Method::GET, "/users/isvalid%75sertoken/STALE-TOKEN");
    assert!(!encoded.rejected(404, 2001).await.contains("STALE"));
}

#[tokio::test]
async fn invalid_bodies_and_parameters_are_rejected() {
    let google = |_: &str| Some(json!({"name": "no id"}));
    let app = TestServer::of(
        Server::builder()
            .role("Managers")
            .social_login("google", google),
    )
    .await;
    let user = app.user("a@b.c", "pw").await;
    let status = format!("/users/{}/status", text(&user["objectId"]));
    for (method, path, body, code_of_error) in [
        (Method::PUT, status.as_str(), json!({}), 8007),
        (Method::PUT, &status, json!({"userStatus": null}), 8007),
        (Method::PUT, &status, json!({"userStatus": "GUEST"}), 8000),
        (Method::PUT, &status, json!({"userStatus": 1}), 8000),
        (Method::POST, "/users/assignRole", json!({}), 8007),
        (
            Method::POST,
            "/users/assignRole",
            json!({"user": "a@b.c"}),
            8007,
        ),
        (
            Method::POST,
            "/users/assignRole",
            json!({"user": [], "roleName": "Managers"}),
            8000,
        ),
        (
            Method::POST,
            "/users/unassignRole",
            json!({"roleName": "Managers"}),
            8007,
        ),
        (Method::POST, "/users/social/google/login", json!({}), 8007),
        (
            Method::POST,
            "/users/social/google/login",
            json!({"accessToken": 5}),
            8000,
        ),
        (
            Method::POST,
            "/users/social/google/login",
            json!({"accessToken": "t", "fieldsMapping": {"a": 1}}),
            8000,
        ),
        (
            Method::POST,
            "/users/social/google/login",
            json!({"accessToken": "t"}),
            3000,
        ),
        (
            Method::POST,
            "/users/oauth/google/request_url",
            json!({"permissions": "email"}),
            8000,
        ),
        (
            Method::POST,
            "/users/oauth/google/request_url",
            json!({"redirect": "yes"}),
            8000,
        ),
        (
            Method::POST,
            "/users/oauth/github/request_url",
            json!({}),
            3000,
        ),
    ] {
        let call = code(&app, method, path).json(&body);
        call.rejected(400, code_of_error).await;
    }
    let verify = code(&app, Method::POST, "/users/verifypassowrd").token(&user["user-token"]);
    verify.json(&json!({})).rejected(400, 8007).await;
    app.get("/users/role/Managers?loadRoles=maybe")
        .rejected(400, 8008)
        .await;
    app.get("/users/role/Managers?where=unknown%20%3D%201")
        .rejected(400, 1006)
        .await;
}

#[tokio::test]
async fn guest_is_a_user_without_identity() {
    let app = TestServer::start().await;
    let guest = app
        .request(Method::POST, "/users/register/guest")
        .ok()
        .await;
    assert_eq!(guest["userStatus"], "GUEST");
    assert_eq!(guest["email"], Value::Null);
    assert_eq!(guest["ownerId"], guest["objectId"]);
    assert_eq!(guest["___class"], "Users");
    assert!(guest["lastLogin"].is_number());
    let row = app
        .get(&format!("/data/Users/{}", text(&guest["objectId"])))
        .ok()
        .await;
    assert!(!keys(&row).contains(&"user-token"));
    let created = app
        .post("/data/Note", json!({}))
        .token(&guest["user-token"])
        .ok()
        .await;
    assert_eq!(created["ownerId"], guest["objectId"]);
}

#[tokio::test]
async fn roles_and_social_accounts_end_with_their_user() {
    let google = |token: &str| Some(json!({"id": token}));
    let app = TestServer::of(
        Server::builder()
            .role("Managers")
            .social_login("google", google),
    )
    .await;
    let login = || app.post("/users/social/google/login", json!({"accessToken": "G-1"}));
    let user = login().ok().await;
    let id = text(&user["objectId"]);
    let body = json!({"user": id, "roleName": "Managers"});
    let assigned = code(&app, Method::POST, "/users/assignRole")
        .json(&body)
        .send()
        .await;
    assert_eq!(assigned.status(), 200);
    app.delete(&format!("/data/Users/{id}"))
        .token(&user["user-token"])
        .ok()
        .await;
    assert_eq!(app.get("/users/role/Managers").ok().await, json!([]));
    let second = login().ok().await;
    assert_ne!(second["objectId"], user["objectId"]);
}

#[tokio::test]
async fn roles_statuses_and_permissions_persist_until_a_reset() {
    let folder = Folder::new("accounts");
    let start = || TestServer::of(Server::builder().data_dir(&folder.0));
    let app = TestServer::of(Server::builder().data_dir(&folder.0).role("Managers")).await;
    let key = app.server.cloud_code_key().to_owned();
    assert_ne!(key, app.server.api_key());
    let user = app.user("a@b.c", "pw").await;
    let note = app.post("/data/Note", json!({"n": 1})).ok().await;
    let path = format!("/data/Note/permissions/DENY/{}", text(&note["objectId"]));
    let denied = app
        .put(&path, json!({"permission": "FIND", "role": "*"}))
        .send()
        .await;
    assert_eq!(denied.status(), 200);
    let body = json!({"user": "a@b.c", "roleName": "Managers"});
    code(&app, Method::POST, "/users/assignRole")
        .json(&body)
        .send()
        .await;
    let status = format!("/users/{}/status", text(&user["objectId"]));
    let disabled = code(&app, Method::PUT, &status).json(&json!({"userStatus": "DISABLED"}));
    assert_eq!(disabled.send().await.status(), 200);
    app.server.stop().await;

    let app = start().await;
    assert_eq!(app.server.cloud_code_key(), key);
    app.login("a@b.c", "pw").rejected(400, 3090).await;
    assert_eq!(app.get("/data/Note/count").ok().await, 0);
    let managers = app.get("/users/role/Managers?loadRoles=true").ok().await;
    assert_eq!(managers[0]["roles"], json!(["Managers"]));

    // The settings of this start do not have the role.
    app.server.reset().await.unwrap();
    app.get("/users/role/Managers").rejected(404, 2005).await;
    let upsert = json!({"objectId": note["objectId"], "n": 1});
    app.put("/data/Note/upsert", upsert).ok().await;
    assert_eq!(app.get("/data/Note/count").ok().await, 1);
}

#[tokio::test]
async fn confirmation_address_of_one_user_confirms_no_other() {
    let app = TestServer::of(Server::builder().email_confirmation(true)).await;
    for email in ["a@b.c", "b@b.c"] {
        let user = json!({"email": email, "password": "pw"});
        let user = app.post("/users/register", user).ok().await;
        assert_eq!(user["userStatus"], "EMAIL_CONFIRMATION_PENDING");
    }
    let created = app
        .request(Method::POST, "/users/createEmailConfirmationURL/a@b.c")
        .ok()
        .await;
    let response = app
        .http
        .get(text(&created["confirmationURL"]))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    app.login("a@b.c", "pw").ok().await;
    app.login("b@b.c", "pw").rejected(400, 3087).await;
    app.get("/users/emailconfirmation/guess")
        .rejected(404, 3057)
        .await;
}

#[tokio::test]
async fn server_side_code_logs_a_user_in_by_object_id() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    let login = |body: Value| code(&app, Method::POST, "/users/login").json(&body);
    let session = login(json!({"objectId": user["objectId"]})).ok().await;
    assert_eq!(session["objectId"], user["objectId"]);
    let path = format!("/users/isvalidusertoken/{}", text(&session["user-token"]));
    assert_eq!(app.get(&path).ok().await, true);
    login(json!({"objectId": "unknown"}))
        .rejected(401, 3003)
        .await;
    login(json!({"objectId": user["objectId"], "password": "pw"}))
        .rejected(400, 2014)
        .await;

    let status = format!("/users/{}/status", text(&user["objectId"]));
    let disable = code(&app, Method::PUT, &status).json(&json!({"userStatus": "DISABLED"}));
    assert_eq!(disable.send().await.status(), 200);
    login(json!({"objectId": user["objectId"]}))
        .rejected(400, 3090)
        .await;
}
