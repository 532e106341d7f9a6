//! The data service from end to end, against the local server.

use std::sync::atomic::{AtomicU32, Ordering};

use backendless::filter::field;
use backendless::{ErrorCode, ErrorKind, Object, Record, Table, Timestamp};
use backendless_local::Server;
use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::local_client;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Person {
    name: String,
    age: Option<u32>,
    city: Option<String>,
}

fn person(name: &str, age: u32, city: &str) -> Person {
    Person {
        name: name.to_owned(),
        age: Some(age),
        city: Some(city.to_owned()),
    }
}

async fn people() -> (Server, Table<Person>) {
    let server = Server::start().await.unwrap();
    let table = local_client(&server).data("Person");
    (server, table)
}

async fn some_people() -> (Server, Table<Person>) {
    let (server, table) = people().await;
    for (name, age, city) in [
        ("Ann", 30, "Oslo"),
        ("Bob", 20, "Rome"),
        ("O'Hara", 40, "Rome"),
        ("Søren", 17, "Oslo"),
    ] {
        table.create(&person(name, age, city)).await.unwrap();
    }
    (server, table)
}

fn names(rows: &[Object<Person>]) -> Vec<&str> {
    rows.iter().map(|row| row.name.as_str()).collect()
}

#[tokio::test]
async fn row_is_created_read_updated_and_deleted() {
    let (_server, table) = people().await;
    let created = table.create(&person("Bob", 20, "Rome")).await.unwrap();
    assert_eq!(created.object_id.len(), 36);
    assert_eq!(created.object_id, created.object_id.to_uppercase());
    assert_eq!((created.updated, created.owner_id.as_deref()), (None, None));
    assert_eq!(created.class.as_deref(), Some("Person"));
    assert!(created.created.unwrap() <= Timestamp::now());

    let read = table.get(&created.object_id).await.unwrap();
    assert_eq!(read, created);

    let changed = table
        .update(&created.object_id, &json!({"age": 21, "city": null}))
        .await
        .unwrap();
    assert_eq!(
        *changed,
        Person {
            name: "Bob".to_owned(),
            age: Some(21),
            city: None
        }
    );
    assert!(changed.updated >= created.created);
    assert_eq!(table.get(&created.object_id).await.unwrap(), changed);

    assert!(table.delete(&created.object_id).await.unwrap() >= created.created.unwrap());
    let error = table.get(&created.object_id).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.code(), Some(ErrorCode::OBJECT_NOT_FOUND));
}

#[tokio::test]
async fn filter_selects_matching_rows() {
    let (_server, table) = some_people().await;
    for (filter, expected) in [
        (field("age").ge(30), vec!["Ann", "O'Hara"]),
        (field("name").eq("O'Hara"), vec!["O'Hara"]),
        (field("name").eq("' OR 1=1 --"), vec![]),
        (
            field("city").eq("Rome").and(field("age").lt(30)),
            vec!["Bob"],
        ),
        (
            field("age").eq(17).or(field("age").eq(40)),
            vec!["O'Hara", "Søren"],
        ),
        (!field("city").eq("Rome"), vec!["Ann", "Søren"]),
        (field("age").between(18, 30), vec!["Ann", "Bob"]),
        (field("name").is_in(["Bob", "Søren"]), vec!["Bob", "Søren"]),
        (field("name").is_in([""; 0]), vec![]),
        (field("age").not_in([20, 30]), vec!["O'Hara", "Søren"]),
        (field("name").like("%'%"), vec!["O'Hara"]),
        (
            field("name").not_like("_o%"),
            vec!["Ann", "O'Hara", "Søren"],
        ),
        (field("city").is_null(), vec![]),
        (
            field("city").ne(None::<&str>),
            vec!["Ann", "Bob", "O'Hara", "Søren"],
        ),
        (
            field("created").gt(Timestamp::from_millis(0)),
            vec!["Ann", "Bob", "O'Hara", "Søren"],
        ),
        (field("created").gt(Timestamp::now()), vec![]),
        ("age >= 18 AND city = 'Oslo'".into(), vec!["Ann"]),
    ] {
        let rows = table
            .find()
            .filter(filter.clone())
            .sort_by("name")
            .await
            .unwrap();
        assert_eq!(names(&rows), expected, "{:?}", filter.to_clause());
        let count = table.count().filter(filter).await.unwrap();
        assert_eq!(count, expected.len() as u64);
    }
}

#[tokio::test]
async fn page_is_sorted_and_limited() {
    let (_server, table) = some_people().await;
    let find = || table.find().sort_by("city desc").sort_by("age");
    assert_eq!(
        names(&find().await.unwrap()),
        ["Bob", "O'Hara", "Søren", "Ann"]
    );
    let page = find().offset(1).page_size(2).await.unwrap();
    assert_eq!(names(&page), ["O'Hara", "Søren"]);
    assert_eq!(names(&find().offset(99).await.unwrap()), [""; 0]);
    assert_eq!(find().first().await.unwrap().unwrap().name, "Bob");
    let none = find().filter("age > 99").first().await.unwrap();
    assert_eq!(none, None);
}

