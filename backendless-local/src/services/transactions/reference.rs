//! References to the results of earlier operations, whose size and depth are limited:
//! `{"___ref": true, "opResultId": "createPerson1", "resultIndex": 0, "propName": "objectId"}`.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::operation::Operation;
use crate::query::result_size::ResultSize;
use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::text::shorten;

const REFERENCE: &str = "___ref";

/// Maximum length of all values that references refer to, as JSON in bytes. Values could double with each operation.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Maximum depth of a payload with the values that its references refer to. A JSON text of this depth can be parsed.
const MAX_DEPTH: usize = 100;

/// The results of the operations that were executed.
#[derive(Default)]
pub(super) struct Outcomes {
    results: Map<String, Value>,
    size: ResultSize,
    referenced_bytes: Cell<usize>,
}

impl Outcomes {
    /// Adds the result of an operation. Fails if the results are too large.
    pub(super) fn add(&mut self, operation: &Operation, result: Value) -> Result<(), ServiceError> {
        if let Some(id) = &operation.id {
            self.size.add(&result)?;
            let outcome = json!({"operationType": operation.ty.name(), "result": result});
            self.results.insert(id.clone(), outcome);
        }
        Ok(())
    }

    pub(super) fn into_results(self) -> Map<String, Value> {
        self.results
    }

    /// Replaces each reference in a payload by the value that it refers to.
    pub(super) fn resolve(&self, payload: &Value) -> Result<Value, ServiceError> {
        self.resolve_at(payload, 0)
    }

    /// Replaces each reference in a part of a payload, which has this depth.
    fn resolve_at(&self, part: &Value, depth: usize) -> Result<Value, ServiceError> {
        match part {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.resolve_at(item, depth + 1));
                items.collect()
            }
            Value::Object(reference) if reference.get(REFERENCE) == Some(&Value::Bool(true)) => {
                let value = self.value_of(reference)?;
                match depth + depth_of(&value) > MAX_DEPTH {
                    true => Err(invalid(&format!(
                        "the payload with its value is nested more than {MAX_DEPTH} deep"
                    ))),
                    false => Ok(value),
                }
            }
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.resolve_at(value, depth + 1)?)));
                fields.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            _ => Ok(part.clone()),
        }
    }

    fn value_of(&self, reference: &Map<String, Value>) -> Result<Value, ServiceError> {
        let id = fields::text(reference, "opResultId")?;
        let id = id.ok_or_else(|| invalid("it has no opResultId"))?;
        let result = self
            .results
            .get(id)
            .and_then(|outcome| outcome.get("result"));
        let mut value = result.ok_or_else(|| {
            let id = shorten(id);
            invalid(&format!("no earlier operation has the opResultId '{id}'"))
        })?;
        let index = fields::typed(reference, "resultIndex", "an index", Value::as_u64)?;
        if let Some(index) = index {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            value = value.get(index).ok_or_else(|| {
                invalid(&format!(
                    "the result of '{}' has no element {index}",
                    shorten(id)
                ))
            })?;
        }
        if let Some(name) = fields::text(reference, "propName")? {
            value = value.get(name).ok_or_else(|| {
                invalid(&format!(
                    "the result of '{}' has no property '{}'",
                    shorten(id),
                    shorten(name)
                ))
            })?;
        }
        let bytes = self.referenced_bytes.get() + value.to_string().len();
        self.referenced_bytes.set(bytes);
        match bytes > MAX_BYTES {
            true => Err(invalid(&format!(
                "the values of all references have more than {MAX_BYTES} bytes"
            ))),
            false => Ok(value.clone()),
        }
    }
}

fn depth_of(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth_of).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth_of).max().unwrap_or(0),
        _ => 0,
    }
}

fn invalid(why: &str) -> ServiceError {
    ServiceError::new(code::INVALID_VALUE, format!("Invalid reference: {why}"))
}
