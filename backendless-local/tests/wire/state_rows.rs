//! Imports of exports with invalid rows: each is rejected with its line, and nothing changes.

use serde_json::{Value, json};

use crate::state_attacks::{Target, edit_file, export};
use crate::support::{Folder, TestServer};

#[tokio::test]
async fn invalid_rows_are_rejected_with_their_line() {
    let target = Target::start("attack-rows").await;
    let table = "tables/0002-Person.jsonl";
    for (row, expected) in [
        ("{}", "'objectId' is missing"),
        (r#"{"objectId": ""}"#, "'objectId' is missing or empty"),
        (
            r#"{"objectId": "a", "age": "x"}"#,
            "the value of 'age' is not of the type INT",
        ),
        (
            r#"{"objectId": "a", "age": 1.5}"#,
            "the value of 'age' is not of the type INT",
        ),
        (r#"{"objectId": "a", "other": 1}"#, "no column 'other'"),
        (
            r#"{"objectId": "a", "created": "x"}"#,
            "'created' is not a time",
        ),
        (
            r#"{"objectId": "a", "ownerId": 1}"#,
            "'ownerId' is not an objectId",
        ),
        ("[]", "invalid JSON"),
        ("{", "invalid JSON"),
    ] {
        target
            .rejects(&format!("line 3 of '{table}': "), |export| {
                edit_file(export, table, |text| format!("{text}{row}\n"));
            })
            .await;
        target
            .rejects(expected, |export| {
                edit_file(export, table, |text| format!("{text}{row}\n"));
            })
            .await;
    }
    // The objectId exists.
    target
        .rejects(&format!("line 3 of '{table}'"), |export| {
            edit_file(export, table, |text| {
                let row = text.lines().nth(1).unwrap().to_owned();
                format!("{text}{row}\n")
            });
        })
        .await;
    for (schema, expected) in [
        (
            r#"{"table": "a; DROP TABLE t1", "columns": [], "relations": []}"#,
            "cannot be the name of a table",
        ),
        (
            r#"{"table": "P", "columns": [{"name": "a b", "kind": "INT"}], "relations": []}"#,
            "cannot be the name of a column",
        ),
        (
            r#"{"table": "P", "columns": [{"name": "a", "kind": "DATE"}], "relations": []}"#,
            "'DATE' is not a type",
        ),
        (
            r#"{"table": "P", "columns": [{"name": "ownerId", "kind": "STRING"}], "relations": []}"#,
            "every table has 'ownerId'",
        ),
        (
            r#"{"table": "P", "columns": [{"name": "___class", "kind": "STRING"}], "relations": []}"#,
            "every table has '___class'",
        ),
        (
            r#"{"table": "P", "columns": [], "relations": [{"name": "r", "table": "Q", "cardinality": "ONE"}]}"#,
            "line 1 of",
        ),
        (
            r#"{"table": "Users", "columns": [], "relations": []}"#,
            "two files have the table 'Users'",
        ),
        (r#"{"table": "P"}"#, "missing field"),
    ] {
        target
            .rejects(expected, |export| {
                edit_file(export, table, |_| format!("{schema}\n"))
            })
            .await;
    }
    for (file, row, expected) in [
        (
            "links",
            json!({"table": "Person", "relation": "r", "parent": "a", "child": "b"}),
            "no relation 'r'",
        ),
        (
            "counters",
            json!({"name": "c", "value": "x"}),
            "'value' is missing or invalid: expected an integer",
        ),
        (
            "counters",
            json!({"name": "c", "value": 1, "more": 1}),
            "'more' is unknown",
        ),
        (
            "sessions",
            json!({"token_hash": "zz", "user_id": "u", "expires": 1}),
            "'token_hash' is missing or invalid: expected hex",
        ),
        (
            "deliveries",
            json!({"channel": "c", "subscription": "s", "message": 5}),
            "line 1 of",
        ),
    ] {
        target
            .rejects(expected, |export| {
                let path = format!("services/{file}.jsonl");
                edit_file(export, &path, |_| format!("{row}\n"));
            })
            .await;
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn an_edited_export_is_imported_without_its_digest() {
    let folder = Folder::new("state-edited");
    export(&folder.0).await;
    let table = "tables/0002-Person.jsonl";
    edit_file(&folder.0, table, |text| {
        format!(
            "{text}{}\n",
            json!({"objectId": "E-1", "name": "Eve", "age": 30})
        )
    });
    let app = TestServer::start().await;
    app.server.import(&folder.0).await.unwrap();
    assert_eq!(app.names("Person", "name <> ''").await, ["Bob", "Eve"]);
    assert_eq!(app.get("/data/Person/E-1").ok().await["age"], 30);
}

/// Each value has the type of its column, but a service could not read it, or would not end.
#[tokio::test]
async fn values_that_would_break_a_service_are_rejected() {
    let target = Target::start("attack-values").await;
    let status = |changes: Value| {
        let mut row = json!({"id": "m", "channel": "c", "due": 0, "is_cancelled": 0, "next": 1,
                             "every": 1000, "content": "{}"});
        row.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        row
    };
    let point = |changes: Value| {
        let mut row = json!({"seq": 1, "object_id": "p", "latitude": 1, "longitude": 1,
                             "categories": "[\"c\"]", "metadata": "{}"});
        row.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        row
    };
    let message =
        |seq: i64, content: &str| json!({"seq": seq, "channel": "c", "due": 0, "content": content});
    let max = i64::MAX;
    for (file, row, column) in [
        ("message-status", status(json!({"every": 0})), "every"),
        ("message-status", status(json!({"every": -1})), "every"),
        ("message-status", status(json!({"every": 999})), "every"),
        (
            "message-status",
            status(json!({"content": "\"x\""})),
            "content",
        ),
        (
            "message-status",
            status(json!({"is_cancelled": 2})),
            "is_cancelled",
        ),
        ("messages", message(max, "{}"), "seq"),
        ("messages", message(-1, "{}"), "seq"),
        ("messages", message(1, "{"), "content"),
        ("messages", message(1, "[]"), "content"),
        ("emails", json!({"seq": 1, "content": "x"}), "content"),
        ("pushes", json!({"seq": max, "content": "{}"}), "seq"),
        ("log", json!({"seq": 1, "content": "1"}), "content"),
        (
            "devices",
            json!({"id": "d", "registration": "r", "content": ""}),
            "content",
        ),
        (
            "cache",
            json!({"key": "k", "value": "milk", "expires": 1000}),
            "value",
        ),
        ("geo-points", point(json!({"latitude": 1e308})), "latitude"),
        ("geo-points", point(json!({"latitude": -90.5})), "latitude"),
        ("geo-points", point(json!({"longitude": 181})), "longitude"),
        (
            "geo-points",
            point(json!({"categories": "[1]"})),
            "categories",
        ),
        ("geo-points", point(json!({"metadata": "[]"})), "metadata"),
        (
            "geo-points",
            point(json!({"metadata": format!("{{\"a\":[{}]}}", ["[]"; 50_001].join(","))})),
            "metadata",
        ),
        (
            "credentials",
            json!({"user_id": "u", "identity": "a@b.c", "password_hash": "x"}),
            "password_hash",
        ),
    ] {
        target
            .rejects(&format!("'{column}' is missing or invalid"), |export| {
                let path = format!("services/{file}.jsonl");
                edit_file(export, &path, |_| format!("{row}\n"));
            })
            .await;
    }
    for number in [max, -1, (1 << 53) + 1] {
        target
            .rejects("line 1 of 'services/last-message.jsonl'", |export| {
                edit_file(export, "services/last-message.jsonl", |_| {
                    number.to_string()
                });
            })
            .await;
    }
    target.is_unchanged().await;
}
