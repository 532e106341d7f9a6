//! Conversion of values between JSON and SQLite. It is lossless: a stored value is read as the same
//! JSON.
//!
//! | kind | JSON | in SQLite |
//! | --- | --- | --- |
//! | boolean | `true`, `false` | 1, 0 |
//! | int, double | a number | INTEGER, REAL; an integer above `i64::MAX` as text of 20 digits |
//! | string | a string | TEXT |
//! | json | an object or an array | its JSON as TEXT |
//! | unknown | null: the column has had no other value | NULL |
//!
//! No SQL column has a declared type, so SQLite converts nothing. It compares integers with
//! fractions exactly and sorts text after numbers, so integers above `i64::MAX` sort correctly among
//! integers. Among fractions above 9.2e18 they do not; this is the only known gap.

use rusqlite::types::{Value as Stored, ValueRef};
use serde_json::{Number, Value};

use crate::service_error::ServiceError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A column that has had no value. Its first value decides the kind.
    Unknown,
    Boolean,
    Int,
    Double,
    String,
    Json,
}

impl Kind {
    /// The kind of a value; `None` for null, which fits every column.
    fn of(value: &Value) -> Option<Kind> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Kind::Boolean),
            Value::Number(number) if number.is_f64() => Some(Kind::Double),
            Value::Number(_) => Some(Kind::Int),
            Value::String(_) => Some(Kind::String),
            Value::Array(_) | Value::Object(_) => Some(Kind::Json),
        }
    }

    /// Returns the kind of the column after it stores this value, or `Err` with the value's kind if
    /// the value does not fit. A fraction changes an integer column into a double column, in which
    /// the integers stay exact.
    pub(crate) fn with(self, value: &Value) -> Result<Kind, Kind> {
        match (self, Kind::of(value)) {
            (column, None) => Ok(column),
            (Kind::Unknown, Some(kind)) => Ok(kind),
            (Kind::Int | Kind::Double, Some(Kind::Double)) => Ok(Kind::Double),
            (Kind::Double, Some(Kind::Int)) => Ok(Kind::Double),
            (column, Some(kind)) if column == kind => Ok(column),
            (_, Some(kind)) => Err(kind),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Unknown => "UNKNOWN",
            Kind::Boolean => "BOOLEAN",
            Kind::Int => "INT",
            Kind::Double => "DOUBLE",
            Kind::String => "STRING",
            Kind::Json => "JSON",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Kind> {
        [
            Kind::Unknown,
            Kind::Boolean,
            Kind::Int,
            Kind::Double,
            Kind::String,
            Kind::Json,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

pub(crate) fn to_stored(value: Value) -> Stored {
    match value {
        Value::Null => Stored::Null,
        Value::Bool(flag) => Stored::Integer(flag.into()),
        Value::Number(number) => number_to_stored(&number),
        Value::String(text) => Stored::Text(text),
        nested @ (Value::Array(_) | Value::Object(_)) => Stored::Text(nested.to_string()),
    }
}

pub(crate) fn number_to_stored(number: &Number) -> Stored {
    if let Some(integer) = number.as_i64() {
        Stored::Integer(integer)
    } else if let Some(large) = number.as_u64() {
        Stored::Text(format!("{large:020}"))
    } else {
        // Any other number is a finite f64.
        number.as_f64().map_or(Stored::Null, Stored::Real)
    }
}

/// Returns the JSON of a stored value of a column of this kind.
pub(crate) fn from_stored(kind: Kind, stored: ValueRef<'_>) -> Result<Value, ServiceError> {
    let unreadable =
        || ServiceError::internal(format!("a {} column contains {stored:?}", kind.name()));
    Ok(match (kind, stored) {
        (_, ValueRef::Null) => Value::Null,
        (Kind::Boolean, ValueRef::Integer(flag)) => Value::Bool(flag != 0),
        (Kind::Int | Kind::Double, ValueRef::Integer(integer)) => Value::from(integer),
        (Kind::Int | Kind::Double, ValueRef::Real(fraction)) => {
            // Stored numbers are finite, but a sum may overflow to infinity, which JSON lacks.
            Number::from_f64(fraction).map_or(Value::Null, Value::Number)
        }
        (Kind::Int | Kind::Double, ValueRef::Text(digits)) => {
            let digits = std::str::from_utf8(digits).map_err(|_| unreadable())?;
            Value::from(digits.parse::<u64>().map_err(|_| unreadable())?)
        }
        (Kind::String, ValueRef::Text(text)) => {
            Value::from(std::str::from_utf8(text).map_err(|_| unreadable())?)
        }
        (Kind::Json, ValueRef::Text(text)) => {
            serde_json::from_slice(text).map_err(|_| unreadable())?
        }
        _ => return Err(unreadable()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn round_trip(value: &Value) -> Value {
        let kind = Kind::Unknown.with(value).unwrap();
        from_stored(kind, ValueRef::from(&to_stored(value.clone()))).unwrap()
    }

    #[test]
    fn every_json_value_survives_a_round_trip() {
        for value in [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(-1),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(9_007_199_254_740_993_i64),
            json!(i64::MAX as u64 + 1),
            json!(u64::MAX),
            json!(0.1),
            json!(1.0),
            json!(-0.0),
            json!(f64::MAX),
            json!(f64::MIN_POSITIVE),
            json!(""),
            json!("O'Hara \0 \u{1f600}"),
            json!([]),
            json!({"a": [1, null, {"b": 2.5}]}),
        ] {
            assert_eq!(round_trip(&value).to_string(), value.to_string());
        }
    }

    #[test]
    fn integers_above_i64_max_sort_after_smaller_ones() {
        let stored = |n: u64| number_to_stored(&Number::from(n));
        assert_eq!(stored(i64::MAX as u64), Stored::Integer(i64::MAX));
        let (Stored::Text(first), Stored::Text(last)) = (stored(1 << 63), stored(u64::MAX)) else {
            panic!("not text");
        };
        assert!(first < last);
    }

    #[test]
    fn column_keeps_its_kind_except_integers_that_become_doubles() {
        assert_eq!(Kind::Unknown.with(&json!(null)), Ok(Kind::Unknown));
        assert_eq!(Kind::Unknown.with(&json!("a")), Ok(Kind::String));
        assert_eq!(Kind::Int.with(&json!(1.5)), Ok(Kind::Double));
        assert_eq!(Kind::Double.with(&json!(1)), Ok(Kind::Double));
        assert_eq!(Kind::Int.with(&json!(null)), Ok(Kind::Int));
        assert_eq!(Kind::Int.with(&json!("1")), Err(Kind::String));
        assert_eq!(Kind::Boolean.with(&json!(1)), Err(Kind::Int));
        assert_eq!(Kind::String.with(&json!([])), Err(Kind::Json));
    }
}
