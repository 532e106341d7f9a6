//! Concurrent clients.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{TestServer, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_writers_lose_no_row_while_columns_are_added() {
    let app = TestServer::start().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..16 {
        let calls: Vec<_> = (0..25)
            // Each row adds a column that other writers add at about the same time.
            .map(|n| {
                app.post(
                    "/data/Row",
                    json!({"writer": writer, "n": n, format!("c{n}"): n}),
                )
            })
            .collect();
        writers.spawn(async move {
            let mut ids = Vec::new();
            for call in calls {
                let row = call.ok().await;
                assert_eq!(row[format!("c{}", row["n"])], row["n"]);
                ids.push(text(&row["objectId"]));
            }
            ids
        });
    }
    let ids: HashSet<String> = writers.join_all().await.into_iter().flatten().collect();
    assert_eq!(ids.len(), 400);
    assert_eq!(app.get("/data/Row/count").ok().await, 400);
    for writer in 0..16 {
        let clause = format!("writer = {writer}");
        assert_eq!(
            app.get("/data/Row/count")
                .query(&[("where", &clause)])
                .ok()
                .await,
            25
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_creation_of_a_table_creates_one() {
    let app = TestServer::start().await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..20 {
        writers.spawn(app.post("/data/New", json!({"n": n})).ok());
    }
    writers.join_all().await;
    assert_eq!(app.get("/data/New/count").ok().await, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_registrations_of_an_identity_create_one_user() {
    let app = TestServer::start().await;
    let mut clients = tokio::task::JoinSet::new();
    for n in 0..8 {
        let user = json!({"email": "a@b.c", "password": format!("pw{n}")});
        clients.spawn(app.post("/users/register", user).send());
    }
    let statuses = clients
        .join_all()
        .await
        .into_iter()
        .map(|response| response.status().as_u16());
    let (succeeded, failed): (Vec<u16>, Vec<u16>) = statuses.partition(|status| *status == 200);
    assert_eq!((succeeded.len(), failed), (1, vec![400; 7]));
    assert_eq!(app.get("/data/Users/count").ok().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_updates_of_a_row_do_not_mix() {
    let app = TestServer::start().await;
    let row = app.post("/data/Pair", json!({"a": 0, "b": 0})).ok().await;
    let path = format!("/data/Pair/{}", text(&row["objectId"]));
    let mut writers = tokio::task::JoinSet::new();
    for n in 1..=40 {
        writers.spawn(app.put(&path, json!({"a": n, "b": n})).ok());
    }
    for response in writers.join_all().await {
        assert_eq!(response["a"], response["b"]);
    }
    let row = app.get(&path).ok().await;
    assert_eq!(row["a"], row["b"]);
}
