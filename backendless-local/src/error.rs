//! The error of a server that cannot start or cannot do what the embedding program asks. Errors of
//! requests are in `service_error`.

use std::fmt;

/// Error of [`Builder::start`](crate::Builder::start) and of methods of [`Server`](crate::Server):
/// the address is in use, the data folder cannot be used, a setting is invalid.
///
/// `Display` is one line that includes the cause.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let result = backendless_local::Server::builder().app_id("a/b").start().await;
/// let message = result.unwrap_err().to_string();
/// assert_eq!(message, "invalid app id: use only ASCII letters, digits, '-' and '_'");
/// # }
/// ```
#[derive(Debug)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Error {
        Error(message.into())
    }

    pub(crate) fn with_cause(message: impl fmt::Display, cause: impl fmt::Display) -> Error {
        Error(format!("{message}: {cause}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
