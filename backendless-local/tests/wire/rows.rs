//! Create, get, update and delete of single rows.

use serde_json::{Value, json};

use crate::support::{TestServer, keys, text};

#[tokio::test]
async fn new_row_has_the_system_properties() {
    let app = TestServer::start().await;
    let bob = app
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

    assert_eq!(app.get(&format!("/data/Person/{id}")).ok().await, bob);
}

#[tokio::test]
async fn empty_object_is_a_valid_row() {
    let app = TestServer::start().await;
    let row = app.post("/data/Person", json!({})).ok().await;
    let mut keys = keys(&row);
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["___class", "created", "objectId", "ownerId", "updated"]
    );
}

#[tokio::test]
async fn every_row_has_all_columns_of_the_table() {
    let app = TestServer::start().await;
    let first = app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let second = app.post("/data/Person", json!({"age": 3})).ok().await;
    assert_eq!(second["name"], Value::Null);
    let first = app
        .get(&format!("/data/Person/{}", text(&first["objectId"])))
        .ok()
        .await;
    assert_eq!(first["age"], Value::Null);
    assert!(keys(&first).contains(&"age"));
}

#[tokio::test]
async fn every_json_value_is_returned_exactly() {
    let app = TestServer::start().await;
    let written = r#"{"yes":true,"no":false,"nothing":null,"int":9007199254740993,
        "least":-9223372036854775808,"largest":9223372036854775807,"unsigned":18446744073709551615,
        "fraction":0.1,"whole":1.0,"tiny":5e-324,"huge":1.7976931348623157e308,"empty":"",
        "text":"O'Hara \"quoted\" \\ \u0000 \n é 名 😀","list":[],
        "nested":{"a":[1,2.5,null,{"b":"c"}],"big":18446744073709551615}}"#;
    let expected: Value = serde_json::from_str(written).unwrap();
    let saved = app
        .request(reqwest::Method::POST, "/data/Thing")
        .raw(written)
        .ok()
        .await;
    let read = app
        .get(&format!("/data/Thing/{}", text(&saved["objectId"])))
        .ok()
        .await;
    for (name, value) in expected.as_object().unwrap() {
        // Compared as text, because 1 and 1.0 differ.
        assert_eq!(saved[name].to_string(), value.to_string(), "{name}");
        assert_eq!(read[name].to_string(), value.to_string(), "{name}");
    }
}

#[tokio::test]
async fn column_with_integers_and_fractions_keeps_both_exact() {
    let app = TestServer::start().await;
    app.fill(
        "Item",
        &[
            json!({"price": 1}),
            json!({"price": 2.5}),
            json!({"price": 3}),
        ],
    )
    .await;
    let rows = app.get("/data/Item").ok().await;
    let prices: Vec<String> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["price"].to_string())
        .collect();
    assert_eq!(prices, ["1", "2.5", "3"]);
}

#[tokio::test]
async fn value_of_another_type_is_rejected_and_nothing_is_stored() {
    let app = TestServer::start().await;
    app.fill(
        "Person",
        &[json!({"name": "Bob", "age": 20, "ok": true, "tags": [1]})],
    )
    .await;
    for (body, column, column_type, value_type) in [
        (json!({"age": "20"}), "age", "INT", "STRING"),
        (json!({"age": true}), "age", "INT", "BOOLEAN"),
        (json!({"age": [1]}), "age", "INT", "JSON"),
        (json!({"name": 1}), "name", "STRING", "INT"),
        (json!({"ok": 1}), "ok", "BOOLEAN", "INT"),
        (json!({"ok": "true"}), "ok", "BOOLEAN", "STRING"),
        (json!({"tags": "x"}), "tags", "JSON", "STRING"),
        (json!({"new": 1, "age": ""}), "age", "INT", "STRING"),
    ] {
        let response = app.post("/data/Person", body).send().await;
        assert_eq!(response.status(), 400);
        let error: Value = response.json().await.unwrap();
        // The message of the live service, as the official end-to-end tests have it.
        let message = format!(
            "Unable to save object - invalid data type for properties - {column}. You can change the property type in \
             developer console."
        );
        let expected = json!({
            "code": 1007,
            "message": message,
            "errorData": {
                "table": "Person", "column": column, "columnType": column_type, "valueType": value_type,
            },
        });
        assert_eq!(error, expected);
    }
    assert_eq!(app.get("/data/Person/count").ok().await, 1);
    // The column of the rejected row was not created.
    let row = &app.get("/data/Person").ok().await[0];
    assert!(!keys(row).contains(&"new"));
}

#[tokio::test]
async fn first_value_decides_the_type_of_a_null_column() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"nick": null}), json!({"nick": "Al"})])
        .await;
    app.post("/data/Person", json!({"nick": 1}))
        .rejected(400, 1007)
        .await;
}

