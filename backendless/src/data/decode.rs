//! Decoding an [`Object`] in one pass: the system properties are taken out of the sequence of
//! entries, and all other entries are passed to the caller's type in their order.
//!
//! `#[serde(flatten)]` would give the same result, but would first copy every value into a buffer.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StringDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Object;
use crate::Timestamp;

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor(PhantomData))
    }
}

struct RowVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for RowVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<T>, A::Error> {
        let mut system = System::default();
        let row = Row {
            map: &mut map,
            system: &mut system,
        };
        let value = T::deserialize(row)?;
        if !system.is_complete {
            // A type that does not read all entries leaves some, which may be system properties.
            let mut rest = Columns::new(&mut map, &mut system, Wanted::default());
            while rest.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        }
        system.into_object(value)
    }
}

/// The properties that the service keeps for every row.
#[derive(Clone, Copy)]
enum Property {
    ObjectId,
    Created,
    Updated,
    OwnerId,
    Class,
}

impl Property {
    #[inline]
    fn of(key: &str) -> Option<Self> {
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
    fn name(self) -> &'static str {
        match self {
            Self::ObjectId => "objectId",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::OwnerId => "ownerId",
            Self::Class => "___class",
        }
    }
}

/// The system properties that the caller's type has among its own fields, as a bit set. It is
/// computed once per row, not once per property.
#[derive(Clone, Copy, Default)]
struct Wanted(u8);

impl Wanted {
    #[inline]
    fn of(fields: &[&str]) -> Self {
        let properties = fields.iter().copied().filter_map(Property::of);
        Self(properties.fold(0, |all, property| all | property.bit()))
    }

    #[inline]
    fn has(self, property: Property) -> bool {
        self.0 & property.bit() != 0
    }
}

/// The system properties that were found in the row so far.
#[derive(Default)]
struct System {
    object_id: Option<String>,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    owner_id: Option<String>,
    class: Option<String>,
    /// Whether the row was read to its end.
    is_complete: bool,
}

impl System {
    #[inline(always)]
    fn place(&mut self, property: Property) -> Place<'_> {
        match property {
            Property::ObjectId => Place::Text(&mut self.object_id),
            Property::Created => Place::Time(&mut self.created),
            Property::Updated => Place::Time(&mut self.updated),
            Property::OwnerId => Place::Text(&mut self.owner_id),
            Property::Class => Place::Text(&mut self.class),
        }
    }

    fn into_object<T, E: de::Error>(self, value: T) -> Result<Object<T>, E> {
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

/// The row as it is presented to the caller's type.
struct Row<'m, A> {
    map: &'m mut A,
    system: &'m mut System,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Row<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(Columns::new(self.map, self.system, Wanted::default()))
    }

    /// A struct lists its fields, so the system properties among them are known.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(Columns::new(self.map, self.system, Wanted::of(fields)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let columns = Columns::new(self.map, self.system, Wanted::default());
        visitor.visit_enum(MapAccessDeserializer::new(columns))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        seq tuple tuple_struct map identifier
    }
}

/// The columns of a row, without the system properties that are not in `wanted`.
struct Columns<'m, 'de, A> {
    map: &'m mut A,
    system: &'m mut System,
    wanted: Wanted,
    /// The value of the system property whose key was just passed to the caller's type.
    pending: Option<Scalar<'de>>,
}

