//! Registering users, changing them, and that nobody ever reads a password.

use serde_json::{Value, json};

use crate::support::{Wire, keys, text};

#[tokio::test]
async fn a_registered_user_has_the_services_properties() {
    let wire = Wire::start().await;
    let user =
        json!({"email": "a@b.c", "password": "pw", "name": "A", "age": 3, "home": {"city": "X"}});
    let user = wire.post("/users/register", user).ok().await;
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
        wire.get(&format!("/data/Users/{}", text(&user["objectId"])))
            .ok()
            .await,
        user
    );
}

#[tokio::test]
async fn a_registration_without_its_parts_is_refused() {
    let wire = Wire::start().await;
    for (body, code) in [
        (json!({}), 3011),
        (json!({"email": "a@b.c"}), 3011),
        (json!({"email": "a@b.c", "password": null}), 3011),
        (json!({"email": "a@b.c", "password": ""}), 3011),
        (json!({"email": "a@b.c", "password": 5}), 3050),
        (json!({"password": "pw"}), 3013),
        (json!({"email": null, "password": "pw"}), 3013),
        (json!({"email": "", "password": "pw"}), 3013),
        (json!({"email": "nobody", "password": "pw"}), 3040),
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
        let message = wire
            .post("/users/register", body.clone())
            .refused(400, code)
            .await;
        assert!(!message.contains("pw"), "{message}");
    }
    assert_eq!(wire.get("/data/Users/count").ok().await, 0);
    // Nothing of a refused registration is left behind.
    wire.user("a@b.c", "pw").await;
}

#[tokio::test]
async fn a_caller_does_not_write_what_the_server_manages() {
    let wire = Wire::start().await;
    let forged = json!({"email": "a@b.c", "password": "pw", "userStatus": "DISABLED", "lastLogin": 1,
        "socialAccount": "X", "user-token": "T", "ownerId": "O", "___class": "C"});
    let user = wire.post("/users/register", forged).ok().await;
    assert_eq!(user["userStatus"], "ENABLED");
    assert_eq!(user["lastLogin"], Value::Null);
    assert_eq!(user["socialAccount"], "BACKENDLESS");
    assert_eq!(user["ownerId"], user["objectId"]);
    assert_eq!(user["___class"], "Users");
    assert!(!keys(&user).contains(&"user-token"));
}

#[tokio::test]
async fn an_identity_is_registered_once() {
    let wire = Wire::start().await;
    wire.user("a@b.c", "pw").await;
    for email in ["a@b.c", "A@B.C"] {
        wire.post("/users/register", json!({"email": email, "password": "x"}))
            .refused(400, 3033)
            .await;
    }
    assert_eq!(wire.get("/data/Users/count").ok().await, 1);
}

#[tokio::test]
async fn users_are_not_created_through_the_data_service() {
    let wire = Wire::start().await;
    let user = json!({"email": "a@b.c", "password": "pw"});
    wire.post("/data/Users", user.clone())
        .refused(400, 1002)
        .await;
    wire.put("/data/Users", user).refused(400, 1002).await;
    assert_eq!(wire.get("/data/Users").ok().await, json!([]));
}

