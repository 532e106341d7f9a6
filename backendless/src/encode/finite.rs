//! Serializer that rejects NaN and the infinities, and passes everything else to another one.

use std::cell::RefCell;
use std::fmt::Display;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Value;

/// Path of the value that is being serialized. `()` tracks none, without cost.
pub(super) trait Path: Copy {
    /// Adds a segment, such as `.price` or `[3]`.
    fn enter(self, segment: impl FnOnce() -> String);

    /// Removes the last segment. After an error the segments stay.
    fn leave(self);
}

impl Path for () {
    #[inline]
    fn enter(self, _: impl FnOnce() -> String) {}

    #[inline]
    fn leave(self) {}
}

impl Path for &RefCell<Vec<String>> {
    fn enter(self, segment: impl FnOnce() -> String) {
        self.borrow_mut().push(segment());
    }

    fn leave(self) {
        self.borrow_mut().pop();
    }
}

/// Value that is serialized with a [`FiniteSerializer`].
pub(super) struct Finite<'a, T: ?Sized, P> {
    pub(super) value: &'a T,
    pub(super) path: P,
}

impl<T: Serialize + ?Sized, P: Path> Serialize for Finite<'_, T, P> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(FiniteSerializer {
            inner: serializer,
            path: self.path,
        })
    }
}

/// Serializer that rejects NaN and the infinities, at any depth.
struct FiniteSerializer<S, P> {
    inner: S,
    path: P,
}

/// Elements of a list, a map or a struct.
struct Elements<C, P> {
    inner: C,
    path: P,
    /// Index of the next element of a list.
    index: usize,
    /// Whether the elements are the data of a variant, whose name is the last segment of the path.
    is_variant: bool,
}

impl<C, P: Path> Elements<C, P> {
    #[inline]
    fn new(inner: C, path: P) -> Self {
        Self {
            inner,
            path,
            index: 0,
            is_variant: false,
        }
    }

    #[inline]
    fn of_variant(inner: C, path: P) -> Self {
        Self {
            is_variant: true,
            ..Self::new(inner, path)
        }
    }

    #[inline]
    fn leave_variant(&self) {
        if self.is_variant {
            self.path.leave();
        }
    }
}

/// Forwards methods with these arguments to the inner serializer.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(#[inline]
        fn $method(self, $($argument: $type),*) -> Result<S::Ok, S::Error> {
            self.inner.$method($($argument),*)
        })*
    };
}

/// Forwards methods that start a list, a map or a struct.
macro_rules! forward_start {
    ($($method:ident($($argument:ident: $type:ty),*) -> $result:ident;)*) => {
        $(#[inline]
        fn $method(self, $($argument: $type),*) -> Result<Elements<S::$result, P>, S::Error> {
            let path = self.path;
            let inner = self.inner.$method($($argument),*)?;
            Ok(Elements::new(inner, path))
        })*
    };
}

impl<S: Serializer, P: Path> Serializer for FiniteSerializer<S, P> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Elements<S::SerializeSeq, P>;
    type SerializeTuple = Elements<S::SerializeTuple, P>;
    type SerializeTupleStruct = Elements<S::SerializeTupleStruct, P>;
    type SerializeTupleVariant = Elements<S::SerializeTupleVariant, P>;
    type SerializeMap = Elements<S::SerializeMap, P>;
    type SerializeStruct = Elements<S::SerializeStruct, P>;
    type SerializeStructVariant = Elements<S::SerializeStructVariant, P>;

    forward! {
        serialize_bool(value: bool);
        serialize_i8(value: i8);
        serialize_i16(value: i16);
        serialize_i32(value: i32);
        serialize_i64(value: i64);
        serialize_i128(value: i128);
        serialize_u8(value: u8);
        serialize_u16(value: u16);
        serialize_u32(value: u32);
        serialize_u64(value: u64);
        serialize_u128(value: u128);
        serialize_char(value: char);
        serialize_str(value: &str);
        serialize_bytes(value: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    forward_start! {
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            self.inner.serialize_f32(value)
        } else {
            Err(not_finite(value.into()))
        }
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            self.inner.serialize_f64(value)
        } else {
            Err(not_finite(value))
        }
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let path = self.path;
        self.inner.serialize_some(&Finite { value, path })
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let path = self.path;
        self.inner
            .serialize_newtype_struct(name, &Finite { value, path })
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let path = self.path;
        path.enter(|| format!(".{variant}"));
        let value = Finite { value, path };
        let result = self
            .inner
            .serialize_newtype_variant(name, index, variant, &value)?;
        path.leave();
        Ok(result)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let path = self.path;
        let inner = self
            .inner
            .serialize_tuple_variant(name, index, variant, length)?;
        path.enter(|| format!(".{variant}"));
        Ok(Elements::of_variant(inner, path))
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let path = self.path;
        let inner = self
            .inner
            .serialize_struct_variant(name, index, variant, length)?;
        path.enter(|| format!(".{variant}"));
        Ok(Elements::of_variant(inner, path))
    }

    #[inline]
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

#[cold]
fn not_finite<E: Error>(value: f64) -> E {
    let name = if value.is_nan() { "NaN" } else { "infinity" };
    E::custom(format_args!("{name} cannot be represented in JSON"))
}

/// Implements a trait for elements without names.
macro_rules! unnamed_elements {
    ($($trait:ident: $method:ident,)*) => {
        $(impl<C: $trait, P: Path> $trait for Elements<C, P> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                let (path, index) = (self.path, self.index);
                path.enter(|| format!("[{index}]"));
                self.inner.$method(&Finite { value, path })?;
                path.leave();
                self.index += 1;
                Ok(())
            }

            #[inline]
            fn end(self) -> Result<C::Ok, C::Error> {
                self.leave_variant();
                self.inner.end()
            }
        })*
    };
}

unnamed_elements! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

/// Implements a trait for the fields of a struct.
macro_rules! fields {
    ($($trait:ident,)*) => {
        $(impl<C: $trait, P: Path> $trait for Elements<C, P> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), C::Error> {
                let path = self.path;
                path.enter(|| format!(".{name}"));
                self.inner.serialize_field(name, &Finite { value, path })?;
                path.leave();
                Ok(())
            }

            #[inline]
            fn skip_field(&mut self, name: &'static str) -> Result<(), C::Error> {
                self.inner.skip_field(name)
            }

            #[inline]
            fn end(self) -> Result<C::Ok, C::Error> {
                self.leave_variant();
                self.inner.end()
            }
        })*
    };
}

fields! { SerializeStruct, SerializeStructVariant, }

impl<C: SerializeMap, P: Path> SerializeMap for Elements<C, P> {
    type Ok = C::Ok;
    type Error = C::Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        let path = self.path;
        self.inner.serialize_key(&Finite { value: key, path })?;
        path.enter(|| segment(key));
        Ok(())
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let path = self.path;
        self.inner.serialize_value(&Finite { value, path })?;
        path.leave();
        Ok(())
    }

    #[inline]
    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

/// The segment of a path for a key of a map.
fn segment<T: Serialize + ?Sized>(key: &T) -> String {
    match serde_json::to_value(key) {
        Ok(Value::String(name)) => format!(".{name}"),
        Ok(key) => format!(".{key}"),
        Err(_) => ".?".to_owned(),
    }
}
