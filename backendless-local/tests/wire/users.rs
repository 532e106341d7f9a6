//! Registration, update and deletion of users, and the secrecy of passwords.

use serde_json::{Value, json};

use crate::support::{TestServer, keys, text};

#[tokio::test]
async fn registered_user_has_the_properties_of_users() {
    let app = TestServer::start().await;
    let user =
        json!({"email": "a@b.c", "password": "pw", "name": "A", "age": 3, "home": {"city": "X"}});
    let user = app.post("/users/register", user).ok().await;
    let mut found = keys(&user);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "___class",
            "age",
            "created",
            "email",
            "home",
            "lastLogin",
            "name",
            "objectId",
            "ownerId",
            "socialAccount",
            "updated",
            "userStatus"
        ]
    );
    assert_eq!(user["ownerId"], user["objectId"]);
    assert_eq!(user["___class"], "Users");
    assert_eq!(user["userStatus"], "ENABLED");
    assert_eq!(user["socialAccount"], "BACKENDLESS");
    assert_eq!(user["lastLogin"], Value::Null);
    assert_eq!(user["updated"], Value::Null);
    assert!(user["created"].is_number());
    assert_eq!(
        (&user["age"], &user["home"]),
        (&json!(3), &json!({"city": "X"}))
    );
    assert_eq!(
        app.get(&format!("/data/Users/{}", text(&user["objectId"])))
            .ok()
            .await,
        user
    );
}

#[tokio::test]
async fn incomplete_registration_is_rejected() {
    let app = TestServer::start().await;
    for (body, code) in [
        (json!({}), 3011),
        (json!({"email": "a@b.c"}), 3011),
        (json!({"email": "a@b.c", "password": null}), 3011),
        (json!({"email": "a@b.c", "password": ""}), 3011),
        (json!({"email": "a@b.c", "password": 5}), 3050),
        (json!({"password": "pw"}), 3013),
        (json!({"email": null, "password": "pw"}), 3013),
        (json!({"email": "", "password": "pw"}), 3013),
        (json!({"email": "no-address", "password": "pw"}), 3040),
        (json!({"email": "a@b", "password": "pw"}), 3040),
        (json!({"email": 5, "password": "pw"}), 3040),
        (
            json!({"email": "a@b.c", "password": "pw", "objectId": "X"}),
            3039,
        ),
        (
            json!({"email": "a@b.c", "password": "pw", "updated": 1}),
            3076,
        ),
        (
            json!({"email": "a@b.c", "password": "pw", "created": 1}),
            3077,
        ),
        (json!({"email": "a@b.c", "password": "pw", "name": 5}), 1007),
        (json!({"email": "a@b.c", "password": "pw", "a b": 5}), 8008),
    ] {
        let message = app
            .post("/users/register", body.clone())
            .rejected(400, code)
            .await;
        assert!(!message.contains("pw"), "{message}");
    }
    assert_eq!(app.get("/data/Users/count").ok().await, 0);
    // A rejected registration leaves no data.
    app.user("a@b.c", "pw").await;
}

#[tokio::test]
async fn managed_properties_in_a_registration_are_ignored() {
    let app = TestServer::start().await;
    let forged = json!({"email": "a@b.c", "password": "pw", "userStatus": "DISABLED", "lastLogin": 1,
        "socialAccount": "X", "user-token": "T", "ownerId": "O", "___class": "C"});
    let user = app.post("/users/register", forged).ok().await;
    assert_eq!(user["userStatus"], "ENABLED");
    assert_eq!(user["lastLogin"], Value::Null);
    assert_eq!(user["socialAccount"], "BACKENDLESS");
    assert_eq!(user["ownerId"], user["objectId"]);
    assert_eq!(user["___class"], "Users");
    assert!(!keys(&user).contains(&"user-token"));
}

#[tokio::test]
async fn identity_can_be_registered_once() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    for email in ["a@b.c", "A@B.C"] {
        app.post("/users/register", json!({"email": email, "password": "x"}))
            .rejected(400, 3033)
            .await;
    }
    assert_eq!(app.get("/data/Users/count").ok().await, 1);
}

#[tokio::test]
async fn users_are_read_like_rows_without_passwords() {
    let app = TestServer::start().await;
    let session = app.user("a@b.c", "hidden").await;
    let id = text(&session["objectId"]);
    for call in [
        app.get("/data/Users"),
        app.get(&format!("/data/Users/{id}")),
        app.get("/data/Users")
            .query(&[("where", "email = 'a@b.c'"), ("property", "*")]),
        app.post("/data/Users/find", json!({"distinct": true})),
        app.login("a@b.c", "hidden"),
    ] {
        let response = call.ok().await.to_string();
        assert!(response.contains("a@b.c"), "{response}");
        assert!(
            !response.contains("password")
                && !response.contains("hidden")
                && !response.contains("argon"),
            "{response}"
        );
    }
}

