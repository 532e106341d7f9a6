//! Find and count: pages, order, projections, aggregates.

use serde_json::{Value, json};

use crate::support::{TestServer, keys, text};

async fn people() -> TestServer {
    let app = TestServer::start().await;
    app.fill(
        "Person",
        &[
            json!({"name": "Bob", "age": 30, "city": "Bonn", "score": 1.5}),
            json!({"name": "Al", "age": 20, "city": "Köln", "score": null}),
            json!({"name": "Cy", "age": 30, "city": "Bonn", "score": 2.5}),
            json!({"name": "Di", "age": null, "city": "Köln", "score": 4.0}),
        ],
    )
    .await;
    app
}

async fn names(app: &TestServer, parameters: &[(&str, &str)]) -> Vec<String> {
    let rows = app.get("/data/Person").query(parameters).ok().await;
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["name"]))
        .collect()
}

#[tokio::test]
async fn find_returns_ten_rows_in_order_of_creation() {
    let app = TestServer::start().await;
    let rows: Vec<Value> = (0..12).map(|n| json!({"n": n})).collect();
    app.fill("Number", &rows).await;
    let found = app.get("/data/Number").ok().await;
    let found: Vec<i64> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["n"].as_i64().unwrap())
        .collect();
    assert_eq!(found, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn pages_contain_every_row_once_even_if_sort_keys_are_equal() {
    let app = TestServer::start().await;
    let rows: Vec<Value> = (0..57).map(|n| json!({"n": n, "parity": n % 2})).collect();
    app.fill("Number", &rows).await;
    for sort in ["", "parity", "parity desc", "created"] {
        let mut seen = Vec::new();
        for offset in (0..).step_by(10) {
            let page = app
                .get("/data/Number")
                .query(&[
                    ("sortBy", sort),
                    ("pageSize", "10"),
                    ("offset", &offset.to_string()),
                ])
                .ok()
                .await;
            let page = page.as_array().unwrap();
            seen.extend(page.iter().map(|row| row["n"].as_i64().unwrap()));
            if page.len() < 10 {
                break;
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..57).collect::<Vec<_>>(), "sortBy {sort:?}");
    }
}

#[tokio::test]
async fn offset_past_the_end_returns_no_rows() {
    let app = people().await;
    for offset in ["4", "1000000", "9223372036854775807"] {
        assert_eq!(
            app.get("/data/Person")
                .query(&[("offset", offset)])
                .ok()
                .await,
            json!([])
        );
    }
}

#[tokio::test]
async fn invalid_page_size_or_offset_is_rejected() {
    let app = people().await;
    for size in ["0", "-1", "ten", "1.5", "", "99999999999999999999"] {
        app.get("/data/Person")
            .query(&[("pageSize", size)])
            .rejected(400, 1005)
            .await;
    }
    for size in ["101", "9223372036854775807"] {
        app.get("/data/Person")
            .query(&[("pageSize", size)])
            .rejected(400, 1025)
            .await;
    }
    for offset in ["-1", "x", "", "1e3", "9223372036854775808"] {
        app.get("/data/Person")
            .query(&[("offset", offset)])
            .rejected(400, 1004)
            .await;
    }
    assert_eq!(names(&app, &[("pageSize", "100")]).await.len(), 4);
    assert_eq!(
        names(&app, &[("pageSize", "1"), ("offset", "1")]).await,
        ["Al"]
    );
}

#[tokio::test]
async fn rows_are_sorted_by_several_columns() {
    let app = people().await;
    for (sort, expected) in [
        ("name", ["Al", "Bob", "Cy", "Di"]),
        ("name desc", ["Di", "Cy", "Bob", "Al"]),
        ("age,name desc", ["Di", "Al", "Cy", "Bob"]),
        ("age DESC , name Asc", ["Bob", "Cy", "Al", "Di"]),
        ("city desc,score", ["Al", "Di", "Bob", "Cy"]),
        ("created", ["Bob", "Al", "Cy", "Di"]),
    ] {
        assert_eq!(names(&app, &[("sortBy", sort)]).await, expected, "{sort}");
    }
    let several = [("sortBy", "age"), ("sortBy", "name desc")];
    assert_eq!(names(&app, &several).await, ["Di", "Al", "Cy", "Bob"]);
}

#[tokio::test]
async fn integers_sort_numerically_up_to_u64_max() {
    let app = TestServer::start().await;
    let numbers: [u64; 5] = [u64::MAX, 10, 1 << 63, 9, i64::MAX as u64];
    for n in numbers {
        app.fill("Number", &[json!({"n": n})]).await;
    }
    let found = app.get("/data/Number").query(&[("sortBy", "n")]).ok().await;
    let found: Vec<u64> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["n"].as_u64().unwrap())
        .collect();
    assert_eq!(found, [9, 10, i64::MAX as u64, 1 << 63, u64::MAX]);
}