#[tokio::test]
async fn object_id_of_a_new_row_cannot_be_given() {
    let app = TestServer::start().await;
    for id in [json!("MINE"), json!(""), json!(7)] {
        app.post("/data/Person", json!({"objectId": id}))
            .rejected(400, 1003)
            .await;
    }
    let row = app
        .post("/data/Person", json!({"objectId": null}))
        .ok()
        .await;
    assert!(row["objectId"].is_string());
}

#[tokio::test]
async fn system_properties_in_a_body_are_ignored() {
    let app = TestServer::start().await;
    let forged =
        json!({"name": "Bob", "created": 1, "updated": 2, "ownerId": "X", "___class": "Y"});
    let row = app.post("/data/Person", forged.clone()).ok().await;
    assert!(row["created"].as_i64().unwrap() > 2);
    assert_eq!(row["updated"], Value::Null);
    assert_eq!(row["ownerId"], Value::Null);
    assert_eq!(row["___class"], "Person");

    let path = format!("/data/Person/{}", text(&row["objectId"]));
    let changed = app.put(&path, forged).ok().await;
    assert_eq!(changed["created"], row["created"]);
    assert!(changed["updated"].as_i64().unwrap() > 2);
    assert_eq!(changed["ownerId"], Value::Null);
    assert_eq!(changed["___class"], "Person");
}

#[tokio::test]
async fn update_changes_only_the_given_properties() {
    let app = TestServer::start().await;
    let bob = app
        .post(
            "/data/Person",
            json!({"name": "Bob", "age": 20, "city": "Bonn"}),
        )
        .ok()
        .await;
    let other = app
        .post("/data/Person", json!({"name": "Al", "age": 1}))
        .ok()
        .await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));

    let changed = app
        .put(&path, json!({"age": 21, "city": null, "email": "b@c.d"}))
        .ok()
        .await;
    assert_eq!(changed["name"], "Bob");
    assert_eq!(changed["age"], 21);
    assert_eq!(changed["city"], Value::Null);
    assert_eq!(changed["email"], "b@c.d");
    assert!(changed["updated"].as_i64().unwrap() >= bob["created"].as_i64().unwrap());
    assert_eq!(app.get(&path).ok().await, changed);

    let other = app
        .get(&format!("/data/Person/{}", text(&other["objectId"])))
        .ok()
        .await;
    assert_eq!(
        (&other["age"], &other["updated"]),
        (&json!(1), &Value::Null)
    );
}

#[tokio::test]
async fn update_can_repeat_the_object_id_but_not_change_it() {
    let app = TestServer::start().await;
    let bob = app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    app.put(&path, json!({"objectId": bob["objectId"], "name": "Bo"}))
        .ok()
        .await;
    app.put(&path, json!({"objectId": "OTHER", "name": "Bo"}))
        .rejected(400, 1003)
        .await;
}

#[tokio::test]
async fn update_without_properties_is_rejected() {
    let app = TestServer::start().await;
    let bob = app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    app.put(&path, json!({})).rejected(400, 1001).await;
    app.put(&path, json!({"created": 1, "objectId": bob["objectId"]}))
        .rejected(400, 1001)
        .await;
}

#[tokio::test]
async fn unknown_object_is_404() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"name": "Bob"})]).await;
    for call in [
        app.get("/data/Person/NOPE"),
        app.put("/data/Person/NOPE", json!({"name": "x", "never": 1})),
        app.delete("/data/Person/NOPE"),
    ] {
        assert_eq!(
            call.rejected(404, 1000).await,
            "Entity with ID NOPE not found"
        );
    }
    let row = &app.get("/data/Person").ok().await[0];
    assert!(
        !keys(row).contains(&"never"),
        "a rejected update created a column"
    );
}

#[tokio::test]
async fn unknown_table_is_rejected_and_not_created() {
    let app = TestServer::start().await;
    for call in [
        app.get("/data/Nope"),
        app.get("/data/Nope/count"),
        app.get("/data/Nope/ID"),
        app.put("/data/Nope/ID", json!({"a": 1})),
        app.delete("/data/Nope/ID"),
        app.post("/data/Nope/find", json!({})),
        app.post("/data/Nope/count", json!({})),
        app.get("/data/Nope"),
    ] {
        let message = call.rejected(400, 1009).await;
        assert_eq!(
            message,
            "Table not found by name 'Table not found by name 'Nope'. Make sure the client class referenced in the API \
             call has the same literal name as the table in Backendless console'"
        );
    }
}

#[tokio::test]
async fn deleted_object_is_404() {
    let app = TestServer::start().await;
    let bob = app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    let deleted = app.delete(&path).ok().await;
    assert_eq!(keys(&deleted), ["deletionTime"]);
    assert!(deleted["deletionTime"].as_i64().unwrap() >= bob["created"].as_i64().unwrap());
    app.get(&path).rejected(404, 1000).await;
    app.delete(&path).rejected(404, 1000).await;
    assert_eq!(app.get("/data/Person").ok().await, json!([]));
}

