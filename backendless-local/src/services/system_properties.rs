//! The system properties in a body. Their values, except that of `objectId`, are ignored, so that a client may send back a
//! row that it has read, but a value of another type is a mistake of the client.

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

/// Rejects the objectId of an object that is created.
pub(crate) fn reject_object_id(body: &Map<String, Value>) -> Result<(), ServiceError> {
    match body.get(OBJECT_ID) {
        None | Some(Value::Null) => Ok(()),
        Some(_) => Err(ServiceError::new(
            code::OBJECT_ID_GIVEN,
            "The objectId of a new object is set by the server and must not be given",
        )),
    }
}

/// Checks the objectId of an object that is created with it or updated.
pub(crate) fn check_object_id(object_id: &str) -> Result<(), ServiceError> {
    match object_id.is_empty() {
        true => Err(ServiceError::new(
            code::INVALID_VALUE,
            "the objectId is empty",
        )),
        false => Ok(()),
    }
}
