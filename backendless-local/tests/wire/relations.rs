//! Relations: their storage, automatic load, conditions on related rows, and deletions.

use backendless_local::Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Call, Folder, TestServer, keys, text};

async fn create(app: &TestServer, table: &str, row: Value) -> String {
    text(&app.post(&format!("/data/{table}"), row).ok().await["objectId"])
}

fn add(app: &TestServer, path: &str, ids: &[&String]) -> Call {
    app.put(&format!("/data/{path}"), json!(ids))
}

/// Returns the names of rows, sorted.
fn names(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap();
    let mut names: Vec<String> = rows.iter().map(|row| text(&row["name"])).collect();
    names.sort();
    names
}

/// Bob with the friends Eve and Kim, who have homes in Oslo and Rome.
struct People {
    app: TestServer,
    bob: String,
    eve: String,
    kim: String,
    oslo: String,
}

impl People {
    async fn start() -> People {
        let app = TestServer::start().await;
        let bob = create(&app, "Person", json!({"name": "Bob", "age": 40})).await;
        let eve = create(&app, "Person", json!({"name": "Eve", "age": 20})).await;
        let kim = create(&app, "Person", json!({"name": "Kim", "age": 30})).await;
        let oslo = create(&app, "City", json!({"name": "Oslo", "people": 700})).await;
        let rome = create(&app, "City", json!({"name": "Rome", "people": 2800})).await;
        add(
            &app,
            &format!("Person/{bob}/friends:Person:n"),
            &[&eve, &kim],
        )
        .ok()
        .await;
        add(&app, &format!("Person/{eve}/home:City:1"), &[&oslo])
            .ok()
            .await;
        add(&app, &format!("Person/{kim}/home"), &[&rome])
            .ok()
            .await;
        People {
            app,
            bob,
            eve,
            kim,
            oslo,
        }
    }

    fn relation(&self, parent: &str, column: &str) -> Call {
        self.app.get(&format!("/data/Person/{parent}/{column}"))
    }

    async fn find(&self, parameters: &[(&str, &str)]) -> Value {
        self.app.get("/data/Person").query(parameters).ok().await
    }
}

#[tokio::test]
async fn unloaded_relations_are_no_properties_of_a_row() {
    let people = People::start().await;
    let bob = people
        .app
        .get(&format!("/data/Person/{}", people.bob))
        .ok()
        .await;
    assert_eq!(
        keys(&bob)
            .into_iter()
            .filter(|key| !key.starts_with("___"))
            .count(),
        6,
        "{bob}"
    );
    assert!(bob.get("friends").is_none() && bob.get("home").is_none());
}

#[tokio::test]
async fn relations_are_loaded_by_name_by_path_and_by_depth() {
    let people = People::start().await;
    let bob = format!("/data/Person/{}", people.bob);
    let load =
        |name: &'static str, value: &'static str| people.app.get(&bob).query(&[(name, value)]).ok();

    let row = load("loadRelations", "friends").await;
    assert_eq!(names(&row["friends"]), ["Eve", "Kim"]);
    assert_eq!(row["friends"][0]["___class"], "Person");
    assert!(row["friends"][0].get("home").is_none() && row.get("home").is_none());

    let row = load("loadRelations", "friends.home,home").await;
    assert_eq!(row["friends"][0]["home"]["name"], "Oslo");
    assert!(row["friends"][0].get("friends").is_none());
    assert_eq!(row["home"], json!(null));

    let row = load("loadRelations", "*").await;
    assert_eq!(names(&row["friends"]), ["Eve", "Kim"]);
    assert_eq!(row["home"], json!(null));
    assert!(row["friends"][0].get("home").is_none());

    let row = load("loadRelations", "friends.*").await;
    assert_eq!(row["friends"][1]["home"]["name"], "Rome");
    assert_eq!(row["friends"][1]["friends"], json!([]));

    assert!(load("relationsDepth", "0").await.get("friends").is_none());
    let row = load("relationsDepth", "1").await;
    assert!(row["friends"][0].get("home").is_none());
    let row = load("relationsDepth", "2").await;
    assert_eq!(row["friends"][0]["home"]["name"], "Oslo");

    let body =
        json!({"where": "name = 'Bob'", "loadRelations": ["friends"], "relationsPageSize": 1});
    let rows = people.app.post("/data/Person/find", body).ok().await;
    assert_eq!(rows[0]["friends"].as_array().unwrap().len(), 1);
    let rows = people
        .find(&[
            ("property", "name"),
            ("relationsDepth", "1"),
            ("sortBy", "name"),
        ])
        .await;
    assert_eq!(names(&rows[0]["friends"]), ["Eve", "Kim"]);
}

