//! Persistence of a data folder across restarts.

use std::time::Duration;

use backendless_local::Server;
use serde_json::json;

use crate::support::{Folder, TestServer, contains, text};

#[tokio::test]
async fn restart_keeps_all_data() {
    let folder = Folder::new("restart");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let ids = (
        app.server.app_id().to_owned(),
        app.server.api_key().to_owned(),
    );
    let user = app.user("a@b.c", "pw").await;
    let values =
        json!({"name": "Bob", "big": u64::MAX, "ok": true, "home": {"a": [1]}, "score": 0.1});
    let bob = app.post("/data/Person", values).ok().await;
    app.server.stop().await;

    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    assert_eq!(
        (app.server.app_id(), app.server.api_key()),
        (ids.0.as_str(), ids.1.as_str())
    );
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    assert_eq!(app.get(&path).token(&user["user-token"]).ok().await, bob);
    app.post("/data/Person", json!({"ok": 1}))
        .rejected(400, 1007)
        .await;
    assert_eq!(
        app.login("a@b.c", "pw").ok().await["objectId"],
        user["objectId"]
    );
    app.get("/users/logout")
        .token(&user["user-token"])
        .send()
        .await;
    drop(app);

    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    app.get(&path)
        .token(&user["user-token"])
        .rejected(400, 3064)
        .await;
    assert_eq!(app.get("/data/Person/count").ok().await, 1);
}

#[tokio::test]
async fn given_ids_replace_stored_ids() {
    let folder = Folder::new("ids");
    drop(Server::builder().data_dir(&folder.0).start().await.unwrap());
    drop(
        Server::builder()
            .data_dir(&folder.0)
            .app_id("APP")
            .api_key("KEY")
            .start()
            .await
            .unwrap(),
    );
    let server = Server::builder().data_dir(&folder.0).start().await.unwrap();
    assert_eq!((server.app_id(), server.api_key()), ("APP", "KEY"));
}

#[tokio::test]
async fn expired_session_stays_expired_after_a_restart() {
    let folder = Folder::new("expired");
    let builder = Server::builder()
        .data_dir(&folder.0)
        .session_life(Duration::ZERO);
    let app = TestServer::of(builder.clone()).await;
    let user = app.user("a@b.c", "pw").await;
    drop(app);
    let app = TestServer::of(builder).await;
    app.get("/data/Users")
        .token(&user["user-token"])
        .rejected(400, 3064)
        .await;
}

#[tokio::test]
async fn data_in_memory_is_lost_with_the_server() {
    let app = TestServer::start().await;
    app.post("/data/Person", json!({})).ok().await;
    drop(app);
    TestServer::start()
        .await
        .get("/data/Person")
        .rejected(400, 1009)
        .await;
}

#[tokio::test]
async fn no_file_contains_a_password_or_a_token() {
    let folder = Folder::new("secrets");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let user = app.user("somebody@b.c", "my-very-secret-password").await;
    let token = text(&user["user-token"]);
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    let change = json!({"password": "my-other-secret-password"});
    app.put(&path, change).token(&user["user-token"]).ok().await;
    let while_running = folder.bytes();
    app.server.stop().await;
    for bytes in [while_running, folder.bytes()] {
        assert!(
            contains(&bytes, "somebody@b.c"),
            "the files do not contain the data"
        );
        assert!(contains(&bytes, "$argon2id$"));
        for secret in [
            "my-very-secret-password",
            "my-other-secret-password",
            &token,
        ] {
            assert!(!contains(&bytes, secret));
        }
    }
}
