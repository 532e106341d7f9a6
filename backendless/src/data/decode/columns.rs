//! The entries of a row, as they are presented to the caller's type.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer, StringDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::captured::Captured;
use super::system::{Property, PropertySet, System};

/// The entries of a row, without the system properties that are not passed to the caller's type.
pub(super) struct Columns<'m, A> {
    map: &'m mut A,
    system: &'m mut System,
    passed: PropertySet,
    /// The system property whose key was just passed to the caller's type.
    current: Option<Property>,
}

impl<'m, 'de, A: MapAccess<'de>> Columns<'m, A> {
    #[inline]
    pub(super) fn new(map: &'m mut A, system: &'m mut System, passed: PropertySet) -> Self {
        Self {
            map,
            system,
            passed,
            current: None,
        }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Columns<'_, A> {
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
            if self.passed.contains(property) {
                self.current = Some(property);
                let name = BorrowedStrDeserializer::new(property.name());
                return seed.deserialize(KeyDeserializer::new(name)).map(Some);
            }
            self.map.next_value_seed(self.system.field(property))?;
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.current.take() {
            Some(property) => self.map.next_value_seed(PassedSeed {
                system: self.system,
                property,
                seed,
            }),
            None => self.map.next_value_seed(seed),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.size_hint()
    }
}

/// Reads a system property twice: into the [`System`], and with the seed of the caller's type.
struct PassedSeed<'s, V> {
    system: &'s mut System,
    property: Property,
    seed: V,
}

impl<'de, V: DeserializeSeed<'de>> DeserializeSeed<'de> for PassedSeed<'_, V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let value = Captured::deserialize(deserializer)?;
        value.read_seed(self.system.field(self.property))?;
        value.into_seed(self.seed)
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

    #[inline]
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
            None => {
                let key: StrDeserializer<'_, E> = key.into_deserializer();
                self.0
                    .deserialize(KeyDeserializer::new(key))
                    .map(Key::Column)
            }
        }
    }

    #[inline(always)]
    fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<Self::Value, E> {
        match Property::of(key) {
            Some(property) => Ok(Key::System(property, self.0)),
            None => {
                let key = BorrowedStrDeserializer::new(key);
                self.0
                    .deserialize(KeyDeserializer::new(key))
                    .map(Key::Column)
            }
        }
    }

    fn visit_string<E: de::Error>(self, key: String) -> Result<Self::Value, E> {
        match Property::of(&key) {
            Some(property) => Ok(Key::System(property, self.0)),
            None => {
                let key = StringDeserializer::new(key);
                self.0
                    .deserialize(KeyDeserializer::new(key))
                    .map(Key::Column)
            }
        }
    }
}

/// Deserializer of a key for the caller's type, which accepts the types that serde_json accepts for
/// the key of a map: an option, a newtype and a variant as well as a string.
struct KeyDeserializer<D, E>(D, PhantomData<E>);

impl<D, E> KeyDeserializer<D, E> {
    #[inline]
    fn new(key: D) -> Self {
        Self(key, PhantomData)
    }
}

impl<'de, E: de::Error, D: Deserializer<'de, Error = E>> Deserializer<'de>
    for KeyDeserializer<D, E>
{
    type Error = E;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
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
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