#[tokio::test]
async fn invalid_sort_is_rejected() {
    let app = people().await;
    for sort in [
        "nope",
        "name up",
        "name asc desc",
        "name;",
        "1",
        "name,,age",
        "(select 1)",
        "name--",
    ] {
        app.get("/data/Person")
            .query(&[("sortBy", sort)])
            .rejected(400, 1006)
            .await;
    }
    let message = app
        .get("/data/Person")
        .query(&[("sortBy", "nope")])
        .rejected(400, 1006)
        .await;
    assert_eq!(message, "Column 'nope' does not exist in table 'Person'");
}

#[tokio::test]
async fn projection_returns_the_requested_columns_and_the_object_id() {
    let app = people().await;
    for parameters in [
        vec![("property", "name,age as Years")],
        vec![("property", "name"), ("property", "age AS Years")],
        vec![("props", " name , age as Years ")],
        vec![
            ("props", "name"),
            ("property", "age as Years"),
            ("property", "name"),
        ],
        vec![("property", "objectId,___class,name,age as Years")],
    ] {
        let row = app.get("/data/Person").query(&parameters).ok().await[0].clone();
        let mut found = keys(&row);
        found.sort_unstable();
        assert_eq!(
            found,
            ["Years", "___class", "name", "objectId"],
            "{parameters:?}"
        );
        assert_eq!(row["Years"], 30);
    }
}

#[tokio::test]
async fn star_selects_every_column_and_can_be_combined() {
    let app = people().await;
    let all = app.get("/data/Person").ok().await;
    assert_eq!(
        app.get("/data/Person")
            .query(&[("property", "*")])
            .ok()
            .await,
        all
    );
    let row = app
        .get("/data/Person")
        .query(&[("property", "*,age as Years")])
        .ok()
        .await[0]
        .clone();
    assert_eq!(row["age"], row["Years"]);
    assert_eq!(keys(&row).len(), keys(&all[0]).len() + 1);
}

#[tokio::test]
async fn excluded_columns_are_omitted_except_the_object_id() {
    let app = people().await;
    let row = app
        .get("/data/Person")
        .query(&[("excludeProps", "age,objectId,city")])
        .ok()
        .await[0]
        .clone();
    let mut found = keys(&row);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "___class", "created", "name", "objectId", "ownerId", "score", "updated"
        ]
    );
}

#[tokio::test]
async fn rows_can_be_sorted_by_an_alias() {
    let app = people().await;
    let found = app
        .get("/data/Person")
        .query(&[("property", "name as N"), ("sortBy", "N desc")])
        .ok()
        .await;
    assert_eq!(found[0]["N"], "Di");
}

