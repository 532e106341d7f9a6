//! Arithmetic with MySQL's rules: integers are exact, a result outside of 64 bits is an error, a
//! division by zero is null in a query and an error in an update.

use rusqlite::types::{Value as Stored, ValueRef};
use serde_json::Number as JsonNumber;

use super::{Arguments, Failure, Function};
use crate::store::value::number_to_stored;

pub(super) const FUNCTIONS: [(&str, Function); 17] = [
    ("local_add", |arguments| {
        calculate(arguments, i128::checked_add, |a, b| a + b)
    }),
    ("local_subtract", |arguments| {
        calculate(arguments, i128::checked_sub, |a, b| a - b)
    }),
    ("local_multiply", |arguments| {
        calculate(arguments, i128::checked_mul, |a, b| a * b)
    }),
    ("local_divide", |arguments| divide(arguments, false)),
    ("local_strict_divide", |arguments| divide(arguments, true)),
    ("local_modulo", |arguments| modulo(arguments, false)),
    ("local_strict_modulo", |arguments| modulo(arguments, true)),
    ("local_negate", |arguments| {
        of_one(arguments, |a| -a, |a| -a)
    }),
    ("local_abs", |arguments| {
        of_one(arguments, i128::abs, f64::abs)
    }),
    ("local_sign", |arguments| {
        of_one(arguments, i128::signum, |a| {
            if a == 0.0 { 0.0 } else { a.signum() }
        })
    }),
    ("local_ceil", |arguments| {
        of_one(arguments, |a| a, f64::ceil)
    }),
    ("local_floor", |arguments| {
        of_one(arguments, |a| a, f64::floor)
    }),
    ("local_round", |arguments| round(arguments, f64::round)),
    ("local_truncate", |arguments| round(arguments, f64::trunc)),
    ("local_power", |arguments| {
        match (number(arguments, 0)?, number(arguments, 1)?) {
            (Some(a), Some(b)) => real(a.to_f64().powf(b.to_f64())),
            _ => Ok(Stored::Null),
        }
    }),
    ("local_sqrt", |arguments| match number(arguments, 0)? {
        Some(Number::Int(a)) if a < 0 => Ok(Stored::Null),
        Some(Number::Real(a)) if a < 0.0 => Ok(Stored::Null),
        Some(a) => real(a.to_f64().sqrt()),
        None => Ok(Stored::Null),
    }),
    ("local_to_int", |arguments| match number(arguments, 0)? {
        Some(Number::Real(a)) => match to_integer(a.round()) {
            Some(a) => int(a),
            None => Err(out_of_range()),
        },
        Some(Number::Int(a)) => int(a),
        None => Ok(Stored::Null),
    }),
];

#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Int(i128),
    Real(f64),
}

impl Number {
    #[allow(clippy::cast_precision_loss, reason = "the nearest float is intended")]
    fn to_f64(self) -> f64 {
        match self {
            Number::Int(a) => a as f64,
            Number::Real(a) => a,
        }
    }
}

/// Returns the number of an argument; `None` for null.
fn number(arguments: &Arguments<'_>, at: usize) -> Result<Option<Number>, Failure> {
    Ok(Some(match arguments.value(at) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(integer) => Number::Int(integer.into()),
        ValueRef::Real(fraction) => Number::Real(fraction),
        ValueRef::Text(_) => {
            let digits = arguments.text(at)?.parse::<u64>();
            Number::Int(
                digits
                    .map_err(|_| Failure::new("a number is expected"))?
                    .into(),
            )
        }
        ValueRef::Blob(_) => return Err(Failure::new("a number is expected")),
    }))
}

fn calculate(
    arguments: &Arguments<'_>,
    of_integers: fn(i128, i128) -> Option<i128>,
    of_reals: fn(f64, f64) -> f64,
) -> Result<Stored, Failure> {
    match (number(arguments, 0)?, number(arguments, 1)?) {
        (Some(Number::Int(a)), Some(Number::Int(b))) => match of_integers(a, b) {
            Some(result) => within(&[a, b], result),
            None => Err(out_of_range()),
        },
        (Some(a), Some(b)) => real(of_reals(a.to_f64(), b.to_f64())),
        _ => Ok(Stored::Null),
    }
}

fn of_one(
    arguments: &Arguments<'_>,
    of_integer: fn(i128) -> i128,
    of_real: fn(f64) -> f64,
) -> Result<Stored, Failure> {
    match number(arguments, 0)? {
        Some(Number::Int(a)) => within(&[a], of_integer(a)),
        Some(Number::Real(a)) => real(of_real(a)),
        None => Ok(Stored::Null),
    }
}