#[tokio::test]
async fn projections_and_aggregates_are_read_as_rows() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct City {
        city: String,
        people: u64,
        oldest: u32,
    }
    let (server, table) = some_people().await;
    let find = table
        .find()
        .properties(["city", "Count(objectId) as people", "Max(age) as oldest"]);
    let cities: Vec<City> = find
        .group_by(["city"])
        .sort_by("city")
        .rows()
        .await
        .unwrap();
    let oslo = City {
        city: "Oslo".to_owned(),
        people: 2,
        oldest: 30,
    };
    let rome = City {
        city: "Rome".to_owned(),
        people: 2,
        oldest: 40,
    };
    assert_eq!(cities, [oslo, rome]);

    let find = table.find().properties(["name"]).sort_by("name");
    let projected = find.rows::<Object<Record>>().await.unwrap();
    assert_eq!(projected[0].value_keys(), ["___class", "name", "objectId"]);

    let table = local_client(&server).data::<Record>("Person");
    let error = table.find().properties(["Sum(age)"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.message().contains("read such rows with `rows`"),
        "{error}"
    );
}

trait ValueKeys {
    fn value_keys(&self) -> Vec<&str>;
}

impl ValueKeys for Object<Record> {
    fn value_keys(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

#[tokio::test]
async fn stream_returns_all_rows_in_order_at_any_concurrency() {
    let (_server, table) = people().await;
    let next_age = AtomicU32::new(0);
    futures_util::stream::repeat(())
        .take(250)
        .map(async |()| {
            let age = next_age.fetch_add(1, Ordering::Relaxed);
            table.create(&person("P", age, "Oslo")).await
        })
        .buffer_unordered(8)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    for (concurrency, page_size) in [(1, 100), (4, 7), (0, 50), (8, 100)] {
        let find = table.find().sort_by("age").page_size(page_size);
        let rows: Vec<_> = find
            .concurrency(concurrency)
            .stream()
            .try_collect()
            .await
            .unwrap();
        let ages: Vec<_> = rows.iter().filter_map(|row| row.age).collect();
        assert_eq!(ages, (0..250).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn values_of_every_json_type_are_stored_unchanged() {
    let (_server, table) = people().await;
    let table = {
        drop(table);
        local_client(&_server).data::<Record>("Everything")
    };
    let row = json!({
        "yes": true, "no": false, "int": 9_007_199_254_740_993_i64, "negative": -1,
        "float": 1.5, "text": "Ünï'\"\\\u{1F600}", "null": null, "list": [1, "x", null],
        "object": {"a": {"b": []}}, "empty": "",
    });
    let created = table.create(&row).await.unwrap();
    let read = table.get(&created.object_id).await.unwrap();
    let mut columns = read.clone().into_inner();
    assert_eq!(columns.remove("objectId"), Some(read.object_id.into()));
    assert_eq!(columns.remove("___class"), Some("Everything".into()));
    for system in ["created", "updated", "ownerId"] {
        assert!(columns.remove(system).is_some(), "{system}");
    }
    assert_eq!(serde_json::Value::Object(columns), row);
}

#[tokio::test]
async fn service_errors_are_reported_with_kind_status_and_code() {
    let (server, table) = some_people().await;
    let unknown = local_client(&server).data::<Record>("Unknown");
    for (error, kind, status, code) in [
        (
            table.get("x").await.unwrap_err(),
            ErrorKind::NotFound,
            404,
            1000,
        ),
        (
            table.update("x", &json!({"age": 1})).await.unwrap_err(),
            ErrorKind::NotFound,
            404,
            1000,
        ),
        (
            table.delete("x").await.unwrap_err(),
            ErrorKind::NotFound,
            404,
            1000,
        ),
        (
            unknown.get("x").await.unwrap_err(),
            ErrorKind::NotFound,
            400,
            1009,
        ),
        (
            unknown.find().await.unwrap_err(),
            ErrorKind::NotFound,
            400,
            1009,
        ),
        (
            table.create(&json!({"objectId": "x"})).await.unwrap_err(),
            ErrorKind::Api,
            400,
            1003,
        ),
        (
            table.find().filter("age >").await.unwrap_err(),
            ErrorKind::Api,
            400,
            19000,
        ),
        (
            table
                .count()
                .filter("age = 1; DROP TABLE Person")
                .await
                .unwrap_err(),
            ErrorKind::Api,
            400,
            19000,
        ),
    ] {
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.status(), Some(status), "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{error}");
        assert!(!error.message().is_empty() && !error.is_retryable());
    }
    assert_eq!(table.count().await.unwrap(), 4);
}
