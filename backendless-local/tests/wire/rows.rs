//! Creating, reading, changing and deleting single rows.

use serde_json::{Value, json};

use crate::support::{Wire, keys, text};

#[tokio::test]
async fn a_new_row_has_the_system_properties() {
    let wire = Wire::start().await;
    let bob = wire
        .post("/data/Person", json!({"name": "Bob", "age": 20}))
        .ok()
        .await;

    let id = text(&bob["objectId"]);
    assert_eq!(id.len(), 36);
    assert_eq!(id, id.to_uppercase());
    assert!(bob["created"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(bob["updated"], Value::Null);
    assert_eq!(bob["ownerId"], Value::Null);
    assert_eq!(bob["___class"], "Person");
    assert_eq!(bob["name"], "Bob");
    assert_eq!(bob["age"], 20);
    assert_eq!(keys(&bob).len(), 7);

    assert_eq!(wire.get(&format!("/data/Person/{id}")).ok().await, bob);
}

#[tokio::test]
async fn an_empty_object_is_a_row() {
    let wire = Wire::start().await;
    let row = wire.post("/data/Person", json!({})).ok().await;
    let mut keys = keys(&row);
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["___class", "created", "objectId", "ownerId", "updated"]
    );
}

#[tokio::test]
async fn every_answer_has_all_columns_of_the_table() {
    let wire = Wire::start().await;
    let first = wire.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let second = wire.post("/data/Person", json!({"age": 3})).ok().await;
    assert_eq!(second["name"], Value::Null);
    let first = wire
        .get(&format!("/data/Person/{}", text(&first["objectId"])))
        .ok()
        .await;
    assert_eq!(first["age"], Value::Null);
    assert!(keys(&first).contains(&"age"));
}

#[tokio::test]
async fn every_json_value_comes_back_exactly() {
    let wire = Wire::start().await;
    let written = r#"{"yes":true,"no":false,"nothing":null,"int":9007199254740993,
        "least":-9223372036854775808,"largest":9223372036854775807,"unsigned":18446744073709551615,
        "fraction":0.1,"whole":1.0,"tiny":5e-324,"huge":1.7976931348623157e308,"empty":"",
        "text":"O'Hara \"quoted\" \\ \u0000 \n é 名 😀","list":[],
        "nested":{"a":[1,2.5,null,{"b":"c"}],"big":18446744073709551615}}"#;
    let expected: Value = serde_json::from_str(written).unwrap();
    let saved = wire
        .request(reqwest::Method::POST, "/data/Thing")
        .raw(written)
        .ok()
        .await;
    let read = wire
        .get(&format!("/data/Thing/{}", text(&saved["objectId"])))
        .ok()
        .await;
    for (name, value) in expected.as_object().unwrap() {
        // As text: 1 and 1.0 are not the same.
        assert_eq!(saved[name].to_string(), value.to_string(), "{name}");
        assert_eq!(read[name].to_string(), value.to_string(), "{name}");
    }
}

#[tokio::test]
async fn a_column_takes_fractions_beside_integers_and_leaves_each_as_it_is() {
    let wire = Wire::start().await;
    wire.fill(
        "Item",
        &[
            json!({"price": 1}),
            json!({"price": 2.5}),
            json!({"price": 3}),
        ],
    )
    .await;
    let rows = wire.get("/data/Item").ok().await;
    let prices: Vec<String> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["price"].to_string())
        .collect();
    assert_eq!(prices, ["1", "2.5", "3"]);
}

#[tokio::test]
async fn a_value_of_another_type_is_refused_and_nothing_is_kept() {
    let wire = Wire::start().await;
    wire.fill(
        "Person",
        &[json!({"name": "Bob", "age": 20, "ok": true, "tags": [1]})],
    )
    .await;
    for body in [
        json!({"age": "20"}),
        json!({"age": true}),
        json!({"age": [1]}),
        json!({"name": 1}),
        json!({"ok": 1}),
        json!({"ok": "true"}),
        json!({"tags": "x"}),
        json!({"new": 1, "age": ""}),
    ] {
        let message = wire.post("/data/Person", body).refused(400, 1007).await;
        assert!(message.contains("in table 'Person' holds"), "{message}");
    }
    assert_eq!(wire.get("/data/Person/count").ok().await, 1);
    // The column of the refused row was not made either.
    let row = &wire.get("/data/Person").ok().await[0];
    assert!(!keys(row).contains(&"new"));
}

