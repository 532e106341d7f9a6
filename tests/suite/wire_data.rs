//! What the Data operations send, to the letter.

use backendless::filter::field;
use backendless::{Client, Record, Table};
use backendless_tests::Recorder;
use serde_json::json;

use crate::wire::{assert_json, assert_line, assert_no_body};

const ROW: &str = r#"{"objectId":"B2","created":1700000000000,"updated":null,"ownerId":null,
    "___class":"Person","name":"Bob"}"#;

fn people(client: &Client) -> Table<Record> {
    client.data("Person")
}

#[tokio::test]
async fn create_posts_the_object_to_the_table() {
    let server = Recorder::answering(200, ROW).await;
    let bob = json!({"name": "Bob", "born": 1_700_000_000_000_i64, "note": null});
    people(&server.client()).create(&bob).await.unwrap();
    let request = server.request();
    assert_line(&request, "POST", "/data/Person");
    assert_json(
        &request,
        r#"{"born":1700000000000,"name":"Bob","note":null}"#,
    );
}

#[tokio::test]
async fn update_puts_the_changes_alone() {
    let server = Recorder::answering(200, ROW).await;
    people(&server.client())
        .update("B2", &json!({"age": 21}))
        .await
        .unwrap();
    let request = server.request();
    assert_line(&request, "PUT", "/data/Person/B2");
    assert_json(&request, r#"{"age":21}"#);
}

#[tokio::test]
async fn get_asks_for_the_row_by_its_encoded_id() {
    let server = Recorder::answering(200, ROW).await;
    people(&server.client()).get("a b/c").await.unwrap();
    let request = server.request();
    assert_line(&request, "GET", "/data/Person/a%20b%2Fc");
    assert_no_body(&request);
}

#[tokio::test]
async fn delete_sends_no_body() {
    let server = Recorder::answering(200, r#"{"deletionTime":1700000000001}"#).await;
    let time = people(&server.client()).delete("B2").await.unwrap();
    assert_eq!(time.as_millis(), 1_700_000_000_001);
    let request = server.request();
    assert_line(&request, "DELETE", "/data/Person/B2");
    assert_no_body(&request);
}

#[tokio::test]
async fn a_plain_find_has_no_query() {
    let server = Recorder::answering(200, "[]").await;
    assert!(people(&server.client()).find().await.unwrap().is_empty());
    let request = server.request();
    assert_line(&request, "GET", "/data/Person");
    assert_no_body(&request);
}

#[tokio::test]
async fn a_find_with_everything_sends_each_parameter_once() {
    let server = Recorder::answering(200, "[]").await;
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
    assert_line(
        &server.request(),
        "GET",
        "/data/Person?groupBy=city%2Ccountry&loadRelations=address%2Cfriends.address&offset=20\
         &pageSize=50&property=name%2CCount%28objectId%29+as+total&sortBy=age+desc%2Cname\
         &where=%28age+%3E%3D+18%29+AND+%28name+%3D+%27O%27%27Hara+%26+S%C3%B8n%2B1%27%29",
    );
}

#[tokio::test]
async fn first_asks_for_one_row() {
    let server = Recorder::answering(200, "[]").await;
    let first = people(&server.client())
        .find()
        .sort_by("created desc")
        .first();
    assert!(first.await.unwrap().is_none());
    assert_line(
        &server.request(),
        "GET",
        "/data/Person?pageSize=1&sortBy=created+desc",
    );
}

#[tokio::test]
async fn filters_that_are_given_twice_must_both_hold() {
    let server = Recorder::answering(200, "[]").await;
    let find = people(&server.client()).find();
    find.filter("a = 1 OR b = 2").filter("c = 3").await.unwrap();
    assert_line(
        &server.request(),
        "GET",
        "/data/Person?where=%28a+%3D+1+OR+b+%3D+2%29+AND+%28c+%3D+3%29",
    );
}

#[tokio::test]
async fn count_asks_with_the_filter_and_an_empty_filter_is_none() {
    let server = Recorder::answering(200, "7").await;
    let people = people(&server.client());
    assert_eq!(people.count().filter("age > 20").await.unwrap(), 7);
    assert_eq!(people.count().filter("").await.unwrap(), 7);
    let requests = server.requests();
    assert_line(&requests[0], "GET", "/data/Person/count?where=age+%3E+20");
    assert_line(&requests[1], "GET", "/data/Person/count");
    assert_no_body(&requests[0]);
}

#[tokio::test]
async fn the_user_token_goes_with_every_call_of_its_handle_and_with_no_other() {
    let server = Recorder::answering(200, ROW).await;
    let client = server.client();
    let as_ann = client.with_user_token("TOKEN-A");
    people(&as_ann).get("B2").await.unwrap();
    people(&client).get("B2").await.unwrap();
    people(&as_ann.with_user_token("TOKEN-B"))
        .get("B2")
        .await
        .unwrap();
    people(&as_ann.without_user_token())
        .get("B2")
        .await
        .unwrap();
    let requests = server.requests();
    let tokens: Vec<_> = requests.iter().map(|r| r.header("user-token")).collect();
    assert_eq!(tokens, [Some("TOKEN-A"), None, Some("TOKEN-B"), None]);
}

#[tokio::test]
async fn a_path_of_the_api_url_stands_before_the_app_path() {
    let server = Recorder::answering(200, ROW).await;
    for url in ["/api", "/api/", ""] {
        let client = Client::builder("APP ID", "KEY+1")
            .api_url(server.url() + url)
            .user_agent("shop/1.4")
            .build()
            .unwrap();
        people(&client).get("B2").await.unwrap();
    }
    let requests = server.requests();
    let targets: Vec<_> = requests.iter().map(|r| r.target.as_str()).collect();
    let app_path = "/APP%20ID/KEY%2B1/data/Person/B2";
    let behind_api = format!("/api{app_path}");
    assert_eq!(targets, [&behind_api, &behind_api, app_path]);
    assert_eq!(requests[0].header("user-agent"), Some("shop/1.4"));
}
