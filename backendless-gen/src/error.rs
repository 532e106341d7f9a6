//! What went wrong, where, and what would be right.

use std::fmt;

use crate::document::{Place, Pointer};

/// Why nothing was generated. Its text is meant for the person who edits `openapi.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    /// An error that has no place in the specification.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// `openapi.yaml:12:7: /paths/...: what is wrong` and, on a line of its own, what would be valid.
    pub(crate) fn at(
        name: &str,
        place: Place,
        pointer: &Pointer,
        what: String,
        valid: &str,
    ) -> Self {
        let Place { line, column } = place;
        let pointer = match pointer.is_root() {
            true => String::new(),
            false => format!("{pointer}: "),
        };
        Self::new(format!(
            "{name}:{line}:{column}: {pointer}{what}\n  valid: {valid}"
        ))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
