//! Requests of the data service, byte by byte.

use backendless::filter::field;
use backendless::{Client, Record, Table};
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::{assert_json, assert_no_body, assert_request_line};

const ROW: &str = r#"{"objectId":"B2","created":1700000000000,"updated":null,"ownerId":null,
    "___class":"Person","name":"Bob"}"#;

fn people(client: &Client) -> Table<Record> {
    client.data("Person")
}

#[tokio::test]
async fn create_posts_the_object() {
    let server = Recorder::responding(200, ROW).await;
    let bob = json!({"name": "Bob", "born": 1_700_000_000_000_i64, "note": null});
    people(&server.client()).create(&bob).await.unwrap();
    let request = server.request();
    assert_request_line(&request, "POST", "/data/Person");
    assert_json(
        &request,
        r#"{"born":1700000000000,"name":"Bob","note":null}"#,
    );
}

#[tokio::test]
async fn update_sends_only_the_changes() {
    let server = Recorder::responding(200, ROW).await;
    people(&server.client())
        .update("B2", &json!({"age": 21}))
        .await
        .unwrap();
    let request = server.request();
    assert_request_line(&request, "PUT", "/data/Person/B2");
    assert_json(&request, r#"{"age":21}"#);
}

#[tokio::test]
async fn get_encodes_the_object_id() {
    let server = Recorder::responding(200, ROW).await;
    people(&server.client()).get("a b/c").await.unwrap();
    let request = server.request();
    assert_request_line(&request, "GET", "/data/Person/a%20b%2Fc");
    assert_no_body(&request);
}

#[tokio::test]
async fn delete_sends_no_body() {
    let server = Recorder::responding(200, r#"{"deletionTime":1700000000001}"#).await;
    let time = people(&server.client()).delete("B2").await.unwrap();
    assert_eq!(time.as_millis(), 1_700_000_000_001);
    let request = server.request();
    assert_request_line(&request, "DELETE", "/data/Person/B2");
    assert_no_body(&request);
}

#[tokio::test]
async fn find_without_options_has_no_query() {
    let server = Recorder::responding(200, "[]").await;
    assert!(people(&server.client()).find().await.unwrap().is_empty());
    let request = server.request();
    assert_request_line(&request, "GET", "/data/Person");
    assert_no_body(&request);
}

#[tokio::test]
async fn find_sends_each_option_once() {
    let server = Recorder::responding(200, "[]").await;
    people(&server.client())
        .find()
        .filter(field("age").ge(18).and(field("name").eq("O'Hara & Søn+1")))
        .sort_by("age desc")
        .sort_by("name")
        .page_size(50)
        .offset(20)
        .properties(["name", "Count(objectId) as total"])
        .load_relations(["address", "friends.address"])
        .group_by(["city", "country"])
        .rows::<Record>()
        .await
        .unwrap();
    assert_request_line(
        &server.request(),
        "GET",
        "/data/Person?groupBy=city%2Ccountry&loadRelations=address%2Cfriends.address&offset=20\
         &pageSize=50&property=name%2CCount%28objectId%29+as+total&sortBy=age+desc%2Cname\
         &where=%28age+%3E%3D+18%29+AND+%28name+%3D+%27O%27%27Hara+%26+S%C3%B8n%2B1%27%29",
    );
}

#[tokio::test]
async fn first_requests_one_row() {
    let server = Recorder::responding(200, "[]").await;
    let first = people(&server.client())
        .find()
        .sort_by("created desc")
        .first();
    assert!(first.await.unwrap().is_none());
    assert_request_line(
        &server.request(),
        "GET",
        "/data/Person?pageSize=1&sortBy=created+desc",
    );
}

#[tokio::test]
async fn several_filters_are_joined_with_and() {
    let server = Recorder::responding(200, "[]").await;
    let find = people(&server.client()).find();
    find.filter("a = 1 OR b = 2").filter("c = 3").await.unwrap();
    assert_request_line(
        &server.request(),
        "GET",
        "/data/Person?where=%28a+%3D+1+OR+b+%3D+2%29+AND+%28c+%3D+3%29",
    );
}

#[tokio::test]
async fn count_sends_the_filter_and_omits_an_empty_one() {
    let server = Recorder::responding(200, "7").await;
    let people = people(&server.client());
    assert_eq!(people.count().filter("age > 20").await.unwrap(), 7);
    assert_eq!(people.count().filter("").await.unwrap(), 7);
    let requests = server.requests();
    assert_request_line(&requests[0], "GET", "/data/Person/count?where=age+%3E+20");
    assert_request_line(&requests[1], "GET", "/data/Person/count");
    assert_no_body(&requests[0]);
}
