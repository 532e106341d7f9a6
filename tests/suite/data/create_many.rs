//! Bulk creates and upserts: their requests, and what an error says about each row.

#![allow(
    clippy::single_range_in_vec_init,
    reason = "some errors have one range of rows"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use backendless::{
    Client, Error, ErrorKind, Record, RetryPolicy, RowStatus, Rows, Table, WriteMany,
    WriteManyError,
};
use backendless_local::{Fault, Faults, Server};
use backendless_tests::{Behaviour, Recorder, ScriptedServer, TestClock};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::chunk_server::ChunkServer;
use crate::support::{assert_json, assert_rejected, assert_request_line, error_body, local_client};

fn row(n: usize) -> Value {
    json!({"n": n})
}

fn rows(count: usize) -> impl Iterator<Item = Value> + Send + 'static {
    (0..count).map(row)
}

/// An iterator of rows, and the number of rows that were taken from it.
fn counted(
    count: usize,
) -> (
    impl Iterator<Item = Value> + Send + 'static,
    Arc<AtomicUsize>,
) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let rows = rows(count).inspect(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    (rows, taken)
}

fn numbers(client: &Client) -> Table<Record> {
    client.data("Number")
}

/// The response to a chunk of this many rows.
fn ids(count: usize) -> String {
    json!((0..count).map(|n| format!("id-{n}")).collect::<Vec<_>>()).to_string()
}

/// A client that retries without delay.
fn retrying(server: &ScriptedServer) -> Client {
    let builder = server.client_builder().retry(RetryPolicy::default());
    builder.clock(TestClock::default()).build().unwrap()
}