#[tokio::test]
async fn a_column_of_nulls_takes_the_type_of_its_first_value() {
    let wire = Wire::start().await;
    wire.fill("Person", &[json!({"nick": null}), json!({"nick": "Al"})])
        .await;
    wire.post("/data/Person", json!({"nick": 1}))
        .refused(400, 1007)
        .await;
}

#[tokio::test]
async fn the_object_id_of_a_new_row_is_not_the_callers() {
    let wire = Wire::start().await;
    for id in [json!("MINE"), json!(""), json!(7)] {
        wire.post("/data/Person", json!({"objectId": id}))
            .refused(400, 1003)
            .await;
    }
    let row = wire
        .post("/data/Person", json!({"objectId": null}))
        .ok()
        .await;
    assert!(row["objectId"].is_string());
}

#[tokio::test]
async fn a_caller_never_writes_the_servers_properties() {
    let wire = Wire::start().await;
    let forged =
        json!({"name": "Bob", "created": 1, "updated": 2, "ownerId": "X", "___class": "Y"});
    let row = wire.post("/data/Person", forged.clone()).ok().await;
    assert!(row["created"].as_i64().unwrap() > 2);
    assert_eq!(row["updated"], Value::Null);
    assert_eq!(row["ownerId"], Value::Null);
    assert_eq!(row["___class"], "Person");

    let path = format!("/data/Person/{}", text(&row["objectId"]));
    let changed = wire.put(&path, forged).ok().await;
    assert_eq!(changed["created"], row["created"]);
    assert!(changed["updated"].as_i64().unwrap() > 2);
    assert_eq!(changed["ownerId"], Value::Null);
    assert_eq!(changed["___class"], "Person");
}

#[tokio::test]
async fn an_update_changes_what_is_given_and_nothing_else() {
    let wire = Wire::start().await;
    let bob = wire
        .post(
            "/data/Person",
            json!({"name": "Bob", "age": 20, "city": "Bonn"}),
        )
        .ok()
        .await;
    let other = wire
        .post("/data/Person", json!({"name": "Al", "age": 1}))
        .ok()
        .await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));

    let changed = wire
        .put(&path, json!({"age": 21, "city": null, "email": "b@c.d"}))
        .ok()
        .await;
    assert_eq!(changed["name"], "Bob");
    assert_eq!(changed["age"], 21);
    assert_eq!(changed["city"], Value::Null);
    assert_eq!(changed["email"], "b@c.d");
    assert!(changed["updated"].as_i64().unwrap() >= bob["created"].as_i64().unwrap());
    assert_eq!(wire.get(&path).ok().await, changed);

    let other = wire
        .get(&format!("/data/Person/{}", text(&other["objectId"])))
        .ok()
        .await;
    assert_eq!(
        (&other["age"], &other["updated"]),
        (&json!(1), &Value::Null)
    );
}

#[tokio::test]
async fn an_update_may_repeat_its_object_id_but_not_change_it() {
    let wire = Wire::start().await;
    let bob = wire.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    wire.put(&path, json!({"objectId": bob["objectId"], "name": "Bo"}))
        .ok()
        .await;
    wire.put(&path, json!({"objectId": "OTHER", "name": "Bo"}))
        .refused(400, 1003)
        .await;
}

#[tokio::test]
async fn an_update_without_properties_is_refused() {
    let wire = Wire::start().await;
    let bob = wire.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    wire.put(&path, json!({})).refused(400, 1001).await;
    wire.put(&path, json!({"created": 1, "objectId": bob["objectId"]}))
        .refused(400, 1001)
        .await;
}

#[tokio::test]
async fn what_the_service_would_compute_is_refused_rather_than_stored() {
    let wire = Wire::start().await;
    let row = wire
        .post("/data/Person", json!({"age": 1, "tags": []}))
        .ok()
        .await;
    let path = format!("/data/Person/{}", text(&row["objectId"]));
    let expression = json!({"___class": "BackendlessExpression", "value": "age + 1"});
    wire.put(&path, json!({"age": expression}))
        .refused(400, 8000)
        .await;
    let operation = json!({"___operation": "JSON_SET", "args": {}});
    wire.put(&path, json!({"tags": operation}))
        .refused(400, 8000)
        .await;
}

