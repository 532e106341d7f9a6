//! References to the results of earlier operations:
//! `{"___ref": true, "opResultId": "createPerson1", "resultIndex": 0, "propName": "objectId"}`.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::operation::Operation;
use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::text::shorten;

const REFERENCE: &str = "___ref";

/// Maximum length of all values that references refer to, as JSON in bytes. Values could double with each operation.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The results of the operations that were executed.
#[derive(Default)]
pub(super) struct Outcomes {
    results: Map<String, Value>,
    referenced_bytes: Cell<usize>,
}

impl Outcomes {
    pub(super) fn add(&mut self, operation: &Operation, result: Value) {
        if let Some(id) = &operation.id {
            let outcome = json!({"operationType": operation.ty.name(), "result": result});
            self.results.insert(id.clone(), outcome);
        }
    }

    pub(super) fn into_results(self) -> Map<String, Value> {
        self.results
    }

    /// Replaces each reference in a payload by the value that it refers to.
    pub(super) fn resolve(&self, payload: &Value) -> Result<Value, ServiceError> {
        match payload {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.resolve(item));
                items.collect()
            }
            Value::Object(reference) if reference.get(REFERENCE) == Some(&Value::Bool(true)) => {
                self.value_of(reference)
            }
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.resolve(value)?)));
                fields.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            _ => Ok(payload.clone()),
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

fn invalid(why: &str) -> ServiceError {
    ServiceError::new(code::INVALID_VALUE, format!("Invalid reference: {why}"))
}
