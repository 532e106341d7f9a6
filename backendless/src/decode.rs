//! Descriptions of JSON that does not match the caller's type: the path, the expected type and what
//! was found. A string, an object or an array is described by its kind only: it is data of a user. A
//! number is written if its kind would not explain the mismatch.
//!
//! serde's own messages quote the value. So JSON that failed is decoded a second time, by a
//! deserializer that tracks the path and whose errors quote no string.

mod value;

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeOwned, Unexpected};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

pub(crate) use value::{RAW_VALUE, ValueDeserializer, number_text};

/// Maximum length in bytes of JSON that is decoded a second time: a `Value` uses a multiple of that memory.
const MAX_BYTES: usize = 1024 * 1024;
/// Maximum length in characters of the id of a row in a description.
const MAX_ID_LENGTH: usize = 64;

/// Describes in one line why `json`, the body of a response, could not be decoded as a `T`.
///
/// For example `the response does not match Vec<Person>: at [1].age: expected u8, found string`.
pub(crate) fn describe<T: DeserializeOwned>(json: &[u8], error: &serde_json::Error) -> String {
    if !error.is_data() {
        // These messages name the violated rule of the grammar and the position; they quote nothing.
        return format!("the response is not valid JSON: {error}");
    }
    let mismatch = Some(json)
        .filter(|json| json.len() <= MAX_BYTES)
        .and_then(|json| serde_json::from_slice::<Value>(json).ok())
        .and_then(mismatch::<T>)
        .unwrap_or_else(|| format!("at line {}, column {}", error.line(), error.column()));
    format!(
        "the response does not match {}: {mismatch}",
        display_name::<T>()
    )
}

/// Describes where `json` does not match `T`, without anything of its content.
pub(crate) fn describe_position<T>(error: &serde_json::Error) -> String {
    format!(
        "the response does not match {}: at line {}, column {}",
        display_name::<T>(),
        error.line(),
        error.column()
    )
}

/// Decodes `value` as a `T`. The error is a description in one line: `does not match Vec<u8>: at [1]:
/// expected u8, found string`.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|_| {
        let name = display_name::<T>();
        match mismatch::<T>(value.clone()) {
            Some(mismatch) => format!("does not match {name}: {mismatch}"),
            None => format!("does not match {name}"),
        }
    })
}

/// Returns whether a description of [`describe`] contains a value of the response, an id or a number, which may be the
/// password of the request. A type of the caller may add others.
pub(crate) fn has_value(description: &str) -> bool {
    let before_values = ["(objectId ", "the number ", "the floating-point number "];
    before_values.iter().any(|text| description.contains(text))
}

/// Where `value` does not match `T`, and why; `None` if it does match.
fn mismatch<T: DeserializeOwned>(value: Value) -> Option<String> {
    // The deserializer consumes the value, so the ids are copied before.
    let ids: Vec<Option<String>> = match &value {
        Value::Array(rows) => rows.iter().map(object_id).collect(),
        row => Vec::from([object_id(row)]),
    };
    let id_of = |index: Option<usize>| ids.get(index.unwrap_or_default()).cloned().flatten();
    let value = ValueDeserializer::<Mismatch>::new(value);
    let error = serde_path_to_error::deserialize::<_, T>(value).err()?;
    let problem = error.inner().to_string();
    let problem = limited(&problem, MAX_PROBLEM);
    Some(match error.path().iter().next() {
        Some(first) => {
            let path = shortened(error.path());
            format!("at {path}{}: {problem}", row_id(first, id_of))
        }
        None => problem.into_owned(),
    })
}

/// Returns the id of the row that contains a mismatch, for a response that is a row or a list of rows.
fn row_id(first: &Segment, id_of: impl Fn(Option<usize>) -> Option<String>) -> String {
    let id = match first {
        Segment::Seq { index } => id_of(Some(*index)),
        _ => id_of(None),
    };
    id.map_or_else(String::new, |id| format!(" (objectId {id})"))
}

/// Returns the `objectId` of `row`, if it is an id and not a longer text.
fn object_id(row: &Value) -> Option<String> {
    let id = row.get("objectId")?.as_str()?;
    let is_id_character =
        |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    let is_id = (1..=MAX_ID_LENGTH).contains(&id.len()) && id.chars().all(is_id_character);
    is_id.then(|| id.to_owned())
}

