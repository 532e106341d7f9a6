//! Rows in groups.

use serde_json::{Value, json};

use crate::support::{Call, TestServer, text};

async fn products() -> TestServer {
    let app = TestServer::start().await;
    let rows: Vec<Value> = (0..30)
        .map(|n| json!({"n": n, "a": n % 2 == 0, "b": n % 3, "c": f64::from(n % 5) + 0.5, "d": format!("'{}", n / 15)}))
        .collect();
    app.fill("Product", &rows).await;
    app
}

fn group(app: &TestServer, body: Value) -> Call {
    app.post("/data/data-grouping/Product", body)
}

fn count(app: &TestServer, body: Value) -> Call {
    app.post("/data/data-grouping/Product/count", body)
}

#[tokio::test]
async fn groups_have_the_form_of_the_service() {
    let app = products().await;
    let body =
        json!({"groupBy": "b", "where": "n < 4", "sortBy": "n", "props": "n", "distinct": false});
    let page = group(&app, body).ok().await;
    let row = |n: u64| {
        let id = page["items"].as_array().unwrap().iter();
        let id = id.flat_map(|group| group["items"].as_array().unwrap());
        let row = id.clone().find(|row| row["n"] == n).unwrap();
        assert_eq!(text(&row["objectId"]).len(), 36);
        row.clone()
    };
    let of = |value: u64, rows: Vec<Value>| json!({"groupBy": {"column": "b", "value": value}, "hasNextPage": false, "items": rows});
    let items = vec![
        of(0, vec![row(0), row(3)]),
        of(1, vec![row(1)]),
        of(2, vec![row(2)]),
    ];
    assert_eq!(page, json!({"hasNextPage": false, "items": items}));
    assert_eq!(row(3)["___class"], "Product");

    // Without groups it is a page of rows.
    let page = group(&app, json!({"pageSize": 3, "sortBy": "n desc"}))
        .ok()
        .await;
    assert_eq!(
        (&page["hasNextPage"], &page["items"][0]["n"]),
        (&json!(true), &json!(29))
    );
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn three_levels_and_ten_items_are_the_defaults() {
    let app = products().await;
    let page = group(&app, json!({"groupBy": "a,b,c,d"})).ok().await;
    let third = &page["items"][0]["items"][0]["items"][0];
    assert_eq!(third["groupBy"], json!({"column": "c", "value": 0.5}));
    assert_eq!(
        (&third["items"], &third["hasNextPage"]),
        (&json!([]), &json!(true))
    );
    let page = group(
        &app,
        json!({"groupBy": ["a", "b", "c", "d"], "groupDepth": 4}),
    )
    .ok()
    .await;
    let fourth = &page["items"][0]["items"][0]["items"][0]["items"][0];
    assert_eq!(fourth["groupBy"]["value"], "'1");
    assert_eq!(fourth["items"].as_array().unwrap().len(), 1);
    // The depth counts from the group of the path.
    let path = json!([{"column": "a", "value": true}]);
    let body = json!({"groupBy": "a,b,c,d", "groupPath": path, "groupDepth": 1});
    let page = group(&app, body).ok().await;
    assert_eq!(
        page["items"][2]["groupBy"],
        json!({"column": "b", "value": 2})
    );
    assert_eq!(page["items"][2]["items"], json!([]));

    let page = group(&app, json!({"groupBy": "n"})).ok().await;
    assert_eq!(
        (
            page["items"].as_array().unwrap().len(),
            &page["hasNextPage"]
        ),
        (10, &json!(true))
    );
    let page = group(&app, json!({"groupBy": "a"})).ok().await;
    let rows = &page["items"][0];
    assert_eq!(
        (
            rows["items"].as_array().unwrap().len(),
            &rows["hasNextPage"]
        ),
        (10, &json!(true))
    );
}

#[tokio::test]
async fn groups_and_rows_have_page_sizes_of_their_own() {
    let app = products().await;
    let body = json!({"groupBy": "a,b", "sortBy": "n", "pageSize": 2, "groupPageSize": 1, "recordsPageSize": 5});
    let page = group(&app, body).ok().await;
    let sizes = |page: &Value| {
        let items = page["items"].as_array().unwrap().len();
        (items, page["hasNextPage"].as_bool().unwrap())
    };
    // Two values of `a`, three of `b` within each, and five rows within each of these.
    assert_eq!(sizes(&page), (2, false));
    for group in page["items"].as_array().unwrap() {
        assert_eq!(sizes(group), (1, true));
        assert_eq!(sizes(&group["items"][0]), (5, false));
    }
    assert_eq!(page["items"][0]["items"][0]["items"][4]["n"], 27);
}

#[tokio::test]
async fn items_of_a_group_are_counted() {
    let app = products().await;
    let at = |path: Value| json!({"groupBy": "a,d", "groupPath": path});
    let a = json!({"column": "a", "value": true});
    assert_eq!(count(&app, at(json!([a]))).ok().await, 2);
    let d = json!({"column": "d", "value": "'1"});
    assert_eq!(count(&app, at(json!([a, d]))).ok().await, 7);
    let none = json!({"column": "d", "value": "' or 1=1 --"});
    assert_eq!(count(&app, at(json!([a, none]))).ok().await, 0);
    let mut body = at(json!([a, d]));
    body["where"] = json!("n >= 20");
    assert_eq!(count(&app, body).ok().await, 5);
    count(&app, json!({"groupBy": "a"}))
        .rejected(400, 8007)
        .await;
}

#[tokio::test]
async fn invalid_groupings_are_rejected() {
    let app = products().await;
    for (body, code) in [
        (json!({"groupBy": "x"}), 1006),
        (json!({"groupBy": "a,"}), 1006),
        (json!({"groupBy": "UPPER(d)"}), 1006),
        (json!({"groupBy": "a", "props": "x"}), 1006),
        (json!({"groupBy": "a", "sortBy": "a b c"}), 1006),
        (json!({"groupBy": "a", "where": "n >"}), 19000),
        (json!({"groupBy": "a", "having": "Count(n) > 1"}), 19001),
        (json!({"groupBy": "a", "pageSize": 101}), 1025),
        (json!({"groupBy": "a", "groupPageSize": 0}), 1005),
        (json!({"groupBy": "a", "recordsPageSize": "x"}), 1005),
        (json!({"groupBy": "a", "offset": -1}), 1004),
        (json!({"groupBy": "a", "groupDepth": -1}), 8008),
        (json!({"groupBy": "a", "groupDepth": {}}), 8008),
        (json!({"groupBy": "a", "groupPath": "a"}), 8008),
        (json!({"groupBy": "a", "groupPath": [1]}), 8008),
        (
            json!({"groupBy": "a", "groupPath": [{"column": "a"}]}),
            8008,
        ),
        (
            json!({"groupBy": "a", "groupPath": [{"column": "b", "value": 1}]}),
            8008,
        ),
        (json!({"groupPath": [{"column": "b", "value": 1}]}), 8008),
        (
            json!({"groupBy": "b", "groupPath": [{"column": "b", "value": "x"}]}),
            1007,
        ),
    ] {
        let message = group(&app, body.clone()).rejected(400, code).await;
        assert!(!message.is_empty(), "{body}");
    }
    let missing = app.post("/data/data-grouping/Missing", json!({"groupBy": "a"}));
    missing.rejected(400, 1009).await;
}

#[tokio::test]
async fn a_result_with_too_many_items_is_rejected() {
    let app = TestServer::start().await;
    let rows: Vec<Value> = (0..110).map(|n| json!({"n": n, "same": 1})).collect();
    app.fill("Product", &rows).await;
    // Each level has the same 100 groups.
    let columns = vec!["n"; 150].join(",");
    let body = json!({"groupBy": columns, "groupDepth": 200, "pageSize": 100});
    let message = group(&app, body).rejected(400, 8008).await;
    assert!(
        message.contains("more than 10000 groups and objects"),
        "{message}"
    );
}
