//! A JSON value that is read more than once.

use std::fmt;

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde_json::Value;

use crate::decode::{RAW_VALUE, ValueDeserializer};

/// A JSON value that is read more than once.
pub(super) enum Captured<'de> {
    /// Its text, which serde_json reads as it would have read the value in its place.
    Text(&'de str),
    /// A deserializer that does not borrow from a JSON text.
    Value(Value),
}

impl<'de> Captured<'de> {
    /// Reads the value with a seed that needs a copy.
    pub(super) fn read_seed<E: de::Error, S: DeserializeSeed<'de>>(
        &self,
        seed: S,
    ) -> Result<S::Value, E> {
        match self {
            Self::Text(json) => read_text(json, |deserializer| seed.deserialize(deserializer)),
            Self::Value(value) => seed.deserialize(ValueDeserializer::new(value.clone())),
        }
    }

    /// Reads the value with its last seed.
    pub(super) fn into_seed<E: de::Error, S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, E> {
        match self {
            Self::Text(json) => read_text(json, |deserializer| seed.deserialize(deserializer)),
            Self::Value(value) => seed.deserialize(ValueDeserializer::new(value)),
        }
    }

    /// Reads the value, an object, with a visitor.
    pub(super) fn read<E: de::Error, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, E> {
        match self {
            Self::Text(json) => {
                read_text(json, |deserializer| deserializer.deserialize_map(visitor))
            }
            Self::Value(value) => ValueDeserializer::new(value.clone()).deserialize_map(visitor),
        }
    }

    /// Passes the value to the visitor of a `RawValue`.
    pub(super) fn into_raw_value<E: de::Error, V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, E> {
        match self {
            Self::Text(json) => read_text(json, |deserializer| {
                deserializer.deserialize_newtype_struct(RAW_VALUE, visitor)
            }),
            Self::Value(value) => {
                ValueDeserializer::new(value).deserialize_newtype_struct(RAW_VALUE, visitor)
            }
        }
    }
}

fn read_text<'de, R, E: de::Error>(
    json: &'de str,
    read: impl FnOnce(
        &mut serde_json::Deserializer<serde_json::de::StrRead<'de>>,
    ) -> serde_json::Result<R>,
) -> Result<R, E> {
    read(&mut serde_json::Deserializer::from_str(json)).map_err(without_position)
}

/// The position is that in the captured text, and not in the JSON that the caller knows.
#[cold]
fn without_position<E: de::Error>(error: serde_json::Error) -> E {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => E::custom(&text[..end]),
        None => E::custom(text),
    }
}

impl<'de> Deserialize<'de> for Captured<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_VALUE, CapturedVisitor)
    }
}

/// Takes the text of the value from serde_json, and reads a [`Value`] from any other deserializer.
struct CapturedVisitor;

/// Passes scalars of other deserializers to [`Value`].
macro_rules! scalars {
    ($($method:ident($type:ty),)*) => {
        $(fn $method<E: de::Error>(self, value: $type) -> Result<Captured<'de>, E> {
            let value = <$type as IntoDeserializer<'_, E>>::into_deserializer(value);
            Value::deserialize(value).map(Captured::Value)
        })*
    };
}

impl<'de> Visitor<'de> for CapturedVisitor {
    type Value = Captured<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    scalars! {
        visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str),
        visit_string(String),
    }

    fn visit_unit<E>(self) -> Result<Captured<'de>, E> {
        Ok(Captured::Value(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Captured<'de>, E> {
        Ok(Captured::Value(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Captured<'de>, D::Error> {
        Value::deserialize(value).map(Captured::Value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        value: D,
    ) -> Result<Captured<'de>, D::Error> {
        Value::deserialize(value).map(Captured::Value)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<Captured<'de>, A::Error> {
        Value::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(Captured::Value)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Captured<'de>, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(key) = map.next_key_seed(KeyVisitor)? {
            match key {
                Key::RawValue => return map.next_value_seed(TextVisitor),
                Key::Other(key) => {
                    object.insert(key, map.next_value()?);
                }
            }
        }
        Ok(Captured::Value(Value::Object(object)))
    }
}

/// Key of an entry: serde_json's mark of a raw value, or any other.
enum Key {
    RawValue,
    Other(String),
}

struct KeyVisitor;

impl<'de> DeserializeSeed<'de> for KeyVisitor {
    type Value = Key;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key of an entry")
    }

    #[inline]
    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            RAW_VALUE => Key::RawValue,
            key => Key::Other(key.to_owned()),
        })
    }
}

/// Reads the text of a raw value.
struct TextVisitor;

impl<'de> DeserializeSeed<'de> for TextVisitor {
    type Value = Captured<'de>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Captured<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Captured<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a JSON value")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, json: &'de str) -> Result<Captured<'de>, E> {
        Ok(Captured::Text(json))
    }

    fn visit_str<E: de::Error>(self, json: &str) -> Result<Captured<'de>, E> {
        serde_json::from_str(json)
            .map(Captured::Value)
            .map_err(without_position)
    }
}
