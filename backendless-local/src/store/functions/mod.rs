//! The SQL functions with which queries and updates compute values. Only the translator of
//! `query::expression` calls them; a client's text never names them.
//!
//! A function returns null for null, an error that the client caused as [`Failure`], and stops when
//! the [`QueryLimit`] is exceeded.

mod dates;
mod documents;
mod numbers;
mod texts;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{Connection, Error, Result, ffi};

use crate::clock::Clock;
use crate::service_error::{self, code};
use crate::store::like::{self, LIKE, Steps};
use crate::store::query_limit::QueryLimit;

/// Maximum size of a text that a function returns, in bytes.
pub(super) const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

type Function = fn(&Arguments<'_>) -> std::result::Result<Stored, Failure>;

/// An error of a computation that the client caused, or an exceeded limit.
#[derive(Debug)]
pub(super) enum Failure {
    Invalid { code: i64, message: String },
    Exceeded,
}

impl Failure {
    fn new(message: impl Into<String>) -> Failure {
        Failure::Invalid {
            code: code::TYPE_MISMATCH,
            message: message.into(),
        }
    }

    fn too_long() -> Failure {
        Failure::new(format!(
            "a computed text is longer than {MAX_TEXT_BYTES} bytes"
        ))
    }
}

/// The arguments of a call.
pub(super) struct Arguments<'a> {
    values: Vec<ValueRef<'a>>,
    limit: &'a QueryLimit,
}

impl<'a> Arguments<'a> {
    fn value(&self, at: usize) -> ValueRef<'a> {
        self.values.get(at).copied().unwrap_or(ValueRef::Null)
    }

    fn has_null(&self) -> bool {
        self.values.contains(&ValueRef::Null)
    }

    fn text(&self, at: usize) -> std::result::Result<&'a str, Failure> {
        match self.value(at) {
            ValueRef::Text(text) => {
                std::str::from_utf8(text).map_err(|_| Failure::new("a text is not valid UTF-8"))
            }
            _ => Err(Failure::new("a text is expected")),
        }
    }

    fn integer(&self, at: usize) -> std::result::Result<i64, Failure> {
        match self.value(at) {
            ValueRef::Integer(integer) => Ok(integer),
            // Positions and lengths that do not fit are beyond every text.
            ValueRef::Real(fraction) => Ok(saturate(fraction.round())),
            _ => Ok(i64::MAX),
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "saturates, as intended")]
fn saturate(fraction: f64) -> i64 {
    fraction as i64
}

/// Functions that return the same for the same arguments.
const DETERMINISTIC: [&[(&str, Function)]; 4] = [
    &numbers::FUNCTIONS,
    &texts::FUNCTIONS,
    &dates::FUNCTIONS,
    &documents::FUNCTIONS,
];

/// Names of the functions.
#[cfg(feature = "fuzzing")]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let deterministic = DETERMINISTIC.into_iter().flatten();
    deterministic.map(|(name, _)| *name).chain([NOW])
}

/// Name of the function that returns the time.
const NOW: &str = "local_now";

pub(super) fn install(connection: &Connection, limit: &QueryLimit) -> Result<()> {
    for (name, function) in DETERMINISTIC.into_iter().flatten() {
        let (function, limit) = (*function, limit.clone());
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_scalar_function(*name, -1, flags, move |context| {
            let values = (0..context.len()).map(|at| context.get_raw(at)).collect();
            let limit = &limit;
            if limit.is_exceeded() {
                return Err(to_error(Failure::Exceeded));
            }
            function(&Arguments { values, limit }).map_err(to_error)
        })?;
    }
    install_like(connection, limit)?;
    install_now(connection, Clock::default())
}

/// Makes `NOW()` return the time of this clock.
pub(crate) fn install_now(connection: &Connection, clock: Clock) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8;
    connection.create_scalar_function(NOW, 0, flags, move |_| Ok(clock.now()))
}

fn install_like(connection: &Connection, limit: &QueryLimit) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let limit = limit.clone();
    connection.create_scalar_function(LIKE, 2, flags, move |context: &Context<'_>| {
        let (value, pattern) = match (context.get_raw(0), context.get_raw(1)) {
            (ValueRef::Null, _) | (_, ValueRef::Null) => return Ok(None),
            (value, pattern) => (text(value)?, text(pattern)?),
        };
        let is_exceeded = || limit.is_exceeded();
        if is_exceeded() {
            return Err(to_error(Failure::Exceeded));
        }
        let matches = like::matches(value, pattern, &mut Steps::new(&is_exceeded));
        matches.map(Some).map_err(|_| to_error(Failure::Exceeded))
    })
}

fn text(value: ValueRef<'_>) -> Result<&str> {
    value
        .as_str()
        .map_err(|error| Error::UserFunctionError(error.into()))
}

fn to_error(failure: Failure) -> Error {
    match failure {
        Failure::Exceeded => Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_INTERRUPT), None),
        Failure::Invalid { code, message } => {
            // SQLite's messages end at a NUL.
            let message = message.replace('\0', "\u{fffd}");
            Error::UserFunctionError(service_error::of_function(code, &message).into())
        }
    }
}
