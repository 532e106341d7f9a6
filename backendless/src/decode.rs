//! Descriptions of JSON that does not match the caller's type: the path, the expected type and what
//! was found. A string, an object or an array is described by its kind only: it is data of a user. A
//! number is written if its kind would not explain the mismatch.
//!
//! serde's own messages quote the value. So JSON that failed is decoded a second time, by a
//! deserializer that tracks the path and whose errors quote no string.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{
    MapAccessDeserializer, MapDeserializer, SeqDeserializer, StringDeserializer,
};
use serde::de::{
    self, DeserializeOwned, IgnoredAny, IntoDeserializer, MapAccess, Unexpected, Visitor,
};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// Maximum length in bytes of JSON that is decoded a second time: a `Value` uses a multiple of that memory.
const MAX_BYTES: usize = 1024 * 1024;
/// Maximum length in characters of the id of a row in a description.
const MAX_ID_LENGTH: usize = 64;

/// Describes in one line why `json`, the body of a response, could not be decoded as a `T`.
///
/// For example `the response does not match Vec<Person>: at [1].age: expected u8, found string`.
pub(crate) fn describe<T: DeserializeOwned>(json: &[u8], error: &serde_json::Error) -> String {
    if !error.is_data() {
        // These messages name the violated rule of the grammar and the position; they quote nothing.
        return format!("the response is not valid JSON: {error}");
    }
    let mismatch = Some(json)
        .filter(|json| json.len() <= MAX_BYTES)
        .and_then(|json| serde_json::from_slice::<Value>(json).ok())
        .and_then(mismatch::<T>)
        .unwrap_or_else(|| format!("at line {}, column {}", error.line(), error.column()));
    format!(
        "the response does not match {}: {mismatch}",
        display_name::<T>()
    )
}

/// Describes where `json` does not match `T`, without anything of its content.
pub(crate) fn describe_position<T>(error: &serde_json::Error) -> String {
    format!(
        "the response does not match {}: at line {}, column {}",
        display_name::<T>(),
        error.line(),
        error.column()
    )
}

/// Decodes `value` as a `T`. The error is a description in one line: `does not match Vec<u8>: at [1]:
/// expected u8, found string`.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|_| {
        let name = display_name::<T>();
        match mismatch::<T>(value.clone()) {
            Some(mismatch) => format!("does not match {name}: {mismatch}"),
            None => format!("does not match {name}"),
        }
    })
}

/// Where `value` does not match `T`, and why; `None` if it does match.
fn mismatch<T: DeserializeOwned>(value: Value) -> Option<String> {
    // The deserializer consumes the value, so the ids are copied before.
    let ids: Vec<Option<String>> = match &value {
        Value::Array(rows) => rows.iter().map(object_id).collect(),
        row => Vec::from([object_id(row)]),
    };
    let id_of = |index: Option<usize>| ids.get(index.unwrap_or_default()).cloned().flatten();
    let value = ValueDeserializer::<Mismatch>::new(value);
    let error = serde_path_to_error::deserialize::<_, T>(value).err()?;
    let problem = error.inner().to_string();
    let problem = limited(&problem, MAX_PROBLEM);
    Some(match error.path().iter().next() {
        Some(first) => {
            let path = shortened(error.path());
            format!("at {path}{}: {problem}", row_id(first, id_of))
        }
        None => problem.into_owned(),
    })
}

/// Returns the id of the row that contains a mismatch, for a response that is a row or a list of rows.
fn row_id(first: &Segment, id_of: impl Fn(Option<usize>) -> Option<String>) -> String {
    let id = match first {
        Segment::Seq { index } => id_of(Some(*index)),
        _ => id_of(None),
    };
    id.map_or_else(String::new, |id| format!(" (objectId {id})"))
}

/// Returns the `objectId` of `row`, if it is an id and not a longer text.
fn object_id(row: &Value) -> Option<String> {
    let id = row.get("objectId")?.as_str()?;
    let is_id_character =
        |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    let is_id = (1..=MAX_ID_LENGTH).contains(&id.len()) && id.chars().all(is_id_character);
    is_id.then(|| id.to_owned())
}

/// Maximum length in characters of a key in a path.
const MAX_KEY: usize = 64;
/// Maximum length in characters of the problem, which an error of the caller's types may describe.
const MAX_PROBLEM: usize = 300;
/// Maximum number of segments of a path.
const MAX_SEGMENTS: usize = 16;

/// Writes a path as `[1].pets[0].age`. Long keys and the end of a long path are replaced by `...`: the keys are those of
/// the response, and may have any length.
fn shortened(path: &Path) -> String {
    let mut text = String::new();
    for segment in path.iter().take(MAX_SEGMENTS) {
        let key = match segment {
            Segment::Seq { index } => {
                text.push_str(&format!("[{index}]"));
                continue;
            }
            Segment::Map { key } => key,
            Segment::Enum { variant } => variant,
            Segment::Unknown => "?",
        };
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&limited(key, MAX_KEY));
    }
    if path.iter().len() > MAX_SEGMENTS {
        text.push_str("...");
    }
    text
}

fn limited(text: &str, max_characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_characters) {
        Some((end, _)) => format!("{}...", &text[..end]).into(),
        None => text.into(),
    }
}

