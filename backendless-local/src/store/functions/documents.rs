//! Functions of JSON documents, which are stored as text.

use rusqlite::types::{Value as Stored, ValueRef};
use serde_json::Value;

use super::{Arguments, Failure, Function, MAX_TEXT_BYTES};
use crate::service_error::code;
use crate::store::json::{self, Operation, Path};
use crate::store::value::{Kind, from_stored, number_to_stored};

pub(super) const FUNCTIONS: [(&str, Function); 10] = [
    // The element at a path, as JSON.
    ("local_json_element", |arguments| {
        let element = element(arguments)?;
        Ok(element.map_or(Stored::Null, |value| Stored::Text(value.to_string())))
    }),
    // The element at a path as text, without the quotes of a string.
    ("local_json_text", |arguments| {
        Ok(match element(arguments)? {
            None => Stored::Null,
            Some(Value::String(text)) => Stored::Text(text),
            Some(other) => Stored::Text(other.to_string()),
        })
    }),
    // -1, 0 or 1.
    ("local_json_compare", |arguments| {
        match (document(arguments, 0)?, document(arguments, 1)?) {
            (Some(a), Some(b)) => Ok(Stored::Integer(json::compare(&a, &b) as i64)),
            _ => Ok(Stored::Null),
        }
    }),
    // The number that a document is.
    ("local_json_number", |arguments| {
        match document(arguments, 0)? {
            None | Some(Value::Null) => Ok(Stored::Null),
            Some(Value::Number(number)) => Ok(number_to_stored(&number)),
            Some(_) => Err(Failure::new(
                "an element of a JSON document is not a number",
            )),
        }
    }),
    // Two terms to sort documents by.
    ("local_json_rank", |arguments| {
        match document(arguments, 0)? {
            None => Ok(Stored::Null),
            Some(value) => Ok(Stored::Integer(json::rank(&value))),
        }
    }),
    ("local_json_key", |arguments| {
        Ok(match document(arguments, 0)? {
            None | Some(Value::Null) => Stored::Null,
            Some(Value::Bool(flag)) => Stored::Integer(flag.into()),
            Some(Value::Number(number)) => number_to_stored(&number),
            Some(Value::String(text)) => Stored::Text(text),
            Some(other) => Stored::Text(other.to_string()),
        })
    }),
    ("local_json_of_boolean", |arguments| {
        document_of(arguments, Kind::Boolean)
    }),
    ("local_json_of_number", |arguments| {
        document_of(arguments, Kind::Double)
    }),
    ("local_json_of_text", |arguments| {
        document_of(arguments, Kind::String)
    }),
    ("local_json_update", update),
];

/// Parses an argument; `None` for null.
fn document(arguments: &Arguments<'_>, at: usize) -> Result<Option<Value>, Failure> {
    if arguments.value(at) == ValueRef::Null {
        return Ok(None);
    }
    let value = serde_json::from_str(arguments.text(at)?);
    value
        .map(Some)
        .map_err(|_| Failure::new("a value is not JSON"))
}

/// Converts a value of another kind to a document.
fn document_of(arguments: &Arguments<'_>, kind: Kind) -> Result<Stored, Failure> {
    if arguments.value(0) == ValueRef::Null {
        return Ok(Stored::Null);
    }
    match from_stored(kind, arguments.value(0)) {
        Ok(value) => Ok(Stored::Text(value.to_string())),
        Err(_) => Err(Failure::new("a value has an unexpected type")),
    }
}

fn element(arguments: &Arguments<'_>) -> Result<Option<Value>, Failure> {
    let Some(document) = document(arguments, 0)? else {
        return Ok(None);
    };
    let path = Path::parse(arguments.text(1)?).map_err(Failure::new)?;
    path.extract(&document, &|| arguments.limit.is_exceeded())
        .map_err(|json::Exceeded| Failure::Exceeded)
}

/// `local_json_update(operation, document, arguments)`; the arguments are pairs of a path and a
/// value. A null document stays null.
fn update(arguments: &Arguments<'_>) -> Result<Stored, Failure> {
    let invalid = |message: String| Failure::Invalid {
        code: code::INVALID_VALUE,
        message,
    };
    let Some(mut value) = document(arguments, 1)? else {
        return Ok(Stored::Null);
    };
    let Some(operation) = Operation::named(arguments.text(0)?) else {
        return Err(invalid("unknown JSON operation".to_owned()));
    };
    let pairs: Vec<(String, Value)> = serde_json::from_str(arguments.text(2)?)
        .map_err(|_| invalid("invalid arguments of a JSON operation".to_owned()))?;
    let parse = |(path, value): (String, Value)| Ok((operation.path(&path)?, value));
    let pairs = pairs
        .into_iter()
        .map(parse)
        .collect::<Result<Vec<_>, String>>()
        .map_err(invalid)?;
    let name = operation.name();
    let is_exceeded = || arguments.limit.is_exceeded();
    json::apply(operation, &mut value, pairs, &is_exceeded).map_err(|error| match error {
        json::UpdateError::Exceeded => Failure::Exceeded,
        error @ json::UpdateError::TooDeep => invalid(format!("{name}: {error}")),
    })?;
    let text = value.to_string();
    match text.len() <= MAX_TEXT_BYTES {
        true => Ok(Stored::Text(text)),
        false => Err(invalid(format!(
            "{name}: the result is longer than {MAX_TEXT_BYTES} bytes"
        ))),
    }
}
