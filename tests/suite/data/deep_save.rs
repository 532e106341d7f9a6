//! Saving a row with the rows in its relations, as the end-to-end tests of the official SDK describe the service.

use backendless::{ErrorCode, ErrorKind, Record, RetryPolicy, Table};
use backendless_local::Server;
use backendless_tests::{Behaviour, ScriptedServer, TestClock};
use serde_json::{Value, json};

use crate::support::{assert_json, assert_request_line, local_client, recorded_request};

#[tokio::test]
async fn request_has_the_form_of_the_official_sdk() {
    let row = r#"{"address":{"city":"X"},"name":"Bob"}"#;
    let request = recorded_request(r#"{"objectId":"B2"}"#, |client| {
        let bob = json!({"name": "Bob", "address": {"city": "X"}});
        client.data::<Record>("My People").deep_save(&bob)
    })
    .await;
    assert_request_line(&request, "PUT", "/data/My%20People/deep-save");
    assert_json(&request, row);
}

#[tokio::test]
async fn a_deep_save_is_not_retried() {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let builder = server.client_builder().retry(RetryPolicy::default());
    let client = builder.clock(TestClock::default()).build().unwrap();
    let error = client.data::<Record>("Person").deep_save(&json!({})).await;
    assert_eq!(error.unwrap_err().attempts(), 1);
}

/// A table of persons with a friend and a family, and a person `Bob`.
struct Fixture {
    server: Server,
    people: Table<Record>,
    children: Table<Record>,
    bob: String,
}

impl Fixture {
    async fn start() -> Self {
        let server = Server::start().await.unwrap();
        let client = local_client(&server);
        let (people, children) = (
            client.data::<Record>("Person"),
            client.data::<Record>("People"),
        );
        let bob = children
            .create(&json!({"name": "Bob", "age": 20}))
            .await
            .unwrap();
        let first = people
            .create(&json!({"name": "First", "age": 1}))
            .await
            .unwrap();
        for relation in ["friend:People:1", "family:People:n"] {
            let relation = people.relation::<Record>(&first.object_id, relation);
            relation.set([&bob.object_id]).await.unwrap();
        }
        Self {
            server,
            people,
            children,
            bob: bob.object_id,
        }
    }

    /// Names and ages of the family of a person, in the order of their creation.
    async fn family(&self, id: &str) -> Vec<(Value, Value)> {
        let family = self.people.relation::<Record>(id, "family");
        let family = family.find().sort_by("created").await.unwrap();
        let pairs = family
            .iter()
            .map(|row| (row["name"].clone(), row["age"].clone()));
        pairs.collect()
    }
}

