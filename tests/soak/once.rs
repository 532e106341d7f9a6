//! Creations with ids that the client chooses: each row is stored once, whatever fails.

use std::collections::HashMap;

use backendless::{Client, Object, Table};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::caller::Row;

/// Creations of single rows at the same time.
const CALLERS: usize = 64;

/// The rows of a chunk: few, so that faults hit many chunks.
const CHUNK: usize = 10;

/// Chunks at the same time.
const CHUNKS: usize = 8;

/// Creates rows, half of them one by one, and asserts that each exists once.
pub(crate) async fn check(client: &Client, rows: usize) {
    let table = client.data::<Row>("Once");
    let mut ids = create_once(&table, 0..rows / 2).await;
    let chunks = table.create_many_once((rows / 2..rows).map(row));
    ids.extend(chunks.chunk_size(CHUNK).concurrency(CHUNKS).await.unwrap());
    assert_eq!(ids.len(), rows);

    let stored = table.find().by_key().stream();
    let mut found = HashMap::new();
    for row in stored.try_collect::<Vec<Object<Row>>>().await.unwrap() {
        let before = found.insert(row.key.clone(), row.object_id.clone());
        assert!(before.is_none(), "a row was created twice: {row:?}");
    }
    for (n, id) in ids.iter().enumerate() {
        let stored = found.remove(&row(n).key);
        assert_eq!(stored.as_ref(), Some(id), "row {n} is missing or another");
    }
    assert!(found.is_empty(), "unknown rows: {:?}", found.keys());
    println!("{rows} rows with chosen ids: each exists once");
}

async fn create_once(table: &Table<Row>, rows: std::ops::Range<usize>) -> Vec<String> {
    let created = stream::iter(rows).map(|n| table.create_once(&row(n)).send());
    let ids = created.buffered(CALLERS).map_ok(|row| row.object_id);
    ids.try_collect().await.unwrap()
}

fn row(n: usize) -> Row {
    Row {
        key: format!("once-{n}"),
        n: 0,
    }
}