#[tokio::test]
async fn an_unknown_object_is_not_found() {
    let wire = Wire::start().await;
    wire.fill("Person", &[json!({"name": "Bob"})]).await;
    for call in [
        wire.get("/data/Person/NOPE"),
        wire.put("/data/Person/NOPE", json!({"name": "x", "never": 1})),
        wire.delete("/data/Person/NOPE"),
    ] {
        assert_eq!(
            call.refused(404, 1000).await,
            "Entity with ID NOPE not found"
        );
    }
    let row = &wire.get("/data/Person").ok().await[0];
    assert!(
        !keys(row).contains(&"never"),
        "a refused update made a column"
    );
}

#[tokio::test]
async fn an_unknown_table_is_not_found_and_not_made() {
    let wire = Wire::start().await;
    for call in [
        wire.get("/data/Nope"),
        wire.get("/data/Nope/count"),
        wire.get("/data/Nope/ID"),
        wire.put("/data/Nope/ID", json!({"a": 1})),
        wire.delete("/data/Nope/ID"),
        wire.post("/data/Nope/find", json!({})),
        wire.post("/data/Nope/count", json!({})),
        wire.get("/data/Nope"),
    ] {
        let message = call.refused(400, 1009).await;
        assert!(
            message.starts_with("Table not found by name 'Nope'"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_deleted_object_is_gone() {
    let wire = Wire::start().await;
    let bob = wire.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    let deleted = wire.delete(&path).ok().await;
    assert_eq!(keys(&deleted), ["deletionTime"]);
    assert!(deleted["deletionTime"].as_i64().unwrap() >= bob["created"].as_i64().unwrap());
    wire.get(&path).refused(404, 1000).await;
    wire.delete(&path).refused(404, 1000).await;
    assert_eq!(wire.get("/data/Person").ok().await, json!([]));
}

#[tokio::test]
async fn put_to_the_table_creates_and_updates() {
    let wire = Wire::start().await;
    let bob = wire
        .put("/data/Person", json!({"name": "Bob", "note": null}))
        .ok()
        .await;
    assert_eq!(bob["updated"], Value::Null);
    let changed = wire
        .put(
            "/data/Person",
            json!({"objectId": bob["objectId"], "name": "Bo"}),
        )
        .ok()
        .await;
    assert_eq!(changed["objectId"], bob["objectId"]);
    assert_eq!(changed["name"], "Bo");
    assert!(changed["updated"].is_number());
    wire.put("/data/Person", json!({"objectId": "NOPE", "name": "x"}))
        .refused(404, 1000)
        .await;
    wire.put("/data/Person", json!({"objectId": 7, "name": "x"}))
        .refused(400, 1007)
        .await;
    assert_eq!(wire.get("/data/Person/count").ok().await, 1);
}

#[tokio::test]
async fn names_that_differ_in_case_are_different() {
    let wire = Wire::start().await;
    wire.post("/data/Person", json!({"name": "upper", "Name": 1}))
        .ok()
        .await;
    wire.post("/data/person", json!({"name": "lower", "NAME": true}))
        .ok()
        .await;
    let upper = &wire.get("/data/Person").ok().await[0];
    let lower = &wire.get("/data/person").ok().await[0];
    assert_eq!(
        (&upper["name"], &upper["Name"]),
        (&json!("upper"), &json!(1))
    );
    assert_eq!(
        (&lower["name"], &lower["NAME"]),
        (&json!("lower"), &json!(true))
    );
    assert!(!keys(upper).contains(&"NAME"));
    assert_eq!(wire.names("Person", "Name = 1").await, ["upper"]);
}

#[tokio::test]
async fn names_of_any_script_and_words_of_sql_are_names() {
    let wire = Wire::start().await;
    for table in [
        "Größe",
        "名前",
        "select",
        "Table",
        "_x1",
        "sqlite_master",
        "data_table",
    ] {
        let columns = json!({"and": 0, "größe": 1, "名前": "x", "order": 2, "seq": 3, "object_id": "y", "c1": 4});
        let row = wire
            .post(&format!("/data/{table}"), columns.clone())
            .ok()
            .await;
        assert_eq!(row["___class"], table);
        for (name, value) in columns.as_object().unwrap() {
            assert_eq!(&row[name], value, "{table}.{name}");
        }
        let found = wire
            .get(&format!("/data/{table}"))
            .query(&[
                (
                    "where",
                    "\"and\" = 0 and größe = 1 and 名前 = 'x' and order = 2 and seq > 2 and object_id = 'y'",
                ),
                ("sortBy", "order,größe desc"),
                ("property", "order,seq"),
            ])
            .ok()
            .await;
        assert_eq!(found[0]["order"], 2);
        assert_eq!(found[0]["seq"], 3);
    }
}

#[tokio::test]
async fn what_is_no_name_makes_no_table_and_no_column() {
    let wire = Wire::start().await;
    let long = "x".repeat(65);
    for table in [
        "1a", "a%20b", "a%27b", "a%22b", "a%60b", "a%2Fb", "a%00b", "a;b", "%C2%A0", &long,
    ] {
        wire.post(&format!("/data/{table}"), json!({"a": 1}))
            .refused(400, 8008)
            .await;
        wire.get(&format!("/data/{table}")).refused(400, 1009).await;
    }
    wire.fill("Person", &[json!({"name": "Bob"})]).await;
    for column in [
        "",
        "1a",
        "a b",
        "a'b",
        "a\"b",
        "a`b",
        "a;b",
        "a\u{0}b",
        "x\"; DROP TABLE t1; --",
        &long,
    ] {
        wire.post("/data/Person", json!({column: 1}))
            .refused(400, 8008)
            .await;
    }
    assert_eq!(wire.get("/data/Person/count").ok().await, 1);
}

#[tokio::test]
async fn a_table_has_many_columns_but_not_endlessly_many() {
    let wire = Wire::start().await;
    let columns = |n: usize| {
        (0..n)
            .map(|i| (format!("c{i}"), json!(i)))
            .collect::<serde_json::Map<_, _>>()
    };
    let row = wire
        .post("/data/Wide", Value::Object(columns(900)))
        .ok()
        .await;
    assert_eq!(row["c899"], 899);
    wire.post("/data/Wide", Value::Object(columns(2_000)))
        .refused(400, 8000)
        .await;
    assert_eq!(wire.get("/data/Wide/count").ok().await, 1);
}

#[tokio::test]
async fn an_encoded_slash_is_part_of_the_id() {
    let wire = Wire::start().await;
    wire.fill("Person", &[json!({"name": "Bob"})]).await;
    let message = wire
        .get("/data/Person/a%20b%2Fc%25")
        .refused(404, 1000)
        .await;
    assert_eq!(message, "Entity with ID a b/c% not found");
}

#[tokio::test]
async fn one_object_is_read_in_the_properties_asked_for() {
    let wire = Wire::start().await;
    let bob = wire
        .post(
            "/data/Person",
            json!({"name": "Bob", "age": 20, "home": {"city": "X"}}),
        )
        .ok()
        .await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    let expected =
        json!({"objectId": bob["objectId"], "name": "Bob", "years": 20, "___class": "Person"});
    let by_property = [
        ("property", "name"),
        ("property", "age as years"),
        ("relationsDepth", "1"),
    ];
    assert_eq!(wire.get(&path).query(&by_property).ok().await, expected);
    assert_eq!(
        wire.get(&path)
            .query(&[("props", "name,age as years")])
            .ok()
            .await,
        expected
    );
    assert_eq!(
        wire.get(&path)
            .query(&[("loadRelations", "home")])
            .ok()
            .await,
        bob
    );
    assert_eq!(
        wire.get(&path).query(&[("loadRelations", "*")]).ok().await,
        bob
    );
    wire.get(&path)
        .query(&[("property", "nope")])
        .refused(400, 1006)
        .await;
    wire.get(&path)
        .query(&[("loadRelations", "nope")])
        .refused(400, 1006)
        .await;
    wire.get(&path)
        .query(&[("property", "Count(age)")])
        .refused(400, 1006)
        .await;
}