#[tokio::test]
async fn an_object_in_a_one_to_one_relation_is_created_or_updated_and_related() {
    let fixture = Fixture::start().await;
    let (people, bob) = (&fixture.people, fixture.bob.as_str());
    let joe = json!({"name": "Joe", "age": 30, "friend": {"objectId": bob}});
    let joe = people.deep_save(&joe).await.unwrap();
    assert_eq!(
        (&joe["name"], &joe["friend"]["name"]),
        (&json!("Joe"), &json!("Bob"))
    );
    assert_eq!(joe["friend"]["objectId"], bob);
    assert!(!joe.contains_key("family"));

    let changes =
        json!({"objectId": joe.object_id, "age": 25, "friend": {"name": "Suzi", "age": 20}});
    let saved = people.deep_save(&changes).await.unwrap();
    assert_eq!(saved.object_id, joe.object_id);
    assert_eq!((&saved["name"], &saved["age"]), (&json!("Joe"), &json!(25)));
    assert_eq!(saved["friend"]["name"], "Suzi");
    let friend = people
        .relation::<Record>(&joe.object_id, "friend")
        .find()
        .await
        .unwrap();
    assert_eq!((friend.len(), &friend[0]["name"]), (1, &json!("Suzi")));

    let removed = json!({"objectId": joe.object_id, "friend": null});
    let saved = people.deep_save(&removed).await.unwrap();
    assert!(!saved.contains_key("friend"));
    assert_eq!(saved["age"], 25);
    let friend = people
        .relation::<Record>(&joe.object_id, "friend")
        .find()
        .await
        .unwrap();
    assert_eq!(friend.len(), 0);
    // No row is deleted.
    assert_eq!(fixture.children.count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_list_in_a_one_to_many_relation_replaces_the_related_rows() {
    let fixture = Fixture::start().await;
    let (people, bob) = (&fixture.people, fixture.bob.as_str());
    let eva = json!({"name": "Eva", "family": [{"objectId": bob, "age": 15}, {"name": "Jack", "age": 20}]});
    let eva = people.deep_save(&eva).await.unwrap();
    assert_eq!(eva["family"][0]["name"], "Jack");
    assert_eq!(
        (&eva["family"][1]["objectId"], &eva["family"][1]["age"]),
        (&json!(bob), &json!(15))
    );
    let family = [(json!("Bob"), json!(15)), (json!("Jack"), json!(20))];
    assert_eq!(fixture.family(&eva.object_id).await, family);

    let changes = json!({"objectId": eva.object_id, "age": 50, "family": [{"objectId": bob}]});
    let saved = people.deep_save(&changes).await.unwrap();
    assert_eq!(saved["age"], 50);
    assert_eq!(saved["family"].as_array().unwrap().len(), 1);
    assert_eq!(fixture.family(&eva.object_id).await, family[..1]);

    // A relation that is not given stays.
    people
        .deep_save(&json!({"objectId": eva.object_id, "age": 51}))
        .await
        .unwrap();
    assert_eq!(fixture.family(&eva.object_id).await.len(), 1);
    let none = json!({"objectId": eva.object_id, "family": []});
    let saved = people.deep_save(&none).await.unwrap();
    assert!(!saved.contains_key("family"));
    assert_eq!(fixture.family(&eva.object_id).await, []);
    assert_eq!(fixture.children.count().await.unwrap(), 2);
}

#[tokio::test]
async fn rows_of_several_levels_are_saved_in_one_transaction() {
    let fixture = Fixture::start().await;
    let (people, children) = (&fixture.people, &fixture.children);
    let of_bob = children.relation::<Record>(&fixture.bob, "pets:Pet:n");
    let cat = cat(&fixture).await;
    of_bob.set([&cat]).await.unwrap();
    let liza = json!({"name": "Liza", "friend": {"name": "Dad", "pets": [{"name": "Rex"}, {"name": "Tom"}]}});
    let saved = people.deep_save(&liza).await.unwrap();
    assert_eq!(saved["friend"]["pets"][0]["name"], "Tom");
    assert_eq!(saved["friend"]["pets"][1]["name"], "Rex");
    let id = saved["friend"]["objectId"].as_str().unwrap();
    let stored = children
        .relation::<Record>(id, "pets")
        .find()
        .await
        .unwrap();
    assert_eq!(stored.len(), 2);

    let before = (
        people.count().await.unwrap(),
        children.count().await.unwrap(),
    );
    for (invalid, code) in [
        (
            json!({"name": "A", "friend": {"name": "B", "pets": [{"objectId": "no-such-id"}]}}),
            1_000,
        ),
        (json!({"name": "A", "friend": [{"name": "B"}]}), 1_007),
        (
            json!({"name": "A", "friend": {"name": "B", "pets": {"name": "C"}}}),
            1_007,
        ),
        (json!({"name": "A", "family": [{"name": "B"}, 5]}), 1_007),
        (
            json!({"name": "A", "family": [{"name": "B"}, {"age": "old"}]}),
            1_007,
        ),
        (json!({"objectId": "no-such-id", "name": "A"}), 1_000),
    ] {
        let error = people.deep_save(&invalid).await.unwrap_err();
        assert_eq!(
            error.code(),
            Some(ErrorCode::new(code)),
            "{invalid}: {error}"
        );
    }
    let reference = json!({"name": "A", "friend": {"__originSubID": "1"}});
    assert_eq!(
        people.deep_save(&reference).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    // Nothing of the rejected rows is stored.
    assert_eq!(
        (
            people.count().await.unwrap(),
            children.count().await.unwrap()
        ),
        before
    );
}

/// Creates the table of pets, and returns the id of its row.
async fn cat(fixture: &Fixture) -> String {
    let client = local_client(&fixture.server);
    let pet = client.data::<Record>("Pet").create(&json!({"name": "Cat"}));
    pet.await.unwrap().object_id
}

#[tokio::test]
async fn relations_are_described() {
    let fixture = Fixture::start().await;
    let columns = fixture.people.describe().await.unwrap();
    let relations: Vec<_> = columns
        .iter()
        .filter_map(|column| {
            Some((
                column.name.as_str(),
                column.data_type.as_str(),
                column.related_table.as_deref()?,
            ))
        })
        .collect();
    assert_eq!(
        relations,
        [
            ("friend", "RELATION", "People"),
            ("family", "RELATION_LIST", "People")
        ]
    );
}

#[tokio::test]
async fn related_rows_are_returned_by_get_and_find() {
    let fixture = Fixture::start().await;
    let family = json!([{"name": "A"}, {"name": "B"}, {"name": "C"}]);
    let eva =
        json!({"name": "Eva", "age": 2, "family": family, "friend": {"objectId": fixture.bob}});
    let eva = fixture.people.deep_save(&eva).await.unwrap().object_id;
    let get = || fixture.people.get(&eva);
    assert!(!get().await.unwrap().contains_key("family"));
    let row = get()
        .load_relations(["family"])
        .relations_page_size(2)
        .await
        .unwrap();
    assert_eq!(row["family"].as_array().unwrap().len(), 2);
    assert!(!row.contains_key("friend"));
    let row = get().relations_depth(1).await.unwrap();
    assert_eq!(
        (
            &row["friend"]["name"],
            row["family"].as_array().unwrap().len()
        ),
        (&json!("Bob"), 3)
    );
    let find = fixture.people.find().filter("name = 'Eva'");
    let rows = find
        .relations_depth(1)
        .relations_page_size(1)
        .await
        .unwrap();
    assert_eq!(rows[0]["family"].as_array().unwrap().len(), 1);
}
