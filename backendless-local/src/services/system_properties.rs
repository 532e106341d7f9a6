//! The types of the system properties in a body. Their values are ignored, so that a client may send
//! back a row that it has read, but a value of another type is a mistake of the client.

use serde_json::{Map, Value};

use crate::service_error::{ServiceError, code};
use crate::store::schema::{CLASS, CREATED, OBJECT_ID, OWNER_ID, UPDATED};

/// Rejects a system property whose value has a type that the property never has.
pub(crate) fn check_types(body: &Map<String, Value>) -> Result<(), ServiceError> {
    let check = |name: &str, expected: &str, is_valid: fn(&Value) -> bool| match body.get(name) {
        Some(value) if !value.is_null() && !is_valid(value) => {
            let why = format!("Invalid value of the property '{name}': it is not {expected}");
            Err(ServiceError::new(code::TYPE_MISMATCH, why))
        }
        _ => Ok(()),
    };
    for name in [OBJECT_ID, OWNER_ID, CLASS] {
        check(name, "a string", Value::is_string)?;
    }
    for name in [CREATED, UPDATED] {
        check(name, "a time in milliseconds", Value::is_i64)?;
    }
    Ok(())
}
