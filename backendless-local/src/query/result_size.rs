//! Limit of the memory that a result takes: a few small rows and relations would otherwise suffice for a result of any size.

use serde_json::Value;

use crate::service_error::{ServiceError, code};

/// Maximum memory of a result, approximately, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Memory of a value without the text, the elements or the members that it contains.
const VALUE_BYTES: usize = 32;

/// Memory of a node of a map, which has between 6 and 11 members unless it is the only one.
const NODE_BYTES: usize = 640;

/// Memory of the rows of a result that were read so far.
#[derive(Debug, Default)]
pub(crate) struct ResultSize(usize);

impl ResultSize {
    /// Adds a value. Fails if the result is too large.
    pub(crate) fn add(&mut self, value: &Value) -> Result<(), ServiceError> {
        self.add_bytes(memory_of(value))
    }

    pub(super) fn add_bytes(&mut self, bytes: usize) -> Result<(), ServiceError> {
        self.0 = self.0.saturating_add(bytes);
        match self.0 > MAX_BYTES {
            true => {
                let message = format!(
                    "the result takes more than {MAX_BYTES} bytes of memory: request fewer rows, properties or relations"
                );
                Err(ServiceError::new(code::INVALID_VALUE, message))
            }
            false => Ok(()),
        }
    }
}

pub(super) fn memory_of(value: &Value) -> usize {
    VALUE_BYTES
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(memory_of).sum(),
            Value::Object(members) => {
                let memory = |(name, value): (&String, &Value)| name.len() + memory_of(value);
                let nodes = NODE_BYTES * members.len().div_ceil(6);
                nodes + members.iter().map(memory).sum::<usize>()
            }
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn size_includes_texts_names_and_nested_values() {
        assert_eq!(memory_of(&json!(null)), 32);
        assert_eq!(memory_of(&json!("abc")), 35);
        assert_eq!(memory_of(&json!([1, [2]])), 4 * 32);
        assert_eq!(memory_of(&json!({"ab": 1})), 640 + 2 * 32 + 2);
    }

    #[test]
    fn result_that_is_too_large_is_rejected() {
        let text = Value::from("x".repeat(MAX_BYTES / 2));
        let mut size = ResultSize::default();
        assert!(size.add(&text).is_ok());
        let error = size.add(&text).unwrap_err();
        assert!(error.message().contains("67108864 bytes"), "{error}");
        assert!(size.add(&json!(null)).is_err());
    }
}