#[tokio::test]
async fn aggregates_without_groups_are_one_row_without_an_object_id() {
    let app = people().await;
    let properties = "Count(objectId),Sum(age),Avg(score) as mean,MIN(name),max(score)";
    let found = app
        .get("/data/Person")
        .query(&[("property", properties)])
        .ok()
        .await;
    assert_eq!(
        found,
        json!([{"count": 4, "sum": 80, "mean": (1.5 + 2.5 + 4.0) / 3.0, "min": "Al", "max": 4.0,
                "___class": "Person"}])
    );
    // Nulls of a column are not counted.
    let found = app
        .get("/data/Person")
        .query(&[("property", "Count(age),Count(*) as n")])
        .ok()
        .await;
    assert_eq!(found, json!([{"count": 3, "n": 4, "___class": "Person"}]));
    // A number is not null in any row.
    let property = |property| app.get("/data/Person").query(&[("property", property)]);
    let found = property("Count(1)").ok().await;
    assert_eq!(found, json!([{"count": 4, "___class": "Person"}]));
    for other in ["Sum(1)", "Max(1)", "Count('x')"] {
        let message = property(other).rejected(400, 1006).await;
        assert!(message.contains("instead of a column"), "{message}");
    }
}

#[tokio::test]
async fn aggregates_of_no_rows_are_zero_or_null() {
    let app = people().await;
    let found = app
        .get("/data/Person")
        .query(&[
            ("where", "age > 99"),
            ("property", "Count(objectId),Sum(age)"),
        ])
        .ok()
        .await;
    assert_eq!(
        found,
        json!([{"count": 0, "sum": null, "___class": "Person"}])
    );
}

#[tokio::test]
async fn groups_have_only_the_requested_properties() {
    let app = people().await;
    let found = app
        .get("/data/Person")
        .query(&[
            ("property", "city,Count(objectId) as total,Sum(age)"),
            ("groupBy", "city"),
        ])
        .ok()
        .await;
    assert_eq!(
        found,
        json!([{"city": "Bonn", "total": 2, "sum": 60, "___class": "Person"},
               {"city": "Köln", "total": 2, "sum": 20, "___class": "Person"}])
    );
    let found = app
        .get("/data/Person")
        .query(&[("groupBy", "city")])
        .ok()
        .await;
    assert_eq!(
        found,
        json!([{"city": "Bonn", "___class": "Person"}, {"city": "Köln", "___class": "Person"}])
    );
}

