//! Users through the Data service, logins by objectId, and sessions after a change of the password.

use serde_json::{Value, json};

use crate::support::{Folder, TestServer, contains, keys, text};
use backendless_local::Server;

#[tokio::test]
async fn user_can_be_created_through_the_data_service() {
    let app = TestServer::start().await;
    for (at, call) in [
        app.post(
            "/data/Users",
            json!({"email": "0@b.c", "password": "hidden", "age": 3}),
        ),
        app.put(
            "/data/Users",
            json!({"email": "1@b.c", "password": "hidden", "age": 3, "objectId": null}),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let user = call.ok().await;
        assert!(!user.to_string().contains("hidden"), "{user}");
        assert!(!keys(&user).contains(&"password") && !keys(&user).contains(&"user-token"));
        assert_eq!(user["___class"], "Users");
        assert_eq!(user["userStatus"], "ENABLED");
        assert_eq!(user["ownerId"], user["objectId"]);
        assert_eq!(user["age"], 3);
        let session = app.login(&format!("{at}@B.c"), "hidden").ok().await;
        assert_eq!(session["objectId"], user["objectId"]);
        app.login(&format!("{at}@b.c"), "other")
            .rejected(401, 3003)
            .await;
    }
    for call in [
        app.get("/data/Users"),
        app.post("/data/Users/find", json!({"props": "*"})),
    ] {
        let users = call.ok().await;
        assert_eq!(users.as_array().unwrap().len(), 2);
        assert!(!users.to_string().contains("password"), "{users}");
        assert!(!users.to_string().contains("hidden"), "{users}");
    }
}

#[tokio::test]
async fn rules_of_the_registration_apply_to_the_data_service() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    for (body, code) in [
        (json!({}), 3011),
        (json!({"email": "x@b.c"}), 3011),
        (json!({"email": "x@b.c", "password": ""}), 3011),
        (json!({"email": "x@b.c", "password": null}), 3011),
        (json!({"email": "x@b.c", "password": 5}), 3050),
        (
            json!({"email": "x@b.c", "password": {"___class": "BackendlessExpression", "value": "1"}}),
            3050,
        ),
        (json!({"password": "pw"}), 3013),
        (json!({"email": "nope", "password": "pw"}), 3040),
        (json!({"email": "a@b.c", "password": "pw"}), 3033),
        (json!({"email": "A@B.C", "password": "pw"}), 3033),
    ] {
        app.post("/data/Users", body.clone())
            .rejected(400, code)
            .await;
        app.put("/data/Users", body).rejected(400, code).await;
    }
    let with_id = json!({"email": "x@b.c", "password": "pw", "objectId": "X"});
    app.post("/data/Users", with_id).rejected(400, 1003).await;
    assert_eq!(app.get("/data/Users/count").ok().await, 1);
}

#[tokio::test]
async fn passwords_cannot_be_queried() {
    let app = TestServer::start().await;
    let user = json!({"email": "a@b.c", "password": "hidden"});
    let user = app.post("/data/Users", user).ok().await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    for (name, value) in [
        ("where", "password = 'hidden'"),
        ("where", "password LIKE 'h%'"),
        ("where", "password IS NOT NULL"),
        ("property", "password"),
        ("property", "password as p"),
        ("property", "Count(password)"),
        ("sortBy", "password"),
        ("groupBy", "password"),
    ] {
        let message = app
            .get("/data/Users")
            .query(&[(name, value)])
            .rejected(400, 1006)
            .await;
        assert!(!message.contains("hidden"), "{message}");
    }
    app.get(&path)
        .query(&[("property", "password")])
        .rejected(400, 1006)
        .await;
}

