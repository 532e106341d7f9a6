//! The error of the generator.

use std::fmt;

/// Error of the generator.
///
/// The message addresses the person who edits `openapi.yaml` or an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    /// Creates an error without a place in the specification.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// Creates an error with the message `openapi.yaml:12:7: /paths/...: <problem>` and a second line `help: <help>`.
    ///
    /// `pointer` is the path of the node in its document, empty for the root. `help` describes what would be valid.
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
