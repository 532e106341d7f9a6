//! Rows in groups: requests, decoding, and the groups of the local server.

use backendless::{ErrorCode, ErrorKind, GroupPage, Record, Table};
use backendless_local::Server;
use backendless_tests::Recorder;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{
    assert_json, assert_rejected, assert_request_line, local_client, recorded_request,
};

const EMPTY: &str = r#"{"hasNextPage":false,"items":[]}"#;

#[tokio::test]
async fn requests_have_the_form_of_the_official_sdk() {
    let request = recorded_request(EMPTY, |client| {
        client
            .data::<Record>("My Products")
            .find_grouped(["category"])
    })
    .await;
    assert_request_line(&request, "POST", "/data/data-grouping/My%20Products");
    assert_json(&request, r#"{"groupBy":"category"}"#);

    let request = recorded_request(EMPTY, |client| {
        let products = client.data::<Record>("Product");
        products
            .find_grouped(["category", "rating"])
            .filter("price > 1")
            .filter("price < 9")
            .sort_by("category desc")
            .sort_by("name")
            .properties(["name"])
            .in_group("category", "food")
            .in_group("rating", 5)
            .page_size(11)
            .offset(44)
            .group_depth(22)
            .group_page_size(33)
            .records_page_size(55)
    })
    .await;
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(
        body,
        json!({
            "groupBy": "category,rating",
            "where": "(price > 1) AND (price < 9)",
            "sortBy": "category desc,name",
            "props": "name",
            "groupPath": [{"column": "category", "value": "food"}, {"column": "rating", "value": 5}],
            "pageSize": 11,
            "offset": 44,
            "groupDepth": 22,
            "groupPageSize": 33,
            "recordsPageSize": 55,
        })
    );

    let request = recorded_request("4", |client| {
        let products = client.data::<Record>("Product");
        let groups = products.find_grouped(["category"]);
        groups.in_group("category", Value::Null).count()
    })
    .await;
    assert_request_line(&request, "POST", "/data/data-grouping/Product/count");
    assert_json(
        &request,
        r#"{"groupBy":"category","groupPath":[{"column":"category","value":null}]}"#,
    );
}

#[tokio::test]
async fn invalid_groupings_are_rejected_before_a_request_is_sent() {
    let server = Recorder::responding(200, EMPTY).await;
    let rows = server.client().data::<Record>("Product");
    let error = rows.find_grouped([""; 0]).await.unwrap_err();
    assert_rejected(&error, "groupObjects", "there are no columns to group by");
    let error = rows.find_grouped(["a"]).count().await.unwrap_err();
    assert_rejected(&error, "countObjectsInGroup", "no group is selected");
    for rows in [
        rows.find_grouped(["a"]).page_size(0),
        rows.find_grouped(["a"]).group_page_size(101),
        rows.find_grouped(["a"]).records_page_size(0),
        rows.find_grouped(["a"]).in_group("a", f64::NAN),
        rows.find_grouped(["a"]).offset(u64::MAX),
    ] {
        let error = rows.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert_eq!(error.operation().unwrap().id(), "groupObjects");
    }
    assert_eq!(server.requests().len(), 0);
}

#[derive(Debug, PartialEq, Deserialize)]
struct Product {
    name: String,
    items: Option<u32>,
}

async fn decoded(response: &Value) -> Result<GroupPage<Product>, backendless::Error> {
    let server = Recorder::responding(200, &response.to_string()).await;
    server
        .client()
        .data::<Product>("Product")
        .find_grouped(["a"])
        .await
}

#[tokio::test]
async fn groups_and_rows_are_decoded_at_any_depth() {
    let row = |name: &str| json!({"objectId": name, "name": name, "items": 3, "groupBy": "x", "___class": "Product"});
    let group = |value: Value, items: Value| json!({"items": items, "groupBy": {"value": value, "column": "a"}, "hasNextPage": true, "new": 1});
    let inner = group(json!(1.5), json!([row("A"), row("B")]));
    let page = decoded(&json!({"items": [group(Value::Null, json!([inner]))]}))
        .await
        .unwrap();
    assert!(!page.has_next_page && page.objects.is_empty());
    let outer = &page.groups[0];
    assert_eq!(
        (&outer.value, outer.page.has_next_page),
        (&Value::Null, true)
    );
    let inner = &outer.page.groups[0];
    assert_eq!((inner.column.as_str(), &inner.value), ("a", &json!(1.5)));
    let product = Product {
        name: "B".to_owned(),
        items: Some(3),
    };
    assert_eq!(*inner.page.objects[1], product);
    assert_eq!(inner.page.objects[1].object_id, "B");

    let rows = decoded(&json!({"hasNextPage": true, "items": [row("A")]}))
        .await
        .unwrap();
    assert!(rows.has_next_page && rows.groups.is_empty());
    assert_eq!(rows.objects.len(), 1);
    for empty in [json!({}), json!({"items": null, "hasNextPage": null})] {
        let page = decoded(&empty).await.unwrap();
        assert!(page.groups.is_empty() && page.objects.is_empty());
    }
}

#[tokio::test]
async fn row_with_one_column_of_a_group_is_a_row() {
    for row in [
        json!({"objectId": "A", "name": "A", "items": 3}),
        json!({"objectId": "A", "name": "A", "groupBy": "x"}),
    ] {
        let page = decoded(&json!({"items": [row]})).await.unwrap();
        assert!(page.groups.is_empty());
        assert_eq!(page.objects[0].object_id, "A");
    }
}

#[tokio::test]
async fn a_response_that_is_no_page_is_an_error_without_its_values() {
    let deep = (0..200).fold(
        json!([]),
        |items, _| json!([{"groupBy": {"column": "a", "value": 1}, "items": items}]),
    );
    for (response, expected) in [
        (json!([]), "expected a page of groups, found array"),
        (
            json!({"items": 5}),
            "expected a list of groups or rows, found number",
        ),
    ] {
        let error = decoded(&response).await.unwrap_err();
        assert!(error.message().ends_with(expected), "{error}");
    }
    for response in [
        json!([]),
        json!({"items": 5}),
        json!({"items": ["SECRET"]}),
        json!({"items": [{"name": ["SECRET"], "objectId": "B2", "___class": "Product"}]}),
        json!({"items": [{"groupBy": {"value": "SECRET"}, "items": []}]}),
        json!({"items": [{"groupBy": null, "items": []}]}),
        json!({"items": [{"groupBy": {"column": "a"}, "items": [{"name": 5, "s": "SECRET"}]}]}),
        json!({"items": deep}),
    ] {
        let error = decoded(&response).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
}

async fn products() -> (Server, Table<Record>) {
    let server = Server::start().await.unwrap();
    let products = local_client(&server).data::<Record>("Product");
    for (name, category, rating) in [
        ("apple", json!("fruit"), 5),
        ("pear", json!("fruit"), 3),
        ("plum", json!("fruit"), 5),
        ("leek", json!("vegetable"), 4),
        ("salt", Value::Null, 1),
    ] {
        let product = json!({"name": name, "category": category, "rating": rating});
        products.create(&product).await.unwrap();
    }
    (server, products)
}

fn values(page: &GroupPage<Record>) -> Vec<&Value> {
    page.groups.iter().map(|group| &group.value).collect()
}

fn names(page: &GroupPage<Record>) -> Vec<&str> {
    let rows = page.objects.iter();
    rows.map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_local_server_returns_groups_of_groups_and_rows() {
    let (_server, products) = products().await;
    let page = products
        .find_grouped(["category", "rating"])
        .sort_by("name")
        .await
        .unwrap();
    assert_eq!(
        values(&page),
        [&Value::Null, &json!("fruit"), &json!("vegetable")]
    );
    assert!(!page.has_next_page);
    let fruit = &page.groups[1];
    assert_eq!(fruit.column, "category");
    assert_eq!(values(&fruit.page), [&json!(3), &json!(5)]);
    assert_eq!(fruit.page.groups[1].column, "rating");
    assert_eq!(names(&fruit.page.groups[1].page), ["apple", "plum"]);
    assert_eq!(names(&page.groups[0].page.groups[0].page), ["salt"]);

    let sorted = products
        .find_grouped(["category", "rating"])
        .filter("category is not null");
    let sorted = sorted
        .sort_by("rating desc")
        .sort_by("category desc")
        .sort_by("name desc");
    let page = sorted.await.unwrap();
    assert_eq!(values(&page), [&json!("vegetable"), &json!("fruit")]);
    assert_eq!(values(&page.groups[1].page), [&json!(5), &json!(3)]);
    assert_eq!(
        names(&page.groups[1].page.groups[0].page),
        ["plum", "apple"]
    );
}

#[tokio::test]
async fn the_local_server_pages_groups_and_rows() {
    let (_server, products) = products().await;
    let groups = || {
        products
            .find_grouped(["category", "rating"])
            .sort_by("name")
    };
    let page = groups()
        .page_size(1)
        .offset(1)
        .group_page_size(1)
        .records_page_size(1)
        .await
        .unwrap();
    assert_eq!(
        (values(&page), page.has_next_page),
        (vec![&json!("fruit")], true)
    );
    let ratings = &page.groups[0].page;
    assert_eq!(
        (values(ratings), ratings.has_next_page),
        (vec![&json!(3)], true)
    );
    assert!(!ratings.groups[0].page.has_next_page);

    let fruit = groups().in_group("category", "fruit").await.unwrap();
    assert_eq!(values(&fruit), [&json!(3), &json!(5)]);
    let good = || groups().in_group("category", "fruit").in_group("rating", 5);
    let first = good().page_size(1).properties(["name"]).await.unwrap();
    assert_eq!((names(&first), first.has_next_page), (vec!["apple"], true));
    assert!(!first.objects[0].contains_key("rating"));
    let last = good().page_size(1).offset(1).await.unwrap();
    assert_eq!((names(&last), last.has_next_page), (vec!["plum"], false));
    let unnamed = groups().in_group("category", Value::Null).await.unwrap();
    assert_eq!(values(&unnamed), [&json!(1)]);
    let none = groups().in_group("category", "meat").await.unwrap();
    assert!(none.groups.is_empty() && !none.has_next_page);

    let shallow = groups().group_depth(1).await.unwrap();
    assert_eq!(shallow.groups.len(), 3);
    assert!(shallow.groups[1].page.groups.is_empty() && shallow.groups[1].page.has_next_page);

    assert_eq!(
        groups()
            .in_group("category", "fruit")
            .count()
            .await
            .unwrap(),
        2
    );
    assert_eq!(good().count().await.unwrap(), 2);
    assert_eq!(good().filter("name = 'plum'").count().await.unwrap(), 1);
}

#[tokio::test]
async fn the_local_server_rejects_invalid_groupings() {
    let (_server, products) = products().await;
    for (grouping, code) in [
        (products.find_grouped(["unknown"]), 1_006),
        (
            products.find_grouped(["category"]).filter("price >"),
            19_000,
        ),
        (products.find_grouped(["category"]).sort_by("a b c"), 1_006),
        (
            products.find_grouped(["category"]).properties(["unknown"]),
            1_006,
        ),
        (
            products.find_grouped(["category"]).in_group("rating", 5),
            8_008,
        ),
        (
            products.find_grouped(["rating"]).in_group("rating", "x"),
            1_007,
        ),
    ] {
        let error = grouping.await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{error}");
    }
}

#[tokio::test]
async fn groups_that_are_nested_too_deeply_are_an_error_and_no_stack_overflow() {
    let nested = |levels: usize| {
        let group = r#"{"groupBy":{"column":"n","value":1},"hasNextPage":false,"items":["#;
        let (start, end) = (group.repeat(levels), "]}".repeat(levels));
        format!(r#"{{"hasNextPage":false,"items":[{start}{end}]}}"#)
    };
    for (levels, is_ok) in [(64, true), (65, false), (10_000, false)] {
        let server = Recorder::responding(200, &nested(levels)).await;
        let table = server.client().data::<Record>("Person");
        let page = table.find_grouped(["n"]).await;
        assert_eq!(page.is_ok(), is_ok, "{levels}");
        if let Err(error) = page {
            assert_eq!(error.kind(), ErrorKind::Decode);
        }
    }
}
