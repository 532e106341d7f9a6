//! The error of the generator.

use std::fmt;

/// Why nothing was generated. The message is for the person who edits `openapi.yaml` or an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    /// An error that has no place in the specification.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// `openapi.yaml:12:7: /paths/...: the problem` and, on a line of its own, what would be valid.
    ///
    /// `pointer` is the path of the node in its document, empty for the root.
    pub(crate) fn at(place: &str, pointer: &str, problem: &str, help: &str) -> Self {
        let separator = if pointer.is_empty() { "" } else { ": " };
        Self::new(format!(
            "{place}: {pointer}{separator}{problem}\n  help: {help}"
        ))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
