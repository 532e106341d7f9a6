//! Descriptions of JSON that does not match the caller's type: the path, the expected type and the
//! kind of the value found, but never the value, which is data of a user.
//!
//! serde's own messages quote the value. So JSON that failed is decoded a second time, by a
//! deserializer that tracks the path and whose errors name only the kind of the value.

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
    let value = ValueDeserializer::<Mismatch>::new(value);
    let error = serde_path_to_error::deserialize::<_, T>(value).err()?;
    Some(match error.path().iter().next() {
        Some(_) => format!("at {}: {}", shortened(error.path()), error.inner()),
        None => error.inner().to_string(),
    })
}

/// Maximum length in characters of a key in a path, and of an error of the caller's types.
const MAX_KEY: usize = 64;
const MAX_CUSTOM: usize = 300;
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

/// An error with the kind of the value found, not the value.
///
/// Messages of `custom` come from the caller's own types and are kept as they are.
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
        Self(limited(&message.to_string(), MAX_CUSTOM).into_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self(format!("expected {expected}, found {}", kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self(format!(
            "expected {expected}, found a different {}",
            kind(found)
        ))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(format!(
            "expected one of {expected:?}, found a different string"
        ))
    }
}

/// The JSON term for a value.
fn kind(value: Unexpected<'_>) -> &'static str {
    match value {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "number",
        // "expected u8, found number" would seem to contradict itself.
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
                "[1].age: expected u8, found a different number",
            ),
            (
                r#"{"name":"a","age":47.11}"#,
                "[1].age: expected u8, found floating-point number",
            ),
            (
                r#"{"name":"a","age":true}"#,
                "[1].age: expected u8, found boolean",
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
