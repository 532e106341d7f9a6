//! Relations: their requests, and complete exchanges with the local server.

use backendless::filter::field;
use backendless::{Client, ErrorCode, ErrorKind, Object, Record, Relation, RetryPolicy, Table};
use backendless_local::Server;
use backendless_tests::{Behaviour, Recorder, ScriptedServer, TestClock};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::support::{
    assert_json, assert_no_body, assert_rejected, assert_request_line, local_client,
    recorded_request,
};

fn friends(client: &Client) -> Relation<Record> {
    client.data::<Record>("Person").relation("B2", "friends")
}

#[tokio::test]
async fn changes_by_ids_have_the_form_of_the_official_sdk() {
    let ids = ["OID-2", "OID-3"];
    let add = recorded_request("2", |client| friends(&client).add(ids)).await;
    assert_request_line(&add, "PUT", "/data/Person/B2/friends");
    assert_json(&add, r#"["OID-2","OID-3"]"#);

    let set = recorded_request("2", |client| friends(&client).set(ids)).await;
    assert_request_line(&set, "POST", "/data/Person/B2/friends");
    assert_json(&set, r#"["OID-2","OID-3"]"#);
    let clear = recorded_request("0", |client| friends(&client).set([""; 0])).await;
    assert_json(&clear, "[]");

    let remove = recorded_request("1", |client| friends(&client).remove([ids[0]])).await;
    assert_request_line(&remove, "DELETE", "/data/Person/B2/friends");
    assert_json(&remove, r#"["OID-2"]"#);

    let declared = recorded_request("1", |client| {
        let people = client.data::<Record>("My Table");
        people
            .relation::<Record>("a b", "friends:Person:n")
            .add(["x"])
    })
    .await;
    assert_request_line(
        &declared,
        "PUT",
        "/data/My%20Table/a%20b/friends%3APerson%3An",
    );
}

#[tokio::test]
async fn changes_by_a_filter_have_no_body() {
    let target = "/data/Person/B2/friends?whereClause=age+%3E+20";
    let adult = || field("age").gt(20);
    let set = recorded_request("2", |client| friends(&client).set_where(adult())).await;
    assert_request_line(&set, "POST", target);
    assert_no_body(&set);
    let add = recorded_request("2", |client| friends(&client).add_where(adult())).await;
    assert_request_line(&add, "PUT", target);
    assert_no_body(&add);
    let remove = recorded_request("2", |client| friends(&client).remove_where("age > 20")).await;
    assert_request_line(&remove, "DELETE", target);
    assert_no_body(&remove);
}

#[tokio::test]
async fn a_search_of_a_relation_has_all_parameters_of_a_search() {
    let find = recorded_request("[]", |client| friends(&client).find()).await;
    assert_request_line(&find, "GET", "/data/Person/B2/friends");
    assert_no_body(&find);
    let find = recorded_request("[]", |client| {
        friends(&client)
            .find()
            .filter("age > 20")
            .sort_by("name")
            .page_size(50)
            .offset(20)
            .properties(["name"])
            .load_relations(["friends"])
            .rows::<Record>()
    })
    .await;
    assert_request_line(
        &find,
        "GET",
        "/data/Person/B2/friends?loadRelations=friends&offset=20&pageSize=50&property=name&sortBy=name\
         &where=age+%3E+20",
    );
    let null = Recorder::responding(200, "null").await;
    assert!(friends(&null.client()).find().await.unwrap().is_empty());
    let error = friends(&null.client())
        .find()
        .page_size(101)
        .await
        .unwrap_err();
    assert_rejected(&error, "findRelatedObjects", "page_size is 101");
}

#[tokio::test]
async fn a_filter_without_a_condition_must_be_confirmed() {
    let server = Recorder::responding(200, "5").await;
    let friends = friends(&server.client());
    for (change, operation) in [
        (friends.set_where(""), "setRelation"),
        (friends.add_where(" "), "addRelation"),
        (friends.remove_where("\n"), "deleteRelation"),
    ] {
        let error = change.await.unwrap_err();
        assert_rejected(&error, operation, "the filter has no condition");
    }
    assert_eq!(server.requests().len(), 0);
    assert_eq!(friends.remove_where("").all().await.unwrap(), 5);
    assert_request_line(
        &server.request(),
        "DELETE",
        "/data/Person/B2/friends?whereClause=objectId+is+not+null",
    );
}

#[tokio::test]
async fn only_changes_by_ids_are_retried_after_a_lost_response() {
    for (attempts, change) in [(3, 0), (3, 1), (3, 2), (1, 3), (1, 4), (1, 5)] {
        let server = ScriptedServer::always(Behaviour::close_before_headers()).await;
        let builder = server.client_builder().retry(RetryPolicy::default());
        let client = builder.clock(TestClock::default()).build().unwrap();
        let friends = friends(&client);
        let error = match change {
            0 => friends.set(["a"]).await,
            1 => friends.add(["a"]).await,
            2 => friends.remove(["a"]).await,
            3 => friends.set_where("a = 1").await,
            4 => friends.add_where("a = 1").await,
            _ => friends.remove_where("a = 1").await,
        };
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost);
        assert_eq!(error.attempts(), attempts, "{change}: {error}");
    }
}

async fn create(table: &Table<Record>, row: Value) -> Object<Record> {
    table.create(&row).await.unwrap()
}

fn names(rows: &[Object<Record>]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn children_are_added_set_and_removed() {
    let server = Server::start().await.unwrap();
    let people = local_client(&server).data::<Record>("Person");
    let bob = create(&people, json!({"name": "Bob", "age": 40})).await;
    let mut ids = Vec::new();
    for (name, age) in [("Ann", 10), ("Eve", 20), ("Kim", 30)] {
        ids.push(
            create(&people, json!({"name": name, "age": age}))
                .await
                .object_id,
        );
    }
    let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    assert_eq!(friends.add([&ids[0], &ids[1]]).await.unwrap(), 2);
    // Known children and ids that do not exist are ignored.
    assert_eq!(
        friends.add([&ids[1], &ids[2], "no such id"]).await.unwrap(),
        1
    );
    let friends = people.relation::<Record>(&bob.object_id, "friends");
    assert_eq!(names(&friends.find().await.unwrap()), ["Ann", "Eve", "Kim"]);
    let adults = friends.find().filter("age > 15").sort_by("age desc");
    assert_eq!(names(&adults.await.unwrap()), ["Kim", "Eve"]);
    let page = friends.find().sort_by("age").page_size(1).offset(1);
    assert_eq!(names(&page.await.unwrap()), ["Eve"]);
    let all: Vec<_> = friends
        .find()
        .page_size(2)
        .by_key()
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(all.len(), 3);
    let first = friends.find().sort_by("age").first().await.unwrap();
    assert_eq!(first.unwrap()["name"], "Ann");
    let total = friends
        .find()
        .properties(["Sum(age) as total"])
        .rows::<Record>();
    assert_eq!(total.await.unwrap()[0]["total"], 60);

    assert_eq!(friends.remove([&ids[0], &ids[0]]).await.unwrap(), 1);
    assert_eq!(friends.remove([&ids[0]]).await.unwrap(), 0);
    // One of the two was related already.
    assert_eq!(friends.set([&ids[0], &ids[1]]).await.unwrap(), 1);
    assert_eq!(names(&friends.find().await.unwrap()), ["Ann", "Eve"]);
    assert_eq!(friends.set_where("age >= 30").await.unwrap(), 2);
    assert_eq!(names(&friends.find().await.unwrap()), ["Bob", "Kim"]);
    assert_eq!(friends.add_where(field("age").eq(10)).await.unwrap(), 1);
    assert_eq!(friends.remove_where("age < 35").await.unwrap(), 2);
    assert_eq!(names(&friends.find().await.unwrap()), ["Bob"]);
    assert_eq!(friends.set([""; 0]).await.unwrap(), 0);
    assert!(friends.find().await.unwrap().is_empty());
    assert_eq!(people.count().await.unwrap(), 4);
}

#[tokio::test]
async fn one_to_one_relation_has_one_child() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let people = client.data::<Record>("Person");
    let addresses = client.data::<Record>("Address");
    let bob = create(&people, json!({"name": "Bob"})).await;
    let oslo = create(&addresses, json!({"city": "Oslo"})).await.object_id;
    let rome = create(&addresses, json!({"city": "Rome"})).await.object_id;
    let address = people.relation::<Record>(&bob.object_id, "address:Address:1");
    assert_eq!(address.add([&oslo]).await.unwrap(), 1);
    assert_eq!(address.add([&oslo]).await.unwrap(), 0);
    for rejected in [address.add([&rome]), address.set([&oslo, &rome])] {
        let error = rejected.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert!(error.to_string().contains("one-to-one"), "{error}");
    }
    let error = address.set_where("city is not null").await.unwrap_err();
    assert!(error.to_string().contains("one-to-one"), "{error}");
    // A rejected change has no effect.
    assert_eq!(
        address.find().first().await.unwrap().unwrap()["city"],
        "Oslo"
    );
    assert_eq!(address.set([&rome]).await.unwrap(), 1);
    let loaded = people.find().load_relations(["address"]).await.unwrap();
    assert_eq!(loaded[0]["address"]["city"], "Rome");
    address.remove([&rome]).await.unwrap();
    let loaded = people.find().load_relations(["address"]).await.unwrap();
    assert_eq!(loaded[0]["address"], json!(null));
}

#[tokio::test]
async fn relations_are_loaded_with_their_parents_and_filter_them() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let people = client.data::<Record>("Person");
    let cities = client.data::<Record>("City");
    let oslo = create(&cities, json!({"name": "Oslo"})).await.object_id;
    let bob = create(&people, json!({"name": "Bob"})).await.object_id;
    let eve = create(&people, json!({"name": "Eve"})).await.object_id;
    let home = people.relation::<Record>(&eve, "home:City:1");
    home.set([&oslo]).await.unwrap();
    let friends = people.relation::<Record>(&bob, "friends:Person:n");
    friends.set([&eve]).await.unwrap();

    let loaded = people
        .find()
        .filter("name = 'Bob'")
        .load_relations(["friends.home"])
        .await
        .unwrap();
    assert_eq!(loaded[0]["friends"][0]["home"]["name"], "Oslo");
    assert!(!loaded[0].contains_key("home"));
    let by_relation = people.find().filter(field("friends.home.name").eq("Oslo"));
    assert_eq!(names(&by_relation.await.unwrap()), ["Bob"]);
    assert_eq!(
        people.count().filter("home.name = 'Oslo'").await.unwrap(),
        1
    );
    let homeless = people.find().filter("home.objectId is null");
    assert_eq!(names(&homeless.await.unwrap()), ["Bob"]);
}

#[tokio::test]
async fn errors_of_relations_have_the_codes_of_the_service() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let people = client.data::<Record>("Person");
    let bob = create(&people, json!({"name": "Bob"})).await.object_id;
    let relation = |id: &str, column: &str| people.relation::<Record>(id, column);
    let missing = client.data::<Record>("Missing");
    for (error, code) in [
        (
            relation("no such id", "friends:Person:n").add([&bob]),
            1_000,
        ),
        (relation(&bob, "friends").add([&bob]), 1_006),
        (relation(&bob, "name:Person:n").add([&bob]), 1_006),
        (relation(&bob, "friends:Missing:n").add([&bob]), 1_009),
        (relation(&bob, "friends:Person:7").add([&bob]), 8_008),
        (missing.relation::<Record>("x", "y").remove([&bob]), 1_009),
    ] {
        let error = error.await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{error}");
        assert_eq!(error.attempts(), 1);
    }
    // A rejected declaration creates no column.
    relation(&bob, "friends:Person:n")
        .add([&bob])
        .await
        .unwrap();
    let error = relation(&bob, "friends:Person:1").add([&bob]).await;
    assert_eq!(error.unwrap_err().code(), Some(ErrorCode::new(1_007)));
    let error = relation(&bob, "friends").add_where("age >").await;
    assert_eq!(error.unwrap_err().code(), Some(ErrorCode::new(19_000)));
    let error = relation("no such id", "friends").find().await.unwrap_err();
    assert!(error.is_not_found());
}
