//! Constants of a clause. A constant that is compared with a column is converted to the column's
//! type: `'18'` becomes 18 for a number column, 18 becomes `'18'` for a text column. A constant that
//! cannot be converted is rejected; it is not treated as unequal.

use rusqlite::types::Value as Stored;
use serde_json::Number;
use sqlparser::ast::{Expr, UnaryOperator, Value, ValueWithSpan};

use crate::query::expression::scalar::{Scalar, Type};
use crate::store::date;
use crate::store::value::number_to_stored;
use crate::text::shorten;

#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Null,
    Boolean(bool),
    /// As written, with its sign.
    Number(String),
    Text(String),
}

impl Literal {
    /// Returns the constant if the expression is one.
    pub(crate) fn of(expression: &Expr) -> Option<Literal> {
        match expression {
            Expr::Value(value) => Literal::of_value(value),
            Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr,
            } => match Literal::of(expr)? {
                Literal::Number(digits) if !digits.starts_with('-') => {
                    Some(Literal::Number(format!("-{digits}")))
                }
                _ => None,
            },
            Expr::UnaryOp {
                op: UnaryOperator::Plus,
                expr,
            } => match Literal::of(expr)? {
                number @ Literal::Number(_) => Some(number),
                _ => None,
            },
            _ => None,
        }
    }

    fn of_value(value: &ValueWithSpan) -> Option<Literal> {
        Some(match &value.value {
            Value::Null => Literal::Null,
            Value::Boolean(flag) => Literal::Boolean(*flag),
            Value::Number(digits, false) => Literal::Number(digits.clone()),
            Value::SingleQuotedString(text) => Literal::Text(text.clone()),
            _ => return None,
        })
    }

    /// Converts the constant to the type of the expression that it is compared with. Returns the
    /// reason if it cannot be converted.
    pub(crate) fn bind_for(&self, scalar: &Scalar) -> Result<Stored, String> {
        let name = shorten(&scalar.name);
        if scalar.is_raw_json() && !matches!(self, Literal::Null) {
            return Err(format!(
                "'{name}' has the type JSON: it can be compared with NULL only; compare an element: \
                 {name}->'$.path'"
            ));
        }
        self.bind_as(scalar.ty).ok_or_else(|| {
            let ty = scalar.ty.name();
            format!("{self} does not fit '{name}', which has the type {ty}")
        })?
    }

    /// Converts the constant to a type; `None` if it cannot be converted.
    pub(crate) fn bind_as(&self, ty: Type) -> Option<Result<Stored, String>> {
        Some(Ok(match (ty, self) {
            (_, Literal::Null) => Stored::Null,
            (Type::Unknown | Type::Json, _) => return Some(self.bind()),
            (Type::Boolean, Literal::Boolean(flag)) => Stored::Integer((*flag).into()),
            (Type::Boolean, Literal::Number(text) | Literal::Text(text)) => match text.as_str() {
                "1" | "true" => Stored::Integer(1),
                "0" | "false" => Stored::Integer(0),
                _ => return None,
            },
            (Type::Int | Type::Double | Type::DateTime | Type::Date, Literal::Number(text)) => {
                number(text)?
            }
            // No column has a type for dates, so text that is no number can be a date.
            (Type::Int | Type::Double | Type::DateTime, Literal::Text(text)) => {
                number(text).or_else(|| date::parse(text).map(Stored::Integer))?
            }
            (Type::Date, Literal::Text(text)) => Stored::Integer(date::parse(text)?),
            (Type::Time, Literal::Text(text)) => Stored::Text(time(text)?),
            (Type::String, Literal::Number(text) | Literal::Text(text)) => {
                Stored::Text(text.clone())
            }
            (Type::Time, Literal::Number(_)) | (_, Literal::Boolean(_)) => return None,
        }))
    }

    /// The type of the constant by itself.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Literal::Null => Type::Unknown,
            Literal::Boolean(_) => Type::Boolean,
            Literal::Text(_) => Type::String,
            Literal::Number(text) => match number(text) {
                Some(Stored::Real(_)) => Type::Double,
                _ => Type::Int,
            },
        }
    }

    /// Returns the number, if the constant is one or can be converted to one.
    pub(crate) fn number(&self) -> Option<Stored> {
        match self {
            Literal::Number(text) | Literal::Text(text) => number(text),
            Literal::Null | Literal::Boolean(_) => None,
        }
    }

    /// Converts a constant that is not compared with a column.
    pub(crate) fn bind(&self) -> Result<Stored, String> {
        match self {
            Literal::Null => Ok(Stored::Null),
            Literal::Boolean(flag) => Ok(Stored::Integer((*flag).into())),
            Literal::Number(digits) => {
                number(digits).ok_or_else(|| format!("{self} is not a number that can be stored"))
            }
            Literal::Text(text) => Ok(Stored::Text(text.clone())),
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Literal::Null => f.write_str("NULL"),
            Literal::Boolean(flag) => write!(f, "{flag}"),
            Literal::Number(digits) => f.write_str(&shorten(digits)),
            Literal::Text(text) => write!(f, "'{}'", shorten(text)),
        }
    }
}

/// Parses a number. 64-bit integers, signed and unsigned, are exact.
fn number(text: &str) -> Option<Stored> {
    let text = text.trim();
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        // Rust parses "inf" and "nan" as numbers.
        return None;
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Some(Stored::Integer(integer));
    }
    if let Ok(large) = text.parse::<u64>() {
        return Some(number_to_stored(&Number::from(large)));
    }
    let fraction = text
        .parse::<f64>()
        .ok()
        .filter(|fraction| fraction.is_finite())?;
    Some(Stored::Real(fraction))
}

/// Parses a time of the day and writes it as `TIME()` does.
fn time(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, "0"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let part = |text: &str, limit: u32| {
        let is_number = text.len() <= 2 && text.chars().all(|c| c.is_ascii_digit());
        text.parse::<u32>().ok().filter(|n| is_number && *n < limit)
    };
    let (hour, minute, second) = (part(hour, 24)?, part(minute, 60)?, part(second, 60)?);
    Some(format!("{hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact_and_other_numbers_are_floats() {
        assert_eq!(
            number("9007199254740993"),
            Some(Stored::Integer(9_007_199_254_740_993))
        );
        assert_eq!(
            number("-9223372036854775808"),
            Some(Stored::Integer(i64::MIN))
        );
        assert_eq!(
            number("18446744073709551615"),
            Some(Stored::Text(u64::MAX.to_string()))
        );
        assert_eq!(number(".5"), Some(Stored::Real(0.5)));
        assert_eq!(number("1e3"), Some(Stored::Real(1000.0)));
    }

    #[test]
    fn text_that_is_not_a_finite_number_is_rejected() {
        for text in ["", "a", "inf", "-inf", "nan", "1e999", "1 2", "0x10", "--1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