#[tokio::test]
async fn groups_can_be_sorted_paged_and_filtered() {
    let app = people().await;
    let grouped = [
        ("property", "age,Count(objectId) as total"),
        ("groupBy", "age"),
    ];
    let find = async |more: &[(&str, &str)]| {
        let rows = app
            .get("/data/Person")
            .query(&grouped)
            .query(more)
            .ok()
            .await;
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["age"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(find(&[]).await, [json!(30), json!(20), Value::Null]);
    assert_eq!(
        find(&[("sortBy", "age desc")]).await,
        [json!(30), json!(20), Value::Null]
    );
    assert_eq!(
        find(&[("sortBy", "total desc,age")]).await,
        [json!(30), Value::Null, json!(20)]
    );
    assert_eq!(
        find(&[("sortBy", "Count(objectId),age desc")]).await,
        [json!(20), Value::Null, json!(30)]
    );
    assert_eq!(
        find(&[("pageSize", "1"), ("offset", "1")]).await,
        [json!(20)]
    );
    assert_eq!(find(&[("where", "city = 'Bonn'")]).await, [json!(30)]);
    for having in [
        "Count(objectId) > 1",
        "total > 1",
        "age = 30",
        "count(*) = 2 and Min(name) like 'b%'",
    ] {
        assert_eq!(find(&[("having", having)]).await, [json!(30)], "{having}");
    }
}

#[tokio::test]
async fn invalid_having_is_rejected() {
    let app = people().await;
    let grouped = app
        .get("/data/Person")
        .query(&[("property", "Count(objectId)"), ("groupBy", "age")]);
    grouped
        .query(&[("having", "Count(objectId) >")])
        .rejected(400, 19001)
        .await;
    for (having, code) in [
        ("hex(age) > 1", 19001),
        ("Count(objectId) = 'x'", 19001),
        ("1=1; drop table t1", 19001),
        ("city = 'x'", 1006),
        ("Count(nope) > 1", 1006),
        ("Count(distinct age) > 1", 19001),
    ] {
        app.get("/data/Person")
            .query(&[
                ("property", "Count(objectId)"),
                ("groupBy", "age"),
                ("having", having),
            ])
            .rejected(400, code)
            .await;
    }
    app.get("/data/Person")
        .query(&[("having", "age = 1")])
        .rejected(400, 19001)
        .await;
}

#[tokio::test]
async fn error_in_a_having_clause_names_the_alias() {
    let app = people().await;
    let query = [
        ("property", "Sum(age) as total"),
        ("groupBy", "city"),
        ("having", "total = 'x'"),
    ];
    let message = app.get("/data/Person").query(&query);
    let message = message.rejected(400, 19001).await;
    assert!(message.contains("'x' does not fit 'total'"), "{message}");
}

#[tokio::test]
async fn rows_are_grouped_by_columns_and_aliases_only() {
    let app = people().await;
    for group in ["Count(age)", "age as years", "Count(age) as ages"] {
        let query = [("property", "Count(objectId)"), ("groupBy", group)];
        let call = app.get("/data/Person").query(&query);
        let message = call.rejected(400, 1006).await;
        assert!(message.contains("cannot be grouped by"), "{message}");
    }
}

#[tokio::test]
async fn distinct_values_are_returned_once() {
    let app = people().await;
    let found = app
        .get("/data/Person")
        .query(&[("property", "city"), ("distinct", "true")])
        .ok()
        .await;
    assert_eq!(
        found,
        json!([{"city": "Bonn", "___class": "Person"}, {"city": "Köln", "___class": "Person"}])
    );
    let groups = [
        ("property", "Count(objectId)"),
        ("groupBy", "city"),
        ("distinct", "true"),
    ];
    let found = app.get("/data/Person").query(&groups).ok().await;
    assert_eq!(found, json!([{"count": 2, "___class": "Person"}]));
    let count = json!({"distinct": true, "props": "age,city"});
    assert_eq!(app.post("/data/Person/count", count).ok().await, 3);
    assert_eq!(
        app.post("/data/Person/count", json!({"groupBy": "city"}))
            .ok()
            .await,
        2
    );
}

#[tokio::test]
async fn invalid_projection_is_rejected() {
    let app = people().await;
    for property in [
        "nope",
        "Count(nope)",
        "Median(age)",
        "Count(age",
        "name as",
        "name as a-b",
        "name as ___class",
        "name,age as name",
        "Count(age),Count(name)",
        "name,Count(age)",
        "*,Count(age)",
        "Sum(*)",
        "name;drop",
        "(select 1)",
        "name,,age",
        "'x'",
        "\"name\"",
        "name as objectId",
    ] {
        app.get("/data/Person")
            .query(&[("property", property)])
            .rejected(400, 1006)
            .await;
    }
    for property in ["Sum(name)", "Avg(city)"] {
        app.get("/data/Person")
            .query(&[("property", property)])
            .rejected(400, 1007)
            .await;
    }
    app.get("/data/Person")
        .query(&[("groupBy", "nope")])
        .rejected(400, 1006)
        .await;
    let all = "age,city,name,score,objectId,created,updated,ownerId";
    app.get("/data/Person")
        .query(&[("distinct", "true"), ("excludeProps", all)])
        .rejected(400, 1006)
        .await;
}

#[tokio::test]
async fn sum_beyond_64_bits_is_rejected() {
    let app = TestServer::start().await;
    app.fill("Number", &[json!({"n": i64::MAX}), json!({"n": i64::MAX})])
        .await;
    app.get("/data/Number")
        .query(&[("property", "Sum(n)")])
        .rejected(400, 1007)
        .await;
    let max = app
        .get("/data/Number")
        .query(&[("property", "Max(n)")])
        .ok()
        .await;
    assert_eq!(max[0]["max"], i64::MAX);
}

#[tokio::test]
async fn infinite_sum_is_null() {
    let app = TestServer::start().await;
    app.fill("Number", &[json!({"n": 1.7e308}), json!({"n": 1.7e308})])
        .await;
    let sum = app
        .get("/data/Number")
        .query(&[("property", "Sum(n)")])
        .ok()
        .await;
    assert_eq!(sum[0]["sum"], Value::Null);
}

#[tokio::test]
async fn count_returns_a_bare_number() {
    let app = people().await;
    let response = app.get("/data/Person/count").send().await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.unwrap(), "4");
    assert_eq!(
        app.get("/data/Person/count")
            .query(&[("where", "age = 30")])
            .ok()
            .await,
        2
    );
    assert_eq!(
        app.get("/data/Person/count")
            .query(&[("where", "age = 99")])
            .ok()
            .await,
        0
    );
    app.get("/data/Person/count")
        .query(&[("where", "age =")])
        .rejected(400, 19000)
        .await;
}

#[tokio::test]
async fn find_and_count_accept_a_json_body() {
    let app = people().await;
    let body = json!({"pageSize": 2, "offset": 1, "where": "age >= 20", "sortBy": "name asc,age desc",
        "props": "name", "loadRelations": null});
    let found = app.post("/data/Person/find", body).ok().await;
    let found: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["Bob", "Cy"]);
    let lists =
        json!({"sortBy": ["age desc", "name"], "property": ["name", "age"], "pageSize": "1"});
    assert_eq!(
        app.post("/data/Person/find", lists).ok().await[0]["name"],
        "Bob"
    );
    assert_eq!(
        app.post("/data/Person/find", json!({}))
            .ok()
            .await
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(app.post("/data/Person/count", json!({})).ok().await, 4);
    assert_eq!(
        app.post("/data/Person/count", json!({"where": "age = 20"}))
            .ok()
            .await,
        1
    );
    app.post("/data/Person/find", json!({"where": {"a": 1}}))
        .rejected(400, 8008)
        .await;
    app.post("/data/Person/find", json!({"pageSize": -1}))
        .rejected(400, 1005)
        .await;
    app.post("/data/Person/find", json!([]))
        .rejected(400, 8002)
        .await;
}

#[tokio::test]
async fn empty_table_returns_an_empty_list() {
    let app = TestServer::start().await;
    let row = app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    app.delete(&format!("/data/Person/{}", text(&row["objectId"])))
        .ok()
        .await;
    assert_eq!(app.get("/data/Person").ok().await, json!([]));
    assert_eq!(app.get("/data/Person/count").ok().await, 0);
}

#[tokio::test]
async fn list_with_too_many_items_is_rejected() {
    let app = people().await;
    let aliases: Vec<String> = (0..901).map(|n| format!("name as n{n}")).collect();
    for (parameter, list) in [
        ("property", aliases.join(",")),
        ("sortBy", vec!["name"; 901].join(",")),
    ] {
        let request = app.get("/data/Person").query(&[(parameter, &list)]);
        request.rejected(400, 8008).await;
    }
}

#[tokio::test]
async fn clause_that_repeats_a_long_alias_is_rejected() {
    let app = people().await;
    let names = ["UPPER(LOWER(TRIM(LTRIM(REVERSE(name)))))"; 100].join(",");
    let groups = |having: &str| {
        let properties = format!("CONCAT({names}) as names,Count(objectId)");
        let query = [
            ("property", properties.as_str()),
            ("groupBy", "names"),
            ("having", having),
        ];
        app.get("/data/Person").query(&query)
    };
    assert_eq!(groups("names = 'x'").ok().await, json!([]));
    let repeated = format!("CONCAT({}) = 'x'", ["names"; 100].join(","));
    let message = groups(&repeated).rejected(400, 19001).await;
    assert!(
        message.contains("too long, with the aliases that it contains"),
        "{message}"
    );
}
