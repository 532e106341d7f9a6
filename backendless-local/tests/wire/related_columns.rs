//! Columns of related rows in properties, sort keys, groups and conditions for groups: `home.city`.

use backendless_local::{Operation, Permissions, Server};
use serde_json::{Value, json};

use crate::support::{TestServer, keys, text};

/// Persons with a home in a country, of whom the last has no home.
async fn persons(app: &TestServer) {
    let mut countries = Vec::new();
    for name in ["Italy", "France"] {
        let row = json!({"name": name, "code": &name[..2]});
        countries.push(app.post("/data/Country", row).ok().await);
    }
    for (name, age, city, country) in [
        ("Bob", 20, Some("Rome"), 0),
        ("Eve", 30, Some("Lyon"), 1),
        ("Joe", 40, Some("Rome"), 0),
        ("Max", 50, None, 0),
    ] {
        let person = json!({"name": name, "age": age});
        let person = app.post("/data/Person", person).ok().await;
        let path = format!("/data/Person/{}", text(&person["objectId"]));
        app.put(&format!("{path}/friends:Person:n"), json!([]))
            .ok()
            .await;
        let Some(city) = city else { continue };
        let home = json!({"city": city, "zip": age});
        let home = app.post("/data/Home", home).ok().await;
        let related = json!([home["objectId"]]);
        app.put(&format!("{path}/home:Home:1"), related).ok().await;
        let related = json!([countries[country]["objectId"]]);
        let path = format!("/data/Home/{}/country:Country:1", text(&home["objectId"]));
        app.put(&path, related).ok().await;
    }
}

async fn find(app: &TestServer, parameters: &[(&str, &str)]) -> Value {
    app.get("/data/Person").query(parameters).ok().await
}

fn names(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| text(&row["name"])).collect()
}

#[tokio::test]
async fn rows_are_sorted_by_a_column_of_a_related_row() {
    let app = TestServer::start().await;
    persons(&app).await;
    let rows = find(&app, &[("sortBy", "home.city,age desc")]).await;
    assert_eq!(names(&rows), ["Max", "Eve", "Joe", "Bob"]);
    let rows = find(&app, &[("sortBy", "home.country.name desc, home.zip desc")]).await;
    assert_eq!(names(&rows), ["Joe", "Bob", "Eve", "Max"]);
    let rows = find(&app, &[("sortBy", "UPPER(home.city) desc,age")]).await;
    assert_eq!(names(&rows), ["Bob", "Joe", "Eve", "Max"]);
}

#[tokio::test]
async fn property_of_a_related_row_has_the_name_of_its_column_or_an_alias() {
    let app = TestServer::start().await;
    persons(&app).await;
    let properties = "name,home.city,home.country.name as country,LENGTH(home.city) as length";
    let rows = find(&app, &[("props", properties), ("pageSize", "4")]).await;
    let expected = [
        json!(["Rome", "Italy", 4]),
        json!(["Lyon", "France", 4]),
        json!(["Rome", "Italy", 4]),
        json!([null, null, null]),
    ];
    for (row, expected) in rows.as_array().unwrap().iter().zip(expected) {
        let values = json!([row["city"], row["country"], row["length"]]);
        assert_eq!(values, expected, "{row}");
        assert!(keys(row).contains(&"objectId"));
    }
    // Two results would have the same name.
    app.get("/data/Person")
        .query(&[("props", "name,home.country.name")])
        .rejected(400, 1006)
        .await;
    let distinct = find(
        &app,
        &[
            ("props", "home.city"),
            ("distinct", "true"),
            ("sortBy", "city"),
        ],
    );
    assert_eq!(
        distinct.await,
        json!([
            {"city": null, "___class": "Person"},
            {"city": "Lyon", "___class": "Person"},
            {"city": "Rome", "___class": "Person"},
        ])
    );
}

