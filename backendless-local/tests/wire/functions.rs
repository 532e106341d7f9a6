//! Functions, calculations, dates and elements of JSON documents in properties, clauses and sort
//! keys.

use serde_json::{Value, json};

use crate::support::{TestServer, keys, text};

/// 2020-06-23 11:19:06.095 UTC.
const WHEN: i64 = 1_592_911_146_095;

async fn events() -> TestServer {
    let app = TestServer::start().await;
    app.fill(
        "Event",
        &[
            json!({"name": " Bob ", "last": "O'Hara", "at": WHEN, "n": 7, "d": -2.5, "none": null,
                   "ok": true, "big": u64::MAX, "day": "2015-03-23",
                   "doc": {"name": "Joe", "age": 34, "ok": true, "nil": null,
                           "address": {"city": "New York", "zip": "1"}, "list": [5, 7, 21]}}),
            json!({"name": "Äda", "last": "x", "at": WHEN + 86_400_000, "n": -3, "d": 2.5,
                   "doc": {"name": "Bob", "age": 9, "address": {"city": "Chicago"}, "list": []}}),
            json!({"name": "Cy", "at": null, "n": 0, "doc": null}),
        ],
    )
    .await;
    app
}

/// Returns the values of a property of all rows, in order of creation.
async fn values(app: &TestServer, property: &str) -> Vec<Value> {
    let property = format!("{property} as result");
    let rows = app
        .get("/data/Event")
        .query(&[("property", property.as_str())])
        .ok()
        .await;
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| row["result"].clone()).collect()
}

#[tokio::test]
async fn functions_of_dates_return_their_values() {
    let app = events().await;
    for (property, expected) in [
        ("DATE(at)", json!("2020-06-23")),
        ("TIME(at)", json!("11:19:06")),
        ("YEAR(at)", json!(2020)),
        ("year( at )", json!(2020)),
        ("QUARTER(at)", json!(2)),
        ("MONTH(at)", json!(6)),
        ("DAY(at)", json!(23)),
        ("DAYOFMONTH(at)", json!(23)),
        ("HOUR(at)", json!(11)),
        ("MINUTE(at)", json!(19)),
        ("SECOND(at)", json!(6)),
        ("MICROSECOND(at)", json!(95_000)),
        ("WEEK(at)", json!(25)),
        ("WEEK(at, 1)", json!(26)),
        ("WEEKOFYEAR(at)", json!(26)),
        ("WEEKDAY(at)", json!(1)),
        ("DAYOFWEEK(at)", json!(3)),
        ("DAYOFYEAR(at)", json!(175)),
        ("DAYNAME(at)", json!("Tuesday")),
        ("MONTHNAME(at)", json!("June")),
        ("LAST_DAY(at)", json!("2020-06-30")),
        ("UNIXTIMESTAMP(at)", json!(1_592_911_146)),
        ("UNIX_TIMESTAMP(DATE(at))", json!(1_592_870_400)),
        ("UNIXTIMESTAMP('2020-06-23')", json!(1_592_870_400)),
        ("DATEDIFF(at, '06/20/2020')", json!(3)),
        ("DATEDIFF(day, 0)", json!(16_517)),
        ("YEAR(at) - YEAR('01/01/2000')", json!(20)),
        ("DATE(DATEADD(at, INTERVAL 10 DAY))", json!("2020-07-03")),
        ("DATE(DATE_SUB(at, INTERVAL n MONTH))", json!("2019-11-23")),
        ("DATE_ADD(at, INTERVAL 1 HOUR)", json!(WHEN + 3_600_000)),
        ("DATE_ADD(at, INTERVAL 2 SECOND)", json!(WHEN + 2_000)),
        ("DATE_ADD(at, INTERVAL 2 MINUTE)", json!(WHEN + 120_000)),
        ("DATE_SUB(at, INTERVAL 2 DAY)", json!(WHEN - 172_800_000)),
        ("DATE_ADD(at, INTERVAL 2 WEEK)", json!(WHEN + 1_209_600_000)),
        (
            "DATE(DATE_ADD(at, INTERVAL 2 QUARTER))",
            json!("2020-12-23"),
        ),
        ("DATE(DATE_ADD(at, INTERVAL 2 YEAR))", json!("2022-06-23")),
        ("LENGTH(CURDATE())", json!(10)),
        ("UNIXTIMESTAMP(CURDATE()) % 86400", json!(0)),
        ("CONCAT(DATE(at), '')", json!("2020-06-23")),
        (
            "CONCAT(DATE_ADD(at, INTERVAL 0 DAY), '')",
            json!("2020-06-23 11:19:06"),
        ),
        // The times of the server are dates, the integers of other columns are not.
        ("LENGTH(CONCAT(created, ''))", json!(19)),
        ("CONCAT(at, '')", json!(WHEN.to_string())),
        ("YEAR(day)", json!(2015)),
        ("YEAR(none)", Value::Null),
        ("YEAR(big)", Value::Null),
        ("YEAR(name)", Value::Null),
    ] {
        assert_eq!(values(&app, property).await[0], expected, "{property}");
    }
    assert_eq!(
        values(&app, "DATE(at)").await,
        [json!("2020-06-23"), json!("2020-06-24"), Value::Null]
    );
}

