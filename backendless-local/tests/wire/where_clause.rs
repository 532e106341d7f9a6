//! Where clauses: operators, rejected clauses, injection.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use crate::support::{TestServer, base, client, text};

async fn people() -> TestServer {
    let app = TestServer::start().await;
    app.fill(
        "Person",
        &[
            json!({"name": "Bob", "age": 30, "ok": true, "score": 1.5, "tags": [1], "nick": "B"}),
            json!({"name": "Al", "age": 18, "ok": false, "score": -2.5, "big": 9_007_199_254_740_993_i64}),
            json!({"name": "O'Hara", "age": 40, "big": 9_007_199_254_740_992_i64}),
            json!({"name": "ÄRGER", "age": -5, "ok": true, "big": u64::MAX, "nick": "10%"}),
        ],
    )
    .await;
    app
}

#[tokio::test]
async fn each_operator_selects_the_right_rows() {
    let app = people().await;
    for (clause, expected) in [
        ("age = 30", &["Bob"][..]),
        ("age=30", &["Bob"]),
        ("30 = age", &["Bob"]),
        ("age != 30", &["Al", "O'Hara", "ÄRGER"]),
        ("age <> 30", &["Al", "O'Hara", "ÄRGER"]),
        ("age < 18", &["ÄRGER"]),
        ("18 > age", &["ÄRGER"]),
        ("age <= 18", &["Al", "ÄRGER"]),
        ("age > 30", &["O'Hara"]),
        ("age >= 30", &["Bob", "O'Hara"]),
        ("age = -5", &["ÄRGER"]),
        ("age = - 5", &["ÄRGER"]),
        ("age = +30", &["Bob"]),
        ("score = 1.5", &["Bob"]),
        ("score < -2.25", &["Al"]),
        ("score = 15e-1", &["Bob"]),
        ("age = 30.0", &["Bob"]),
        ("name = 'Bob'", &["Bob"]),
        ("name = 'bob'", &[]),
        ("name > 'B' and name < 'C'", &["Bob"]),
        ("name = 'O''Hara'", &["O'Hara"]),
        ("name LIKE 'B%'", &["Bob"]),
        ("name like '%a'", &["O'Hara"]),
        ("name Like '%\u{27}\u{27}%'", &["O'Hara"]),
        ("name LIKE '_l'", &["Al"]),
        ("name LIKE 'ärg__'", &["ÄRGER"]),
        ("name NOT LIKE '%o%'", &["Al", "ÄRGER"]),
        ("nick like '10%'", &["ÄRGER"]),
        ("nick like '1\\%'", &[]),
        ("nick like '10!%' escape '!'", &["ÄRGER"]),
        ("nick like '%!%' ESCAPE '!'", &["ÄRGER"]),
        ("nick like '1!_%' escape '!'", &[]),
        ("name like 'OO''Hara' escape 'O'", &["O'Hara"]),
        ("age = - -30", &["Bob"]),
        ("nick like '_!%' escape '!'", &[]),
        ("nick not like '10!%' escape '!'", &["Bob"]),
        ("age IN (18, 40, 99)", &["Al", "O'Hara"]),
        ("name in ('Bob','O''Hara')", &["Bob", "O'Hara"]),
        ("age IN (+18, -1)", &["Al"]),
        ("age IN ((18), ((40)))", &["Al", "O'Hara"]),
        ("age NOT IN (18, 40)", &["Bob", "ÄRGER"]),
        ("age BETWEEN 18 AND 30", &["Bob", "Al"]),
        ("age between 18 and 30 and name = 'Al'", &["Al"]),
        ("age NOT BETWEEN 18 AND 30", &["O'Hara", "ÄRGER"]),
        ("ok IS NULL", &["O'Hara"]),
        ("ok is not null", &["Bob", "Al", "ÄRGER"]),
        ("ok = NULL", &["O'Hara"]),
        ("NULL = ok", &["O'Hara"]),
        ("ok != null", &["Bob", "Al", "ÄRGER"]),
        ("ok<>NULL", &["Bob", "Al", "ÄRGER"]),
        ("not(ok is null)", &["Bob", "Al", "ÄRGER"]),
        ("tags is null", &["Al", "O'Hara", "ÄRGER"]),
        ("ok = true", &["Bob", "ÄRGER"]),
        ("ok = FALSE", &["Al"]),
        ("ok = 1", &["Bob", "ÄRGER"]),
        ("ok = 'false'", &["Al"]),
        ("ok", &["Bob", "ÄRGER"]),
        ("NOT ok", &["Al"]),
        ("ok and age > 0", &["Bob"]),
        ("age = 30 OR name = 'Al'", &["Bob", "Al"]),
        ("age = 30 AND name = 'Al' OR age = 40", &["O'Hara"]),
        ("age = 30 AND (name = 'Bob' OR age = 40)", &["Bob"]),
        ("NOT age = 30 AND age > 0", &["Al", "O'Hara"]),
        ("NOT (age = 30 OR age = 18)", &["O'Hara", "ÄRGER"]),
        ("((age)) = ((30))", &["Bob"]),
        ("1=1", &["Bob", "Al", "O'Hara", "ÄRGER"]),
        ("1 = 2", &[]),
        ("'a' = 'a' and 1 < 2", &["Bob", "Al", "O'Hara", "ÄRGER"]),
        ("true", &["Bob", "Al", "O'Hara", "ÄRGER"]),
        ("false", &[]),
        ("", &["Bob", "Al", "O'Hara", "ÄRGER"]),
        ("  ", &["Bob", "Al", "O'Hara", "ÄRGER"]),
        ("\n age\t=\r\n30 ", &["Bob"]),
        ("\"age\" = 30 and `name` = 'Bob'", &["Bob"]),
        ("score < age", &["Bob", "Al"]),
        (
            "created > 1000000000000 and updated is null",
            &["Bob", "Al", "O'Hara", "ÄRGER"],
        ),
        ("ownerId is null and created = updated", &[]),
        // More than the 53 bits of a float.
        ("big = 9007199254740993", &["Al"]),
        ("big = 9007199254740992", &["O'Hara"]),
        ("big > 9007199254740992", &["Al", "ÄRGER"]),
        ("big = 18446744073709551615", &["ÄRGER"]),
        ("big < 18446744073709551615", &["Al", "O'Hara"]),
        // A constant is converted to the type of the column.
        ("age = '30'", &["Bob"]),
        ("age in ('18', 30)", &["Bob", "Al"]),
        ("nick = 10", &[]),
    ] {
        assert_eq!(app.names("Person", clause).await, expected, "{clause}");
    }
}

