//! Many clients at once.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{Wire, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_many_writers_is_kept_also_while_columns_are_added() {
    let wire = Wire::start().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..16 {
        let calls: Vec<_> = (0..25)
            // Every row brings a column that others bring too, at about the same time.
            .map(|n| {
                wire.post(
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
    assert_eq!(wire.get("/data/Row/count").ok().await, 400);
    for writer in 0..16 {
        let clause = format!("writer = {writer}");
        assert_eq!(
            wire.get("/data/Row/count")
                .query(&[("where", &clause)])
                .ok()
                .await,
            25
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_many_create_at_once_is_one() {
    let wire = Wire::start().await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..20 {
        writers.spawn(wire.post("/data/New", json!({"n": n})).ok());
    }
    writers.join_all().await;
    assert_eq!(wire.get("/data/New/count").ok().await, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_that_many_register_at_once_is_one_users() {
    let wire = Wire::start().await;
    let mut clients = tokio::task::JoinSet::new();
    for n in 0..8 {
        let user = json!({"email": "a@b.c", "password": format!("pw{n}")});
        clients.spawn(wire.post("/users/register", user).send());
    }
    let statuses = clients
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.status().as_u16());
    let (won, lost): (Vec<u16>, Vec<u16>) = statuses.partition(|status| *status == 200);
    assert_eq!((won.len(), lost), (1, vec![400; 7]));
    assert_eq!(wire.get("/data/Users/count").ok().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_of_one_row_do_not_mix() {
    let wire = Wire::start().await;
    let row = wire.post("/data/Pair", json!({"a": 0, "b": 0})).ok().await;
    let path = format!("/data/Pair/{}", text(&row["objectId"]));
    let mut writers = tokio::task::JoinSet::new();
    for n in 1..=40 {
        writers.spawn(wire.put(&path, json!({"a": n, "b": n})).ok());
    }
    for answer in writers.join_all().await {
        assert_eq!(answer["a"], answer["b"]);
    }
    let row = wire.get(&path).ok().await;
    assert_eq!(row["a"], row["b"]);
}
