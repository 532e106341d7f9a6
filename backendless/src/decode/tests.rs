use super::*;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read into")]
struct Person {
    name: String,
    age: Option<u8>,
    #[serde(default)]
    pet: Option<Pet>,
    #[serde(default)]
    tags: Vec<(String, Tag)>,
}

#[derive(Debug, Deserialize)]
enum Pet {
    Cat,
    Dog(#[expect(dead_code, reason = "only read into")] u8),
}

#[derive(Debug, Deserialize)]
struct Tag(#[expect(dead_code, reason = "only read into")] f32);

fn describe_people(json: &str) -> String {
    let error = serde_json::from_str::<Vec<Person>>(json).unwrap_err();
    describe::<Vec<Person>>(json.as_bytes(), &error)
}

#[test]
fn a_description_has_the_path_and_the_expected_type_but_not_the_value() {
    for (row, mismatch) in [
        (r#"{"name":5}"#, "[1].name: expected a string, found number"),
        (
            r#"{"name":"a","age":"secret"}"#,
            "[1].age: expected u8, found string",
        ),
        (
            r#"{"name":"a","age":4711}"#,
            "[1].age: expected u8, found the number 4711",
        ),
        (
            r#"{"name":"a","age":47.11}"#,
            "[1].age: expected u8, found the floating-point number 47.11",
        ),
        (
            r#"{"name":"a","age":true}"#,
            "[1].age: expected u8, found boolean true",
        ),
        (
            r#"{"name":["secret"]}"#,
            "[1].name: expected a string, found array",
        ),
        (
            r#"{"name":{"secret":1}}"#,
            "[1].name: expected a string, found object",
        ),
        (
            r#"{"name":null}"#,
            "[1].name: expected a string, found null",
        ),
        (r#"{"age":1}"#, "[1]: missing field `name`"),
        (
            r#"{"name":"a","pet":"secret"}"#,
            r#"[1].pet: expected one of ["Cat", "Dog"], found a different string"#,
        ),
        (
            r#"{"name":"a","pet":{"Dog":"secret"}}"#,
            "[1].pet.Dog: expected u8, found string",
        ),
        (
            r#"{"name":"a","tags":[["x",1],["y","secret"]]}"#,
            "[1].tags[1][1]: expected f32, found string",
        ),
        (r#""secret""#, "[1]: expected struct Person, found string"),
    ] {
        assert_eq!(
            describe_people(&format!(r#"[{{"name":"a"}},{row}]"#)),
            format!("the response does not match Vec<Person>: at {mismatch}")
        );
    }
    assert_eq!(
        describe_people(r#""secret""#),
        "the response does not match Vec<Person>: expected a sequence, found string"
    );
}

#[test]
fn invalid_json_is_reported_with_its_position() {
    let text = describe_people(r#"[{"name":"secret"#);
    assert!(
        text.starts_with("the response is not valid JSON: EOF"),
        "{text}"
    );
    assert!(text.contains("column 16"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn large_json_is_described_by_its_position_alone() {
    let json = format!(r#"[{{"name":"{}","age":"secret"}}]"#, "a".repeat(MAX_BYTES));
    let text = describe_people(&json);
    assert!(
        text.starts_with("the response does not match Vec<Person>: at line 1, "),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn an_option_around_a_list_is_not_named() {
    let error = serde_json::from_str::<Option<Vec<u8>>>("5").unwrap_err();
    let text = describe::<Option<Vec<u8>>>(b"5", &error);
    assert!(
        text.starts_with("the response does not match Vec<u8>: "),
        "{text}"
    );
}

#[test]
fn a_value_is_decoded_or_described() {
    let problem = from_value::<Vec<u8>>(&json!([1, "secret"])).unwrap_err();
    assert_eq!(
        problem,
        "does not match Vec<u8>: at [1]: expected u8, found string"
    );
    let problem = from_value::<u8>(&json!("secret")).unwrap_err();
    assert_eq!(problem, "does not match u8: expected u8, found string");
    assert_eq!(from_value(&json!([1, 2])), Ok(vec![1_u8, 2]));
}

#[test]
fn a_description_is_short_whatever_the_response_contains() {
    use std::collections::HashMap;
    type Deep = HashMap<String, HashMap<String, u8>>;
    let key = "k".repeat(50_000);
    let problem = from_value::<Deep>(&json!({"a": {&key: "secret"}})).unwrap_err();
    assert!(
        problem.contains(&format!("at a.{}...: ", "k".repeat(64))),
        "{problem}"
    );
    assert!(problem.len() < 200, "{problem}");

    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Picky;
    impl TryFrom<String> for Picky {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            Err(text)
        }
    }
    let problem = from_value::<Picky>(&json!(key)).unwrap_err();
    assert!(problem.len() < 400, "{problem}");

    #[derive(Debug, Deserialize)]
    struct Nested(#[expect(dead_code, reason = "only read into")] Vec<Nested>);
    let mut nested = json!("secret");
    for _ in 0..100 {
        nested = json!([nested]);
    }
    let problem = from_value::<Nested>(&nested).unwrap_err();
    assert!(problem.contains("[0][0]...: "), "{problem}");
    assert!(problem.len() < 200, "{problem}");
}

#[test]
fn a_number_is_written_if_its_kind_does_not_explain_the_mismatch() {
    for (value, expected) in [
        (
            json!(1.5),
            "expected i64, found the floating-point number 1.5",
        ),
        (
            json!(1e300),
            "expected i64, found the floating-point number 1",
        ),
        (
            json!(u64::MAX),
            "expected i64, found the number 18446744073709551615",
        ),
        (json!(true), "expected i64, found boolean true"),
        (json!(null), "expected i64, found null"),
        (json!("secret"), "expected i64, found string"),
    ] {
        let problem = from_value::<i64>(&value).unwrap_err();
        assert!(
            problem.starts_with(&format!("does not match i64: {expected}")),
            "{problem}"
        );
    }
    let problem = from_value::<u8>(&json!(-1)).unwrap_err();
    assert_eq!(
        problem,
        "does not match u8: expected u8, found the number -1"
    );
    // A secret may consist of digits, and the kind explains the mismatch.
    let problem = from_value::<String>(&json!(12345)).unwrap_err();
    assert_eq!(
        problem,
        "does not match String: expected a string, found number"
    );
}

#[test]
fn the_id_of_the_row_is_named_if_it_is_an_id() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    struct Row {
        age: u8,
    }
    let describe = |id: Value| {
        let row = json!({"objectId": id, "age": "x"});
        let rows = json!([{"objectId": "first", "age": 1}, row]);
        (
            from_value::<Row>(&row).unwrap_err(),
            from_value::<Vec<Row>>(&rows).unwrap_err(),
        )
    };
    let (row, rows) = describe(json!("B2"));
    assert_eq!(
        row,
        "does not match Row: at age (objectId B2): expected u8, found string"
    );
    assert_eq!(
        rows,
        "does not match Vec<Row>: at [1].age (objectId B2): expected u8, found string"
    );
    for id in [
        json!(5),
        json!(null),
        json!("a secret"),
        json!("x".repeat(65)),
    ] {
        assert!(!describe(id.clone()).1.contains("objectId"), "{id}");
    }
}

#[test]
fn an_unknown_field_of_any_length_is_described_briefly() {
    let map = json!({"k".repeat(50_000): "x"});
    let problem = from_value::<std::collections::HashMap<String, u8>>(&map).unwrap_err();
    assert!(problem.len() < 400, "{} bytes", problem.len());
    assert!(
        problem.contains("kkk...: expected u8, found string"),
        "{problem}"
    );

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let problem = from_value::<Nothing>(&map).unwrap_err();
    assert!(problem.len() < 700, "{} bytes", problem.len());
}

#[test]
fn a_message_of_serde_inside_the_callers_type_quotes_no_string() {
    #[derive(Debug)]
    struct Nested;
    impl<'de> Deserialize<'de> for Nested {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            match text.as_str() {
                "variant" => serde_json::from_str::<Pet>(r#""secret""#).map(|_| Self),
                "value" => serde_json::from_str::<char>(r#""secret""#).map(|_| Self),
                _ => serde_json::from_str::<u8>(r#""secret, expected x""#).map(|_| Self),
            }
            .map_err(de::Error::custom)
        }
    }
    for (case, expected) in [
        ("type", "expected u8, found string"),
        ("value", "expected a character, found string"),
        (
            "variant",
            "expected `Cat` or `Dog`, found a different string",
        ),
    ] {
        let problem = from_value::<Nested>(&json!(case)).unwrap_err();
        assert_eq!(problem, format!("does not match Nested: {expected}"));
    }
}

#[test]
fn a_raw_value_does_not_hide_the_mismatch_behind_it() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    struct Event {
        payload: Box<RawValue>,
        age: u8,
    }
    let problem = from_value::<Event>(&json!({"payload": {"a": 1}, "age": "secret"}));
    assert_eq!(
        problem.unwrap_err(),
        "does not match Event: at age: expected u8, found string"
    );
}
