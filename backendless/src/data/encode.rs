//! Encoding an [`Object`] in the form of the service: one JSON object with the system properties and
//! the columns of the value side by side.
//!
//! The columns are passed on one by one, without a conversion to `serde_json::Value`, so that another
//! serializer sees each value as it is.

use serde::ser::{
    Error, Impossible, Serialize, SerializeMap, SerializeStruct, SerializeStructVariant,
    SerializeTupleVariant, Serializer,
};
use serde_json::Value;

use super::decode::is_system_property;
use super::{Object, Record};
use crate::decode::RAW_VALUE;
use crate::encode::to_value;

/// For responses of the caller's own service. A system property that is also a field of the value is
/// written only once, with the value in the [`Object`].
impl<T: Serialize> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(None)?;
        self.value.serialize(Columns(&mut row))?;
        row.serialize_entry("objectId", &self.object_id)?;
        row.serialize_entry("created", &self.created)?;
        row.serialize_entry("updated", &self.updated)?;
        row.serialize_entry("ownerId", &self.owner_id)?;
        row.serialize_entry("___class", &self.class)?;
        row.end()
    }
}

/// Serializer that adds the entries of a map or a struct to a row, without its system properties.
struct Columns<'r, R>(&'r mut R);

fn no_columns<T, E: Error>() -> Result<T, E> {
    Err(E::custom("the value of a row must be a struct or a map"))
}

/// Rejects values without columns.
macro_rules! rejected {
    ($($method:ident($($type:ty),*) -> $result:ty;)*) => {
        $(fn $method(self, $(_: $type),*) -> Result<$result, R::Error> {
            no_columns()
        })*
    };
}

impl<'r, R: SerializeMap> Serializer for Columns<'r, R> {
    type Ok = ();
    type Error = R::Error;
    type SerializeSeq = Impossible<(), R::Error>;
    type SerializeTuple = Impossible<(), R::Error>;
    type SerializeTupleStruct = Impossible<(), R::Error>;
    type SerializeTupleVariant = Variant<'r, R, Vec<Value>>;
    type SerializeMap = Entries<'r, R>;
    type SerializeStruct = Entries<'r, R>;
    type SerializeStructVariant = Variant<'r, R, Record>;

    rejected! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
    }

    fn serialize_none(self) -> Result<(), R::Error> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), R::Error> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), R::Error> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), R::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), R::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), R::Error> {
        self.0.serialize_entry(variant, value)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'r, R>, R::Error> {
        Ok(Entries {
            row: self.0,
            is_skipped: false,
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'r, R>, R::Error> {
        self.serialize_map(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, R::Error> {
        let (row, fields) = (self.0, Vec::new());
        Ok(Variant { row, name, fields })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, R::Error> {
        let (row, fields) = (self.0, Record::new());
        Ok(Variant { row, name, fields })
    }
}

/// Entries of the value that are added to the row.
struct Entries<'r, R> {
    row: &'r mut R,
    /// Whether the entry whose key was passed last is skipped.
    is_skipped: bool,
}

impl<R: SerializeMap> SerializeMap for Entries<'_, R> {
    type Ok = ();
    type Error = R::Error;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), R::Error> {
        let name = serde_json::to_value(key).map_err(R::Error::custom)?;
        self.is_skipped = name.as_str().is_some_and(is_system_property);
        match self.is_skipped {
            true => Ok(()),
            false => self.row.serialize_key(key),
        }
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), R::Error> {
        match self.is_skipped {
            true => Ok(()),
            false => self.row.serialize_value(value),
        }
    }

    fn end(self) -> Result<(), R::Error> {
        Ok(())
    }
}

impl<R: SerializeMap> SerializeStruct for Entries<'_, R> {
    type Ok = ();
    type Error = R::Error;

    fn serialize_field<V: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &V,
    ) -> Result<(), R::Error> {
        if is_system_property(name) {
            return Ok(());
        }
        if name != RAW_VALUE {
            return self.row.serialize_entry(name, value);
        }
        // The text of a `RawValue`.
        match to_value(value).map_err(R::Error::custom)? {
            Value::String(json) => match serde_json::from_str(&json) {
                Ok(Value::Object(row)) => row.serialize(Columns(self.row)),
                _ => no_columns(),
            },
            _ => no_columns(),
        }
    }

    fn end(self) -> Result<(), R::Error> {
        Ok(())
    }
}