#[tokio::test]
async fn rows_are_grouped_by_a_column_of_a_related_row() {
    let app = TestServer::start().await;
    persons(&app).await;
    let groups = [
        ("props", "Sum(age),home.country.name"),
        ("groupBy", "home.country.name"),
        ("having", "home.country.name is not null"),
        ("sortBy", "home.country.name"),
    ];
    let france = json!({"sum": 30, "name": "France", "___class": "Person"});
    let italy = json!({"sum": 60, "name": "Italy", "___class": "Person"});
    assert_eq!(find(&app, &groups).await, json!([france, italy]));

    // Aggregates of related columns, and a related column that has one value per group.
    let groups = [
        ("props", "Sum(home.zip) as zips,home.city as town"),
        ("groupBy", "home.country.code"),
        ("having", "Count(home.zip) > 1"),
    ];
    let expected = json!([{"zips": 60, "town": "Rome", "___class": "Person"}]);
    assert_eq!(find(&app, &groups).await, expected);
    app.get("/data/Person")
        .query(&[("props", "home.zip"), ("groupBy", "home.city")])
        .rejected(400, 1006)
        .await;
    // The same in an expression.
    let message = app
        .get("/data/Person")
        .query(&[("props", "home.zip + 1 as zip"), ("groupBy", "home.city")])
        .rejected(400, 1006)
        .await;
    assert!(
        message.contains("different values within one group"),
        "{message}"
    );

    let count = json!({"groupBy": "home.city", "where": "home.city is not null"});
    assert_eq!(app.post("/data/Person/count", count).ok().await, 2);
}

#[tokio::test]
async fn unknown_names_and_relations_to_several_rows_are_rejected() {
    let app = TestServer::start().await;
    persons(&app).await;
    let long = format!("{}name", "home.".repeat(21));
    for name in [
        "home.missing",
        "missing.city",
        "age.city",
        "friends.name",
        "home.",
        ".city",
        &long,
    ] {
        for parameter in ["props", "sortBy", "groupBy"] {
            let message = app
                .get("/data/Person")
                .query(&[(parameter, name)])
                .rejected(400, 1006)
                .await;
            let is_many = name == "friends.name";
            assert_eq!(
                message.contains("a relation to several rows"),
                is_many,
                "{message}"
            );
        }
    }
}

#[tokio::test]
async fn name_contains_at_most_20_relations() {
    let app = TestServer::start().await;
    let eve = json!({"name": "Eve", "age": 30});
    let eve = app.post("/data/Person", eve).ok().await;
    let boss = format!("/data/Person/{}/boss:Person:1", text(&eve["objectId"]));
    app.put(&boss, json!([eve["objectId"]])).ok().await;
    let name = |relations: usize| format!("{}name", "boss.".repeat(relations));

    let rows = find(&app, &[("props", &name(20))]).await;
    assert_eq!(rows[0]["name"], "Eve");
    let clause = format!("{} = 'Eve'", name(20));
    assert_eq!(names(&find(&app, &[("where", &clause)]).await), ["Eve"]);
    for relations in [21, 22] {
        let name = name(relations);
        let call = app.get("/data/Person").query(&[("props", &name)]);
        let message = call.rejected(400, 1006).await;
        assert!(message.ends_with("has more than 20 relations"), "{message}");
        let clause = format!("{name} = 'Eve'");
        let call = app.get("/data/Person").query(&[("where", &clause)]);
        let message = call.rejected(400, 19000).await;
        assert!(
            message.ends_with("too many different relations"),
            "{message}"
        );
    }
    let call = app
        .get("/data/Person")
        .query(&[("where", "boss.age = 'x'")]);
    let message = call.rejected(400, 19000).await;
    assert!(message.contains("does not fit 'boss.age'"), "{message}");
}

#[tokio::test]
async fn related_rows_without_permission_have_no_values() {
    let permissions = Permissions::new().deny("Home", "NotAuthenticatedUser", [Operation::Find]);
    let app = TestServer::of(Server::builder().permissions(permissions)).await;
    persons(&app).await;
    let rows = find(
        &app,
        &[
            ("props", "name,home.city"),
            ("sortBy", "home.city desc,age desc"),
        ],
    )
    .await;
    assert_eq!(names(&rows), ["Max", "Joe", "Eve", "Bob"]);
    for row in rows.as_array().unwrap() {
        assert_eq!(row["city"], Value::Null, "{row}");
    }
    let grouped = find(
        &app,
        &[("props", "Count(objectId)"), ("groupBy", "home.city")],
    )
    .await;
    assert_eq!(grouped, json!([{"count": 4, "___class": "Person"}]));
}

#[tokio::test]
async fn error_at_a_column_of_a_related_row_names_its_position() {
    let app = TestServer::start().await;
    persons(&app).await;
    for (clause, at) in [
        ("home.city", "line 1, column 1"),
        ("age = 20 and home.city", "line 1, column 14"),
        ("age = 20 and home.zip + 'x' = 1", "line 1, column 25"),
    ] {
        let call = app.get("/data/Person").query(&[("where", clause)]);
        let message = call.rejected(400, 19000).await;
        assert!(message.contains(at), "{clause}: {message}");
    }
}