#[tokio::test]
async fn password_of_a_user_row_is_stored_as_a_hash() {
    let folder = Folder::new("user-row-password");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let user = json!({"email": "a@b.c", "password": "RECOGNIZABLE-1"});
    let user = app.post("/data/Users", user).ok().await;
    let session = app.login("a@b.c", "RECOGNIZABLE-1").ok().await;
    let change = json!({"objectId": user["objectId"], "password": "RECOGNIZABLE-2"});
    let changed = app
        .put("/data/Users", change)
        .token(&session["user-token"])
        .ok()
        .await;
    assert!(!changed.to_string().contains("RECOGNIZABLE"), "{changed}");
    app.login("a@b.c", "RECOGNIZABLE-1")
        .rejected(401, 3003)
        .await;
    app.login("a@b.c", "RECOGNIZABLE-2").ok().await;
    app.server.stop().await;
    assert!(contains(&folder.bytes(), "a@b.c"));
    assert!(!contains(&folder.bytes(), "RECOGNIZABLE"));
}

#[tokio::test]
async fn identity_stays_unique_in_updates_through_the_data_service() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    let user = json!({"email": "x@b.c", "password": "pw"});
    let user = app.post("/data/Users", user).ok().await;
    let session = app.login("x@b.c", "pw").ok().await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    for email in ["a@b.c", "A@b.C"] {
        let change = json!({"email": email});
        app.put(&path, change)
            .token(&session["user-token"])
            .rejected(400, 3018)
            .await;
    }
    let change = json!({"email": "y@b.c"});
    app.put(&path, change.clone()).rejected(400, 3028).await;
    app.put(&path, change)
        .token(&session["user-token"])
        .ok()
        .await;
    app.login("x@b.c", "pw").rejected(401, 3003).await;
    app.login("y@b.c", "pw").ok().await;
}

#[tokio::test]
async fn login_by_object_id_is_2014() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    for body in [
        json!({"objectId": user["objectId"]}),
        json!({"objectId": "unknown"}),
        json!({"objectId": 5}),
        json!({"objectId": user["objectId"], "password": "pw"}),
        json!({"objectId": user["objectId"], "login": null, "password": null}),
    ] {
        let message = app.post("/users/login", body).rejected(400, 2014).await;
        assert_eq!(
            message,
            "Login by object id is allowed only for Code Runner API key"
        );
    }
    app.post("/users/login", json!({"objectId": null}))
        .rejected(400, 3006)
        .await;
    let both = json!({"objectId": "X", "login": "a@b.c", "password": "pw"});
    app.post("/users/login", both).ok().await;
}

#[tokio::test]
async fn changed_password_ends_the_other_sessions_of_the_user() {
    let app = TestServer::start().await;
    let other_user = app.user("other@b.c", "pw").await;
    for path in ["/users/", "/data/Users/"] {
        let email = format!("{}@b.c", path.len());
        let user = app.user(&email, "old").await;
        let second = app.login(&email, "old").ok().await;
        let path = format!("{path}{}", text(&user["objectId"]));
        let is_valid = async |session: &Value| {
            let call = app.get("/data/Users").token(&session["user-token"]);
            call.send().await.status() == 200
        };
        // A change of another property ends no session, and neither does a rejected one.
        app.put(&path, json!({"name": "A"}))
            .token(&user["user-token"])
            .ok()
            .await;
        app.put(&path, json!({"password": ""}))
            .token(&user["user-token"])
            .rejected(400, 3011)
            .await;
        let taken = json!({"password": "new", "email": "other@b.c"});
        app.put(&path, taken)
            .token(&user["user-token"])
            .rejected(400, 3018)
            .await;
        assert!(is_valid(&user).await && is_valid(&second).await);

        app.put(&path, json!({"password": "new"}))
            .token(&user["user-token"])
            .ok()
            .await;
        assert!(is_valid(&user).await, "{path}");
        let ended = app.get("/data/Users").token(&second["user-token"]);
        ended.rejected(400, 3064).await;
        assert!(is_valid(&other_user).await);
        let third = app.login(&email, "new").ok().await;
        assert!(is_valid(&third).await);
    }
}