#[tokio::test]
async fn now_is_the_time_of_the_server() {
    let app = events().await;
    let differences = values(&app, "UNIXTIMESTAMP(NOW()) - UNIXTIMESTAMP(created)").await;
    app.server
        .advance_clock(std::time::Duration::from_secs(3_600));
    let later = values(&app, "UNIXTIMESTAMP(NOW()) - UNIXTIMESTAMP(created)").await;
    for (before, after) in differences.iter().zip(&later) {
        let passed = after.as_i64().unwrap() - before.as_i64().unwrap();
        assert!((3_600..3_700).contains(&passed), "{passed}");
    }
    assert!(values(&app, "NOW()").await[0].as_i64().unwrap() > WHEN);
    let precise = text(&values(&app, "NOW(6)").await[0]);
    assert_eq!(
        precise.len(),
        "2020-06-23 11:19:06.095048".len(),
        "{precise}"
    );
    assert_eq!(
        app.names("Event", "created <= NOW() and created after '2020-01-01'")
            .await
            .len(),
        3
    );
}

#[tokio::test]
async fn functions_of_text_and_numbers_return_their_values() {
    let app = events().await;
    for (property, expected) in [
        ("UPPER(last)", json!("O'HARA")),
        ("lower(last)", json!("o'hara")),
        ("TRIM(name)", json!("Bob")),
        ("LTRIM(name)", json!("Bob ")),
        ("RTRIM(name)", json!(" Bob")),
        ("REVERSE(last)", json!("araH'O")),
        ("LENGTH(last)", json!(6)),
        ("CHAR_LENGTH(last)", json!(6)),
        ("CONCAT(last, ', ', TRIM(name))", json!("O'Hara, Bob")),
        ("CONCAT(last, none)", Value::Null),
        (
            "CONCAT(n, '/', d, '/', ok, '/', big)",
            json!("7/-2.5/1/18446744073709551615"),
        ),
        ("CONCAT_WS('-', last, none, n)", json!("O'Hara-7")),
        ("CONCAT('it''s', ')(,')", json!("it's)(,")),
        ("SUBSTRING(last, 3)", json!("Hara")),
        ("SUBSTR(last, 3, 2)", json!("Ha")),
        ("SUBSTRING(last, -2)", json!("ra")),
        ("SUBSTRING(last, -20)", json!("")),
        ("SUBSTRING(last, 0)", json!("")),
        ("SUBSTRING(last, 2, -1)", json!("")),
        ("LEFT(last, 2)", json!("O'")),
        ("RIGHT(last, 2)", json!("ra")),
        ("LEFT(last, -1)", json!("")),
        ("RIGHT(last, 99)", json!("O'Hara")),
        ("REPLACE(last, 'a', 'oo')", json!("O'Hooroo")),
        ("REPLACE(last, '', 'x')", json!("O'Hara")),
        ("LPAD(last, 8, 'xy')", json!("xyO'Hara")),
        ("RPAD(last, 9, 'xy')", json!("O'Haraxyx")),
        ("LPAD(last, 2, 'x')", json!("O'")),
        ("LPAD(last, -1, 'x')", Value::Null),
        ("REPEAT('ab', 2)", json!("abab")),
        ("LOCATE('ha', last)", json!(3)),
        ("INSTR(last, 'ha')", json!(3)),
        ("LOCATE('a', last, 5)", json!(6)),
        ("LOCATE('z', last)", json!(0)),
        ("ABS(d)", json!(2.5)),
        ("CEIL(d)", json!(-2.0)),
        ("FLOOR(d)", json!(-3.0)),
        ("ROUND(d)", json!(-3.0)),
        ("ROUND(1.255, 2)", json!(1.25)),
        ("ROUND(1234, -2)", json!(1200)),
        ("ROUND(1250, -2)", json!(1300)),
        ("TRUNCATE(-1.99, 1)", json!(-1.9)),
        ("MOD(n, 4)", json!(3)),
        ("-n % 4", json!(-3)),
        ("POWER(n, 2)", json!(49.0)),
        ("SQRT(n * n)", json!(7.0)),
        ("SQRT(0 - n)", Value::Null),
        ("SIGN(d)", json!(-1.0)),
        ("n / 2", json!(3.5)),
        ("n / 0", Value::Null),
        ("n % 0", Value::Null),
        ("n / none", Value::Null),
        ("IFNULL(none, n)", json!(7)),
        ("COALESCE(none, null, 'x')", json!("x")),
        ("COALESCE(name, last)", json!(" Bob ")),
        ("COALESCE(n, d)", json!(7)),
        ("UPPER(5)", json!("5")),
        ("COALESCE(none, 2.5)", json!(2.5)),
        ("LEFT(last, 2.0)", json!("O'")),
        ("MOD(n, 0)", Value::Null),
        ("SIGN(UNIXTIMESTAMP())", json!(1)),
    ] {
        assert_eq!(values(&app, property).await[0], expected, "{property}");
    }
}

