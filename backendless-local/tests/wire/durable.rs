//! What a data folder keeps, across restarts.

use std::time::Duration;

use backendless_local::Server;
use serde_json::json;

use crate::support::{Folder, Wire, contains, text};

#[tokio::test]
async fn a_restart_keeps_everything() {
    let folder = Folder::new("restart");
    let wire = Wire::of(Server::builder().data_dir(&folder.0)).await;
    let ids = (
        wire.server.app_id().to_owned(),
        wire.server.api_key().to_owned(),
    );
    let user = wire.user("a@b.c", "pw").await;
    let values =
        json!({"name": "Bob", "big": u64::MAX, "ok": true, "home": {"a": [1]}, "score": 0.1});
    let bob = wire.post("/data/Person", values).ok().await;
    wire.server.stop().await;

    let wire = Wire::of(Server::builder().data_dir(&folder.0)).await;
    assert_eq!(
        (wire.server.app_id(), wire.server.api_key()),
        (ids.0.as_str(), ids.1.as_str())
    );
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    assert_eq!(wire.get(&path).token(&user["user-token"]).ok().await, bob);
    wire.post("/data/Person", json!({"ok": 1}))
        .refused(400, 1007)
        .await;
    assert_eq!(
        wire.login("a@b.c", "pw").ok().await["objectId"],
        user["objectId"]
    );
    wire.get("/users/logout")
        .token(&user["user-token"])
        .send()
        .await;
    drop(wire);

    let wire = Wire::of(Server::builder().data_dir(&folder.0)).await;
    wire.get(&path)
        .token(&user["user-token"])
        .refused(400, 3064)
        .await;
    assert_eq!(wire.get("/data/Person/count").ok().await, 1);
}

#[tokio::test]
async fn given_ids_are_kept_in_the_place_of_the_old() {
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
async fn a_session_that_is_over_stays_over_after_a_restart() {
    let folder = Folder::new("expired");
    let builder = Server::builder()
        .data_dir(&folder.0)
        .session_life(Duration::ZERO);
    let wire = Wire::of(builder.clone()).await;
    let user = wire.user("a@b.c", "pw").await;
    drop(wire);
    let wire = Wire::of(builder).await;
    wire.get("/data/Users")
        .token(&user["user-token"])
        .refused(400, 3064)
        .await;
}

#[tokio::test]
async fn without_a_folder_nothing_is_kept() {
    let wire = Wire::start().await;
    wire.post("/data/Person", json!({})).ok().await;
    drop(wire);
    Wire::start()
        .await
        .get("/data/Person")
        .refused(400, 1009)
        .await;
}

#[tokio::test]
async fn no_file_has_a_password_or_a_token() {
    let folder = Folder::new("secrets");
    let wire = Wire::of(Server::builder().data_dir(&folder.0)).await;
    let user = wire.user("somebody@b.c", "my-very-secret-password").await;
    let token = text(&user["user-token"]);
    let path = format!("/data/Users/{}", text(&user["objectId"]));
    let change = json!({"password": "my-other-secret-password"});
    wire.put(&path, change)
        .token(&user["user-token"])
        .ok()
        .await;
    let while_running = folder.bytes();
    wire.server.stop().await;
    for bytes in [while_running, folder.bytes()] {
        assert!(
            contains(&bytes, "somebody@b.c"),
            "the files are not the ones"
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
