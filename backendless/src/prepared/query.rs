//! Values in queries, form-encoded.

use form_urlencoded::byte_serialize;
use serde::ser::{self, Impossible, Serialize, SerializeSeq, SerializeTuple};

use super::problem::Problem;
use super::style::{Part, Style};

/// Query under construction.
#[derive(Clone, Default)]
pub(crate) struct Query(Option<String>);

impl Query {
    /// Adds a parameter. `None` is skipped, and a list becomes one parameter per item.
    pub(crate) fn append<V: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &V,
    ) -> Result<(), Problem> {
        value.serialize(Values {
            query: self,
            name,
            in_list: false,
        })
    }

    /// Adds a parameter in a style. `null` and an empty list are skipped.
    pub(super) fn append_as<V: Serialize>(
        &mut self,
        style: Style,
        name: &str,
        value: &V,
    ) -> Result<(), Problem> {
        if style.has_pairs() {
            for (name, text) in style.pairs(name, value)? {
                self.push(&name, &text);
            }
            return Ok(());
        }
        let parts = style.parts(value)?;
        if !parts.is_empty() {
            let query = self.start(name);
            for Part { before, text } in parts {
                query.push_str(before);
                query.extend(byte_serialize(text.as_bytes()));
            }
        }
        Ok(())
    }

    /// Returns the encoded parameters so far; `None` without parameters.
    pub(crate) fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Returns the encoded query, or `None` without parameters: an empty query would leave a `?` behind.
    pub(super) fn finish(self) -> Option<String> {
        self.0
    }

    fn push(&mut self, name: &str, value: &str) {
        let query = self.start(name);
        query.extend(byte_serialize(value.as_bytes()));
    }

    /// Starts a parameter, whose value follows.
    fn start(&mut self, name: &str) -> &mut String {
        let query = self.0.get_or_insert_default();
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(byte_serialize(name.as_bytes()));
        query.push('=');
        query
    }
}

fn unsupported<T>(found: &str) -> Result<T, Problem> {
    Err(Problem::new(format!(
        "a query contains strings, numbers, booleans and lists of them, and not {found}"
    )))
}

/// Serializes one value, or each item of a list, as a parameter of the same name.
struct Values<'q> {
    query: &'q mut Query,
    name: &'q str,
    in_list: bool,
}

impl Values<'_> {
    /// Writes a number as JSON does: `5.0`, not `5`.
    fn push_number(self, number: &impl Serialize, is_finite: bool) -> Result<(), Problem> {
        if !is_finite {
            return unsupported("NaN or infinity");
        }
        let text = serde_json::to_string(number).map_err(ser::Error::custom)?;
        self.query.push(self.name, &text);
        Ok(())
    }
}

/// Writes scalars with their `Display` form.
macro_rules! scalars {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Result<(), Problem> {
            self.query.push(self.name, &value.to_string());
            Ok(())
        })*
    };
}

/// Rejects what has no form in a query.
macro_rules! rejected {
    ($($method:ident($($argument:ty),*) -> $result:ty: $found:literal,)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$result, Problem> {
            unsupported($found)
        })*
    };
}

type Never = Impossible<(), Problem>;

