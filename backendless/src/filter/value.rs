//! Values in conditions, and their literals.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use crate::Timestamp;

/// A value in a condition: a string, a number, a boolean, a time, or null.
///
/// It is converted by `From`, so that `field("age").ge(18)` takes the number itself, and a reference to any such value as
/// well. A time is sent as the number of milliseconds since 1970, as by the official SDKs; with the cargo features
/// `chrono` and `time`, the dates of these crates are times as well. A `serde_json::Value` is the scalar that it contains.
///
/// A value that the grammar cannot express is rejected with
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the filter is sent: NaN and the infinities, a
/// string with the character NUL, and a `serde_json::Value` that is an array or an object.
///
/// ```
/// use backendless::{Timestamp, filter::field};
///
/// let filter = field("created").lt(Timestamp::from_millis(1_700_000_000_000));
/// assert_eq!(filter.to_clause()?, "created < 1700000000000");
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Value(pub(super) Literal);

#[derive(Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    /// A value that has no literal, with a description of the problem.
    Invalid(&'static str),
}

impl Literal {
    /// Returns the text of the literal. Null is rejected: `age < NULL` is true for no row.
    pub(super) fn non_null(&self) -> std::result::Result<String, String> {
        match self {
            Self::Null => Err("only eq and ne accept a null value".to_owned()),
            Self::Boolean(value) => Ok(value.to_string()),
            Self::Integer(value) => Ok(value.to_string()),
            // All digits of an integer: `Display` writes the shortest digits that identify the float,
            // filled up with zeros, which is a different integer.
            Self::Float(value) if value.is_finite() && value.fract() == 0.0 => {
                Ok(format!("{value:.0}"))
            }
            Self::Float(value) if value.is_finite() => Ok(value.to_string()),
            Self::Float(_) => Err("a value is not a finite number".to_owned()),
            Self::Text(text) if text.contains('\0') => {
                Err("a string contains the NUL character".to_owned())
            }
            Self::Invalid(problem) => Err((*problem).to_owned()),
            Self::Text(text) => Ok(format!("'{}'", text.replace('\'', "''"))),
        }
    }
}

/// Omits the value: it is data of a row.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").finish_non_exhaustive()
    }
}

macro_rules! value_from {
    ($($type:ty => |$value:ident| $literal:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self($literal)
            }
        })*
    };
}

value_from! {
    bool => |value| Literal::Boolean(value);
    i8 => |value| Literal::Integer(value.into());
    i16 => |value| Literal::Integer(value.into());
    i32 => |value| Literal::Integer(value.into());
    i64 => |value| Literal::Integer(value.into());
    i128 => |value| Literal::Integer(value);
    u8 => |value| Literal::Integer(value.into());
    u16 => |value| Literal::Integer(value.into());
    u32 => |value| Literal::Integer(value.into());
    u64 => |value| Literal::Integer(value.into());
    u128 => |value| match i128::try_from(value) {
        Ok(value) => Literal::Integer(value),
        Err(_) => Literal::Invalid("an integer exceeds the range of i128"),
    };
    // Neither type has more than 64 bits.
    isize => |value| Literal::Integer(value as i128);
    usize => |value| Literal::Integer(value as i128);
    f32 => |value| Literal::Float(widened(value));
    f64 => |value| Literal::Float(value);
    char => |value| Literal::Text(value.into());
    &str => |value| Literal::Text(value.to_owned());
    String => |value| Literal::Text(value);
    Cow<'_, str> => |value| Literal::Text(value.into_owned());
    Box<str> => |value| Literal::Text(value.into());
    Rc<str> => |value| Literal::Text((*value).to_owned());
    Arc<str> => |value| Literal::Text((*value).to_owned());
    Timestamp => |value| Literal::Integer(value.as_millis().into());
    SystemTime => |value| Literal::Integer(Timestamp::from(value).as_millis().into());
}

/// Converts to the `f64` with the same shortest digits: a row is written with these, so that `0.1_f32` finds the row
/// that was written with `0.1_f32`.
fn widened(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| value.into())
}

impl<V: Clone + Into<Self>> From<&V> for Value {
    fn from(value: &V) -> Self {
        value.clone().into()
    }
}

/// `None` is null: `field("city").eq(None::<&str>)` matches rows without a city.
impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self(Literal::Null), Into::into)
    }
}

/// The scalar in the value. An array or an object is rejected when the filter is sent.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        Self(match value {
            serde_json::Value::Null => Literal::Null,
            serde_json::Value::Bool(value) => Literal::Boolean(value),
            serde_json::Value::Number(number) => literal_of(&number),
            serde_json::Value::String(text) => Literal::Text(text),
            serde_json::Value::Array(_) => Literal::Invalid("a JSON array is not a single value"),
            serde_json::Value::Object(_) => Literal::Invalid("a JSON object is not a single value"),
        })
    }
}

fn literal_of(number: &serde_json::Number) -> Literal {
    match (number.as_i128(), number.as_f64()) {
        (Some(value), _) => Literal::Integer(value),
        (None, Some(value)) => Literal::Float(value),
        (None, None) => Literal::Invalid("a number is out of range"),
    }
}

#[cfg(feature = "chrono")]
impl<Tz: chrono::TimeZone> From<chrono::DateTime<Tz>> for Value {
    fn from(time: chrono::DateTime<Tz>) -> Self {
        Timestamp::from(time).into()
    }
}

#[cfg(feature = "time")]
impl From<time::OffsetDateTime> for Value {
    fn from(time: time::OffsetDateTime) -> Self {
        Timestamp::from(time).into()
    }
}