#[tokio::test]
async fn elements_of_documents_are_returned_and_compared() {
    let app = events().await;
    for (property, expected) in [
        ("doc->'$.name'", json!("Joe")),
        ("doc->>'$.name'", json!("Joe")),
        ("doc -> '$.address.city'", json!("New York")),
        ("doc->'$.address'", json!({"city": "New York", "zip": "1"})),
        (
            "doc->>'$.address'",
            json!(r#"{"city":"New York","zip":"1"}"#),
        ),
        ("doc->'$.list[0]'", json!(5)),
        ("doc->'$.list[last]'", json!(21)),
        ("doc->'$.list[*]'", json!([5, 7, 21])),
        ("doc->'$.address.*'", json!(["New York", "1"])),
        ("doc->'$**.city'", json!(["New York"])),
        ("doc->'$.\"name\"'", json!("Joe")),
        ("doc->'$.nope'", Value::Null),
        ("UPPER(doc->>'$.name')", json!("JOE")),
        ("doc->'$.age' * 2", json!(68)),
        ("- doc->'$.age'", json!(-34)),
        ("+ doc->'$.age'", json!(34)),
        ("+ (n)", json!(7)),
    ] {
        assert_eq!(values(&app, property).await[0], expected, "{property}");
    }
    for (clause, expected) in [
        ("doc->'$.age' > 30", &[" Bob "][..]),
        ("doc->'$.age' < 30", &["Äda"]),
        ("30 < doc->'$.age'", &[" Bob "]),
        ("doc->'$.age' = 34", &[" Bob "]),
        ("doc->'$.age' = '34'", &[]),
        ("doc->'$.age' = 34.0", &[" Bob "]),
        ("doc->'$.age' = n + 12", &["Äda"]),
        ("doc->'$.age' in (9, 'x')", &["Äda"]),
        ("doc->'$.age' not in (9, 'x')", &[" Bob "]),
        ("doc->'$.age' between 9 and 10", &["Äda"]),
        ("doc->'$.age' not between 9 and 10", &[" Bob "]),
        ("doc->'$.address.city' = 'New York'", &[" Bob "]),
        ("doc->'$.address.zip' = '1'", &[" Bob "]),
        ("doc->'$.address.zip' = 1", &[]),
        ("doc->'$.name' <> 'Joe'", &["Äda"]),
        ("doc->'$.ok' = true", &[" Bob "]),
        ("doc->'$.ok' = 1", &[]),
        ("doc->'$.ok' is null", &["Äda", "Cy"]),
        ("doc->'$.list[0]' is not null", &[" Bob "]),
        ("doc->>'$.name' = 'Joe'", &[" Bob "]),
        ("doc->>'$.name' like 'b%'", &["Äda"]),
        ("doc->'$.name' like '\"J%'", &[" Bob "]),
        ("doc->'$.name' = doc->'$.name'", &[" Bob ", "Äda"]),
    ] {
        assert_eq!(app.names("Event", clause).await, expected, "{clause}");
    }
    for (sort, expected) in [
        ("age", ["Cy", "Äda", " Bob "]),
        ("age desc", [" Bob ", "Äda", "Cy"]),
        // As text, "34" is less than "9".
        ("doc->>'$.age'", ["Cy", " Bob ", "Äda"]),
    ] {
        let query = [("property", "name,doc->'$.age' as age"), ("sortBy", sort)];
        let rows = app.get("/data/Event").query(&query).ok().await;
        let names: Vec<_> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| text(&row["name"]))
            .collect();
        assert_eq!(names, expected, "{sort}");
    }
}