#[tokio::test]
async fn object_is_found_by_its_id() {
    let app = people().await;
    let al = app
        .get("/data/Person")
        .query(&[("where", "name = 'Al'")])
        .ok()
        .await[0]
        .clone();
    let id = text(&al["objectId"]);
    assert_eq!(
        app.names("Person", &format!("objectId = '{id}'")).await,
        ["Al"]
    );
    assert_eq!(
        app.names("Person", &format!("objectId in ('x','{id}')"))
            .await,
        ["Al"]
    );
    assert_eq!(
        app.names("Person", &format!("created <= {}", al["created"]))
            .await[0],
        "Bob"
    );
}

#[tokio::test]
async fn unknown_column_is_named_in_the_error() {
    let app = people().await;
    for clause in [
        "nope = 1",
        "age = 1 and nope like 'x'",
        "nope is null",
        "1 = nope",
        "password = 'x'",
    ] {
        let message = app
            .get("/data/Person")
            .query(&[("where", clause)])
            .rejected(400, 1006)
            .await;
        assert!(
            message.ends_with("does not exist in table 'Person'"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn invalid_clause_is_rejected_with_its_position() {
    let app = people().await;
    for (clause, place, found) in [
        ("age >", "line 1, column 6", "EOF"),
        ("age > > 1", "line 1, column 7", ">"),
        ("age = 1 or", "line 1, column 11", "EOF"),
        ("age = 1)", "line 1, column 8", ")"),
        ("(age = 1", "line 1, column 9", "EOF"),
        ("age = 1\nand ?", "line 2, column 5", "?"),
        ("age = 1;", "line 1, column 8", ";"),
        ("age = 1 ; drop table t1", "line 1, column 9", ";"),
        ("age = 1 -- x", "line 1, column 9", "comment"),
        ("age = 1 /* x */", "line 1, column 9", "comment"),
        ("name = 'x", "line 1, column 8", "string"),
        ("name = \"x", "line 1, column 8", "delimiter"),
        ("age age", "line 1, column 5", "age"),
        ("age", "line 1, column 1", "'age'"),
        ("1", "line 1, column 1", "1"),
        ("'x'", "line 1, column 1", "'x'"),
        ("hex(name) = '3'", "line 1, column 1", "hex"),
        ("length() = 3", "line 1, column 1", "LENGTH has 0 arguments"),
        ("length(name, age) = 3", "line 1, column 1", "expected 1"),
        (
            "left(name) = 'x'",
            "line 1, column 1",
            "LEFT has 1 arguments, expected 2",
        ),
        (
            "mid(name) = 'x'",
            "line 1, column 1",
            "SUBSTRING has 1 arguments, expected 2 to 3",
        ),
        (
            "concat_ws('-') = 'x'",
            "line 1, column 1",
            "CONCAT_WS has 1 arguments, expected at least 2",
        ),
        ("time(created) = '24:00'", "line 1, column 17", "'24:00'"),
        ("time(created) = '11:60'", "line 1, column 17", "'11:60'"),
        (
            "time(created) = '11:19:60'",
            "line 1, column 17",
            "'11:19:60'",
        ),
        ("time(created) = '011:19'", "line 1, column 17", "'011:19'"),
        ("time(created) = '+9:19'", "line 1, column 17", "'+9:19'"),
        ("age = 1 and (age) after 'x'", "line 1, column 25", "'x'"),
        (
            "age = 1 and (name) after '2020-01-01'",
            "line 1, column 14",
            "STRING",
        ),
        ("age = 1 and (age is null) + 1 = 2", "line 1, column 14", ""),
        ("year(ok) = 3", "line 1, column 6", "expected a date"),
        ("upper(nope(name)) = 'X'", "line 1, column 7", "nope"),
        ("Count(age) > 1", "line 1, column 1", "Count"),
        (
            "load_extension('x') = 1",
            "line 1, column 1",
            "load_extension",
        ),
        ("age = (select 1)", "line 1, column 15", "1"),
        ("age in (select age from t1)", "line 1, column 16", "age"),
        ("exists (select 1)", "line 1, column 16", "1"),
        ("age in ()", "line 1, column 9", ")"),
        (
            "age = 1 and (age, name) = (1, 'x')",
            "line 1, column 14",
            "",
        ),
        ("age in (name)", "line 1, column 9", "constant"),
        ("age between 1 and name", "line 1, column 19", "constant"),
        ("age + name = 2", "line 1, column 7", "expected a number"),
        ("age + 'x' = 2", "line 1, column 7", "expected a number"),
        ("age + ok = 2", "line 1, column 7", "expected a number"),
        ("age + 1", "line 1, column 1", "'age + 1'"),
        ("age = 1 = 1", "line 1, column 1", "expression"),
        ("name after '2020-01-01'", "line 1, column 1", "STRING"),
        ("created after 'old'", "line 1, column 15", "'old'"),
        (
            "created > '13/13/2015'",
            "line 1, column 11",
            "'13/13/2015'",
        ),
        ("created at after 5", "line 1, column 9", "at"),
        (
            "created after '2020-01-01' is null",
            "line 1, column 1",
            "expression",
        ),
        ("created after null", "line 1, column 15", "NULL"),
        ("age->'$.a' = 1", "line 1, column 1", "INT"),
        ("tags->'a' = 1", "line 1, column 7", "'$'"),
        ("tags->5 = 1", "line 1, column 7", "path"),
        ("age between 1 and age + 1", "line 1, column 19", "constant"),
        ("name like 5", "line 1, column 11", "LIKE"),
        ("age like '1%'", "line 1, column 1", "LIKE"),
        ("name like 'x' escape '!!'", "line 1, column 22", "ESCAPE"),
        ("name like 'x' escape ''", "line 1, column 22", "ESCAPE"),
        ("name like 'x' escape 1", "line 1, column 22", "escape"),
        ("name like '!x' escape '!'", "line 1, column 23", "escape"),
        ("name like 'x!' escape '!'", "line 1, column 23", "escape"),
        ("name = 'x' escape '!'", "line 1, column 12", "escape"),
        ("name glob 'x'", "line 1, column 6", "glob"),
        ("name || 'x' = 'y'", "line 1, column 6", "||"),
        ("age = 0x10", "line 1, column 7", "10"),
        ("age = :a", "line 1, column 7", ":"),
        ("age = @a", "line 1, column 7", "@"),
        ("age = $1", "line 1, column 7", "$"),
        ("name collate nocase = 'x'", "line 1, column 6", "collate"),
        ("age is 3", "line 1, column 8", "3"),
        ("age < null", "line 1, column 1", "NULL"),
        ("age = 'old'", "line 1, column 7", "'old'"),
        ("age = true", "line 1, column 7", "true"),
        ("age = 1e999", "line 1, column 7", "1e999"),
        ("ok = 2", "line 1, column 6", "2"),
        ("name = true", "line 1, column 8", "true"),
        ("tags = '[1]'", "line 1, column 8", "JSON"),
        ("tags like '%1%'", "line 1, column 1", "JSON"),
        ("name = age", "line 1, column 1", "STRING"),
        ("case when 1=1 then 1 end = 1", "line 1, column 6", "when"),
        ("cast(age as text) = '1'", "line 1, column 10", "as"),
        ("age = interval '1' day", "line 1, column 16", "'1'"),
        ("(age, name) = (1, 'x')", "line 1, column", "expression"),
        ("not", "line 1, column 1", "found not"),
        ("and = 1", "line 1, column 1", "found and"),
        ("=", "line 1, column 1", "="),
    ] {
        for call in [
            app.get("/data/Person").query(&[("where", clause)]),
            app.get("/data/Person/count").query(&[("where", clause)]),
            app.post("/data/Person/find", json!({"where": clause})),
        ] {
            let message = call.rejected(400, 19000).await;
            assert!(
                message.starts_with(&format!("Invalid where clause at {place}")),
                "{clause}: {message}"
            );
            assert!(message.contains(found), "{clause}: {message}");
        }
    }
}

#[tokio::test]
async fn sql_injection_is_text_or_an_error() {
    let app = people().await;
    for clause in [
        "'; DROP TABLE t1; --",
        "name = ''; DROP TABLE t1; --'",
        "1=1; DELETE FROM t1",
        "name = 'x' UNION SELECT 1,2,3,4",
        "1=1) OR (1=1",
        "name = 'x' OR 1=1 --",
        "name = '\\' OR 1=1 -- '",
        "\"x\"\" OR 1=1",
        "`x`` = 1",
        "objectId = (SELECT password_hash FROM credential)",
        "1 = randomblob(1000000000)",
        "sqlite_version() = '3'",
    ] {
        let response = app
            .get("/data/Person")
            .query(&[("where", clause)])
            .send()
            .await;
        assert_eq!(response.status(), 400, "{clause}");
    }
    // The same text in quotes is a value that no row has.
    for value in [
        "''; DROP TABLE t1; --",
        "x'' OR ''1''=''1",
        "\\",
        "x\\'' OR 1=1 --",
        "/* */",
        "--",
        "?1",
        "%",
    ] {
        let clause = format!("name = '{value}'");
        assert_eq!(
            app.names("Person", &clause).await,
            Vec::<String>::new(),
            "{clause}"
        );
    }
    assert_eq!(app.get("/data/Person/count").ok().await, 4);
}

#[tokio::test]
async fn internal_columns_cannot_be_queried() {
    let app = TestServer::start().await;
    app.user("a@b.c", "pw").await;
    for column in [
        "password",
        "password_hash",
        "seq",
        "rowid",
        "oid",
        "_rowid_",
        "object_id",
        "t1",
        "c1",
    ] {
        for parameters in [
            [("where", format!("{column} like '%'"))],
            [("where", format!("{column} is not null"))],
            [("sortBy", column.to_owned())],
            [("property", column.to_owned())],
            [("property", format!("Max({column})"))],
            [("groupBy", column.to_owned())],
        ] {
            let [(name, value)] = &parameters;
            app.get("/data/Users")
                .query(&[(name, value.as_str())])
                .rejected(400, 1006)
                .await;
        }
    }
}

#[tokio::test]
async fn long_clauses_are_accepted() {
    let app = people().await;
    let names: Vec<String> = (0..5_000).map(|n| format!("'name {n}'")).collect();
    let clause = format!("name in ({}, 'Bob')", names.join(","));
    let found = app
        .post("/data/Person/find", json!({"where": clause}))
        .ok()
        .await;
    assert_eq!(found[0]["name"], "Bob");
    for word in ["or", "and"] {
        let parts = vec!["(age = 30)"; 1_500].join(&format!(" {word} "));
        assert_eq!(
            app.post("/data/Person/count", json!({"where": parts}))
                .ok()
                .await,
            1
        );
    }
}

#[tokio::test]
async fn clause_beyond_the_limits_is_rejected() {
    let app = people().await;
    let n = 100_000;
    let chain = |part: &str, word: &str| vec![part; n].join(word);
    for clause in [
        format!("{}age = 30{}", "(".repeat(n), ")".repeat(n)),
        "(".repeat(n),
        ")".repeat(n),
        format!("{}age = 30{}", "(".repeat(51), ")".repeat(51)),
        format!("{}age = 30", "not ".repeat(n)),
        format!("{}age = 30", "not ".repeat(3_000)),
        format!("{}age = 30", "not(".repeat(40)),
        format!("age = {}1", "- ".repeat(n)),
        format!("age = {}1", "- ".repeat(3_000)),
        chain("age = 30", " and "),
        chain("age = 30", " or "),
        chain("1", " = ")[..12_000].to_owned(),
        chain("1", " + ")[..12_000].to_owned(),
        format!("age {}", "is null ".repeat(1_900)),
        format!("age {}", "between 1 and ".repeat(1_300)),
        format!("age {}", "in (1) ".repeat(3_900)),
        format!("age in ({})", chain("1", ",")),
        format!("name = '{}'", "x".repeat(300_000)),
        "a.".repeat(20_000),
        "f(".repeat(50),
        "f(not ".repeat(50),
        "not (not ".repeat(50),
        "1 in (not ".repeat(50),
        "x between (not ".repeat(50),
        "f(x, not (".repeat(25),
        format!("{}age = 30{}", "f(not ".repeat(48), ")".repeat(48)),
        format!("{}age = 30{}", "not (not ".repeat(49), ")".repeat(49)),
        format!("({}) = 1", ["ok"; 3_900].join(" and ")),
        format!("f({})", ["ok"; 3_900].join(" or ")),
        format!("age in ({})", ["ok"; 3_900].join(" or ")),
        format!("age like {}", ["ok"; 3_900].join(" = ")),
        "x".repeat(200_000),
    ] {
        let start = clause.chars().take(30).collect::<String>();
        let call = app.post("/data/Person/find", json!({"where": clause}));
        let response = call.send().await;
        assert_eq!(response.status(), 400, "{start}");
        let envelope: serde_json::Value = response.json().await.unwrap();
        let message = text(&envelope["message"]);
        assert!(message.len() < 400, "{start}: {message}");
    }
    assert_eq!(
        app.names(
            "Person",
            &format!("{}age = 30{}", "(".repeat(50), ")".repeat(50))
        )
        .await,
        ["Bob"]
    );
    assert_eq!(app.get("/data/Person/count").ok().await, 4);
}

#[tokio::test]
async fn limits_of_a_clause_are_exact() {
    let app = people().await;
    let of_length = |bytes: usize| format!("age = 30{}", " ".repeat(bytes - "age = 30".len()));
    // A sign is an operator, as are the comparisons and the words between them.
    let of_operators = |signs: usize| {
        let first = format!("age = {}30 or ", "- ".repeat(signs));
        first + &vec!["age = 30"; 1_999].join(" or ")
    };
    let of_arguments = |arguments: &str| format!("left({arguments}) = 'B'");
    for (longest, beyond, why) in [
        (
            of_length(262_144),
            of_length(262_145),
            "it is longer than 262144 bytes",
        ),
        (of_operators(1), of_operators(2), "more than 4000 operators"),
        (
            of_arguments("name, 1"),
            of_arguments("name"),
            "LEFT has 1 arguments, expected 2",
        ),
    ] {
        let find = |clause: String| app.post("/data/Person/find", json!({"where": clause}));
        let rows = find(longest).ok().await;
        assert_eq!(rows[0]["name"], "Bob", "{why}");
        let message = find(beyond).rejected(400, 19000).await;
        assert!(message.ends_with(why), "{message}");
    }
}

/// The server of all cases of the properties below; each case creates its own row.
struct Shared {
    runtime: tokio::runtime::Runtime,
    app: TestServer,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(1)
        .build()
        .unwrap();
    let app = runtime.block_on(async {
        let server = backendless_local::Server::start().await.unwrap();
        let app = TestServer {
            base: base(&server),
            server,
            http: client(),
        };
        app.fill("Word", &[json!({"name": "another", "age": 1, "ok": true})])
            .await;
        app
    });
    Shared { runtime, app }
});

/// Generates clauses from valid and invalid pieces.
fn clause() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            "name", "age", "ok", "created", "nope", "=", "<>", "<", ">=", "and", "or", "not", "(", ")", "in",
            "like", "between", "is", "null", "true", ",", ".", "-", "+", "*", "'a'", "''", "'%'", "1", "1.5",
            "1e9", "18446744073709551615", "\"", "`", "'", "--", "/*", ";", "select", "case", "interval",
            "cast", "exists", "date", "position", "Count", "array", "[", "]", "::", "$1", "?", "x'00'", "e'\\'",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_clause_is_accepted_or_rejected_without_internal_error(clause in clause()) {
        let Shared { runtime, app } = &*SHARED;
        let call = app.post("/data/Word/count", json!({"where": clause}));
        let status = runtime.block_on(call.send()).status().as_u16();
        prop_assert!(status == 200 || status == 400, "{status}");
    }

    #[test]
    fn quoted_text_finds_exactly_the_rows_with_it(name in any::<String>()) {
        let Shared { runtime, app } = &*SHARED;
        let escaped = name.replace('\'', "''");
        runtime.block_on(async {
            let saved = app.post("/data/Word", json!({"name": name})).ok().await;
            for clause in [format!("name = '{escaped}'"), format!("name in ('{escaped}')")] {
                let found = app.post("/data/Word/find", json!({"where": clause, "pageSize": 100})).ok().await;
                // An earlier case may have had the same text; rows with other text must not match.
                let found = found.as_array().unwrap();
                prop_assert!(found.iter().any(|row| row["objectId"] == saved["objectId"]));
                prop_assert!(found.iter().all(|row| row["name"] == name.as_str()));
            }
            Ok(())
        })?;
    }

    #[test]
    fn integer_finds_exactly_the_rows_with_it(n in prop_oneof![any::<i64>().prop_map(serde_json::Number::from), any::<u64>().prop_map(serde_json::Number::from)]) {
        let Shared { runtime, app } = &*SHARED;
        runtime.block_on(async {
            let saved = app.post("/data/Whole", json!({"n": n})).ok().await;
            let found = app.post("/data/Whole/find", json!({"where": format!("n = {n}"), "pageSize": 100})).ok().await;
            let found = found.as_array().unwrap();
            prop_assert!(found.iter().any(|row| row["objectId"] == saved["objectId"]));
            prop_assert!(found.iter().all(|row| row["n"] == json!(n)));
            Ok(())
        })?;
    }

    #[test]
    fn float_is_stored_and_found_exactly(n in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO) {
        let Shared { runtime, app } = &*SHARED;
        runtime.block_on(async {
            let saved = app.post("/data/Fraction", json!({"n": n})).ok().await;
            prop_assert_eq!(saved["n"].as_f64().unwrap().to_bits(), n.to_bits());
            let clause = format!("n = {n:?}");
            let found = app.post("/data/Fraction/find", json!({"where": clause, "pageSize": 100})).ok().await;
            prop_assert!(found.as_array().unwrap().iter().any(|row| row["objectId"] == saved["objectId"]));
            Ok(())
        })?;
    }
}
