//! What to say of an answer that does not fit the caller's type: where, and what was expected, but
//! never the value, which is somebody's data.
//!
//! serde's own messages quote the value. So an answer that failed is read a second time, by a
//! deserializer whose errors keep the expectation and drop the value, with the path tracked.

use std::fmt;

use serde::de::value::{
    MapAccessDeserializer, MapDeserializer, SeqDeserializer, StringDeserializer,
};
use serde::de::{self, DeserializeOwned, IntoDeserializer, Unexpected, Visitor};
use serde_json::Value;

/// The longest answer that is read a second time: as a `Value` it takes many times its length.
const MOST_BYTES: usize = 1024 * 1024;

/// One line on why `json` could not be read as a `T`.
pub(super) fn describe<T: DeserializeOwned>(json: &[u8], error: &serde_json::Error) -> String {
    let type_name = short_name(std::any::type_name::<T>());
    // A null in place of a list is let pass by an option around it, of which callers know nothing.
    let type_name = match type_name.strip_prefix("Option<") {
        Some(inner) if inner.starts_with("Vec<") => inner.strip_suffix('>').unwrap_or(inner),
        _ => &type_name,
    };
    if !error.is_data() {
        // These messages tell the grammar and the place, and quote nothing.
        return format!("the answer is not JSON: {error}");
    }
    let misfit = Some(json)
        .filter(|json| json.len() <= MOST_BYTES)
        .and_then(|json| serde_json::from_slice::<Value>(json).ok())
        .and_then(|value| serde_path_to_error::deserialize::<_, T>(Silent(value)).err());
    match misfit {
        Some(misfit) => format!(
            "the answer does not fit {type_name}: at {}: {}",
            misfit.path(),
            misfit.inner()
        ),
        None => format!(
            "the answer does not fit {type_name}: line {}, column {}",
            error.line(),
            error.column()
        ),
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

/// An error that tells the kind of the value, not the value.
#[derive(Debug)]
struct Misfit(String);

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self(format!("expected {expected}, found {}", kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self(format!(
            "expected {expected}, found another {}",
            kind(found)
        ))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(format!("expected one of {expected:?}, found another text"))
    }
}

fn kind(value: Unexpected<'_>) -> &'static str {
    match value {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) => "text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        _ => "value",
    }
}

/// A JSON value whose deserialization fails with a [`Misfit`].
struct Silent(Value);

impl<'de> IntoDeserializer<'de, Misfit> for Silent {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Silent {
    fn object(
        map: serde_json::Map<String, Value>,
    ) -> MapDeserializer<'static, impl Iterator<Item = (String, Silent)>, Misfit> {
        MapDeserializer::new(map.into_iter().map(|(key, value)| (key, Silent(value))))
    }
}

impl<'de> de::Deserializer<'de> for Silent {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (_, _, Some(value)) => visitor.visit_f64(value),
                _ => Err(de::Error::custom("a number out of range")),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Silent)))
            }
            Value::Object(map) => visitor.visit_map(Self::object(map)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(StringDeserializer::new(variant)),
            Value::Object(map) => visitor.visit_enum(MapAccessDeserializer::new(Self::object(map))),
            _ => Err(de::Error::custom(
                "expected the name of a variant or an object",
            )),
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
    fn the_path_and_the_expectation_are_told_but_not_the_value() {
        let fits = |row: &str, told: &str| {
            let text = describe_people(&format!(r#"[{{"name":"a"}},{row}]"#));
            assert_eq!(
                text,
                format!("the answer does not fit Vec<Person>: at {told}")
            );
        };
        fits(
            r#"{"name":5}"#,
            "[1].name: expected a string, found integer",
        );
        fits(
            r#"{"name":"a","age":"secret"}"#,
            "[1].age: expected u8, found text",
        );
        fits(
            r#"{"name":"a","age":4711}"#,
            "[1].age: expected u8, found another integer",
        );
        fits(r#"{"age":1}"#, "[1]: missing field `name`");
        fits(
            r#"{"name":"a","pet":"secret"}"#,
            r#"[1].pet: expected one of ["Cat", "Dog"], found another text"#,
        );
        fits(
            r#"{"name":"a","pet":{"Dog":"secret"}}"#,
            "[1].pet.Dog: expected u8, found text",
        );
        fits(
            r#"{"name":"a","tags":[["x",1],["y","secret"]]}"#,
            "[1].tags[1][1]: expected f32, found text",
        );
        fits(r#""secret""#, "[1]: expected struct Person, found text");
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        let text = describe_people(r#"[{"name":"secret"#);
        assert!(text.starts_with("the answer is not JSON: EOF"), "{text}");
        assert!(text.contains("column 16"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