#[tokio::test]
async fn function_has_at_most_100_arguments() {
    let app = events().await;
    let call = |count: usize| format!("LENGTH(CONCAT({}))", vec!["last"; count].join(","));
    assert_eq!(values(&app, &call(100)).await[0], json!(600));
    let longer = call(101);
    let call = app.get("/data/Event").query(&[("property", &longer)]);
    let message = call.rejected(400, 1006).await;
    assert!(message.contains("CONCAT has 101 arguments"), "{message}");
}

#[tokio::test]
async fn calculations_are_nested_at_most_100_deep() {
    let app = events().await;
    let sum = |count: usize| format!("n{}", " + 0".repeat(count));
    let elements = |count: usize| format!("doc{}", "->'$'".repeat(count));
    // Each calculation, sign and function around the others adds one level.
    for (deepest, beyond) in [
        (sum(100), sum(101)),
        (elements(100), elements(101)),
        (format!("- ({})", sum(99)), format!("- ({})", sum(100))),
        (format!("+ ({})", sum(99)), format!("+ ({})", sum(100))),
        (format!("0 + ({})", sum(99)), format!("0 + ({})", sum(100))),
        (format!("ABS({})", sum(99)), format!("ABS({})", sum(100))),
        (
            format!("IFNULL({}, 0)", sum(99)),
            format!("IFNULL({}, 0)", sum(100)),
        ),
    ] {
        let value = &values(&app, &deepest).await[0];
        assert!(!value.is_null(), "{deepest}");
        for property in [beyond.clone(), format!("- ({beyond})")] {
            let property = format!("{property} as result");
            let call = app.get("/data/Event").query(&[("property", &property)]);
            let message = call.rejected(400, 1006).await;
            assert!(
                message.ends_with("nested more than 100 deep"),
                "{property}: {message}"
            );
        }
    }
}

#[tokio::test]
async fn values_of_different_types_have_no_common_type() {
    let app = events().await;
    for (property, types) in [
        ("COALESCE(n, name)", "INT and STRING values"),
        ("COALESCE(name, d)", "STRING and DOUBLE values"),
        ("COALESCE(DATE(at), TIME(at))", "DATE and TIME values"),
        ("COALESCE(TIME(at), n)", "TIME and INT values"),
        ("COALESCE(n + 1, name)", "INT and STRING values"),
        ("COALESCE(n / 1, name)", "DOUBLE and STRING values"),
        ("COALESCE(n + d, name)", "DOUBLE and STRING values"),
        ("COALESCE(ABS(n), name)", "INT and STRING values"),
        ("COALESCE(ABS(d), name)", "DOUBLE and STRING values"),
        ("COALESCE(MOD(n, 4), name)", "INT and STRING values"),
        ("COALESCE(MOD(n, d), name)", "DOUBLE and STRING values"),
        ("UPPER(true)", "expected text"),
    ] {
        let call = app.get("/data/Event").query(&[("property", property)]);
        let error = call.rejected(400, 1006).await;
        assert!(error.contains(types), "{property}: {error}");
    }
}