/// Fields of a variant, which are one column with the name of the variant.
struct Variant<'r, R, F> {
    row: &'r mut R,
    name: &'static str,
    fields: F,
}

impl<R: SerializeMap> SerializeTupleVariant for Variant<'_, R, Vec<Value>> {
    type Ok = ();
    type Error = R::Error;

    fn serialize_field<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), R::Error> {
        self.fields.push(to_value(value).map_err(R::Error::custom)?);
        Ok(())
    }

    fn end(self) -> Result<(), R::Error> {
        self.row.serialize_entry(self.name, &self.fields)
    }
}

impl<R: SerializeMap> SerializeStructVariant for Variant<'_, R, Record> {
    type Ok = ();
    type Error = R::Error;

    fn serialize_field<V: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &V,
    ) -> Result<(), R::Error> {
        let value = to_value(value).map_err(R::Error::custom)?;
        self.fields.insert(name.to_owned(), value);
        Ok(())
    }

    fn end(self) -> Result<(), R::Error> {
        self.row.serialize_entry(self.name, &self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    #[derive(Serialize, Deserialize)]
    struct Person {
        name: String,
        created: i64,
    }

    #[test]
    fn a_round_trip_keeps_the_row() {
        let row = json!({
            "objectId": "B2", "created": 5, "updated": null, "ownerId": null,
            "___class": "Person", "name": "Bob",
        });
        let bob: Object<Person> = serde_json::from_value(row.clone()).unwrap();
        assert_eq!(serde_json::to_value(&bob).unwrap(), row);
        assert_eq!(
            serde_json::to_value(bob.map(|_| ())).unwrap()["objectId"],
            "B2"
        );
    }

    #[test]
    fn a_value_without_columns_is_rejected() {
        let bob: Object<()> = serde_json::from_value(json!({"objectId": "B2"})).unwrap();
        assert!(serde_json::to_value(bob.map(|()| "Bob")).is_err());
    }

    #[test]
    fn each_kind_of_value_is_written_as_columns() {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct All<'a> {
            object_id: Option<u8>,
            #[serde(flatten)]
            rest: &'a serde_json::Map<String, Value>,
        }
        #[derive(Serialize)]
        struct Wrapper<'a>(&'a Value);
        #[derive(Serialize)]
        enum Kind {
            New(u8),
            Tuple(u8, u8),
            Named { a: u8 },
        }
        fn columns<T: Serialize>(value: T) -> Value {
            let mut row = serde_json::to_value(Object::new("B2", value)).unwrap();
            let all = row.as_object_mut().unwrap();
            assert_eq!(all.remove("objectId"), Some("B2".into()));
            for system in ["created", "updated", "ownerId", "___class"] {
                assert_eq!(all.remove(system), Some(Value::Null), "{system}");
            }
            row
        }
        let rest = json!({"a": 1, "created": 7, "___class": "x"});
        let all = All {
            object_id: Some(1),
            rest: rest.as_object().unwrap(),
        };
        assert_eq!(columns(all), json!({"a": 1}));
        assert_eq!(columns(&rest), json!({"a": 1}));
        assert_eq!(columns(Some(&rest)), json!({"a": 1}));
        assert_eq!(columns(Wrapper(&rest)), json!({"a": 1}));
        assert_eq!(columns(None::<u8>), json!({}));
        let raw = serde_json::value::to_raw_value(&rest).unwrap();
        assert_eq!(columns(raw), json!({"a": 1}));
        assert_eq!(
            columns(std::collections::BTreeMap::from([(1, 2)])),
            json!({"1": 2})
        );
        assert_eq!(columns(Kind::New(1)), json!({"New": 1}));
        assert_eq!(columns(Kind::Tuple(1, 2)), json!({"Tuple": [1, 2]}));
        assert_eq!(columns(Kind::Named { a: 1 }), json!({"Named": {"a": 1}}));
        let text = serde_json::to_string(&Object::new("B2", json!({"objectId": 1}))).unwrap();
        assert_eq!(text.matches("objectId").count(), 1);
    }

    #[test]
    fn a_number_that_is_not_finite_is_found_in_a_row() {
        #[derive(Serialize)]
        struct Price {
            price: f64,
        }
        let rows = [0.5, f64::NAN].map(|price| Object::new("B2", Price { price }));
        let rows = std::collections::BTreeMap::from([("rows", rows)]);
        let text = crate::encode::to_vec(&rows).unwrap_err();
        assert_eq!(text, "at rows[1].price: NaN cannot be represented in JSON");
    }
}