#[tokio::test]
async fn put_to_a_table_creates_and_updates() {
    let app = TestServer::start().await;
    let bob = app
        .put("/data/Person", json!({"name": "Bob", "note": null}))
        .ok()
        .await;
    assert_eq!(bob["updated"], Value::Null);
    let changed = app
        .put(
            "/data/Person",
            json!({"objectId": bob["objectId"], "name": "Bo"}),
        )
        .ok()
        .await;
    assert_eq!(changed["objectId"], bob["objectId"]);
    assert_eq!(changed["name"], "Bo");
    assert!(changed["updated"].is_number());
    app.put("/data/Person", json!({"objectId": "NOPE", "name": "x"}))
        .rejected(404, 1000)
        .await;
    app.put("/data/Person", json!({"objectId": 7, "name": "x"}))
        .rejected(400, 1007)
        .await;
    assert_eq!(app.get("/data/Person/count").ok().await, 1);
}

#[tokio::test]
async fn names_are_case_sensitive() {
    let app = TestServer::start().await;
    app.post("/data/Person", json!({"name": "upper", "Name": 1}))
        .ok()
        .await;
    app.post("/data/person", json!({"name": "lower", "NAME": true}))
        .ok()
        .await;
    let upper = &app.get("/data/Person").ok().await[0];
    let lower = &app.get("/data/person").ok().await[0];
    assert_eq!(
        (&upper["name"], &upper["Name"]),
        (&json!("upper"), &json!(1))
    );
    assert_eq!(
        (&lower["name"], &lower["NAME"]),
        (&json!("lower"), &json!(true))
    );
    assert!(!keys(upper).contains(&"NAME"));
    assert_eq!(app.names("Person", "Name = 1").await, ["upper"]);
}

#[tokio::test]
async fn names_can_be_of_any_script_and_sql_keywords() {
    let app = TestServer::start().await;
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
        let row = app
            .post(&format!("/data/{table}"), columns.clone())
            .ok()
            .await;
        assert_eq!(row["___class"], table);
        for (name, value) in columns.as_object().unwrap() {
            assert_eq!(&row[name], value, "{table}.{name}");
        }
        let found = app
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
async fn invalid_name_creates_no_table_and_no_column() {
    let app = TestServer::start().await;
    let long = "x".repeat(65);
    for table in [
        "1a", "a%20b", "a%27b", "a%22b", "a%60b", "a%2Fb", "a%00b", "a;b", "%C2%A0", &long,
    ] {
        app.post(&format!("/data/{table}"), json!({"a": 1}))
            .rejected(400, 8008)
            .await;
        app.get(&format!("/data/{table}")).rejected(400, 1009).await;
    }
    app.fill("Person", &[json!({"name": "Bob"})]).await;
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
        app.post("/data/Person", json!({column: 1}))
            .rejected(400, 8008)
            .await;
    }
    assert_eq!(app.get("/data/Person/count").ok().await, 1);
}

#[tokio::test]
async fn number_of_columns_is_limited() {
    let app = TestServer::start().await;
    let columns = |n: usize| {
        (0..n)
            .map(|i| (format!("c{i}"), json!(i)))
            .collect::<serde_json::Map<_, _>>()
    };
    let row = app
        .post("/data/Wide", Value::Object(columns(900)))
        .ok()
        .await;
    assert_eq!(row["c899"], 899);
    app.post("/data/Wide", Value::Object(columns(2_000)))
        .rejected(400, 8000)
        .await;
    assert_eq!(app.get("/data/Wide/count").ok().await, 1);
}

#[tokio::test]
async fn encoded_slash_is_part_of_the_object_id() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"name": "Bob"})]).await;
    let message = app
        .get("/data/Person/a%20b%2Fc%25")
        .rejected(404, 1000)
        .await;
    assert_eq!(message, "Entity with ID a b/c% not found");
}

#[tokio::test]
async fn get_returns_the_requested_properties() {
    let app = TestServer::start().await;
    let bob = app
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
    assert_eq!(app.get(&path).query(&by_property).ok().await, expected);
    assert_eq!(
        app.get(&path)
            .query(&[("props", "name,age as years")])
            .ok()
            .await,
        expected
    );
    assert_eq!(
        app.get(&path).query(&[("loadRelations", "*")]).ok().await,
        bob
    );
    app.get(&path)
        .query(&[("property", "nope")])
        .rejected(400, 1006)
        .await;
    app.get(&path)
        .query(&[("loadRelations", "nope")])
        .rejected(400, 1006)
        .await;
    app.get(&path)
        .query(&[("property", "Count(age)")])
        .rejected(400, 1006)
        .await;
}
