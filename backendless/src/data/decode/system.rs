//! The system properties of a row, and how their values are read.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::Timestamp;
use crate::data::Object;
use crate::timestamp::TimestampVisitor;

/// The properties that the service keeps for every row.
#[derive(Clone, Copy)]
pub(super) enum Property {
    ObjectId,
    Created,
    Updated,
    OwnerId,
    Class,
}

impl Property {
    #[inline]
    pub(super) fn of(key: &str) -> Option<Self> {
        Some(match key {
            "objectId" => Self::ObjectId,
            "created" => Self::Created,
            "updated" => Self::Updated,
            "ownerId" => Self::OwnerId,
            "___class" => Self::Class,
            _ => return None,
        })
    }

    #[inline]
    fn bit(self) -> u8 {
        1 << self as u8
    }

    #[inline]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ObjectId => "objectId",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::OwnerId => "ownerId",
            Self::Class => "___class",
        }
    }
}

/// Set of system properties, as bits.
#[derive(Clone, Copy)]
pub(super) struct PropertySet(u8);

impl PropertySet {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u8::MAX);

    /// The system properties among the fields of a struct. It is computed once per row, not once per
    /// property.
    #[inline]
    pub(super) fn of(fields: &[&str]) -> Self {
        let properties = fields.iter().copied().filter_map(Property::of);
        Self(properties.fold(0, |all, property| all | property.bit()))
    }

    #[inline]
    pub(super) fn contains(self, property: Property) -> bool {
        self.0 & property.bit() != 0
    }
}

/// The system properties that were found in the row so far.
#[derive(Default)]
pub(super) struct System {
    object_id: Option<String>,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    owner_id: Option<String>,
    class: Option<String>,
    /// Whether the row was read to its end.
    pub(super) is_complete: bool,
}

impl System {
    #[inline(always)]
    pub(super) fn field(&mut self, property: Property) -> Field<'_> {
        match property {
            Property::ObjectId => Field::Text(&mut self.object_id),
            Property::Created => Field::Time(&mut self.created),
            Property::Updated => Field::Time(&mut self.updated),
            Property::OwnerId => Field::Text(&mut self.owner_id),
            Property::Class => Field::Text(&mut self.class),
        }
    }

    #[inline]
    pub(super) fn into_object<T, E: de::Error>(self, value: T) -> Result<Object<T>, E> {
        let object_id = self.object_id.ok_or_else(|| {
            E::custom("the row has no objectId, as in aggregates: read such rows with `rows`")
        })?;
        Ok(Object {
            object_id,
            created: self.created,
            updated: self.updated,
            owner_id: self.owner_id,
            class: self.class,
            value,
        })
    }
}

/// The field for a system property. As a seed, it decodes the value directly into the field.
pub(super) enum Field<'s> {
    Text(&'s mut Option<String>),
    Time(&'s mut Option<Timestamp>),
}

impl<'de> DeserializeSeed<'de> for Field<'_> {
    type Value = ();

    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self {
            Self::Text(field) => deserializer.deserialize_any(TextVisitor(field)),
            Self::Time(field) => deserializer.deserialize_any(TimeVisitor(field)),
        }
    }
}

/// Reads a string, or the digits of an integer: ids from external databases are numbers. Any other
/// value is read as `None`.
struct TextVisitor<'s>(&'s mut Option<String>);

impl TextVisitor<'_> {
    #[inline]
    fn set<E>(self, text: Option<String>) -> Result<(), E> {
        *self.0 = text;
        Ok(())
    }
}

impl<'de> Visitor<'de> for TextVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a system property")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.set(None)
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.set(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.set(None)
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.set(Some(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.set(Some(value.to_string()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.set(None)
    }

    #[inline]
    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.set(Some(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<(), E> {
        self.set(Some(value))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.set(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.set(None)
    }
}

/// Reads a time, or null as `None`.
struct TimeVisitor<'s>(&'s mut Option<Timestamp>);

impl TimeVisitor<'_> {
    #[inline]
    fn set<E>(self, time: Timestamp) -> Result<(), E> {
        *self.0 = Some(time);
        Ok(())
    }
}

impl<'de> Visitor<'de> for TimeVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        TimestampVisitor.expecting(f)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        *self.0 = None;
        Ok(())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.set(TimestampVisitor.visit_i64(value)?)
    }

    #[inline]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.set(TimestampVisitor.visit_u64(value)?)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.set(TimestampVisitor.visit_f64(value)?)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.set(TimestampVisitor.visit_str(value)?)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let time = TimestampVisitor.visit_map(map)?;
        self.set(time)
    }
}
