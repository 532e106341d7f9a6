//! Why a server could not start. Never used for an answer to a request: see `http::reply`.

use std::fmt;

/// Why a server could not start: the address is taken, the data folder cannot be used, a setting
/// is not valid.
///
/// `Display` is one line with the cause in it, fit to be shown to the user as it is.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let refused = backendless_local::Server::builder().app_id("a/b").start().await;
/// assert!(refused.unwrap_err().to_string().starts_with("the app id"));
/// # }
/// ```
#[derive(Debug)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Error {
        Error(message.into())
    }

    pub(crate) fn caused(message: impl fmt::Display, cause: impl fmt::Display) -> Error {
        Error(format!("{message}: {cause}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
