//! Serialization of values to JSON, without a silent loss: serde_json writes NaN and the infinities
//! as `null`, and this module rejects them.
//!
//! The first pass only checks each floating-point number. A value that cannot be serialized is
//! serialized a second time, by a serializer that tracks the path.

mod finite;

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use finite::{Finite, FiniteSerializer};

/// Maximum length in characters of a path in an error: a path contains keys of maps, of any length.
const MAX_PATH_LENGTH: usize = 200;

/// Serializes `value` as the text of a body. The error is a description in one line, with the path
/// of the value that cannot be serialized: `at rows[3].price: NaN cannot be represented in JSON`.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&Finite(value)).map_err(|error| describe(value, &error))
}

/// Serializes `value` as JSON that becomes part of a body; the error is as that of [`to_vec`].
pub(crate) fn to_raw_value<T: Serialize + ?Sized>(value: &T) -> Result<Box<RawValue>, String> {
    serde_json::value::to_raw_value(&Finite(value)).map_err(|error| describe(value, &error))
}

/// Converts `value` to a [`Value`]; the error is as that of [`to_vec`].
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, String> {
    serde_json::to_value(Finite(value)).map_err(|error| describe(value, &error))
}

/// Describes why `value` could not be serialized, and where.
#[cold]
fn describe<T: Serialize + ?Sized>(value: &T, error: &serde_json::Error) -> String {
    let mut json = serde_json::Serializer::new(std::io::sink());
    let tracked = serde_path_to_error::serialize(value, FiniteSerializer(&mut json));
    let Err(tracked) = tracked else {
        // Some values can be written as text, but not be converted to a `Value`.
        return error.to_string();
    };
    let mut text = String::new();
    if tracked.path().iter().next().is_some() {
        let path = tracked.path().to_string();
        text.push_str("at ");
        text.extend(path.chars().take(MAX_PATH_LENGTH));
        if path.chars().nth(MAX_PATH_LENGTH).is_some() {
            text.push_str("...");
        }
        text.push_str(": ");
    }
    // Writing to a `String` does not fail.
    let _ = write!(text, "{}", tracked.inner());
    text
}

#[cfg(test)]
mod tests;