#[tokio::test]
async fn ten_related_rows_are_loaded_by_default() {
    let app = TestServer::start().await;
    let parent = create(&app, "Parent", json!({"name": "p"})).await;
    for n in 0..15 {
        create(&app, "Child", json!({"n": n})).await;
    }
    let path = format!("/data/Parent/{parent}");
    let added = app.put(
        &format!("{path}/children:Child:n?whereClause=n%20%3E%3D%200"),
        json!(null),
    );
    assert_eq!(added.ok().await, 15);
    for (size, expected) in [
        (None, 10),
        (Some("0"), 0),
        (Some("5"), 5),
        (Some("100"), 15),
    ] {
        let mut query = vec![("relationsDepth", "1")];
        query.extend(size.map(|size| ("relationsPageSize", size)));
        let row = app.get(&path).query(&query).ok().await;
        assert_eq!(row["children"].as_array().unwrap().len(), expected);
    }
    for (size, code) in [("-1", 8008), ("101", 1025), ("x", 8008)] {
        let query = [("relationsDepth", "1"), ("relationsPageSize", size)];
        app.get(&path).query(&query).rejected(400, code).await;
    }
}

/// People who are each other's friends: 2 to the power of the depth.
#[tokio::test]
async fn circular_relations_are_limited() {
    let app = TestServer::start().await;
    let a = create(&app, "Person", json!({"name": "a"})).await;
    let b = create(&app, "Person", json!({"name": "b"})).await;
    for person in [&a, &b] {
        add(
            &app,
            &format!("Person/{person}/friends:Person:n"),
            &[&a, &b],
        )
        .ok()
        .await;
    }
    let path = format!("/data/Person/{a}");
    let depth = |depth: &'static str| app.get(&path).query(&[("relationsDepth", depth)]);
    assert_eq!(
        depth("3").ok().await["friends"][1]["friends"][1]["friends"][0]["name"],
        "a"
    );
    let message = depth("20").rejected(400, 8000).await;
    assert!(
        message.contains("more than 10000 related rows"),
        "{message}"
    );
    depth("21").rejected(400, 8008).await;
    depth("99999999999").rejected(400, 8008).await;
}

#[tokio::test]
async fn path_of_relations_has_at_most_20_names() {
    let people = People::start().await;
    let path = format!("/data/Person/{}", people.bob);
    let load = |names: usize| {
        let relations = vec!["friends"; names].join(".");
        people
            .app
            .get(&path)
            .query(&[("loadRelations", &relations)])
    };
    assert_eq!(names(&load(20).ok().await["friends"]), ["Eve", "Kim"]);
    for count in [21, 22] {
        assert_eq!(
            load(count).rejected(400, 8008).await,
            "a path in 'loadRelations' has more than 20 names"
        );
    }
}

#[tokio::test]
async fn conditions_on_related_rows_apply_to_the_same_row() {
    let people = People::start().await;
    for (clause, expected) in [
        ("home.name = 'Oslo'", vec!["Eve"]),
        ("friends.home.name = 'Oslo'", vec!["Bob"]),
        ("friends.name = 'Eve' and friends.age = 20", vec!["Bob"]),
        ("friends.name = 'Eve' and friends.age = 30", vec![]),
        (
            "friends.name = 'Eve' and friends.home.people > 1000",
            vec![],
        ),
        (
            "friends.name = 'Kim' and friends.home.people > 1000",
            vec!["Bob"],
        ),
        ("friends.age > age", vec![]),
        ("friends.age < age and name like 'B%'", vec!["Bob"]),
        ("home.objectId is null", vec!["Bob"]),
        ("not home.name = 'Oslo'", vec!["Kim"]),
        (
            "home.name in ('Oslo', 'Rome') or age = 40",
            vec!["Bob", "Eve", "Kim"],
        ),
        ("upper(home.name) = 'ROME'", vec!["Kim"]),
    ] {
        assert_eq!(
            people.app.names("Person", clause).await,
            expected,
            "{clause}"
        );
    }
    let count = people
        .app
        .get("/data/Person/count")
        .query(&[("where", "friends.age > 1")]);
    assert_eq!(count.ok().await, 1);
    for (clause, code) in [
        ("home.nope = 1", 1006),
        ("nope.name = 'x'", 1006),
        ("name.x = 'x'", 1006),
        ("home = 'x'", 1006),
        ("home.name.x = 'x'", 1006),
    ] {
        people
            .app
            .get("/data/Person")
            .query(&[("where", clause)])
            .rejected(400, code)
            .await;
    }
    let eve = people
        .app
        .get("/data/Person")
        .query(&[("where", "name = 'Eve'")]);
    let path = format!("/data/Person/{}", text(&eve.ok().await[0]["objectId"]));
    let age = json!({"___class": "BackendlessExpression", "value": "home.people + 1"});
    let message = people.app.put(&path, json!({ "age": age }));
    let message = message.rejected(400, 8000).await;
    assert!(
        message.contains("a column of a related table in a computed value"),
        "{message}"
    );
    // Writes by a condition on related rows.
    let path = "/data/bulk/Person?where=home.name%20%3D%20%27Oslo%27";
    assert_eq!(people.app.put(path, json!({"age": 21})).ok().await, 1);
    assert_eq!(people.app.names("Person", "age = 21").await, ["Eve"]);
    let body = json!({"where": "friends.home.name = 'Rome' or home.name = 'Rome'"});
    assert_eq!(
        people.app.post("/data/bulk/Person/delete", body).ok().await,
        2
    );
    assert_eq!(people.app.names("Person", "").await, ["Eve"]);
}

