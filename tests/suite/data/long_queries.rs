//! Searches and counts whose URL would be too long for a GET are sent as POST.

use backendless::filter::field;
use backendless::{ErrorKind, Profile, Record, RetryPolicy};
use backendless_local::Server;
use backendless_tests::{API_KEY, APP_ID, Behaviour, Recorder, ScriptedServer, TestClock};
use futures_util::TryStreamExt;
use serde_json::json;

use crate::support::{assert_json, assert_no_body, assert_request_line, local_client};

/// A clause that makes the URL of a search or a count `length` bytes long. It has no encoded characters.
fn clause(url: &str, path: &str, length: usize) -> String {
    let before = format!("{url}/{APP_ID}/{API_KEY}{path}?where=").len();
    "a".repeat(length - before)
}

#[tokio::test]
async fn a_url_of_2000_bytes_is_sent_as_get_and_a_longer_one_as_post() {
    let server = Recorder::responding(200, "[]").await;
    let people = server.client().data::<Record>("Person");
    for (length, method) in [(2_000, "GET"), (2_001, "POST")] {
        let clause = clause(&server.url(), "/data/Person", length);
        people.find().filter(clause.clone()).await.unwrap();
        let request = server.requests().pop().unwrap();
        if method == "GET" {
            let target = format!("/data/Person?where={clause}");
            assert_request_line(&request, "GET", &target);
            assert_no_body(&request);
        } else {
            assert_request_line(&request, "POST", "/data/Person/find");
            assert_json(&request, &json!({"where": clause}).to_string());
        }
    }
    let server = Recorder::responding(200, "7").await;
    let people = server.client().data::<Record>("Person");
    for (length, method) in [(2_000, "GET"), (2_001, "POST")] {
        let clause = clause(&server.url(), "/data/Person/count", length);
        assert_eq!(people.count().filter(clause.clone()).await.unwrap(), 7);
        let request = server.requests().pop().unwrap();
        if method == "GET" {
            let target = format!("/data/Person/count?where={clause}");
            assert_request_line(&request, "GET", &target);
        } else {
            assert_request_line(&request, "POST", "/data/Person/count");
            assert_json(&request, &json!({"where": clause}).to_string());
        }
    }
}

#[tokio::test]
async fn the_body_has_all_parameters_of_the_search_in_both_profiles() {
    for profile in [Profile::Document, Profile::Live] {
        let server = Recorder::responding(200, "[]").await;
        let client = server.builder().profile(profile).build().unwrap();
        let name = "ø".repeat(400);
        let find = client.data::<Record>("My Notes").find();
        find.filter(field("name").eq(name.as_str()))
            .having("Count(objectId) > 1")
            .properties(["name", "Count(objectId) as total"])
            .exclude_properties(["secret"])
            .sort_by("name asc")
            .sort_by("age desc")
            .group_by(["city", "country"])
            .load_relations(["address", "friends.address"])
            .relations_depth(2)
            .relations_page_size(5)
            .distinct()
            .page_size(50)
            .offset(10)
            .file_reference_prefix("f")
            .rows::<Record>()
            .await
            .unwrap();
        let request = server.request();
        assert_request_line(&request, "POST", "/data/My%20Notes/find");
        let body: Record = serde_json::from_str(&request.body).unwrap();
        let expected = json!({
            "where": format!("name = '{name}'"),
            "having": "Count(objectId) > 1",
            "props": "name,Count(objectId) as total",
            "excludeProps": "secret",
            "sortBy": "name asc,age desc",
            "groupBy": "city,country",
            "loadRelations": "address,friends.address",
            "relationsDepth": 2,
            "relationsPageSize": 5,
            "distinct": true,
            "pageSize": 50,
            "offset": 10,
            "fileReferencePrefix": "f",
        });
        assert_eq!(serde_json::Value::Object(body), expected);
    }
}

#[tokio::test]
async fn a_long_search_is_retried_like_a_get_and_its_error_names_its_operation() {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let builder = server.client_builder().retry(RetryPolicy::default());
    let client = builder.clock(TestClock::default()).build().unwrap();
    let people = client.data::<Record>("Person");
    let long = "n > 0 or ".repeat(300) + "n = 0";
    let find = people.find().filter(long.clone()).await.unwrap_err();
    let count = people.count().filter(long.clone()).await.unwrap_err();
    let first = people.find().filter(long).first().await.unwrap_err();
    for (error, operation) in [
        (find, "findObjectsByPost"),
        (count, "countObjectsByPost"),
        (first, "findObjectsByPost"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Api, "{error}");
        assert_eq!(error.attempts(), 3, "{error}");
        assert_eq!(error.operation().unwrap().id(), operation);
    }
}

#[tokio::test]
async fn the_local_server_finds_the_same_rows_by_get_and_by_post() {
    let server = Server::start().await.unwrap();
    let notes = local_client(&server).data::<Record>("Note");
    for n in 0..25 {
        notes
            .create(&json!({"n": n, "text": "O'Hara & ø"}))
            .await
            .unwrap();
    }
    let none = |n: usize| format!("text = '{}'", "x".repeat(n));
    for padding in [1, 3_000, 100_000] {
        let filter = || format!("(n >= 5 and text = 'O''Hara & ø') or {}", none(padding));
        let find = || notes.find().filter(filter());
        assert_eq!(notes.count().filter(filter()).await.unwrap(), 20);
        let page = find()
            .sort_by("n desc")
            .page_size(3)
            .offset(1)
            .await
            .unwrap();
        let numbers: Vec<_> = page
            .iter()
            .map(|note| note["n"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, [23, 22, 21], "{padding}");
        let first = find().sort_by("n").first().await.unwrap().unwrap();
        assert_eq!(first["n"], 5);
        let pages = find().sort_by("n").page_size(7).concurrency(2).stream();
        let rows: Vec<_> = pages.try_collect().await.unwrap();
        assert_eq!(rows.len(), 20, "{padding}");
        let by_key = find().page_size(7).by_key().stream();
        let rows: Vec<_> = by_key.try_collect().await.unwrap();
        assert_eq!(rows.len(), 20, "{padding}");
        let sums = find().properties(["Sum(n) as sum"]).rows::<Record>();
        assert_eq!(sums.await.unwrap()[0]["sum"], (5..25).sum::<u64>());
    }
}
