//! Fields of a body, each of one type. A field that is `null` is missing.

use serde_json::{Map, Value};

use crate::service_error::{ServiceError, code};

pub(crate) fn text<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a str>, ServiceError> {
    typed(body, name, "a string", Value::as_str)
}

/// Returns a field that is a string. Fails if it is missing.
pub(crate) fn required_text<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a str, ServiceError> {
    text(body, name)?.ok_or_else(|| missing(name))
}

/// The error of a missing field.
pub(crate) fn missing(name: &str) -> ServiceError {
    let message = format!("the property '{name}' is missing");
    ServiceError::new(code::MISSING_PARAMETER, message)
}

pub(crate) fn object<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, ServiceError> {
    typed(body, name, "an object", Value::as_object)
}

/// Returns a field that is an array of strings.
pub(crate) fn texts<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<Vec<&'a str>>, ServiceError> {
    typed(body, name, "an array of strings", |value| {
        value.as_array()?.iter().map(Value::as_str).collect()
    })
}

/// Returns a field as the type that `read` returns. `expected` is the name of the type.
pub(crate) fn typed<'a, T>(
    body: &'a Map<String, Value>,
    name: &str,
    expected: &str,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Result<Option<T>, ServiceError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value).map(Some).ok_or_else(|| {
            ServiceError::new(code::INVALID_VALUE, format!("'{name}' is not {expected}"))
        }),
    }
}

/// Returns a field that is one of these strings.
pub(crate) fn one_of<'a>(
    body: &'a Map<String, Value>,
    name: &str,
    values: &[&str],
) -> Result<Option<&'a str>, ServiceError> {
    let expected = format!("one of {}", values.join(", "));
    typed(body, name, &expected, |value| {
        value.as_str().filter(|text| values.contains(text))
    })
}