#[tokio::test]
async fn deletion_of_a_parent_or_a_child_deletes_the_relation_only() {
    let people = People::start().await;
    people
        .app
        .delete(&format!("/data/Person/{}", people.kim))
        .ok()
        .await;
    let friends = people.relation(&people.bob, "friends").ok().await;
    assert_eq!(names(&friends), ["Eve"]);
    // Its home remains.
    assert_eq!(people.app.names("City", "").await, ["Oslo", "Rome"]);
    let body = json!({"where": "name = 'Oslo'"});
    people.app.post("/data/bulk/City/delete", body).ok().await;
    let eve = people
        .find(&[("where", "name = 'Eve'"), ("loadRelations", "home")])
        .await;
    assert_eq!(eve[0]["home"], json!(null));
    people
        .app
        .delete(&format!("/data/Person/{}", people.bob))
        .ok()
        .await;
    people
        .relation(&people.bob, "friends")
        .rejected(404, 1000)
        .await;
    // A new row with the same id has no relations.
    let body = json!({"objectId": people.bob, "name": "Bob"});
    people.app.put("/data/Person/upsert", body).ok().await;
    assert_eq!(
        people.relation(&people.bob, "friends").ok().await,
        json!([])
    );
}

#[tokio::test]
async fn relations_in_the_body_of_a_row_are_ignored() {
    let people = People::start().await;
    let path = format!("/data/Person/{}", people.eve);
    let mut eve = people
        .app
        .get(&path)
        .query(&[("loadRelations", "*")])
        .ok()
        .await;
    eve["age"] = json!(22);
    eve["home"] = json!({"name": "Paris"});
    let saved = people.app.put("/data/Person", eve).ok().await;
    assert_eq!(saved["age"], 22);
    assert!(saved.get("home").is_none());
    let home = people.relation(&people.eve, "home").ok().await;
    assert_eq!(names(&home), ["Oslo"]);
    people
        .app
        .put(&path, json!({"home": null}))
        .rejected(400, 1001)
        .await;
    let new = people.app.post(
        "/data/Person",
        json!({"name": "New", "home": {"name": "Paris"}}),
    );
    assert!(new.ok().await.get("home").is_none());
}

#[tokio::test]
async fn children_are_ids_or_a_condition() {
    let people = People::start().await;
    let path = format!("/data/Person/{}/friends", people.bob);
    let clause = format!("{path}?whereClause=age%20%3D%2020");
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let send =
            |path: &str, body: &'static str| people.app.request(method.clone(), path).raw(body);
        send(&path, "").rejected(400, 8007).await;
        send(&path, "{}").rejected(400, 8000).await;
        send(&path, "[1]").rejected(400, 8000).await;
        send(&path, "[").rejected(400, 8002).await;
        send(&clause, "[\"x\"]").rejected(400, 8008).await;
        send(&format!("{path}?whereClause="), "")
            .rejected(400, 19_000)
            .await;
        send(&format!("{path}:::"), "[]").rejected(400, 8008).await;
    }
    assert_eq!(people.app.request(Method::DELETE, &clause).ok().await, 1);
    assert_eq!(names(&people.app.get(&path).ok().await), ["Kim"]);
    // A quote in an id or a clause is a value.
    let set = people.app.post(&path, json!(["' OR 1 = 1 --", people.eve]));
    assert_eq!(set.ok().await, 1);
    assert_eq!(names(&people.app.get(&path).ok().await), ["Eve"]);
    let unknown = people.app.get(&format!(
        "{path}?where=objectId%20%3D%20%27{}%27",
        people.oslo
    ));
    assert_eq!(unknown.ok().await, json!([]));
}

#[tokio::test]
async fn users_can_be_parents_and_children() {
    let app = TestServer::start().await;
    let ann = app.user("ann@b.c", "pw").await;
    let bob = app.user("bob@b.c", "pw").await;
    let path = format!("/data/Users/{}/friends:Users:n", text(&ann["objectId"]));
    assert_eq!(app.put(&path, json!([bob["objectId"]])).ok().await, 1);
    let users = app
        .get("/data/Users")
        .query(&[("loadRelations", "friends"), ("sortBy", "email")])
        .ok()
        .await;
    assert_eq!(users[0]["friends"][0]["email"], "bob@b.c");
    assert!(users[0]["friends"][0].get("password").is_none());
}

#[tokio::test]
async fn relations_survive_a_restart_and_a_reset_deletes_them() {
    let folder = Folder::new("relations");
    let start = || TestServer::of(Server::builder().data_dir(&folder.0));
    let app = start().await;
    let a = create(&app, "Person", json!({"name": "a"})).await;
    add(&app, &format!("Person/{a}/friends:Person:n"), &[&a])
        .ok()
        .await;
    app.server.stop().await;
    let app = start().await;
    let path = format!("/data/Person/{a}/friends");
    assert_eq!(names(&app.get(&path).ok().await), ["a"]);
    app.server.reset().await.unwrap();
    let a = create(&app, "Person", json!({"name": "a"})).await;
    app.get(&format!("/data/Person/{a}/friends"))
        .rejected(400, 1006)
        .await;
    app.server.stop().await;
}
