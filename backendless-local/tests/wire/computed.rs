//! Computed values in updates: expressions and JSON operations, and the rows afterwards.

use serde_json::{Value, json};

use crate::support::{TestServer, text};

fn expression(text: &str) -> Value {
    json!({"___class": "BackendlessExpression", "value": text})
}

fn operation(name: &str, args: Value) -> Value {
    json!({"___operation": name, "args": args})
}

/// Creates a row and returns its path.
async fn row(app: &TestServer, body: Value) -> String {
    let row = app.post("/data/Item", body).ok().await;
    format!("/data/Item/{}", text(&row["objectId"]))
}

/// Updates a row, checks that the response is the row afterwards, and returns it.
async fn update(app: &TestServer, path: &str, body: Value) -> Value {
    let response = app.put(path, body).ok().await;
    assert_eq!(app.get(path).ok().await, response);
    response
}

#[tokio::test]
async fn expression_is_computed_from_the_row() {
    let app = TestServer::start().await;
    let start = json!({"n": 5, "m": 2, "d": 1.5, "name": "Ann", "big": i64::MAX, "tags": {"a": 7},
                       "none": null, "flag": true});
    for (column, text, expected) in [
        ("n", "n + 1", json!(6)),
        ("n", "n - 10", json!(-5)),
        ("n", "n * m", json!(10)),
        ("n", "n % m", json!(1)),
        ("n", "-n", json!(-5)),
        ("n", "- (n + -m)", json!(-3)),
        ("n", "n + m * 2", json!(9)),
        ("n", "(n + m) * 2", json!(14)),
        ("n", "10", json!(10)),
        ("n", "n / m", json!(3)),
        ("n", "0 - n / m", json!(-3)),
        ("n", "n / 4", json!(1)),
        ("n", "d * 3", json!(5)),
        ("n", "none + 1", json!(null)),
        ("n", "COALESCE(none, 0) + 1", json!(1)),
        ("n", "ABS(0 - n)", json!(5)),
        ("n", "LENGTH(name)", json!(3)),
        ("n", "tags->'$.a' + 1", json!(8)),
        ("n", "n + '1'", json!(6)),
        ("d", "d + 1", json!(2.5)),
        ("d", "n / m", json!(2.5)),
        ("d", "n / 3", json!(1.6667)),
        ("d", "d / 0.5", json!(3.0)),
        ("name", "CONCAT(name, '-', n)", json!("Ann-5")),
        ("name", "UPPER(name)", json!("ANN")),
        ("name", "'x''y'", json!("x'y")),
        ("flag", "flag", json!(true)),
        ("none", "n + 1", json!(6)),
        ("fresh", "n / m", json!(2.5)),
        ("big", "big - 1", json!(i64::MAX - 1)),
    ] {
        let path = row(&app, start.clone()).await;
        let found = update(&app, &path, json!({column: expression(text)})).await;
        assert_eq!(found[column], expected, "{column} = {text}");
        // Nothing else changed.
        for (name, value) in start.as_object().unwrap() {
            if name != column {
                assert_eq!(found[name], *value, "{name} after {column} = {text}");
            }
        }
        app.server.reset().await.unwrap();
    }
}

#[tokio::test]
async fn expressions_of_one_update_see_the_row_before_it() {
    let app = TestServer::start().await;
    let path = row(&app, json!({"a": 1, "b": 2, "name": "x"})).await;
    let body = json!({"a": expression("b"), "b": expression("a"), "name": "y"});
    let found = update(&app, &path, body).await;
    assert_eq!([&found["a"], &found["b"]], [&json!(2), &json!(1)]);
    assert_eq!(found["name"], "y");
}

