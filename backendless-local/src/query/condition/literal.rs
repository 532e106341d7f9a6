//! Constants of a clause. One that meets a column takes the column's type: `'18'` is 18 beside a
//! number, 18 is `'18'` beside text. One that cannot is refused rather than never equal.

use rusqlite::types::Value as Stored;
use serde_json::Number;
use sqlparser::ast::{Expr, UnaryOperator, Value, ValueWithSpan};

use super::Term;
use crate::http::reply::shorten;
use crate::store::value::{Kind, number_to_stored};

#[derive(Clone, Debug)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    /// As it was written, with its sign.
    Number(String),
    Text(String),
}

impl Literal {
    /// The constant that the expression is, if it is one.
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

    /// The value to bind where the constant meets a column (or an aggregate); the reason where it
    /// cannot meet it.
    pub(super) fn beside(&self, term: &Term) -> Result<Stored, String> {
        let misfit = || {
            let (name, kind) = (&term.name, term.kind.name());
            format!(
                "{self} does not fit '{}', which holds {kind} values",
                shorten(name)
            )
        };
        match (term.kind, self) {
            (_, Literal::Null) => Ok(Stored::Null),
            (Kind::Json, _) => Err(format!(
                "'{}' holds JSON: it can be compared with NULL only",
                shorten(&term.name)
            )),
            (Kind::Unknown, _) => self.alone(),
            (Kind::Boolean, Literal::Boolean(flag)) => Ok(Stored::Integer((*flag).into())),
            (Kind::Boolean, Literal::Number(text) | Literal::Text(text)) => match text.as_str() {
                "1" | "true" => Ok(Stored::Integer(1)),
                "0" | "false" => Ok(Stored::Integer(0)),
                _ => Err(misfit()),
            },
            (Kind::Int | Kind::Double, Literal::Number(text) | Literal::Text(text)) => {
                number(text).ok_or_else(misfit)
            }
            (Kind::String, Literal::Number(text) | Literal::Text(text)) => {
                Ok(Stored::Text(text.clone()))
            }
            (Kind::Int | Kind::Double | Kind::String, Literal::Boolean(_)) => Err(misfit()),
        }
    }

    /// The value to bind where the constant meets no column.
    pub(super) fn alone(&self) -> Result<Stored, String> {
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

/// A number, exactly if it is an integer of 64 bits.
fn number(text: &str) -> Option<Stored> {
    let text = text.trim();
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        // "inf" and "nan" are numbers for Rust only.
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
    fn integers_are_exact_and_other_numbers_are_fractions() {
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
    fn what_is_no_finite_number_is_none() {
        for text in ["", "a", "inf", "-inf", "nan", "1e999", "1 2", "0x10", "--1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