impl ser::Serializer for Values<'_> {
    type Ok = ();
    type Error = Problem;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_char: char,
    }

    rejected! {
        serialize_bytes(&[u8]) -> (): "bytes",
        serialize_tuple_struct(&'static str, usize) -> Never: "a tuple",
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never: "a variant with data",
        serialize_map(Option<usize>) -> Never: "a map",
        serialize_struct(&'static str, usize) -> Never: "a struct",
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never: "a variant with data",
    }

    fn serialize_str(self, value: &str) -> Result<(), Problem> {
        self.query.push(self.name, value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Problem> {
        self.push_number(&value, value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Problem> {
        self.push_number(&value, value.is_finite())
    }

    fn serialize_none(self) -> Result<(), Problem> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Problem> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Problem> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Problem> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Problem> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Problem> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Problem> {
        unsupported("a variant with data")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Problem> {
        match self.in_list {
            true => unsupported("a list of lists"),
            false => Ok(self),
        }
    }

    /// An array is a tuple of serde.
    fn serialize_tuple(self, length: usize) -> Result<Self, Problem> {
        self.serialize_seq(Some(length))
    }
}

impl SerializeTuple for Values<'_> {
    type Ok = ();
    type Error = Problem;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Problem> {
        SerializeSeq::serialize_element(self, item)
    }

    fn end(self) -> Result<(), Problem> {
        SerializeSeq::end(self)
    }
}

impl SerializeSeq for Values<'_> {
    type Ok = ();
    type Error = Problem;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Problem> {
        item.serialize(Values {
            query: self.query,
            name: self.name,
            in_list: true,
        })
    }

    fn end(self) -> Result<(), Problem> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_form_encoded_and_none_is_skipped() {
        let mut query = Query::default();
        query
            .append("where", &Some("age >= 18 and name = 'O''Hara & Söhne'"))
            .unwrap();
        query.append("offset", &None::<i64>).unwrap();
        query.append("page size", &Some(-1)).unwrap();
        query.append("overwrite", &true).unwrap();
        query.append("lat", &59.9127).unwrap();
        query.append("radius", &5.0).unwrap();
        query.append("ratio", &0.1_f32).unwrap();
        query.append("id", &Vec::from(["a", ""])).unwrap();
        query.append("n", &[1, 2]).unwrap();
        assert_eq!(
            query.finish().as_deref(),
            Some(
                "where=age+%3E%3D+18+and+name+%3D+%27O%27%27Hara+%26+S%C3%B6hne%27&page+size=-1\
                 &overwrite=true&lat=59.9127&radius=5.0&ratio=0.1&id=a&id=&n=1&n=2"
            )
        );
    }

    #[test]
    fn without_values_there_is_no_query() {
        let mut query = Query::default();
        query.append("offset", &None::<i64>).unwrap();
        query.append("id", &Vec::<i64>::new()).unwrap();
        assert_eq!(query.finish(), None);
    }

    #[test]
    fn values_in_a_style_are_form_encoded_between_their_separators() {
        let list = Vec::from(["a b", "c,d", "e|f"]);
        let mut query = Query::default();
        query.append_as(Style::Comma, "k[]", &Some(&list)).unwrap();
        query.append_as(Style::Comma, "none", &None::<i64>).unwrap();
        query.append_as(Style::Space, "s", &list).unwrap();
        query.append_as(Style::Pipe, "p", &list).unwrap();
        let object = serde_json::json!({ "x&": "1=2" });
        query.append_as(Style::Deep, "d", &object).unwrap();
        query.append_as(Style::Exploded, "e", &object).unwrap();
        query.append_as(Style::Json, "j", &object).unwrap();
        query.append_as(Style::Json, "l", &[0; 0]).unwrap();
        assert_eq!(
            query.finish().as_deref(),
            Some(
                "k%5B%5D=a+b,c%2Cd,e%7Cf&s=a+b%20c%2Cd%20e%7Cf&p=a+b%7Cc%2Cd%7Ce%7Cf\
                 &d%5Bx%26%5D=1%3D2&x%26=1%3D2&j=%7B%22x%26%22%3A%221%3D2%22%7D&l=%5B%5D"
            )
        );
    }

    #[test]
    fn values_without_a_query_form_are_rejected() {
        let mut query = Query::default();
        query.append("id", &Vec::from([["a"]])).unwrap_err();
        query
            .append("id", &Vec::from([Vec::from(["a"])]))
            .unwrap_err();
        query.append("lat", &f64::NAN).unwrap_err();
        query.append("id", &serde_json::json!({})).unwrap_err();
        assert_eq!(query.finish(), None);
    }
}
