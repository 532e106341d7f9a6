//! Named parameters of an operation.

use crate::service_error::{ServiceError, code};

/// Decoded parameters, in order. A name may occur more than once.
#[derive(Debug)]
pub(crate) struct Parameters(pub(crate) Vec<(String, String)>);

impl Parameters {
    /// Whether a parameter is given, with or without a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// Returns the value of a parameter that may occur once; `None` if it is missing.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, ServiceError> {
        let mut values = self.0.iter().filter(|(given, _)| given == name);
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(ServiceError::new(
                code::INVALID_PARAMETER,
                format!("the parameter '{name}' is given more than once"),
            )),
            (value, _) => Ok(value.map(|(_, value)| value.as_str())),
        }
    }

    /// Returns the value of a parameter that is a non-negative integer; `None` if it is missing.
    pub(crate) fn count(&self, name: &str) -> Result<Option<u64>, ServiceError> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let count = text.parse().ok().filter(|_| is_number);
        count.map(Some).ok_or_else(|| {
            let message = format!("the parameter '{name}' is not an integer from 0");
            ServiceError::new(code::INVALID_PARAMETER, message)
        })
    }

    /// Returns the value of a required parameter that is a 64-bit integer.
    pub(crate) fn integer(&self, name: &str) -> Result<i64, ServiceError> {
        let text = self.one(name)?.ok_or_else(|| {
            let message = format!("the parameter '{name}' is missing");
            ServiceError::new(code::MISSING_PARAMETER, message)
        })?;
        text.parse().map_err(|_| {
            let message = format!("the parameter '{name}' is not a 64-bit integer");
            ServiceError::new(code::INVALID_PARAMETER, message)
        })
    }
}