#[tokio::test]
async fn user_can_delete_only_itself_and_change_only_properties_of_others() {
    let app = TestServer::start().await;
    let (a, b) = (app.user("a@b.c", "pw").await, app.user("b@b.c", "pw").await);
    let path = format!("/data/Users/{}", text(&a["objectId"]));

    app.put(&path, json!({"name": "X"}))
        .rejected(400, 3028)
        .await;
    // Another user may change properties, but not the access to the account.
    for access in [json!({"password": "stolen"}), json!({"email": "x@b.c"})] {
        app.put(&path, access)
            .token(&b["user-token"])
            .rejected(400, 3029)
            .await;
    }
    let unchanged_identity = json!({"email": "A@b.c", "name": "by b"});
    let changed = app.put(&path, unchanged_identity).token(&b["user-token"]);
    assert_eq!(changed.ok().await["name"], "by b");
    app.delete(&path).rejected(400, 3095).await;
    app.delete(&path)
        .token(&b["user-token"])
        .rejected(400, 3095)
        .await;

    let complete = json!({"objectId": a["objectId"], "name": "A", "userStatus": "DISABLED", "lastLogin": 1,
        "ownerId": "X", "user-token": "T"});
    for path in [path.clone(), format!("/users/{}", text(&a["objectId"]))] {
        let changed = app
            .put(&path, complete.clone())
            .token(&a["user-token"])
            .ok()
            .await;
        assert_eq!(changed["name"], "A");
        assert_eq!(changed["userStatus"], "ENABLED");
        assert_eq!(changed["ownerId"], a["objectId"]);
        assert_eq!(changed["lastLogin"], a["lastLogin"]);
        assert!(changed["updated"].is_number());
        assert!(!keys(&changed).contains(&"user-token"));
    }
    let by_body = json!({"objectId": a["objectId"], "name": "AA"});
    assert_eq!(
        app.put("/data/Users", by_body)
            .token(&a["user-token"])
            .ok()
            .await["name"],
        "AA"
    );
    app.put(&path, json!({}))
        .token(&a["user-token"])
        .rejected(400, 1001)
        .await;
}

#[tokio::test]
async fn changed_password_replaces_the_old_one() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "old").await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    let changed = app
        .put(&path, json!({"password": "new"}))
        .token(&user["user-token"])
        .ok()
        .await;
    assert!(changed["updated"].is_number());
    assert!(!changed.to_string().contains("password"));
    app.login("a@b.c", "old").rejected(401, 3003).await;
    app.login("a@b.c", "new").ok().await;
    for (password, code) in [(json!(""), 3011), (json!(null), 3011), (json!(5), 3050)] {
        app.put(&path, json!({"password": password}))
            .token(&user["user-token"])
            .rejected(400, code)
            .await;
    }
}

#[tokio::test]
async fn changed_identity_replaces_the_old_one() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    app.user("taken@b.c", "pw").await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    for (email, code) in [
        ("taken@b.c", 3018),
        ("TAKEN@b.c", 3018),
        ("no-address", 3040),
        ("", 3013),
    ] {
        app.put(&path, json!({"email": email}))
            .token(&user["user-token"])
            .rejected(400, code)
            .await;
    }
    app.put(&path, json!({"email": "new@b.c"}))
        .token(&user["user-token"])
        .ok()
        .await;
    app.login("a@b.c", "pw").rejected(401, 3003).await;
    assert_eq!(
        app.login("new@b.c", "pw").ok().await["objectId"],
        user["objectId"]
    );
    // The old identity can be registered again.
    app.user("a@b.c", "pw").await;
}

#[tokio::test]
async fn delete_of_a_user_ends_its_sessions() {
    let app = TestServer::start().await;
    let user = app.user("a@b.c", "pw").await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    app.delete(&path).token(&user["user-token"]).ok().await;
    app.get("/data/Users")
        .token(&user["user-token"])
        .rejected(400, 3064)
        .await;
    app.login("a@b.c", "pw").rejected(401, 3003).await;
    app.get(&path).rejected(404, 1000).await;
    app.user("a@b.c", "pw").await;
}

#[tokio::test]
async fn restore_password_checks_the_identity() {
    let app = TestServer::start().await;
    app.user("o'h+ara@b.c", "pw").await;
    let response = app
        .get("/users/restorepassword/o%27h%2Bara%40b.c")
        .send()
        .await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), "");
    app.get("/users/restorepassword/unknown%40b.c%2Fx")
        .rejected(400, 3020)
        .await;
}
