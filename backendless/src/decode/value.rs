//! Deserializer of a JSON value, and the names with which serde_json passes on what serde's data model lacks.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::value::{
    MapAccessDeserializer, MapDeserializer, SeqDeserializer, StringDeserializer,
};
use serde::de::{self, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde_json::Value;

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
/// and [`Mismatch`](super::Mismatch) does not.
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