#[tokio::test]
async fn invalid_expression_is_rejected_and_changes_nothing() {
    let app = TestServer::start().await;
    let start = json!({"n": 5, "name": "Ann", "tags": [], "flag": true, "big": i64::MAX, "day": 1});
    let path = row(&app, start).await;
    let before = app.get(&path).ok().await;
    for (column, value, code) in [
        ("n", expression("n / 0"), 1007),
        ("n", expression("n % 0"), 1007),
        ("n", expression("MOD(n, n - 5)"), 1007),
        ("n", expression("nope + 1"), 1006),
        ("n", expression("name + 1"), 8000),
        ("n", expression("n + name"), 8000),
        ("n", expression("n + flag"), 8000),
        ("n", expression("n + tags"), 8000),
        ("n", expression("n + 'x'"), 8000),
        ("n", expression("CONCAT(name, 'x')"), 1007),
        ("n", expression("flag"), 1007),
        ("name", expression("n + 1"), 1007),
        ("flag", expression("n"), 1007),
        ("tags", expression("n"), 1007),
        ("big", expression("big + 1"), 1007),
        ("big", expression("big * big"), 1007),
        ("big", expression("0 - big - 2"), 1007),
        ("big", expression("big * 3.0"), 1007),
        ("n", expression("1e308 * 1e308"), 1007),
        ("n", expression("n +"), 8000),
        ("n", expression("n + 1; DROP TABLE t1"), 8000),
        ("n", expression("n + (SELECT 1)"), 8000),
        ("n", expression("randomblob(10)"), 8000),
        ("n", expression("Sum(n)"), 8000),
        ("n", expression("n = 1"), 8000),
        ("n", expression("n, day = 2"), 8000),
        ("n", expression(" "), 8000),
        ("n", json!({"___class": "BackendlessExpression"}), 8000),
        (
            "n",
            json!({"___class": "BackendlessExpression", "value": 1}),
            8000,
        ),
        ("new", expression("nope"), 1006),
    ] {
        let body = json!({column: value, "day": 2});
        let message = app.put(&path, body.clone()).rejected(400, code).await;
        assert!(!message.contains("backendless-local"), "{body}: {message}");
        assert_eq!(app.get(&path).ok().await, before, "{body}");
    }
}

#[tokio::test]
async fn json_operations_change_parts_of_a_document() {
    let app = TestServer::start().await;
    let start = json!({
        "letter": "a", "number": 10, "decimals": [12.3, 43.28, 56.89],
        "colours": ["red", "green", "blue"], "times": {"time": "12:18", "date": "2015-07-29"},
    });
    for (name, args, changes) in [
        (
            "JSON_SET",
            json!({"$.letter": "b", "$.number": 36, "$.state": true, "$.colours[0]": null,
                   "$.inner": {"a": "b"}, "$.list": [4, 3]}),
            json!({"letter": "b", "number": 36, "state": true, "colours": [null, "green", "blue"],
                   "inner": {"a": "b"}, "list": [4, 3]}),
        ),
        (
            "JSON_INSERT",
            json!({"$.decimals[2]": 20, "$.decimals[3]": 25, "$.state": "on", "$.number": 11}),
            json!({"decimals": [12.3, 43.28, 56.89, 25], "state": "on"}),
        ),
        (
            "JSON_REPLACE",
            json!({"$.decimals[2]": 20, "$.decimals[3]": 25, "$.state": "on", "$.number": 11}),
            json!({"decimals": [12.3, 43.28, 20], "number": 11}),
        ),
        (
            "JSON_REMOVE",
            json!(["$.times.date", "$.colours[0]", "$.colours[0]"]),
            json!({"times": {"time": "12:18"}, "colours": ["blue"]}),
        ),
        (
            "JSON_ARRAY_APPEND",
            json!({"$.decimals": 432.0, "$.colours": "yellow", "$.letter": "z"}),
            json!({"decimals": [12.3, 43.28, 56.89, 432.0],
                   "colours": ["red", "green", "blue", "yellow"], "letter": ["a", "z"]}),
        ),
        (
            "JSON_ARRAY_INSERT",
            json!({"$.decimals[2]": 60, "$.colours[1]": "cyan"}),
            json!({"decimals": [12.3, 43.28, 60, 56.89], "colours": ["red", "cyan", "green", "blue"]}),
        ),
        (
            "JSON_ARRAY_INSERT",
            json!({"$.colours[10]": "last", "$.colours[2]": "third"}),
            json!({"colours": ["red", "green", "third", "blue", "last"]}),
        ),
        ("JSON_SET", json!({"$": [1]}), json!([1])),
        ("JSON_SET", json!({"$.\"a b\".c": 1}), json!({})),
        ("JSON_SET", json!({"$.\"a b\"": 1}), json!({"a b": 1})),
    ] {
        let path = row(&app, json!({"doc": start, "n": 1})).await;
        let found = update(&app, &path, json!({"doc": operation(name, args.clone())})).await;
        let mut expected = start.clone();
        match changes {
            Value::Object(changes) => expected.as_object_mut().unwrap().extend(changes),
            other => expected = other,
        }
        assert_eq!(found["doc"], expected, "{name} {args}");
        assert_eq!(found["n"], 1);
        assert!(found["updated"].is_number());
    }
}