/// Divides. The quotient of two integers has four decimals, as in MySQL.
fn divide(arguments: &Arguments<'_>, strict: bool) -> Result<Stored, Failure> {
    let (Some(a), Some(b)) = (number(arguments, 0)?, number(arguments, 1)?) else {
        return Ok(Stored::Null);
    };
    if b.to_f64() == 0.0 {
        return division_by_zero(strict);
    }
    let (Number::Int(a), Number::Int(b)) = (a, b) else {
        return real(a.to_f64() / b.to_f64());
    };
    // Half of the divisor is added, so that the quotient is rounded.
    let (negative, a, b) = ((a < 0) != (b < 0), a.abs(), b.abs());
    let rounded = (a * 10_000 + b / 2) / b;
    let quotient = Number::Int(if negative { -rounded } else { rounded });
    real(quotient.to_f64() / 10_000.0)
}

fn modulo(arguments: &Arguments<'_>, strict: bool) -> Result<Stored, Failure> {
    match (number(arguments, 0)?, number(arguments, 1)?) {
        (Some(_), Some(b)) if b.to_f64() == 0.0 => division_by_zero(strict),
        (Some(Number::Int(a)), Some(Number::Int(b))) => int(a % b),
        (Some(a), Some(b)) => real(a.to_f64() % b.to_f64()),
        _ => Ok(Stored::Null),
    }
}

fn division_by_zero(strict: bool) -> Result<Stored, Failure> {
    match strict {
        true => Err(Failure::new("division by zero")),
        false => Ok(Stored::Null),
    }
}

/// Rounds to a number of decimals, half away from zero, or cuts them off.
fn round(arguments: &Arguments<'_>, to_integral: fn(f64) -> f64) -> Result<Stored, Failure> {
    let decimals = match arguments.values.len() {
        1 => 0,
        _ if arguments.value(1) == ValueRef::Null => return Ok(Stored::Null),
        _ => arguments.integer(1)?.clamp(-40, 40),
    };
    let decimals = i32::try_from(decimals).unwrap_or(0);
    match number(arguments, 0)? {
        None => Ok(Stored::Null),
        Some(Number::Int(a)) if decimals >= 0 => int(a),
        Some(Number::Int(a)) => {
            let unit = 10_i128.pow(decimals.unsigned_abs().min(30));
            let rest = a % unit;
            let away = to_integral(0.5) > 0.0 && rest.abs() * 2 >= unit;
            int(a - rest + if away { unit * a.signum() } else { 0 })
        }
        Some(Number::Real(a)) => {
            let unit = 10_f64.powi(decimals);
            let scaled = a * unit;
            // A large number has no decimals.
            real(if scaled.is_finite() {
                to_integral(scaled) / unit
            } else {
                a
            })
        }
    }
}

/// Returns an integer that fits. With operands below 2^63 the result is below 2^63, as for signed
/// integers of MySQL.
fn within(operands: &[i128], result: i128) -> Result<Stored, Failure> {
    let signed = operands
        .iter()
        .all(|operand| i64::try_from(*operand).is_ok());
    if signed && i64::try_from(result).is_err() {
        return Err(out_of_range());
    }
    int(result)
}

fn int(value: i128) -> Result<Stored, Failure> {
    if let Ok(value) = i64::try_from(value) {
        return Ok(Stored::Integer(value));
    }
    match u64::try_from(value) {
        Ok(value) => Ok(number_to_stored(&JsonNumber::from(value))),
        Err(_) => Err(out_of_range()),
    }
}

fn real(value: f64) -> Result<Stored, Failure> {
    match value.is_finite() {
        true => Ok(Stored::Real(value)),
        false => Err(out_of_range()),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the range is checked before"
)]
fn to_integer(value: f64) -> Option<i128> {
    (value.abs() < 1e30).then_some(value as i128)
}

fn out_of_range() -> Failure {
    Failure::new("the result of a calculation is outside of the range of numbers")
}

/// The text of a number, as MySQL writes it.
pub(super) fn number_text(arguments: &Arguments<'_>, at: usize) -> Result<String, Failure> {
    Ok(match number(arguments, at)? {
        None => String::new(),
        Some(Number::Int(a)) => a.to_string(),
        Some(Number::Real(a)) if a != 0.0 && !(1e-15..1e15).contains(&a.abs()) => {
            format!("{a:e}")
        }
        Some(Number::Real(a)) => a.to_string(),
    })
}
