//! Finding and counting: pages, order, projections, aggregates.

use serde_json::{Value, json};

use crate::support::{Wire, keys, text};

async fn people() -> Wire {
    let wire = Wire::start().await;
    wire.fill(
        "Person",
        &[
            json!({"name": "Bob", "age": 30, "city": "Bonn", "score": 1.5}),
            json!({"name": "Al", "age": 20, "city": "Köln", "score": null}),
            json!({"name": "Cy", "age": 30, "city": "Bonn", "score": 2.5}),
            json!({"name": "Di", "age": null, "city": "Köln", "score": 4.0}),
        ],
    )
    .await;
    wire
}

async fn names(wire: &Wire, parameters: &[(&str, &str)]) -> Vec<String> {
    let rows = wire.get("/data/Person").query(parameters).ok().await;
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["name"]))
        .collect()
}

#[tokio::test]
async fn a_find_answers_ten_rows_in_the_order_of_creation() {
    let wire = Wire::start().await;
    let rows: Vec<Value> = (0..12).map(|n| json!({"n": n})).collect();
    wire.fill("Number", &rows).await;
    let found = wire.get("/data/Number").ok().await;
    let found: Vec<i64> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["n"].as_i64().unwrap())
        .collect();
    assert_eq!(found, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn pages_have_every_row_exactly_once_also_where_the_order_leaves_a_choice() {
    let wire = Wire::start().await;
    let rows: Vec<Value> = (0..57).map(|n| json!({"n": n, "parity": n % 2})).collect();
    wire.fill("Number", &rows).await;
    for sort in ["", "parity", "parity desc", "created"] {
        let mut seen = Vec::new();
        for offset in (0..).step_by(10) {
            let page = wire
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
async fn an_offset_past_the_end_finds_nothing() {
    let wire = people().await;
    for offset in ["4", "1000000", "9223372036854775807"] {
        assert_eq!(
            wire.get("/data/Person")
                .query(&[("offset", offset)])
                .ok()
                .await,
            json!([])
        );
    }
}

#[tokio::test]
async fn pages_out_of_bounds_are_refused() {
    let wire = people().await;
    for size in ["0", "-1", "ten", "1.5", "", "99999999999999999999"] {
        wire.get("/data/Person")
            .query(&[("pageSize", size)])
            .refused(400, 1005)
            .await;
    }
    for size in ["101", "9223372036854775807"] {
        wire.get("/data/Person")
            .query(&[("pageSize", size)])
            .refused(400, 1025)
            .await;
    }
    for offset in ["-1", "x", "", "1e3", "9223372036854775808"] {
        wire.get("/data/Person")
            .query(&[("offset", offset)])
            .refused(400, 1004)
            .await;
    }
    assert_eq!(names(&wire, &[("pageSize", "100")]).await.len(), 4);
    assert_eq!(
        names(&wire, &[("pageSize", "1"), ("offset", "1")]).await,
        ["Al"]
    );
}

#[tokio::test]
async fn rows_are_sorted_by_several_columns() {
    let wire = people().await;
    for (sort, expected) in [
        ("name", ["Al", "Bob", "Cy", "Di"]),
        ("name desc", ["Di", "Cy", "Bob", "Al"]),
        ("age,name desc", ["Di", "Al", "Cy", "Bob"]),
        ("age DESC , name Asc", ["Bob", "Cy", "Al", "Di"]),
        ("city desc,score", ["Al", "Di", "Bob", "Cy"]),
        ("created", ["Bob", "Al", "Cy", "Di"]),
    ] {
        assert_eq!(names(&wire, &[("sortBy", sort)]).await, expected, "{sort}");
    }
    let several = [("sortBy", "age"), ("sortBy", "name desc")];
    assert_eq!(names(&wire, &several).await, ["Di", "Al", "Cy", "Bob"]);
}

#[tokio::test]
async fn integers_sort_as_numbers_up_to_the_largest() {
    let wire = Wire::start().await;
    let numbers: [u64; 5] = [u64::MAX, 10, 1 << 63, 9, i64::MAX as u64];
    for n in numbers {
        wire.fill("Number", &[json!({"n": n})]).await;
    }
    let found = wire
        .get("/data/Number")
        .query(&[("sortBy", "n")])
        .ok()
        .await;
    let found: Vec<u64> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["n"].as_u64().unwrap())
        .collect();
    assert_eq!(found, [9, 10, i64::MAX as u64, 1 << 63, u64::MAX]);
}

#[tokio::test]
async fn a_sort_that_cannot_be_is_refused() {
    let wire = people().await;
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
        wire.get("/data/Person")
            .query(&[("sortBy", sort)])
            .refused(400, 1006)
            .await;
    }
    let message = wire
        .get("/data/Person")
        .query(&[("sortBy", "nope")])
        .refused(400, 1006)
        .await;
    assert_eq!(message, "Column 'nope' does not exist in table 'Person'");
}

#[tokio::test]
async fn a_projection_answers_the_columns_asked_for_and_which_row_it_is() {
    let wire = people().await;
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
        let row = wire.get("/data/Person").query(&parameters).ok().await[0].clone();
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
async fn a_star_is_every_column_and_may_have_company() {
    let wire = people().await;
    let all = wire.get("/data/Person").ok().await;
    assert_eq!(
        wire.get("/data/Person")
            .query(&[("property", "*")])
            .ok()
            .await,
        all
    );
    let row = wire
        .get("/data/Person")
        .query(&[("property", "*,age as Years")])
        .ok()
        .await[0]
        .clone();
    assert_eq!(row["age"], row["Years"]);
    assert_eq!(keys(&row).len(), keys(&all[0]).len() + 1);
}

#[tokio::test]
async fn excluded_columns_are_left_out_but_not_the_id() {
    let wire = people().await;
    let row = wire
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
async fn an_alias_can_be_sorted_by() {
    let wire = people().await;
    let found = wire
        .get("/data/Person")
        .query(&[("property", "name as N"), ("sortBy", "N desc")])
        .ok()
        .await;
    assert_eq!(found[0]["N"], "Di");
}

#[tokio::test]
async fn aggregates_of_all_rows_are_one_row_without_an_id() {
    let wire = people().await;
    let asked = "Count(objectId),Sum(age),Avg(score) as mean,MIN(name),max(score)";
    let found = wire
        .get("/data/Person")
        .query(&[("property", asked)])
        .ok()
        .await;
    assert_eq!(
        found,
        json!([{"count": 4, "sum": 80, "mean": (1.5 + 2.5 + 4.0) / 3.0, "min": "Al", "max": 4.0,
                "___class": "Person"}])
    );
    // Nulls are not counted in a column.
    let found = wire
        .get("/data/Person")
        .query(&[("property", "Count(age),Count(*) as n")])
        .ok()
        .await;
    assert_eq!(found, json!([{"count": 3, "n": 4, "___class": "Person"}]));
}

#[tokio::test]
async fn aggregates_of_no_rows_count_none() {
    let wire = people().await;
    let found = wire
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
async fn groups_have_the_asked_keys_only() {
    let wire = people().await;
    let found = wire
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
    let found = wire
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
async fn groups_are_sorted_paged_and_filtered() {
    let wire = people().await;
    let grouped = [
        ("property", "age,Count(objectId) as total"),
        ("groupBy", "age"),
    ];
    let find = async |more: &[(&str, &str)]| {
        let rows = wire
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
async fn a_having_that_cannot_be_is_refused() {
    let wire = people().await;
    let grouped = wire
        .get("/data/Person")
        .query(&[("property", "Count(objectId)"), ("groupBy", "age")]);
    grouped
        .query(&[("having", "Count(objectId) >")])
        .refused(400, 19001)
        .await;
    for (having, code) in [
        ("length(age) > 1", 19001),
        ("Count(objectId) = 'x'", 19001),
        ("1=1; drop table t1", 19001),
        ("city = 'x'", 1006),
        ("Count(nope) > 1", 1006),
        ("Count(distinct age) > 1", 19001),
    ] {
        wire.get("/data/Person")
            .query(&[
                ("property", "Count(objectId)"),
                ("groupBy", "age"),
                ("having", having),
            ])
            .refused(400, code)
            .await;
    }
    wire.get("/data/Person")
        .query(&[("having", "age = 1")])
        .refused(400, 19001)
        .await;
}

#[tokio::test]
async fn distinct_values_come_once() {
    let wire = people().await;
    let found = wire
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
    let found = wire.get("/data/Person").query(&groups).ok().await;
    assert_eq!(found, json!([{"count": 2, "___class": "Person"}]));
    let count = json!({"distinct": true, "props": "age,city"});
    assert_eq!(wire.post("/data/Person/count", count).ok().await, 3);
    assert_eq!(
        wire.post("/data/Person/count", json!({"groupBy": "city"}))
            .ok()
            .await,
        2
    );
}

#[tokio::test]
async fn a_projection_that_cannot_be_is_refused() {
    let wire = people().await;
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
        wire.get("/data/Person")
            .query(&[("property", property)])
            .refused(400, 1006)
            .await;
    }
    for property in ["Sum(name)", "Avg(city)"] {
        wire.get("/data/Person")
            .query(&[("property", property)])
            .refused(400, 1007)
            .await;
    }
    wire.get("/data/Person")
        .query(&[("groupBy", "nope")])
        .refused(400, 1006)
        .await;
    let all = "age,city,name,score,objectId,created,updated,ownerId";
    wire.get("/data/Person")
        .query(&[("distinct", "true"), ("excludeProps", all)])
        .refused(400, 1006)
        .await;
}

#[tokio::test]
async fn a_sum_beyond_64_bits_is_refused() {
    let wire = Wire::start().await;
    wire.fill("Number", &[json!({"n": i64::MAX}), json!({"n": i64::MAX})])
        .await;
    wire.get("/data/Number")
        .query(&[("property", "Sum(n)")])
        .refused(400, 1007)
        .await;
    let max = wire
        .get("/data/Number")
        .query(&[("property", "Max(n)")])
        .ok()
        .await;
    assert_eq!(max[0]["max"], i64::MAX);
}

#[tokio::test]
async fn a_sum_of_fractions_beyond_all_numbers_is_null() {
    let wire = Wire::start().await;
    wire.fill("Number", &[json!({"n": 1.7e308}), json!({"n": 1.7e308})])
        .await;
    let sum = wire
        .get("/data/Number")
        .query(&[("property", "Sum(n)")])
        .ok()
        .await;
    assert_eq!(sum[0]["sum"], Value::Null);
}

#[tokio::test]
async fn a_count_is_a_bare_number() {
    let wire = people().await;
    let answer = wire.get("/data/Person/count").send().await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.text().await.unwrap(), "4");
    assert_eq!(
        wire.get("/data/Person/count")
            .query(&[("where", "age = 30")])
            .ok()
            .await,
        2
    );
    assert_eq!(
        wire.get("/data/Person/count")
            .query(&[("where", "age = 99")])
            .ok()
            .await,
        0
    );
    wire.get("/data/Person/count")
        .query(&[("where", "age =")])
        .refused(400, 19000)
        .await;
}

#[tokio::test]
async fn the_same_query_can_be_sent_as_a_body() {
    let wire = people().await;
    let body = json!({"pageSize": 2, "offset": 1, "where": "age >= 20", "sortBy": "name asc,age desc",
        "props": "name", "loadRelations": null});
    let found = wire.post("/data/Person/find", body).ok().await;
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
        wire.post("/data/Person/find", lists).ok().await[0]["name"],
        "Bob"
    );
    assert_eq!(
        wire.post("/data/Person/find", json!({}))
            .ok()
            .await
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(wire.post("/data/Person/count", json!({})).ok().await, 4);
    assert_eq!(
        wire.post("/data/Person/count", json!({"where": "age = 20"}))
            .ok()
            .await,
        1
    );
    wire.post("/data/Person/find", json!({"where": {"a": 1}}))
        .refused(400, 8008)
        .await;
    wire.post("/data/Person/find", json!({"pageSize": -1}))
        .refused(400, 1005)
        .await;
    wire.post("/data/Person/find", json!([]))
        .refused(400, 8002)
        .await;
}

#[tokio::test]
async fn a_table_without_rows_is_an_empty_list() {
    let wire = Wire::start().await;
    let row = wire.post("/data/Person", json!({"name": "Bob"})).ok().await;
    wire.delete(&format!("/data/Person/{}", text(&row["objectId"])))
        .ok()
        .await;
    assert_eq!(wire.get("/data/Person").ok().await, json!([]));
    assert_eq!(wire.get("/data/Person/count").ok().await, 0);
}

#[tokio::test]
async fn a_list_longer_than_the_database_takes_is_refused() {
    let wire = people().await;
    let aliases: Vec<String> = (0..901).map(|n| format!("name as n{n}")).collect();
    for (parameter, list) in [
        ("property", aliases.join(",")),
        ("sortBy", vec!["name"; 901].join(",")),
    ] {
        let request = wire.get("/data/Person").query(&[(parameter, &list)]);
        request.refused(400, 8008).await;
    }
}