#[tokio::test]
async fn json_operation_applies_its_paths_in_a_fixed_order() {
    let app = TestServer::start().await;
    let list: Vec<u64> = (0..10).collect();
    for (name, args, expected) in [
        // By index, although "$[10]" sorts before "$[2]" as text.
        (
            "JSON_ARRAY_INSERT",
            json!({"$[2]": "a", "$[10]": "b"}),
            json!([0, 1, "a", 2, 3, 4, 5, 6, 7, 8, "b", 9]),
        ),
        // In the order of the array.
        (
            "JSON_REMOVE",
            json!(["$[1]", "$[0]"]),
            json!([2, 3, 4, 5, 6, 7, 8, 9]),
        ),
        (
            "JSON_REMOVE",
            json!(["$[0]", "$[1]"]),
            json!([1, 3, 4, 5, 6, 7, 8, 9]),
        ),
    ] {
        let path = row(&app, json!({"doc": list})).await;
        let body = json!({"doc": operation(name, args.clone())});
        assert_eq!(update(&app, &path, body).await["doc"], expected, "{args}");
    }
}

#[tokio::test]
async fn expression_must_be_text_with_content() {
    let app = TestServer::start().await;
    let path = row(&app, json!({"n": 5})).await;
    for value in [json!(" "), json!(""), json!(1), json!(null)] {
        let body = json!({"n": {"___class": "BackendlessExpression", "value": value}});
        assert_eq!(
            app.put(&path, body).rejected(400, 8000).await,
            "Invalid value of 'n': 'value' must be text with an expression, such as 'age + 1'"
        );
    }
}

#[tokio::test]
async fn json_operation_of_null_stays_null() {
    let app = TestServer::start().await;
    app.fill("Item", &[json!({"doc": {}})]).await;
    let path = row(&app, json!({"doc": null})).await;
    let found = update(
        &app,
        &path,
        json!({"doc": operation("JSON_SET", json!({"$.a": 1}))}),
    )
    .await;
    assert_eq!(found["doc"], Value::Null);
}

#[tokio::test]
async fn invalid_json_operation_is_rejected_and_changes_nothing() {
    let app = TestServer::start().await;
    let path = row(&app, json!({"doc": {"a": 1}, "n": 1, "name": "x"})).await;
    let before = app.get(&path).ok().await;
    let deep = (0..90).fold(json!(1), |inner, _| json!([inner]));
    for (column, value, code) in [
        ("doc", operation("JSON_SET", json!({})), 8000),
        ("doc", operation("JSON_SET", json!([])), 8000),
        ("doc", operation("JSON_SET", json!(["$.a"])), 8000),
        ("doc", operation("JSON_SET", json!(null)), 8000),
        ("doc", json!({"___operation": "JSON_SET"}), 8000),
        ("doc", operation("JSON_NOPE", json!({"$.a": 1})), 8000),
        ("doc", operation("json_set", json!({"$.a": 1})), 8000),
        ("doc", json!({"___operation": 1, "args": {"$.a": 1}}), 8000),
        ("doc", operation("JSON_SET", json!({"a": 1})), 8000),
        ("doc", operation("JSON_SET", json!({"$.*": 1})), 8000),
        ("doc", operation("JSON_SET", json!({"$**.a": 1})), 8000),
        ("doc", operation("JSON_SET", json!({"$.a[*]": 1})), 8000),
        (
            "doc",
            operation("JSON_SET", json!({"$.a": 1, "$[": 2})),
            8000,
        ),
        ("doc", operation("JSON_REMOVE", json!(["$"])), 8000),
        ("doc", operation("JSON_REMOVE", json!([])), 8000),
        ("doc", operation("JSON_REMOVE", json!([1])), 8000),
        ("doc", operation("JSON_REMOVE", json!({"$.a": 1})), 8000),
        (
            "doc",
            operation("JSON_ARRAY_INSERT", json!({"$.a": 1})),
            8000,
        ),
        (
            "doc",
            operation("JSON_SET", json!({"$.b": [[[[[[[[[[[[deep]]]]]]]]]]]]})),
            8000,
        ),
        ("n", operation("JSON_SET", json!({"$.a": 1})), 1007),
        ("name", operation("JSON_REMOVE", json!(["$.a"])), 1007),
        ("nope", operation("JSON_SET", json!({"$.a": 1})), 1006),
    ] {
        let body = json!({column: value, "other": 2});
        app.put(&path, body.clone()).rejected(400, code).await;
        assert_eq!(app.get(&path).ok().await, before, "{body}");
    }
}