#[tokio::test]
async fn functions_and_calculations_in_clauses_select_rows() {
    let app = events().await;
    for (clause, expected) in [
        ("UPPER(last) = 'O''HARA'", &[" Bob "][..]),
        ("length(name) > 3", &[" Bob ", "Äda"]),
        ("char_length(name) = 3", &["Äda"]),
        ("n + 1 = 8", &[" Bob "]),
        ("n * 2 < -1", &["Äda"]),
        ("n % 2 = 1", &[" Bob "]),
        ("n / 2 = 3.5", &[" Bob "]),
        ("n / 0 = 1", &[]),
        ("n / 0 is null", &[" Bob ", "Äda", "Cy"]),
        ("n > d", &[" Bob "]),
        ("n - 1 > d", &[" Bob "]),
        ("YEAR(at) = 2020 and DAY(at) = 24", &["Äda"]),
        ("DATE(at) = '2020-06-23'", &[" Bob "]),
        ("DATE(at) = '06/23/2020'", &[" Bob "]),
        ("TIME(at) = '11:19:06'", &[" Bob ", "Äda"]),
        ("TIME(at) > '11:19'", &[" Bob ", "Äda"]),
        ("CONCAT(TRIM(name), '!') like 'bob_'", &[" Bob "]),
        ("LOWER(TRIM(name)) in ('bob', 'cy')", &[" Bob ", "Cy"]),
        ("ABS(n) between 1 and 3", &["Äda"]),
        ("not (n + 1 > 0)", &["Äda"]),
        // A column without values has no type, so that it can be compared with any other.
        ("name = none", &[]),
        ("none <> name", &[]),
        ("none = ok or n = 7", &[" Bob "]),
    ] {
        assert_eq!(app.names("Event", clause).await, expected, "{clause}");
    }
    let having = [
        (
            "property",
            "YEAR(at) as y,Count(objectId) as c,Sum(n * 2) as s",
        ),
        ("groupBy", "y"),
        ("having", "y = 2020 and c + 1 = 3 and Max(n) > 6"),
    ];
    let found = app.get("/data/Event").query(&having).ok().await;
    assert_eq!(
        found,
        json!([{"y": 2020, "c": 2, "s": 8, "___class": "Event"}])
    );
    let call = app.get("/data/Event").query(&[("where", "big + 1 > 0")]);
    call.rejected(400, 1007).await;
    // A document has no order, even if the other column has no values.
    let call = app.get("/data/Event").query(&[("where", "doc = none")]);
    let message = call.rejected(400, 19000).await;
    assert!(message.contains("comparing JSON values"), "{message}");
}

#[tokio::test]
async fn dates_as_text_and_date_operators_select_rows() {
    let app = events().await;
    let first = &[" Bob "][..];
    for (clause, expected) in [
        ("at after '06/23/2020'", &[" Bob ", "Äda"][..]),
        ("at > '23-Jun-2020'", &[" Bob ", "Äda"]),
        ("at before '06/24/2020'", first),
        ("at BEFORE '24-Jun-2020'", first),
        ("at < '2020-06-24T00:00:00.000Z'", first),
        ("at at or before '06/23/2020 11:19:07 GMT'", first),
        ("at At Or Before 1592911146095", first),
        ("at at or after 1592911146096", &["Äda"]),
        ("at at or after '06/23/2020 12:19:07 GMT+0100'", &["Äda"]),
        ("at >= '2020-06-23 11:19:06.095'", &[" Bob ", "Äda"]),
        ("at = '2020-06-23T11:19:06.095Z'", first),
        ("at in ('2020-06-23T11:19:06.095Z', 1)", first),
        ("at between '06/23/2020' and '06/24/2020'", first),
        ("1592911146095 before at", &["Äda"]),
        ("(at) after (1592911146095)", &["Äda"]),
        ("at after 5 and n before 1", &["Äda"]),
        ("not at after '06/24/2020'", first),
        ("at after '06/24/2020' or n = 0", &["Äda", "Cy"]),
        (
            "created after '01/01/2020' and created before '2999-01-01'",
            &[" Bob ", "Äda", "Cy"],
        ),
        ("updated after 5", &[]),
        ("none after '01/01/2020'", &[]),
        (
            "DATEADD(at, INTERVAL 1 DAY) at or after '06/25/2020'",
            &["Äda"],
        ),
        ("at after DATESUB('06/25/2020', INTERVAL 1 DAY)", &["Äda"]),
    ] {
        assert_eq!(app.names("Event", clause).await, expected, "{clause}");
    }
}

#[tokio::test]
async fn columns_may_have_the_names_of_date_operators() {
    let app = TestServer::start().await;
    let row = json!({"name": "x", "after": 5, "before": 1, "at": 3, "interval": 2, "day": 4, "escape": 6});
    app.fill("Odd", &[row]).await;
    for clause in [
        "after = 5",
        "after after before",
        "before before after",
        "at at or after 3",
        "at at or before after",
        "at or after",
        "(at = 3) and interval = 2 and day = 4",
        "ROUND(day, interval) = 4",
        "escape = 6 and escape > day",
        "name like 'x' and escape = 6",
    ] {
        let response = app
            .get("/data/Odd")
            .query(&[("where", clause)])
            .send()
            .await;
        let expected = if clause == "at or after" { 400 } else { 200 };
        assert_eq!(response.status(), expected, "{clause}");
        let found: Value = response.json().await.unwrap();
        assert!(
            expected == 400 || found[0]["name"] == "x",
            "{clause}: {found}"
        );
    }
}

