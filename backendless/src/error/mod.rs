//! What can go wrong with a call, told so that a caller can act on it.
//!
//! [`Error`] is opaque and one word wide: its parts are read through methods, and it holds no type
//! of the HTTP stack in its signature. No text of it ever holds the application id, the REST API
//! key, a user token or a password.

mod code;
mod kind;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use code::ErrorCode;
pub use kind::ErrorKind;

use crate::operation::Operation;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// ```
/// use backendless::{Client, ErrorKind};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// let client = Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
/// let people = client.data::<backendless::Record>("Person");
///
/// let error = people.get("count").await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert_eq!(error.operation(), Some(&backendless::operations::GET_OBJECT_BY_ID));
/// assert_eq!(error.attempts(), 0); // nothing was sent
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<&'static Operation>,
    status: Option<u16>,
    code: Option<ErrorCode>,
    message: String,
    data: Option<serde_json::Value>,
    attempts: u32,
    /// Why no further attempt followed.
    stopped: Option<Stopped>,
    retryable: bool,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Why no further attempt followed a failed one.
#[derive(Clone, Debug)]
enum Stopped {
    /// The failure is final.
    Final(Cow<'static, str>),
    /// Further attempts were possible, and policy, budget or timeout did not allow them.
    GaveUp(Option<String>),
}

impl Error {
    /// The class of the failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The error code that the service gave, if it gave one.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.0.code
    }

    /// The HTTP status of the answer, from 100 to 999; `None` if there was no answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What went wrong, in words: the service's own where it gave any.
    ///
    /// Where the service repeats the application id, the REST API key, the user token or the
    /// password of the call in its message, `<redacted>` stands in their place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The `errorData` of the answer: details of any shape, most often none.
    #[must_use]
    pub fn data(&self) -> Option<&serde_json::Value> {
        self.0.data.as_ref()
    }

    /// The operationId of the call, as in the service's OpenAPI document: `updateObject`.
    ///
    /// `download` for the download of a file, which is no operation of that document; `None` for an
    /// error outside of a call, such as that of a builder.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// How many times the request was sent, or tried to be; 0 if it was refused before.
    ///
    /// Above one, an earlier attempt may have been carried out although its answer was lost. A
    /// deletion shows that as [`NotFound`](ErrorKind::NotFound): what was there at the first attempt
    /// may be gone by it.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may succeed later and may be repeated without doing anything twice.
    ///
    /// True for failed connections and rate limits, where nothing was done, and for gateway
    /// errors, lost connections and time-outs of idempotent operations.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the service asks to wait before the next attempt (`Retry-After`), if it does; a date
    /// counts from when the answer came.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the object, table, file or method that the call names does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether the login was wrong, or the session is missing or over.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.0.kind == ErrorKind::Unauthorized
    }

    /// Whether one of the client's time limits ended the call.
    ///
    /// The service may have done what it was asked for all the same.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }
}

/// How the crate makes errors: the kind and the words, then what more is known.
impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            status: None,
            code: None,
            message: message.into(),
            data: None,
            attempts: 0,
            stopped: None,
            retryable: false,
            retry_after: None,
            source: None,
        }))
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    pub(crate) fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<ErrorCode>) -> Self {
        self.0.code = code;
        self
    }

    pub(crate) fn with_data(mut self, data: Option<serde_json::Value>) -> Self {
        self.0.data = data;
        self
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Marks the failure as final; `reason` follows "not retried:".
    pub(crate) fn final_because(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.0.stopped = Some(Stopped::Final(reason.into()));
        self
    }

    /// Marks that further attempts were not allowed; without a `reason`, because of the maximum number of attempts.
    pub(crate) fn gave_up(mut self, reason: Option<String>) -> Self {
        self.0.stopped = Some(Stopped::GaveUp(reason));
        self
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{operation}: ")?;
        }
        match (inner.status, inner.code) {
            (Some(status), Some(code)) => write!(f, "{status}, code {code}: ")?,
            (Some(status), None) => write!(f, "{status}: ")?,
            (None, _) => {}
        }
        f.write_str(&inner.message)?;
        match (inner.operation, inner.attempts) {
            (None, _) => Ok(()),
            (Some(_), 0) => f.write_str(" (nothing was sent)"),
            (Some(_), attempts) => write_attempts(f, attempts, inner.stopped.as_ref()),
        }
    }
}

/// Writes how many attempts there were, and why no more.
fn write_attempts(
    f: &mut fmt::Formatter<'_>,
    attempts: u32,
    stopped: Option<&Stopped>,
) -> fmt::Result {
    match (attempts, stopped) {
        (1, None) => f.write_str(" (1 attempt)"),
        (_, None) => write!(f, " ({attempts} attempts)"),
        (1, Some(Stopped::Final(reason))) => write!(f, " (1 attempt; not retried: {reason})"),
        (_, Some(Stopped::Final(reason))) => {
            write!(f, " ({attempts} attempts; not retried again: {reason})")
        }
        (1, Some(Stopped::GaveUp(Some(reason)))) => {
            write!(f, " (1 attempt; not retried: {reason})")
        }
        (_, Some(Stopped::GaveUp(Some(reason)))) => {
            write!(f, " (gave up after {attempts} attempts: {reason})")
        }
        (_, Some(Stopped::GaveUp(None))) => write!(f, " (gave up after {attempts} attempts)"),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.operation.map(Operation::id))
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("attempts", &inner.attempts)
            .field("stopped", &inner.stopped)
            .field("retryable", &inner.retryable)
            .field("retry_after", &inner.retry_after)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::UPDATE_OBJECT;

    #[test]
    fn an_error_is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn the_text_says_what_failed_where_and_why_it_was_not_tried_again() {
        let error = Error::new(ErrorKind::Api, "no property is given")
            .with_operation(&UPDATE_OBJECT)
            .with_status(400)
            .with_code(Some(ErrorCode::NO_PROPERTIES))
            .with_attempts(1)
            .final_because("400 is final");
        assert_eq!(
            error.to_string(),
            "updateObject: 400, code 1001: no property is given (1 attempt; not retried: 400 is final)"
        );
    }

    #[test]
    fn the_text_says_when_nothing_was_sent() {
        let error = Error::invalid_argument("object-id is empty").with_operation(&UPDATE_OBJECT);
        assert_eq!(
            error.to_string(),
            "updateObject: object-id is empty (nothing was sent)"
        );
    }
}
