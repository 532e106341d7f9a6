//! Decoding an [`Object`] in one pass: the system properties are read while the caller's type reads
//! the row.
//!
//! The caller's type decides how. A struct lists its fields, so only the system properties among them
//! are passed to it, and the others are read directly into the [`Object`]. Any other type, such as a
//! map, an enum or a struct with `#[serde(flatten)]`, gets the complete row, as from serde_json
//! itself.

mod captured;
mod columns;
mod groups;
mod system;

#[cfg(test)]
mod plain_serde;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Object;
use crate::decode::RAW_VALUE;
use captured::Captured;
use columns::Columns;
use system::{Property, PropertySet, System};

/// Returns whether the service keeps the property `name` for every row.
pub(crate) fn is_system_property(name: &str) -> bool {
    Property::of(name).is_some()
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut system = System::default();
        let value = T::deserialize(Row {
            deserializer,
            system: &mut system,
        })?;
        system.into_object(value)
    }
}

/// The row as it is presented to the caller's type.
struct Row<'s, D> {
    deserializer: D,
    system: &'s mut System,
}

impl<'de, D: Deserializer<'de>> Row<'_, D> {
    /// Reads the row with the caller's `visitor`, which is passed these system properties.
    #[inline]
    fn read<V: Visitor<'de>>(self, passed: PropertySet, visitor: V) -> Result<V::Value, D::Error> {
        self.deserializer.deserialize_map(RowVisitor {
            system: self.system,
            passed,
            visitor,
        })
    }

    /// Reads the row for a caller's type that reads nothing.
    fn skip(self) -> Result<(), D::Error> {
        self.read(PropertySet::NONE, IgnoredAny).map(|_| ())
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Row<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(PropertySet::ALL, visitor)
    }

    /// The names include those of `#[serde(rename)]` and `#[serde(alias)]`.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.read(PropertySet::of(fields), visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        if name != RAW_VALUE {
            return visitor.visit_newtype_struct(self);
        }
        let row = Captured::deserialize(self.deserializer)?;
        row.read(RowVisitor {
            system: self.system,
            passed: PropertySet::NONE,
            visitor: IgnoredAny,
        })?;
        row.into_raw_value(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.skip()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_unit(visitor)
    }

    /// An externally tagged enum is an object with one entry, so the system properties are not passed
    /// to it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.read(PropertySet::NONE, EnumVisitor(visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.deserialize_unit(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.deserializer.is_human_readable()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        seq tuple tuple_struct map identifier
    }
}

/// Reads the row with the caller's visitor, and then the entries that it did not read.
struct RowVisitor<'s, V> {
    system: &'s mut System,
    passed: PropertySet,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for RowVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        let columns = Columns::new(&mut map, self.system, self.passed);
        let value = self.visitor.visit_map(columns)?;
        if !self.system.is_complete {
            // A type that does not read all entries leaves some, which may be system properties.
            let mut rest = Columns::new(&mut map, self.system, PropertySet::NONE);
            while rest.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        }
        Ok(value)
    }
}

/// Reads the first entry of a row as the variant of the caller's enum.
struct EnumVisitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for EnumVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(MapAccessDeserializer::new(map))
    }
}