impl<'m, 'de, A: MapAccess<'de>> Columns<'m, 'de, A> {
    fn new(map: &'m mut A, system: &'m mut System, wanted: Wanted) -> Self {
        Self {
            map,
            system,
            wanted,
            pending: None,
        }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Columns<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        mut seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        loop {
            let property = match self.map.next_key_seed(KeySeed(seed))? {
                None => {
                    self.system.is_complete = true;
                    return Ok(None);
                }
                Some(Key::Column(key)) => return Ok(Some(key)),
                Some(Key::System(property, unused)) => {
                    seed = unused;
                    property
                }
            };
            if !self.wanted.has(property) {
                self.map.next_value_seed(self.system.place(property))?;
                continue;
            }
            let value = self.map.next_value_seed(ScalarVisitor(Keep))?;
            match self.system.place(property) {
                Place::Text(place) => *place = value.clone().text(),
                Place::Time(place) => *place = value.clone().time()?,
            }
            self.pending = Some(value);
            return seed
                .deserialize(BorrowedStrDeserializer::new(property.name()))
                .map(Some);
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.pending.take() {
            Some(value) => seed.deserialize(ScalarDeserializer(value, PhantomData)),
            None => self.map.next_value_seed(seed),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.size_hint()
    }
}

/// A key: a system property, or the key of a column as decoded by `K`.
enum Key<K, V> {
    System(Property, K),
    Column(V),
}

/// Compares a key with the system properties before it is passed to the caller's type, without
/// copying it.
struct KeySeed<K>(K);

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<K> {
    type Value = Key<K, K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for KeySeed<K> {
    type Value = Key<K, K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        match Property::of(key) {
            Some(property) => Ok(Key::System(property, self.0)),
            None => self.0.deserialize(key.into_deserializer()).map(Key::Column),
        }
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<Self::Value, E> {
        match Property::of(key) {
            Some(property) => Ok(Key::System(property, self.0)),
            None => self
                .0
                .deserialize(BorrowedStrDeserializer::new(key))
                .map(Key::Column),
        }
    }

    fn visit_string<E: de::Error>(self, key: String) -> Result<Self::Value, E> {
        match Property::of(&key) {
            Some(property) => Ok(Key::System(property, self.0)),
            None => self
                .0
                .deserialize(StringDeserializer::new(key))
                .map(Key::Column),
        }
    }
}

/// The value of a system property, of any type.
#[derive(Clone)]
enum Scalar<'de> {
    Null,
    Boolean(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'de, str>),
    /// An array or an object, which is not valid for any system property.
    Nested,
}

impl Scalar<'_> {
    /// The string, or the digits of an integer: ids from external databases are numbers.
    #[inline(always)]
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            Self::Null => None,
            other => other.number(),
        }
    }

    #[cold]
    fn number(self) -> Option<String> {
        match self {
            Self::Signed(number) => Some(number.to_string()),
            Self::Unsigned(number) => Some(number.to_string()),
            _ => None,
        }
    }

    #[inline]
    fn time<E: de::Error>(self) -> Result<Option<Timestamp>, E> {
        let visitor = crate::timestamp::TimestampVisitor;
        match self {
            Self::Null => Ok(None),
            Self::Signed(millis) => visitor.visit_i64(millis).map(Some),
            Self::Unsigned(millis) => visitor.visit_u64(millis).map(Some),
            Self::Float(millis) => visitor.visit_f64(millis).map(Some),
            Self::Text(text) => visitor.visit_str(&text).map(Some),
            Self::Boolean(value) => Err(E::invalid_type(Unexpected::Bool(value), &visitor)),
            Self::Nested => Err(E::invalid_type(Unexpected::Map, &visitor)),
        }
    }
}

/// Consumes a scalar.
trait Take<'de> {
    type Taken;

    fn take<E: de::Error>(self, value: Scalar<'de>) -> Result<Self::Taken, E>;
}

/// Returns the scalar unchanged.
struct Keep;

impl<'de> Take<'de> for Keep {
    type Taken = Scalar<'de>;

    fn take<E>(self, value: Scalar<'de>) -> Result<Scalar<'de>, E> {
        Ok(value)
    }
}

/// The field for a system property.
enum Place<'s> {
    Text(&'s mut Option<String>),
    Time(&'s mut Option<Timestamp>),
}

/// Decodes the value directly into the field.
impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self {
            Self::Text(place) => deserializer.deserialize_any(ScalarVisitor(place)),
            Self::Time(place) => deserializer.deserialize_any(ScalarVisitor(place)),
        }
    }
}

impl<'de> Take<'de> for &mut Option<String> {
    type Taken = ();

    #[inline(always)]
    fn take<E: de::Error>(self, value: Scalar<'de>) -> Result<(), E> {
        *self = value.text();
        Ok(())
    }
}

impl<'de> Take<'de> for &mut Option<Timestamp> {
    type Taken = ();

    #[inline(always)]
    fn take<E: de::Error>(self, value: Scalar<'de>) -> Result<(), E> {
        *self = value.time()?;
        Ok(())
    }
}

/// Reads a scalar and passes it to the inner [`Take`], which keeps only what it needs.
struct ScalarVisitor<T>(T);