#[tokio::test]
async fn chunks_have_the_form_of_the_official_sdk_and_the_order_of_the_rows() {
    let chunks = [r#"["a","b"]"#, r#"["c","d"]"#, r#"["e"]"#];
    let bodies = [
        r#"[{"n":0},{"n":1}]"#,
        r#"[{"n":2},{"n":3}]"#,
        r#"[{"n":4}]"#,
    ];
    let call = |request: WriteMany| request.chunk_size(2).send();
    for (method, path) in [("POST", "bulk"), ("PUT", "bulkupsert")] {
        let server = Recorder::in_turn(chunks.map(str::to_owned).to_vec()).await;
        let table = server.client().data::<Record>("My Numbers");
        let ids = match method {
            "POST" => call(table.create_many(rows(5))),
            _ => call(table.upsert_many(rows(5))),
        };
        assert_eq!(ids.await.unwrap(), ["a", "b", "c", "d", "e"]);
        let requests = server.requests();
        assert_eq!(requests.len(), 3);
        for (request, body) in requests.iter().zip(bodies) {
            assert_request_line(request, method, &format!("/data/{path}/My%20Numbers"));
            assert_json(request, body);
        }
    }
}

#[tokio::test]
async fn a_chunk_has_a_hundred_rows_by_default() {
    let responses = [100, 100, 50].map(ids).to_vec();
    let server = Recorder::in_turn(responses).await;
    let table = numbers(&server.client());
    assert_eq!(table.create_many(rows(250)).await.unwrap().len(), 250);
    let sizes = server.requests().into_iter().map(|request| {
        let rows: Vec<Value> = serde_json::from_str(&request.body).unwrap();
        rows.len()
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [100, 100, 50]);
}

#[tokio::test]
async fn nothing_is_sent_without_rows() {
    let server = Recorder::responding(200, "[]").await;
    let table = numbers(&server.client());
    let none = || Vec::<Value>::new();
    let report = |_| panic!("there is no progress");
    for request in [
        table.create_many(none()),
        table.create_many_once(none()),
        table.upsert_many(none()),
        table.create_many(Rows::stream(stream::iter(none()))),
    ] {
        let ids = request.on_progress(report).await.unwrap();
        assert_eq!(ids, [""; 0]);
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_chunk_size_out_of_range_is_rejected() {
    let server = Recorder::responding(200, "[]").await;
    let table = numbers(&server.client());
    for size in [0, 101] {
        let (rows, taken) = counted(5);
        let error = table.create_many(rows).chunk_size(size).await.unwrap_err();
        assert_rejected(error.error(), "createObjects", "chunk_size is ");
        assert_eq!(taken.load(Ordering::Relaxed), 0);
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn rows_are_taken_as_chunks_are_sent() {
    let server = ScriptedServer::always(Behaviour::stall()).await;
    let (rows, taken) = counted(1_000);
    let request = numbers(&server.client()).create_many(rows);
    let mut request = tokio::spawn(request.chunk_size(5).concurrency(3).send());
    while server.requests().len() < 3 {
        assert!(futures_util::poll!(&mut request).is_pending());
        tokio::task::yield_now().await;
    }
    assert_eq!(taken.load(Ordering::Relaxed), 15);
    // A request that is dropped sends no further chunks, and frees the iterator.
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    assert_eq!(Arc::strong_count(&taken), 1);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn ids_keep_the_order_of_the_rows_and_chunks_are_returned_as_they_are_stored() {
    let server = ChunkServer::start(None).await;
    let release = server.release();
    release(2);
    // Each chunk that is stored releases the next.
    let mut next = [0, 4].into_iter();
    let progress = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&progress);
    let request = numbers(&server.client).create_many(rows(5));
    let request = request
        .chunk_size(2)
        .concurrency(3)
        .on_progress(move |stored| {
            report.lock().unwrap().push(stored);
            if let Some(chunk) = next.next() {
                release(chunk);
            }
        });
    let ids = request.await.unwrap();
    assert_eq!(ids, ["id-0", "id-1", "id-2", "id-3", "id-4"]);
    assert_eq!(*progress.lock().unwrap(), [2, 4, 5]);

    let server = ChunkServer::start(None).await;
    let release = server.release();
    let request = numbers(&server.client).create_many(Rows::stream(stream::iter(rows(5))));
    let mut stored = request.chunk_size(2).concurrency(3).stream();
    for (chunk, rows) in [(4, 4..5), (0, 0..2), (2, 2..4)] {
        release(chunk);
        let stored = stored.next().await.unwrap().unwrap();
        let ids: Vec<_> = rows.clone().map(|n| format!("id-{n}")).collect();
        assert_eq!((stored.rows, stored.ids), (rows, ids));
    }
    assert!(stored.next().await.is_none());
}

#[tokio::test]
async fn after_an_error_chunks_in_flight_are_completed_and_no_more_are_sent() {
    let server = ChunkServer::start(Some(0)).await;
    let release = server.release();
    let request = numbers(&server.client).create_many(rows(1_000));
    let mut stored = request.chunk_size(2).concurrency(2).stream();
    assert!(futures_util::poll!(stored.next()).is_pending());
    // If the response to the second chunk is read first, a third chunk is sent.
    for chunk in [0, 2, 4] {
        release(chunk);
    }
    let error = loop {
        match stored.next().await.unwrap() {
            Ok(chunk) => assert!([2..4, 4..6].contains(&chunk.rows)),
            Err(error) => break error,
        }
    };
    assert!(stored.next().await.is_none());
    assert_eq!(
        error.error().code(),
        Some(backendless::ErrorCode::WRONG_TYPE)
    );
    assert_eq!(error.not_stored(), [0..2]);
    assert_eq!(error.status(2), RowStatus::Stored);
    // The stream returned the ids.
    assert_eq!(error.id(2), None);
    let received = server.received();
    assert!(
        received.starts_with(&[0, 2]) && received.len() <= 3,
        "{received:?}"
    );
}

#[tokio::test]
async fn error_has_the_ids_of_all_stored_chunks() {
    let server = ScriptedServer::start([
        Behaviour::json(200, r#"["a","b"]"#),
        Behaviour::json(200, r#"["c","d"]"#),
        Behaviour::json(400, r#"{"code":1023,"message":"no"}"#),
    ]);
    let request = numbers(&server.await.client()).create_many(rows(6));
    let error = request.chunk_size(2).await.unwrap_err();
    let ids: Vec<_> = (0..6).map(|row| error.id(row)).collect();
    let stored = ["a", "b", "c", "d"].map(Some);
    assert_eq!(ids, [&stored[..], &[None, None]].concat());
}

/// The error of a request for rows 0 to 5 in chunks of 2, whose second chunk gets this response.
async fn failed(behaviour: Behaviour) -> WriteManyError {
    let stored = Behaviour::json(200, r#"["a","b"]"#);
    let server = ScriptedServer::start([stored, behaviour]).await;
    let request = numbers(&server.client()).create_many(rows(6));
    let error = request.chunk_size(2).await.unwrap_err();
    assert_eq!(server.requests().len(), 2);
    assert_eq!(error.stored(), [0..2]);
    assert_eq!(
        (error.id(1), error.id(2), error.id(9)),
        (Some("b"), None, None)
    );
    assert_eq!(error.status(1), RowStatus::Stored);
    // Rows that were not taken.
    assert_eq!(
        (error.status(4), error.status(9)),
        (RowStatus::NotStored, RowStatus::NotStored)
    );
    error
}

#[tokio::test]
async fn an_error_says_which_rows_are_stored() {
    for rejected in [
        Behaviour::json(400, error_body(1007)),
        Behaviour::json(404, "no page"),
        Behaviour::json(429, ""),
        Behaviour::json(500, error_body(999)),
    ] {
        let error = failed(rejected).await;
        assert_eq!(error.status(2), RowStatus::NotStored, "{error}");
        assert_eq!(
            (error.not_stored(), error.unknown()),
            (&[2..4][..], &[][..])
        );
    }
    for unknown in [
        Behaviour::json(500, ""),
        Behaviour::json(503, ""),
        Behaviour::json(408, ""),
        Behaviour::reset_after_request(),
        Behaviour::close_in_body(),
        Behaviour::json(200, "null"),
        Behaviour::json(200, r#"["c"]"#),
        Behaviour::json(200, r#"["c","d","e"]"#),
        Behaviour::json(200, "{}"),
    ] {
        let error = failed(unknown).await;
        assert_eq!(error.status(3), RowStatus::Unknown, "{error}");
        assert_eq!(
            (error.not_stored(), error.unknown()),
            (&[][..], &[2..4][..])
        );
    }
    let server = ScriptedServer::refusing_connections();
    let request = numbers(&server.client()).create_many(rows(6));
    let error = request.chunk_size(2).concurrency(2).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::Connect);
    assert_eq!(
        (error.not_stored(), error.unknown()),
        (&[0..4][..], &[][..])
    );
    // No row arrived, although the request could be repeated.
    let request = numbers(&server.client()).create_many_once(rows(6));
    let request = request.chunk_size(2).retry(RetryPolicy::none());
    let error = request.await.unwrap_err();
    assert_eq!(error.status(0), RowStatus::NotStored, "{error}");
}

#[tokio::test]
async fn an_error_has_the_text_of_its_cause_and_converts_into_it() {
    let error = failed(Behaviour::json(400, error_body(1007))).await;
    let cause = "createObjects: 400, code 1007: no (1 attempt; not retried: 400 is final)";
    assert_eq!(
        error.to_string(),
        format!("{cause}; rows stored: 2, not stored: 2, unknown: 0")
    );
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), cause);
    let clone = error.clone();
    assert!(!format!("{clone:?}").contains("\"a\""), "ids are data");
    let convert = || -> Result<(), Error> { Err(clone)? };
    assert_eq!(convert().unwrap_err().to_string(), cause);
}

#[tokio::test]
async fn a_row_that_cannot_be_sent_ends_the_request() {
    let server = Recorder::responding(200, r#"["a","b"]"#).await;
    let table = numbers(&server.client());
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let rows = (0..100).map(move |n| {
        counter.fetch_add(1, Ordering::Relaxed);
        std::collections::HashMap::from([("price", if n == 3 { f64::NAN } else { 0.5 })])
    });
    let error = table.create_many(rows).chunk_size(2).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::InvalidArgument);
    let text = error.error().to_string();
    assert!(
        text.starts_with("row 3 cannot be serialized: at price: NaN"),
        "{text}"
    );
    // Row 2 belongs to the same chunk, which was not sent.
    assert_eq!(
        (error.stored(), error.not_stored()),
        (&[0..2][..], &[2..4][..])
    );
    assert_eq!(taken.load(Ordering::Relaxed), 4);
    assert_eq!(server.requests().len(), 1);

    for other in [json!(null), json!("text"), json!([{"n": 1}])] {
        let error = table.upsert_many([row(0), other]).await.unwrap_err();
        assert_rejected(error.error(), "upsertObjects", "row 1 is not a JSON object");
        assert_eq!(error.not_stored(), [0..2]);
    }
    let error = table.create_many([f32::INFINITY]).await.unwrap_err();
    assert_rejected(error.error(), "createObjects", "row 0 cannot be serialized");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_error_of_the_source_ends_the_request() {
    let server = Recorder::responding(200, r#"["a","b"]"#).await;
    let table = numbers(&server.client());
    let lines = ["0", "1", "2", "three", "4"];
    let read = |line: &str| line.parse::<usize>().map(row);
    let sources = [
        Rows::try_iter(lines.into_iter().map(read)),
        Rows::try_stream(stream::iter(lines.into_iter().map(read))),
    ];
    for (sent, source) in sources.into_iter().enumerate() {
        let error = table.create_many(source).chunk_size(2).await.unwrap_err();
        assert_eq!(error.error().kind(), ErrorKind::Io);
        let text = error.to_string();
        assert!(
            text.starts_with("row 3 could not be read: invalid digit"),
            "{text}"
        );
        assert_eq!(
            (error.stored(), error.not_stored()),
            (&[0..2][..], &[2..4][..])
        );
        assert_eq!(server.requests().len(), sent + 1);
    }
    // The text of the caller's error may contain a secret.
    let secret = std::io::Error::other(backendless_tests::API_KEY);
    let source = Rows::try_iter([Err::<Value, _>(secret)]);
    let text = table.create_many(source).await.unwrap_err().to_string();
    assert!(
        text.contains("is withheld") && !text.contains(backendless_tests::API_KEY),
        "{text}"
    );
}

#[tokio::test]
async fn a_chunk_is_retried_only_if_that_is_safe() {
    let unavailable = || {
        [
            Behaviour::json(503, ""),
            Behaviour::json(200, r#"["a","b"]"#),
        ]
    };
    let id = |n| json!({"objectId": format!("N-{n}"), "n": n});
    let computed = json!({
        "objectId": "N-2", "n": {"___class": "BackendlessExpression", "value": "n + 1"},
    });
    type Send = Box<dyn Fn(Table<Record>) -> WriteMany>;
    let cases: [(Send, usize); 8] = [
        (Box::new(|table| table.create_many(rows(2))), 1),
        (
            Box::new(|table| table.create_many(rows(2)).idempotent(true)),
            2,
        ),
        (Box::new(|table| table.create_many_once(rows(2))), 2),
        (
            Box::new(|table| table.create_many_once(rows(2)).idempotent(false)),
            1,
        ),
        (
            Box::new(|table| table.create_many_once(rows(2)).retry(RetryPolicy::none())),
            1,
        ),
        (Box::new(move |table| table.upsert_many((0..2).map(id))), 2),
        (Box::new(move |table| table.upsert_many([id(0), row(1)])), 1),
        (
            Box::new(move |table| table.upsert_many([id(0), computed.clone()])),
            1,
        ),
    ];
    for (case, (send, requests)) in cases.into_iter().enumerate() {
        let server = ScriptedServer::start(unavailable()).await;
        let result = send(numbers(&retrying(&server))).await;
        assert_eq!(result.is_ok(), requests == 2, "case {case}");
        assert_eq!(server.requests().len(), requests, "case {case}");
        let bodies: Vec<_> = server.requests().into_iter().map(|r| r.body).collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]), "case {case}");
    }
    // The service did not process these.
    let limited = [
        Behaviour::json(429, ""),
        Behaviour::json(200, r#"["a","b"]"#),
    ];
    let server = ScriptedServer::start(limited).await;
    numbers(&retrying(&server))
        .create_many(rows(2))
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_rejection_after_a_lost_response_leaves_the_rows_unknown() {
    let script = [
        Behaviour::reset_after_request(),
        Behaviour::json(400, error_body(1007)),
    ];
    let server = ScriptedServer::start(script).await;
    let table = numbers(&retrying(&server));
    let error = table.create_many_once(rows(2)).await.unwrap_err();
    assert_eq!(error.error().attempts(), 2);
    assert_eq!(error.unknown(), [0..2]);
    assert!(error.id(0).is_some() && error.id(1).is_some(), "{error}");
}

#[tokio::test]
async fn rows_that_are_not_stored_have_no_ids() {
    let server = ScriptedServer::start([Behaviour::json(400, error_body(1007))]).await;
    let table = numbers(&retrying(&server));
    let error = table.create_many_once(rows(2)).await.unwrap_err();
    assert_eq!(error.not_stored(), [0..2]);
    assert_eq!((error.id(0), error.id(1)), (None, None));
}

#[tokio::test]
async fn rows_of_any_number_are_stored_by_the_local_server() {
    let server = Server::start().await.unwrap();
    let table = numbers(&local_client(&server));
    let ids = table.create_many(rows(450)).concurrency(3).await.unwrap();
    assert_eq!(ids.len(), 450);
    assert_eq!(table.count().await.unwrap(), 450);
    assert_eq!(table.get(&ids[333]).await.unwrap()["n"], 333);

    let changed = ids.iter().map(|id| json!({"objectId": id, "n": -1}));
    let changed: Vec<_> = changed.chain([json!({"n": -1})]).collect();
    let upserted = table.upsert_many(changed).chunk_size(7).await.unwrap();
    assert_eq!(upserted[..450], ids);
    assert_eq!(table.count().filter("n = -1").await.unwrap(), 451);

    let error = table
        .create_many([row(0), json!({"n": "x"})])
        .await
        .unwrap_err();
    assert_eq!(error.not_stored(), [0..2]);
    assert_eq!(table.count().await.unwrap(), 451);
}

/// Stores rows with a job that continues after each error, until all rows are stored.
#[tokio::test]
async fn a_job_continues_after_lost_responses() {
    let faults = Faults::seeded(3).with(Fault::ResetAfter, 0.2);
    let faults = faults.with(Fault::ResetBefore, 0.1);
    let server = Server::builder().faults(faults).start().await.unwrap();
    let policy = RetryPolicy::default().max_attempts(20);
    let client = Client::builder(server.app_id(), server.api_key());
    let client = client.api_url(server.url()).retry(policy);
    let table = numbers(&client.clock(TestClock::default()).build().unwrap());
    let mut missing: Vec<usize> = (0..200).collect();
    let mut unknown = 0;
    while !missing.is_empty() {
        let rows: Vec<_> = missing.iter().copied().map(row).collect();
        let request = table.create_many(rows).chunk_size(10).concurrency(2);
        let Err(error) = request.await else { break };
        assert_eq!(error.error().kind(), ErrorKind::ConnectionLost, "{error}");
        let mut rest = Vec::new();
        for (row, n) in missing.into_iter().enumerate() {
            match error.status(row) {
                RowStatus::Stored => {}
                RowStatus::NotStored => rest.push(n),
                _ => {
                    unknown += 1;
                    if table.count().filter(format!("n = {n}")).await.unwrap() == 0 {
                        rest.push(n);
                    }
                }
            }
        }
        missing = rest;
    }
    assert!(unknown > 0, "no response was lost");
    let stored: Vec<_> = table
        .find()
        .sort_by("n")
        .stream()
        .try_collect()
        .await
        .unwrap();
    let stored: Vec<_> = stored
        .iter()
        .map(|row| row["n"].as_u64().unwrap())
        .collect();
    assert_eq!(stored, (0..200).collect::<Vec<_>>());
}