/// The name of `T` without paths, as a caller would write it.
fn display_name<T>() -> String {
    let name = short_name(type_name::<T>());
    // An option around a list accepts null as an empty list; it is not part of the caller's type.
    match name.strip_prefix("Option<") {
        Some(inner) if inner.starts_with("Vec<") => {
            inner.strip_suffix('>').unwrap_or(inner).to_owned()
        }
        _ => name,
    }
}

/// `Vec<Object<Person>>` of `alloc::vec::Vec<backendless::data::object::Object<shop::Person>>`.
fn short_name(full: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for character in full.chars() {
        match character {
            ':' => word.clear(),
            _ if character.is_alphanumeric() || character == '_' => word.push(character),
            _ => {
                short.push_str(&word);
                word.clear();
                short.push(character);
            }
        }
    }
    short + &word
}

/// An error that quotes no string of the response.
///
/// Messages of `custom` come from the caller's own types and are kept, unless they are serde's and quote the value.
#[derive(Debug)]
struct Mismatch(String);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        let message = without_quoted_value(&message).unwrap_or(message);
        Self(limited(&message, MAX_PROBLEM).into_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            // "expected u8, found number" would seem to contradict itself.
            Unexpected::Float(number) => format!("the floating-point number {number}"),
            Unexpected::Signed(number) => format!("the number {number}"),
            Unexpected::Bool(value) => format!("boolean {value}"),
            other => kind(other).to_owned(),
        };
        Self(format!("expected {expected}, found {found}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            Unexpected::Unsigned(number) => format!("the number {number}"),
            Unexpected::Signed(number) => format!("the number {number}"),
            Unexpected::Float(number) => format!("the number {number}"),
            Unexpected::Bool(value) => format!("boolean {value}"),
            other => format!("a different {}", kind(other)),
        };
        Self(format!("expected {expected}, found {found}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(format!(
            "expected one of {expected:?}, found a different string"
        ))
    }
}

/// Rewrites a message of serde that quotes a value, such as `invalid type: string "x", expected u8`; `None` for another
/// message.
///
/// The caller's type gets such a message if it reads a part of its value with another deserializer.
fn without_quoted_value(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let (_, expected) = rest
            .rsplit_once("`, expected ")
            .unwrap_or((rest, "another"));
        let expected = expected.split(" at line ").next().unwrap_or_default();
        return Some(format!("expected {expected}, found a different string"));
    }
    let found = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))?;
    let kinds = [
        ("string", "string"),
        ("character", "string"),
        ("byte array", "bytes"),
        ("enum", "string"),
    ];
    let (_, kind) = kinds.iter().find(|(name, _)| found.starts_with(name))?;
    let (_, expected) = found.rsplit_once(", expected ")?;
    let expected = expected.split(" at line ").next().unwrap_or_default();
    Some(format!("expected {expected}, found {kind}"))
}

/// The JSON term for a value.
fn kind(value: Unexpected<'_>) -> &'static str {
    match value {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "number",
        Unexpected::Float(_) => "floating-point number",
        Unexpected::Char(_) | Unexpected::Str(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        _ => "value",
    }
}

/// The name by which serde_json's `RawValue` asks its deserializer for the text of a value.
pub(crate) const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The key of an object with which serde_json passes a number on as text, if its feature
/// `arbitrary_precision` is enabled: any number with a fraction or an exponent, read as any type.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads an object that represents a number, and returns the text of the number. For any other
/// object, it is `None`.
pub(crate) fn number_text<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<String>, A::Error> {
    let mut text = None;
    while let Some(key) = map.next_key::<Cow<'_, str>>()? {
        if key == NUMBER {
            text = Some(map.next_value()?);
        } else {
            map.next_value::<IgnoredAny>()?;
        }
    }
    Ok(text)
}

/// Deserializer of a JSON value. The error's type decides whether an error quotes the value: serde_json's does,
/// and [`Mismatch`] does not.
pub(crate) struct ValueDeserializer<E>(Value, PhantomData<E>);

impl<'de, E: de::Error> IntoDeserializer<'de, E> for ValueDeserializer<E> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<E: de::Error> ValueDeserializer<E> {
    pub(crate) fn new(value: Value) -> Self {
        Self(value, PhantomData)
    }

    fn object(
        map: serde_json::Map<String, Value>,
    ) -> MapDeserializer<'static, impl Iterator<Item = (String, Self)>, E> {
        MapDeserializer::new(map.into_iter().map(|(key, value)| (key, Self::new(value))))
    }
}

impl<'de, E: de::Error> de::Deserializer<'de> for ValueDeserializer<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (_, _, Some(value)) => visitor.visit_f64(value),
                _ => Err(E::custom("a number that is out of range")),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Self::new)))
            }
            Value::Object(map) => visitor.visit_map(Self::object(map)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        if name == RAW_VALUE {
            let raw = self.0.deserialize_newtype_struct(name, visitor);
            return raw.map_err(|_| E::custom("expected any JSON value"));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(StringDeserializer::new(variant)),
            Value::Object(map) => visitor.visit_enum(MapAccessDeserializer::new(Self::object(map))),
            _ => Err(E::custom("expected the name of a variant or an object")),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
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
}