impl<'de, T: Take<'de>> DeserializeSeed<'de> for ScalarVisitor<T> {
    type Value = T::Taken;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Taken, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Take<'de>> Visitor<'de> for ScalarVisitor<T> {
    type Value = T::Taken;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a system property")
    }

    fn visit_unit<E: de::Error>(self) -> Result<T::Taken, E> {
        self.0.take(Scalar::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<T::Taken, E> {
        self.0.take(Scalar::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T::Taken, E> {
        self.0.take(Scalar::Boolean(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T::Taken, E> {
        self.0.take(Scalar::Signed(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T::Taken, E> {
        self.0.take(Scalar::Unsigned(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T::Taken, E> {
        self.0.take(Scalar::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<T::Taken, E> {
        self.0.take(Scalar::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<T::Taken, E> {
        self.0.take(Scalar::Text(Cow::Borrowed(value)))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<T::Taken, E> {
        self.0.take(Scalar::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<T::Taken, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.0.take(Scalar::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T::Taken, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.0.take(Scalar::Nested)
    }
}

/// Decodes a field of the caller's type from a system property.
struct ScalarDeserializer<'de, E>(Scalar<'de>, PhantomData<E>);

impl<'de, E: de::Error> Deserializer<'de> for ScalarDeserializer<'de, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.0 {
            Scalar::Null | Scalar::Nested => visitor.visit_unit(),
            Scalar::Boolean(value) => visitor.visit_bool(value),
            Scalar::Signed(value) => visitor.visit_i64(value),
            Scalar::Unsigned(value) => visitor.visit_u64(value),
            Scalar::Float(value) => visitor.visit_f64(value),
            Scalar::Text(Cow::Borrowed(value)) => visitor.visit_borrowed_str(value),
            Scalar::Text(Cow::Owned(value)) => visitor.visit_string(value),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.0 {
            Scalar::Null | Scalar::Nested => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        match self.0 {
            Scalar::Text(variant) => visitor.visit_enum(variant.into_deserializer()),
            _ => Err(E::custom("expected the name of a variant")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    use serde::Deserialize;

    const ROW: &str = r#"{"created":1700000000000,"name":"Bob","updated":null,"ownerId":"U1",
        "objectId":"B2","age":20,"___class":"Person"}"#;

    fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Object<T> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn system_properties_are_taken_out_at_any_position() {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Person<'a> {
            name: &'a str,
            age: u8,
        }
        let bob = read::<Person<'_>>(ROW);
        assert_eq!((bob.name, bob.age), ("Bob", 20));
        assert_eq!(bob.object_id, "B2");
        assert_eq!(bob.created, Some(Timestamp::from_millis(1_700_000_000_000)));
        assert_eq!(bob.updated, None);
        assert_eq!(bob.owner_id.as_deref(), Some("U1"));
        assert_eq!(bob.class.as_deref(), Some("Person"));
    }

    #[test]
    fn a_field_for_a_system_property_is_set_too() {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Person<'a> {
            object_id: &'a str,
            created: u64,
            updated: Option<i64>,
            owner_id: Option<String>,
            #[serde(rename = "___class")]
            class: Class,
        }
        #[derive(Debug, Deserialize, PartialEq)]
        enum Class {
            Person,
        }
        let bob = read::<Person<'_>>(ROW);
        // `bob.object_id` is the field of the row; that of the value needs a dereference.
        let own: &Person<'_> = &bob;
        assert_eq!(own.object_id, "B2");
        assert_eq!(own.created, 1_700_000_000_000);
        assert_eq!(own.updated, None);
        assert_eq!(own.owner_id.as_deref(), Some("U1"));
        assert_eq!(own.class, Class::Person);
        assert_eq!(bob.object_id, "B2");
    }

    #[test]
    fn a_map_has_no_system_properties() {
        let map = read::<HashMap<String, serde_json::Value>>(ROW);
        assert_eq!(map.len(), 2);
        assert_eq!(map["name"], "Bob");
    }

    #[test]
    fn newtypes_flattened_maps_enums_and_units_are_decoded() {
        #[derive(Deserialize)]
        struct Wrapped(HashMap<String, serde_json::Value>);
        #[derive(Deserialize)]
        struct Flat {
            #[serde(flatten)]
            all: HashMap<String, serde_json::Value>,
        }
        #[derive(Deserialize)]
        #[serde(tag = "name")]
        enum Tagged {
            Bob { age: u8 },
        }
        #[derive(Deserialize)]
        struct Nothing {}
        assert_eq!(read::<Wrapped>(ROW).0["age"], 20);
        assert_eq!(read::<Flat>(ROW).all.len(), 2);
        let Tagged::Bob { age } = read::<Tagged>(ROW).into_inner();
        assert_eq!(age, 20);
        assert_eq!(read::<Nothing>(ROW).object_id, "B2");
        assert_eq!(read::<()>(ROW).object_id, "B2");
        assert_eq!(read::<IgnoredAny>(ROW).object_id, "B2");
        assert_eq!(read::<Option<Wrapped>>(ROW).object_id, "B2");
    }

    #[test]
    fn unusual_values_of_system_properties_are_accepted() {
        let row = read::<()>(r#"{"objectId":17,"created":"5","updated":6.0,"ownerId":{"a":[1]}}"#);
        assert_eq!(row.object_id, "17");
        assert_eq!(row.created, Some(Timestamp::from_millis(5)));
        assert_eq!(row.updated, Some(Timestamp::from_millis(6)));
        assert_eq!(row.owner_id, None);
        assert_eq!(row.class, None);
    }

    #[test]
    fn escaped_keys_are_recognized() {
        let row = read::<HashMap<String, u8>>(r#"{"object\u0049d":"B2","a\u0067e":20}"#);
        assert_eq!(row.object_id, "B2");
        assert_eq!(row["age"], 20);
    }

    #[test]
    fn a_missing_id_and_an_invalid_time_are_errors() {
        let problem = |json| {
            serde_json::from_str::<Object<()>>(json)
                .unwrap_err()
                .to_string()
        };
        assert!(problem(r#"{"name":"x"}"#).contains("no objectId"));
        assert!(problem(r#"{"objectId":null}"#).contains("no objectId"));
        assert!(problem(r#"{"objectId":"x","created":true}"#).contains("milliseconds since 1970"));
        assert!(problem("[]").contains("expected a row"));
    }
}