#[tokio::test]
async fn property_without_alias_has_the_name_of_its_function() {
    let app = events().await;
    let query = [("props", "*,TIME(created)"), ("excludeProps", "name")];
    let found = app.get("/data/Event").query(&query).ok().await;
    assert!(found[0]["Time"].is_string(), "{found}");
    assert!(found[0]["created"].is_number(), "{found}");
    assert!(!keys(&found[0]).contains(&"name"));
    let query = [
        ("props", "UPPER(last),Count(objectId) as total"),
        ("groupBy", "last"),
    ];
    let found = app
        .post("/data/Event/find", json!({"props": ["UPPER(last)", "n"]}))
        .ok()
        .await;
    assert_eq!(keys(&found[0]), ["Upper", "___class", "n", "objectId"]);
    let found = app.get("/data/Event").query(&query).ok().await;
    assert_eq!(
        found[0],
        json!({"Upper": "O'HARA", "total": 1, "___class": "Event"})
    );
    for property in [
        "n + 1",
        "doc->'$.a'",
        "TIME(at),TIME(created)",
        "HEX(name) as h",
        "UPPER(name",
        "UPPER(nope) as x",
        "n + as x",
        "doc->name as x",
        "1 as x",
        "name after 5 as x",
        "Sum(Count(n)) as x",
    ] {
        let call = app.get("/data/Event").query(&[("property", property)]);
        call.rejected(400, 1006).await;
    }
}

#[tokio::test]
async fn single_object_is_read_with_functions() {
    let app = events().await;
    let rows = app.get("/data/Event").ok().await;
    let path = format!("/data/Event/{}", text(&rows[0]["objectId"]));
    let query = [
        ("property", "UPPER(last) as upper"),
        ("property", "n + 1 as next"),
    ];
    let found = app.get(&path).query(&query).ok().await;
    assert_eq!(
        (&found["upper"], &found["next"]),
        (&json!("O'HARA"), &json!(8))
    );
}

#[tokio::test]
async fn property_beside_group_by_has_the_one_value_of_its_group() {
    let app = TestServer::start().await;
    app.fill(
        "Person",
        &[
            json!({"name": "name1", "age": 10, "city": "A", "nick": null}),
            json!({"name": "name2", "age": 20, "city": "B", "nick": null}),
            json!({"name": "name2", "age": 20, "city": "B", "nick": "n"}),
        ],
    )
    .await;
    let find = |query: &[(&str, &str)]| app.get("/data/Person").query(query);
    // The objectId determines every other column.
    let query = [
        ("property", "name"),
        ("groupBy", "objectId"),
        ("distinct", "true"),
    ];
    assert_eq!(
        find(&query).ok().await,
        json!([{"name": "name1", "___class": "Person"}, {"name": "name2", "___class": "Person"}])
    );
    let query = [("property", "age,UPPER(city) as c"), ("groupBy", "name")];
    assert_eq!(
        find(&query).ok().await,
        json!([{"age": 10, "c": "A", "___class": "Person"}, {"age": 20, "c": "B", "___class": "Person"}])
    );
    // Several values, or a value and null.
    for query in [
        [("property", "name"), ("groupBy", "")],
        [("property", "objectId"), ("groupBy", "name")],
        [("property", "nick"), ("groupBy", "name")],
        [("property", "CONCAT(name, nick) as x"), ("groupBy", "age")],
    ] {
        if query[1].1.is_empty() {
            continue;
        }
        let message = find(&query).rejected(400, 1006).await;
        assert!(
            message.contains("different values within one group"),
            "{message}"
        );
    }
    let query = [
        ("property", "age % 20 as rest,Count(*) as c"),
        ("groupBy", "age % 20"),
    ];
    assert_eq!(
        find(&query).ok().await,
        json!([{"rest": 10, "c": 1, "___class": "Person"}, {"rest": 0, "c": 2, "___class": "Person"}])
    );
}
