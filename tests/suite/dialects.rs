//! Clients of both profiles and a local server of each dialect.

use std::time::Duration;

use backendless::{Client, Profile, Record, Units};
use backendless_local::{Dialect, Server};
use backendless_tests::catalogue::{self, Values};

async fn start(dialect: Option<Dialect>) -> Server {
    let builder = Server::builder()
        .remote_file(catalogue::REMOTE_FILE, "remote")
        .push_template("IOS", catalogue::TEMPLATE, serde_json::Value::Null)
        .email_template(catalogue::TEMPLATE);
    let builder = match dialect {
        Some(dialect) => builder.dialect(dialect),
        None => builder,
    };
    builder.start().await.unwrap()
}

fn client(server: &Server, profile: Profile) -> Client {
    let builder = Client::builder(server.app_id(), server.api_key()).api_url(server.url());
    builder.profile(profile).build().unwrap()
}

/// Returns the calls of the catalogue that fail, with their errors.
async fn failures(server: &Server, profile: Profile) -> Vec<(String, String)> {
    let client = client(server, profile);
    let outcomes = catalogue::call_every_operation(&client, &Values::default()).await;
    assert!(outcomes.len() > catalogue::entries().len());
    let failed = outcomes.into_iter();
    failed
        .filter_map(|(name, result)| Some((name, result.err()?.to_string())))
        .collect()
}

#[tokio::test]
async fn every_call_of_a_live_client_succeeds_at_a_live_server() {
    let server = start(Some(Dialect::Live)).await;
    assert_eq!(failures(&server, Profile::Live).await, []);
}

#[tokio::test]
async fn every_call_of_a_document_client_succeeds_at_a_document_server() {
    for dialect in [None, Some(Dialect::Document)] {
        let server = start(dialect).await;
        assert_eq!(
            failures(&server, Profile::Document).await,
            [],
            "{dialect:?}"
        );
    }
}

/// Only the time to live of a cache value cannot be distinguished.
#[tokio::test]
async fn a_server_without_a_dialect_rejects_only_the_ambiguous_call_of_a_live_client() {
    let server = start(None).await;
    let failures = failures(&server, Profile::Live).await;
    let [(name, error)] = failures.as_slice() else {
        panic!("{failures:?}");
    };
    assert_eq!(name, "cachePut with a time to live");
    assert!(error.contains("code 1028"), "{error}");
    assert!(
        error.contains("start the server with the dialect"),
        "{error}"
    );
}

#[tokio::test]
async fn a_value_lives_as_long_as_its_client_requested() {
    for (profile, dialect) in [
        (Profile::Live, Dialect::Live),
        (Profile::Document, Dialect::Document),
    ] {
        let server = start(Some(dialect)).await;
        let cache = client(&server, profile).cache();
        for seconds in [1, 5, 60, 3_600] {
            let ttl = Duration::from_secs(seconds);
            cache.put("k", &1).ttl(ttl).await.unwrap();
            server.advance_clock(ttl / 2);
            assert_eq!(
                cache.get::<u8>("k").await.unwrap(),
                Some(1),
                "{profile:?} {seconds}"
            );
            server.advance_clock(ttl / 2);
            assert_eq!(
                cache.get::<u8>("k").await.unwrap(),
                None,
                "{profile:?} {seconds}"
            );
        }
    }
}

#[tokio::test]
async fn a_live_client_reads_the_same_results_from_every_server() {
    for dialect in [None, Some(Dialect::Document), Some(Dialect::Live)] {
        let server = start(dialect).await;
        let client = client(&server, Profile::Live);
        let counters = client.counters();
        assert_eq!(counters.increment("c").await.unwrap(), 1);
        assert_eq!(counters.get("c").await.unwrap(), 1, "{dialect:?}");
        let notes = client.data::<Record>("Note");
        let note = serde_json::json!({"text": "hi", "author": "Bob"});
        notes.create(note.as_object().unwrap()).await.unwrap();
        let found = notes
            .find()
            .properties(["text"])
            .rows::<serde_json::Value>();
        let found = found.await.unwrap();
        assert_eq!(found[0]["text"], "hi", "{dialect:?}");
        assert_eq!(found[0].get("author"), None, "{dialect:?}");
        let near = client.geo().find().near(1.0, 1.0, 1.0, Units::Miles);
        assert!(near.await.unwrap().is_empty(), "{dialect:?}");
    }
}
