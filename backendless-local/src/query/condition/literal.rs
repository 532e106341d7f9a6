//! Constants of a clause. A constant that is compared with a column is converted to the column's
//! type: `'18'` becomes 18 for a number column, 18 becomes `'18'` for a text column. A constant that
//! cannot be converted is rejected; it is not treated as unequal.

use rusqlite::types::Value as Stored;
use serde_json::Number;
use sqlparser::ast::{Expr, UnaryOperator, Value, ValueWithSpan};

use crate::query::condition::clause::Term;
use crate::store::value::{Kind, number_to_stored};
use crate::text::shorten;

#[derive(Clone, Debug)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    /// As written, with its sign.
    Number(String),
    Text(String),
}

impl Literal {
    /// Returns the constant if the expression is one.
    pub(super) fn of(expression: &Expr) -> Option<Literal> {
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

    /// Converts the constant to the type of the column or aggregate that it is compared with.
    /// Returns the reason if it cannot be converted.
    pub(super) fn bind_for(&self, term: &Term) -> Result<Stored, String> {
        let mismatch = || {
            let (name, kind) = (&term.name, term.kind.name());
            format!(
                "{self} does not fit '{}', which has the type {kind}",
                shorten(name)
            )
        };
        match (term.kind, self) {
            (_, Literal::Null) => Ok(Stored::Null),
            (Kind::Json, _) => Err(format!(
                "'{}' has the type JSON: it can be compared with NULL only",
                shorten(&term.name)
            )),
            (Kind::Unknown, _) => self.bind(),
            (Kind::Boolean, Literal::Boolean(flag)) => Ok(Stored::Integer((*flag).into())),
            (Kind::Boolean, Literal::Number(text) | Literal::Text(text)) => match text.as_str() {
                "1" | "true" => Ok(Stored::Integer(1)),
                "0" | "false" => Ok(Stored::Integer(0)),
                _ => Err(mismatch()),
            },
            (Kind::Int | Kind::Double, Literal::Number(text) | Literal::Text(text)) => {
                number(text).ok_or_else(mismatch)
            }
            (Kind::String, Literal::Number(text) | Literal::Text(text)) => {
                Ok(Stored::Text(text.clone()))
            }
            (Kind::Int | Kind::Double | Kind::String, Literal::Boolean(_)) => Err(mismatch()),
        }
    }

    /// Converts a constant that is not compared with a column.
    pub(super) fn bind(&self) -> Result<Stored, String> {
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