/// Maximum length in characters of a key in a path.
const MAX_KEY: usize = 64;
/// Maximum length in characters of the problem, which an error of the caller's types may describe.
const MAX_PROBLEM: usize = 300;
/// Maximum number of segments of a path.
const MAX_SEGMENTS: usize = 16;

/// Writes a path as `[1].pets[0].age`. Long keys and the end of a long path are replaced by `...`: the keys are those of
/// the response, and may have any length.
fn shortened(path: &Path) -> String {
    let mut text = String::new();
    for segment in path.iter().take(MAX_SEGMENTS) {
        let key = match segment {
            Segment::Seq { index } => {
                text.push_str(&format!("[{index}]"));
                continue;
            }
            Segment::Map { key } => key,
            Segment::Enum { variant } => variant,
            Segment::Unknown => "?",
        };
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&limited(key, MAX_KEY));
    }
    if path.iter().len() > MAX_SEGMENTS {
        text.push_str("...");
    }
    text
}

fn limited(text: &str, max_characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_characters) {
        Some((end, _)) => format!("{}...", &text[..end]).into(),
        None => text.into(),
    }
}

/// The name of `T` without paths, as a caller would write it.
fn display_name<T>() -> String {
    let full = type_name::<T>();
    // A page of rows is a list for the caller.
    if let Some(row) = full.strip_prefix("backendless::data::found_rows::FoundRows<") {
        return short_name(&format!("Vec<{row}"));
    }
    let name = short_name(full);
    // An option around a list accepts null as an empty list; it is not part of the caller's type.
    match name.strip_prefix("Option<") {
        Some(inner) if inner.starts_with("Vec<") => {
            inner.strip_suffix('>').unwrap_or(inner).to_owned()
        }
        _ => name,
    }
}

/// `Vec<Object<Person>>` of `alloc::vec::Vec<backendless::data::object::Object<shop::Person>>`.
fn short_name(full: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for character in full.chars() {
        match character {
            ':' => word.clear(),
            _ if character.is_alphanumeric() || character == '_' => word.push(character),
            _ => {
                short.push_str(&word);
                word.clear();
                short.push(character);
            }
        }
    }
    short + &word
}

/// An error that quotes no string of the response.
///
/// Messages of `custom` come from the caller's own types and are kept, unless they are serde's and quote the value.
#[derive(Debug)]
struct Mismatch(String);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        let message = without_quoted_value(&message).unwrap_or(message);
        Self(limited(&message, MAX_PROBLEM).into_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            // "expected u8, found number" would seem to contradict itself.
            Unexpected::Float(number) => format!("the floating-point number {number}"),
            Unexpected::Signed(number) => format!("the number {number}"),
            Unexpected::Bool(value) => format!("boolean {value}"),
            other => kind(other).to_owned(),
        };
        Self(format!("expected {expected}, found {found}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            Unexpected::Unsigned(number) => format!("the number {number}"),
            Unexpected::Signed(number) => format!("the number {number}"),
            Unexpected::Float(number) => format!("the number {number}"),
            Unexpected::Bool(value) => format!("boolean {value}"),
            other => format!("a different {}", kind(other)),
        };
        Self(format!("expected {expected}, found {found}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(format!(
            "expected one of {expected:?}, found a different string"
        ))
    }
}

/// Rewrites a message of serde that quotes a value, such as `invalid type: string "x", expected u8`; `None` for another
/// message.
///
/// The caller's type gets such a message if it reads a part of its value with another deserializer.
fn without_quoted_value(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let (_, expected) = rest
            .rsplit_once("`, expected ")
            .unwrap_or((rest, "another"));
        let expected = expected.split(" at line ").next().unwrap_or_default();
        return Some(format!("expected {expected}, found a different string"));
    }
    let found = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))?;
    let kinds = [
        ("string", "string"),
        ("character", "string"),
        ("byte array", "bytes"),
        ("enum", "string"),
    ];
    let (_, kind) = kinds.iter().find(|(name, _)| found.starts_with(name))?;
    let (_, expected) = found.rsplit_once(", expected ")?;
    let expected = expected.split(" at line ").next().unwrap_or_default();
    Some(format!("expected {expected}, found {kind}"))
}

/// The JSON term for a value.
fn kind(value: Unexpected<'_>) -> &'static str {
    match value {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "number",
        Unexpected::Float(_) => "floating-point number",
        Unexpected::Char(_) | Unexpected::Str(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        _ => "value",
    }
}

#[cfg(test)]
mod tests;