#[tokio::test]
async fn users_are_read_like_rows_and_no_password_is_in_any() {
    let wire = Wire::start().await;
    let session = wire.user("a@b.c", "hidden").await;
    let id = text(&session["objectId"]);
    for call in [
        wire.get("/data/Users"),
        wire.get(&format!("/data/Users/{id}")),
        wire.get("/data/Users")
            .query(&[("where", "email = 'a@b.c'"), ("property", "*")]),
        wire.post("/data/Users/find", json!({"distinct": true})),
        wire.login("a@b.c", "hidden"),
    ] {
        let answer = call.ok().await.to_string();
        assert!(answer.contains("a@b.c"), "{answer}");
        assert!(
            !answer.contains("password") && !answer.contains("hidden") && !answer.contains("argon"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_user_changes_itself_only() {
    let wire = Wire::start().await;
    let (a, b) = (
        wire.user("a@b.c", "pw").await,
        wire.user("b@b.c", "pw").await,
    );
    let path = format!("/data/Users/{}", text(&a["objectId"]));

    wire.put(&path, json!({"name": "X"}))
        .refused(400, 3028)
        .await;
    wire.put(&path, json!({"name": "X"}))
        .token(&b["user-token"])
        .refused(400, 3029)
        .await;
    wire.delete(&path).refused(400, 3095).await;
    wire.delete(&path)
        .token(&b["user-token"])
        .refused(400, 3095)
        .await;

    let whole = json!({"objectId": a["objectId"], "name": "A", "userStatus": "DISABLED", "lastLogin": 1,
        "ownerId": "X", "user-token": "T"});
    for path in [path.clone(), format!("/users/{}", text(&a["objectId"]))] {
        let changed = wire
            .put(&path, whole.clone())
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
        wire.put("/data/Users", by_body)
            .token(&a["user-token"])
            .ok()
            .await["name"],
        "AA"
    );
    wire.put(&path, json!({}))
        .token(&a["user-token"])
        .refused(400, 1001)
        .await;
}

#[tokio::test]
async fn a_changed_password_is_the_one_that_logs_in() {
    let wire = Wire::start().await;
    let user = wire.user("a@b.c", "old").await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    let changed = wire
        .put(&path, json!({"password": "new"}))
        .token(&user["user-token"])
        .ok()
        .await;
    assert!(changed["updated"].is_number());
    assert!(!changed.to_string().contains("password"));
    wire.login("a@b.c", "old").refused(401, 3003).await;
    wire.login("a@b.c", "new").ok().await;
    for (password, code) in [(json!(""), 3011), (json!(null), 3011), (json!(5), 3050)] {
        wire.put(&path, json!({"password": password}))
            .token(&user["user-token"])
            .refused(400, code)
            .await;
    }
}

#[tokio::test]
async fn a_changed_identity_is_the_one_that_logs_in() {
    let wire = Wire::start().await;
    let user = wire.user("a@b.c", "pw").await;
    wire.user("taken@b.c", "pw").await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    for (email, code) in [
        ("taken@b.c", 3018),
        ("TAKEN@b.c", 3018),
        ("nobody", 3040),
        ("", 3013),
    ] {
        wire.put(&path, json!({"email": email}))
            .token(&user["user-token"])
            .refused(400, code)
            .await;
    }
    wire.put(&path, json!({"email": "new@b.c"}))
        .token(&user["user-token"])
        .ok()
        .await;
    wire.login("a@b.c", "pw").refused(401, 3003).await;
    assert_eq!(
        wire.login("new@b.c", "pw").ok().await["objectId"],
        user["objectId"]
    );
    // The old one is free again.
    wire.user("a@b.c", "pw").await;
}

#[tokio::test]
async fn a_deleted_user_is_gone_with_its_sessions() {
    let wire = Wire::start().await;
    let user = wire.user("a@b.c", "pw").await;
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    wire.delete(&path).token(&user["user-token"]).ok().await;
    wire.get("/data/Users")
        .token(&user["user-token"])
        .refused(400, 3064)
        .await;
    wire.login("a@b.c", "pw").refused(401, 3003).await;
    wire.get(&path).refused(404, 1000).await;
    wire.user("a@b.c", "pw").await;
}

#[tokio::test]
async fn a_password_can_be_restored_for_who_is_registered() {
    let wire = Wire::start().await;
    wire.user("o'h+ara@b.c", "pw").await;
    let answer = wire
        .get("/users/restorepassword/o%27h%2Bara%40b.c")
        .send()
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "");
    wire.get("/users/restorepassword/nobody%40b.c%2Fx")
        .refused(400, 3020)
        .await;
}
