//! Serialization of values to JSON, without a silent loss: serde_json writes NaN and the infinities
//! as `null`, and this module rejects them.
//!
//! The first pass only checks each floating-point number. A value that cannot be serialized is
//! serialized a second time, by a serializer that tracks the path.

mod finite;

use std::cell::RefCell;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::secret::to_json;
use finite::Finite;

/// Maximum length in characters of a path in an error: a path contains keys of maps, of any length.
const MAX_PATH_LENGTH: usize = 200;

/// Serializes `value` as the text of a body, which may contain a password. The error is a description in one line, with the path
/// of the value that cannot be serialized: `at rows[3].price: NaN cannot be represented in JSON`.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Zeroizing<Vec<u8>>, String> {
    to_json(&plain(value)).map_err(|error| describe(value, &error))
}

/// Serializes `value` as JSON that becomes part of a body; the error is as that of [`to_vec`].
pub(crate) fn to_raw_value<T: Serialize + ?Sized>(value: &T) -> Result<Box<RawValue>, String> {
    serde_json::value::to_raw_value(&plain(value)).map_err(|error| describe(value, &error))
}

/// Converts `value` to a [`Value`]; the error is as that of [`to_vec`].
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, String> {
    serde_json::to_value(plain(value)).map_err(|error| describe(value, &error))
}

fn plain<T: ?Sized>(value: &T) -> Finite<'_, T, ()> {
    Finite { value, path: () }
}

/// Describes why `value` could not be serialized, and where.
#[cold]
fn describe<T: Serialize + ?Sized>(value: &T, error: &serde_json::Error) -> String {
    let path = RefCell::new(Vec::new());
    let tracked = Finite { value, path: &path };
    match serde_json::to_writer(std::io::sink(), &tracked) {
        Err(error) => match shortened(&path.into_inner().concat()) {
            path if path.is_empty() => error.to_string(),
            path => format!("at {path}: {error}"),
        },
        // Some values can be written as text, but not be converted to a `Value`.
        Ok(()) => error.to_string(),
    }
}

/// Returns the path without the `.` before its first name, cut to its maximum length.
fn shortened(path: &str) -> String {
    let path = path.strip_prefix('.').unwrap_or(path);
    match path.char_indices().nth(MAX_PATH_LENGTH) {
        Some((end, _)) => format!("{}...", &path[..end]),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
