//! Creations with ids that the client chooses, which can be retried.

use std::collections::HashSet;

use backendless::{Client, ErrorKind, Object, Record, RetryPolicy, RowStatus, Table};
use backendless_local::{Fault, Faults, Server};
use backendless_tests::{Behaviour, RecordedRequest, Recorder, ScriptedServer, TestClock};
use serde_json::{Value, json};

use crate::support::{assert_json, assert_rejected, assert_request_line, recorded_request};

/// A local server that loses a part of its responses, and a table of a client that retries without delay.
async fn losing() -> (Server, Table<Record>) {
    let faults = Faults::seeded(5).with(Fault::ResetAfter, 0.3);
    let server = Server::builder().faults(faults).start().await.unwrap();
    let client = Client::builder(server.app_id(), server.api_key()).api_url(server.url());
    let client = client.retry(RetryPolicy::default().max_attempts(20));
    let client = client.clock(TestClock::default()).build().unwrap();
    let table = client.data("Note");
    (server, table)
}

fn retrying(server: &ScriptedServer) -> Table<Record> {
    let builder = server.client_builder().retry(RetryPolicy::default());
    let client = builder.clock(TestClock::default()).build().unwrap();
    client.data("Note")
}

/// The ids in the body of a request, which are UUIDs of version 4 in upper case.
fn chosen_ids(request: &RecordedRequest) -> Vec<String> {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let rows = match body {
        Value::Array(rows) => rows,
        row => vec![row],
    };
    let ids = rows.iter().map(|row| row["objectId"].as_str().unwrap());
    ids.inspect(|id| {
        let form: String = id
            .chars()
            .map(|c| match c {
                '0'..='9' | 'A'..='F' => 'x',
                c => c,
            })
            .collect();
        assert_eq!(form, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        assert_eq!(&id[14..15], "4");
        assert!("89AB".contains(&id[19..20]), "{id}");
    })
    .map(str::to_owned)
    .collect()
}

#[tokio::test]
async fn a_row_is_sent_as_an_upsert_with_a_new_id() {
    let mut ids = HashSet::new();
    for (row, rest) in [
        (
            json!({"text": "milk", "n": 1.5}),
            r#","n":1.5,"text":"milk"}"#,
        ),
        (json!({}), "}"),
        (json!({"objectId": null, "n": 1}), r#","n":1}"#),
        (json!({"text": "objectId"}), r#","text":"objectId"}"#),
    ] {
        let request = recorded_request(r#"{"objectId":"N-1"}"#, |client| {
            client.data::<Record>("My Notes").create_once(&row)
        })
        .await;
        assert_request_line(&request, "PUT", "/data/My%20Notes/upsert");
        let id = chosen_ids(&request).remove(0);
        assert_json(&request, &format!(r#"{{"objectId":"{id}"{rest}"#));
        assert!(ids.insert(id));
    }
}

#[tokio::test]
async fn a_row_with_an_id_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let notes = server.client().data::<Record>("Note");
    let problem = "the row has an `objectId`, and the client chooses one";
    for row in [
        json!({"objectId": "N-1"}),
        json!({"objectId": ""}),
        json!({"objectId": 5}),
    ] {
        let error = notes.create_once(&row).await.unwrap_err();
        assert_rejected(&error, "upsertObject", problem);
        let error = notes.create_many_once([json!({}), row]).await.unwrap_err();
        let problem = problem.replace("the row", "row 1");
        assert_rejected(error.error(), "upsertObjects", &problem);
    }
    let stored = Object::new("N-1", json!({"n": 1}));
    let error = notes.create_once(&stored).await.unwrap_err();
    assert_rejected(&error, "upsertObject", problem);
    for other in [json!(null), json!([1])] {
        let error = notes.create_once(&other).await.unwrap_err();
        assert_rejected(&error, "upsertObject", "the row is not a JSON object");
    }
    let error = notes
        .create_once(&[("n", f64::NAN)].map(|(_, n)| n))
        .await
        .unwrap_err();
    assert_rejected(
        &error,
        "upsertObject",
        "the row cannot be serialized: at [0]: NaN",
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn each_attempt_has_the_same_ids() {
    let script = |body: &str| {
        let lost = Behaviour::reset_after_request();
        [lost, Behaviour::json(503, ""), Behaviour::json(200, body)]
    };
    let server = ScriptedServer::start(script(r#"{"objectId":"N-1"}"#)).await;
    retrying(&server)
        .create_once(&json!({"n": 1}))
        .await
        .unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );

    // The ids of the response are not needed.
    let server = ScriptedServer::start(script(r#"["a","b"]"#)).await;
    let rows = (0..2).map(|n| json!({"n": n}));
    let ids = retrying(&server).create_many_once(rows).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );
    assert_eq!(ids, chosen_ids(&requests[0]));
}

#[tokio::test]
async fn a_computed_value_and_idempotent_false_are_not_retried() {
    let computed = json!({"n": {"___class": "BackendlessExpression", "value": "n + 1"}});
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let notes = retrying(&server);
    let error = notes.create_once(&computed).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 1));
    let error = notes.create_once(&json!({})).idempotent(false).await;
    assert_eq!(error.unwrap_err().attempts(), 1);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_lost_response_does_not_create_a_row_twice() {
    let (server, notes) = losing().await;
    for n in 0..30 {
        let note = notes.create_once(&json!({"n": n})).await.unwrap();
        assert_eq!(note["n"], n);
    }
    let rows = (30..130).map(|n| json!({"n": n}));
    let ids = notes.create_many_once(rows).chunk_size(5).await.unwrap();
    let (_, lost) = server.faults()[0];
    assert!(lost > 5, "{lost} responses were lost");
    for n in 0..130 {
        assert_eq!(notes.count().filter(format!("n = {n}")).await.unwrap(), 1);
    }
    assert_eq!(notes.get(&ids[42]).await.unwrap()["n"], 72);
}

#[tokio::test]
async fn rows_that_may_be_stored_are_repeated_with_their_ids() {
    let (_server, notes) = losing().await;
    let row = |n: usize| json!({"n": n});
    let request = notes.create_many_once((0..60).map(row)).chunk_size(2);
    let error = request.retry(RetryPolicy::none()).await.unwrap_err();
    let [unknown] = error.unknown() else {
        panic!("{error:?}");
    };
    let unknown = unknown.clone().map(|n| {
        assert_eq!(error.status(n), RowStatus::Unknown);
        json!({"objectId": error.id(n).unwrap(), "n": n})
    });
    let unknown: Vec<_> = unknown.collect();
    notes.upsert_many(unknown).await.unwrap();
    let rest: Vec<_> = (0..60)
        .filter(|n| error.status(*n) == RowStatus::NotStored)
        .collect();
    assert!(rest.iter().all(|n| error.id(*n).is_none()));
    notes
        .create_many_once(rest.into_iter().map(row))
        .await
        .unwrap();
    for n in 0..60 {
        assert_eq!(notes.count().filter(format!("n = {n}")).await.unwrap(), 1);
    }
}
