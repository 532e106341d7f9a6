//! Counts of groups and of distinct rows, which are sent as POST.

use backendless::Record;
use backendless_local::Server;
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::{assert_json, assert_request_line, local_client};

#[tokio::test]
async fn count_of_groups_has_the_form_of_the_official_sdk() {
    let server = Recorder::responding(200, "7").await;
    let people = server.client().data::<Record>("Person");
    let count = people.count().filter("age > 20").group_by(["city"]);
    assert_eq!(
        count.group_by(["home.country"]).distinct().await.unwrap(),
        7
    );
    people.count().distinct().await.unwrap();
    people.count().filter("age > 20").await.unwrap();
    let requests = server.requests();
    assert_request_line(&requests[0], "POST", "/data/Person/count");
    let body = r#"{"where":"age > 20","groupBy":"city,home.country","distinct":true}"#;
    assert_json(&requests[0], body);
    assert_request_line(&requests[1], "POST", "/data/Person/count");
    assert_json(&requests[1], r#"{"distinct":true}"#);
    assert_request_line(&requests[2], "GET", "/data/Person/count?where=age+%3E+20");
}

#[tokio::test]
async fn groups_of_the_local_server_are_counted() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let people = client.data::<Record>("Person");
    for (city, age) in [("Rome", 20), ("Rome", 30), ("Oslo", 20), ("Oslo", 10)] {
        people
            .create(&json!({"city": city, "age": age}))
            .await
            .unwrap();
    }
    assert_eq!(people.count().group_by(["city"]).await.unwrap(), 2);
    assert_eq!(people.count().group_by(["city", "age"]).await.unwrap(), 4);
    let adults = people.count().filter("age > 15").group_by(["age"]);
    assert_eq!(adults.await.unwrap(), 2);
    // Every row has another objectId.
    assert_eq!(people.count().distinct().await.unwrap(), 4);
    let error = people.count().group_by(["missing"]).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(1006));
    assert_eq!(
        error.operation().map(|operation| operation.id()),
        Some("countObjectsByPost")
    );
}

/// Search, sort and group by columns of related rows, whose names the client sends as they are.
#[tokio::test]
async fn columns_of_related_rows_are_sent_and_read() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let people = client.data::<Record>("Person");
    for (name, city) in [("Bob", "Rome"), ("Eve", "Oslo")] {
        let home = client
            .data::<Record>("Home")
            .create(&json!({"city": city}))
            .await
            .unwrap();
        let person = people.create(&json!({"name": name})).await.unwrap();
        let relation = people.relation::<Record>(&*person.object_id, "home:Home:1");
        relation.set([&*home.object_id]).await.unwrap();
    }
    let find = people
        .find()
        .sort_by("home.city")
        .properties(["name", "home.city as town"]);
    let rows = find.rows::<Record>().await.unwrap();
    let values: Vec<_> = rows
        .iter()
        .map(|row| (&row["name"], &row["town"]))
        .collect();
    assert_eq!(
        values,
        [
            (&json!("Eve"), &json!("Oslo")),
            (&json!("Bob"), &json!("Rome"))
        ]
    );
    assert_eq!(people.count().group_by(["home.city"]).await.unwrap(), 2);
}