#[tokio::test]
async fn computed_value_of_a_new_object_is_rejected() {
    let app = TestServer::start().await;
    for value in [
        expression("1 + 1"),
        operation("JSON_SET", json!({"$.a": 1})),
    ] {
        let body = json!({"n": value});
        let call = app.post("/data/Item", body.clone());
        let message = call.rejected(400, 8000).await;
        assert!(message.contains("update only"), "{message}");
        app.put("/data/Item", body.clone())
            .rejected(400, 8000)
            .await;
        let mut user = body;
        user["email"] = json!("a@b.c");
        user["password"] = json!("pw");
        app.post("/users/register", user).rejected(400, 8000).await;
    }
    app.get("/data/Item").rejected(400, 1009).await;
}

#[tokio::test]
async fn official_clients_update_by_put_to_the_table() {
    let app = TestServer::start().await;
    let row = app
        .post("/data/Item", json!({"n": 1, "doc": []}))
        .ok()
        .await;
    let body = json!({"objectId": row["objectId"], "n": expression("n + 1"),
                      "doc": operation("JSON_ARRAY_APPEND", json!({"$": 1}))});
    let found = app.put("/data/Item", body).ok().await;
    assert_eq!((&found["n"], &found["doc"]), (&json!(2), &json!([1])));
}

#[tokio::test]
async fn users_can_be_updated_with_computed_values() {
    let app = TestServer::start().await;
    app.user("other@b.c", "pw").await;
    let user = app.user("a@b.c", "pw").await;
    let id = text(&user["objectId"]);
    for path in [format!("/users/{id}"), format!("/data/Users/{id}")] {
        let plain = json!({"visits": 1, "prefs": {"a": 1}});
        app.put(&path, plain).token(&user["user-token"]).ok().await;
        let body = json!({"visits": expression("visits + 1"),
                          "prefs": operation("JSON_SET", json!({"$.a": 2}))});
        app.put(&path, body).token(&user["user-token"]).ok().await;
        let found = app.get(&format!("/data/Users/{id}")).ok().await;
        assert_eq!(
            (&found["visits"], &found["prefs"]),
            (&json!(2), &json!({"a": 2}))
        );
    }
    let body = json!({"email": expression("'other@b.c'")});
    let path = format!("/users/{id}");
    app.put(&path, body)
        .token(&user["user-token"])
        .rejected(400, 3040)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_computed_updates_are_all_applied() {
    let app = std::sync::Arc::new(TestServer::start().await);
    let path = row(&app, json!({"n": 0, "doc": []})).await;
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..20 {
        let (app, path) = (app.clone(), path.clone());
        tasks.spawn(async move {
            let body = json!({"n": expression("n + 1"),
                              "doc": operation("JSON_ARRAY_APPEND", json!({"$": task}))});
            app.put(&path, body).ok().await;
        });
    }
    tasks.join_all().await;
    let found = app.get(&path).ok().await;
    assert_eq!(found["n"], 20);
    let mut applied: Vec<i64> = serde_json::from_value(found["doc"].clone()).unwrap();
    applied.sort_unstable();
    assert_eq!(applied, (0..20).collect::<Vec<_>>());
}
