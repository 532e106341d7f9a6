//! Recognition of computed updates: values that the service computes from the stored ones.

use std::fmt;

use memchr::memchr2_iter;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// Returns whether `json` contains an expression, `{"___class": "BackendlessExpression", "value": "n + 1"}`, or a JSON
/// operation, `{"___operation": "JSON_SET", "args": {}}`, at any depth. The result of such an update depends on the stored
/// value, so the service would change it again with each attempt.
pub(super) fn is_computed(json: &[u8]) -> bool {
    // Most bodies contain neither such a key nor an escaped character, with which it could be written.
    let mut positions = memchr2_iter(b'_', b'\\', json);
    if !positions.any(|at| json[at..].starts_with(b"___") || json[at..].starts_with(b"\\u")) {
        return false;
    }
    // What cannot be parsed, such as more than 128 levels, may be computed.
    serde_json::from_slice(json).map_or(true, |value: Value| value.is_computed)
}

/// Properties of a JSON value.
#[derive(Default)]
struct Value {
    /// Whether it contains an expression or a JSON operation.
    is_computed: bool,
    /// Whether it is the name of the class of an expression.
    is_expression: bool,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Value::default();
        while let Some((key, value)) = map.next_entry::<Key, Value>()? {
            object.is_computed |= value.is_computed
                || match key {
                    Key::Operation => true,
                    Key::Class => value.is_expression,
                    Key::Other => false,
                };
        }
        Ok(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Value::default();
        while let Some(item) = items.next_element::<Value>()? {
            array.is_computed |= item.is_computed;
        }
        Ok(array)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value {
            is_expression: text == "BackendlessExpression",
            is_computed: false,
        })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::default())
    }
}

/// Key of an object.
enum Key {
    Operation,
    Class,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "___operation" => Key::Operation,
            "___class" => Key::Class,
            _ => Key::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_computed(json: &str, expected: bool) {
        assert_eq!(is_computed(json.as_bytes()), expected, "{json}");
    }

    #[test]
    fn expressions_and_json_operations_are_computed_at_any_depth() {
        let operations = [
            r#"{"___class": "BackendlessExpression", "value": "n + 1"}"#,
            r#"{"value":"n + 1","___class":"BackendlessExpression"}"#,
            r#"{"___class":"Person","___class":"BackendlessExpression"}"#,
            r#"{"___class":"BackendlessExpression","___class":"Person"}"#,
            r#"{"___operation":"JSON_SET","args":{"$.a":2}}"#,
            r#"{"___operation":null}"#,
            r#"{"\u005f__cl\u0061ss":"Backendless\u0045xpression"}"#,
            r#"{"\u005f\u005F_operation":"JSON_INSERT"}"#,
        ];
        for operation in operations {
            assert_computed(operation, true);
            assert_computed(&format!(r#"{{"n":{operation}}}"#), true);
            assert_computed(&format!(r#"[1,{{"a":[null,{operation}],"b":2.5}}]"#), true);
            assert_computed(&format!(r#"{{"___class":{operation}}}"#), true);
        }
    }

    #[test]
    fn text_with_the_same_words_is_not_computed() {
        for value in [
            "{}",
            "null",
            r#""___operation""#,
            r#"{"n":"___operation"}"#,
            r#"{"n":"{\"___class\":\"BackendlessExpression\"}"}"#,
            r#"{"___class":"Person","kind":"BackendlessExpression"}"#,
            r#"{"___class":["BackendlessExpression"]}"#,
            r#"{"BackendlessExpression":"___class"}"#,
            r#"{"____operation":1,"_operation":2,"operation___":3}"#,
            r#"{"text":"a\u0007b___","n":-1,"m":18446744073709551615,"b":true}"#,
        ] {
            assert_computed(value, false);
        }
    }

    #[test]
    fn a_value_that_cannot_be_parsed_may_be_computed() {
        let deep = "[".repeat(200) + r#"{"___operation":1}"# + &"]".repeat(200);
        assert_computed(&deep, true);
    }
}
