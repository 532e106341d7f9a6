//! Errors of the SDK.
//!
//! [`Error`] is opaque, and as small as a pointer: its parts are read with methods, and no signature contains a type of the HTTP
//! stack. Its texts never contain the application id, the REST API key, a user token or a password.

mod code;
mod kind;
mod problem;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use code::ErrorCode;
pub use kind::ErrorKind;
pub use problem::CheckProblem;
pub(crate) use problem::Detail;

use crate::operation::Operation;

/// Result of everything in this crate that can fail.
///
/// ```
/// fn app_id() -> backendless::Result<&'static str> {
///     Ok("A0F5")
/// }
/// # assert!(app_id().is_ok());
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Error of a request, of a builder or of the conversion of a value.
///
/// [`kind`](Self::kind) classifies it. `Display` writes the operation, the HTTP status and error code, the message, the
/// number of attempts, and why no further attempt followed: `updateObject: 400, code 1001: no property is given (1
/// attempt; not retried: 400 is final)`.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let error = client.data::<backendless::Record>("Person").get("1").await.unwrap_err();
/// assert_eq!(error.kind(), backendless::ErrorKind::NotFound);
/// assert_eq!(error.operation(), Some(&backendless::operations::GET_OBJECT_BY_ID));
/// assert_eq!(error.attempts(), 1);
/// assert!(!error.is_retryable());
/// # });
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<&'static Operation>,
    /// The name of a request to any path, in place of that of the operation.
    label: Option<Arc<str>>,
    status: Option<u16>,
    code: Option<ErrorCode>,
    message: String,
    data: Option<serde_json::Value>,
    attempts: u32,
    /// The number of attempts that followed a new login, which are not retries.
    replays: u32,
    /// Why no further attempt followed.
    stopped: Option<Stopped>,
    retryable: bool,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    /// What to do about the failure, which follows the message.
    remedy: Option<Cow<'static, str>>,
    detail: Option<Detail>,
    /// The problem that this error of a check has.
    problem: Option<CheckProblem>,
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
    /// Returns the class of the failure.
    ///
    /// ```
    /// let error = backendless::Client::new("", "9C41").unwrap_err();
    /// assert_eq!(error.kind(), backendless::ErrorKind::InvalidArgument);
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the error code of the service, if the response contains one.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.users().login("ann@example.com", "guess").await.unwrap_err();
    /// assert_eq!(error.code(), Some(backendless::ErrorCode::INVALID_LOGIN));
    /// # });
    /// ```
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.0.code
    }

    /// Returns the HTTP status of the response, from 100 to 999; `None` if no response was received.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.users().login("ann@example.com", "guess").await.unwrap_err();
    /// assert_eq!(error.status(), Some(401));
    /// # });
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the description of the failure: the message of the service, if the response contains one, or a text of this
    /// crate. It has at most 1,000 characters; the rest is replaced by `...`.
    ///
    /// The message of the service is shown unchanged or not at all. It is withheld, together with
    /// [`data`](Self::data), and replaced by a description of the [`code`](Self::code) and the reason:
    ///
    /// - if the message or the data repeats a secret, plain or encoded, or a part of it, 16 consecutive characters or 12 of
    ///   two classes (letters, digits, symbols): the app id, the REST API key, the token or password of the client, a header
    ///   that was added to the call, or one of the last 64 tokens and passwords that were used with the handles of the
    ///   client;
    /// - always, if the request contains a password: a registration, a login, and a body with a property `password`. A
    ///   user may choose any text as a password, such as a common term of the message, so that an omission would disclose
    ///   that the message contains it;
    /// - always, if the app id, the key, the token or the password of the client cannot be recognized: it has fewer than
    ///   10 characters, or fewer than 16 that are all letters or all digits, or fewer than 6 different characters. Generated
    ///   ids, keys and tokens have more.
    ///
    /// The kind, the status and the code of the service are not affected.
    ///
    /// ```
    /// let error = backendless::Client::new("", "9C41").unwrap_err();
    /// assert_eq!(error.message(), "app_id is empty");
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the `errorData` of the response: details of any shape. Most responses contain none.
    ///
    /// If the response has no `errorData`, and is JSON of another shape than the error of the service (`code`, `message`,
    /// `errorData`), this is the JSON of the response as it is. The specification may declare such an error for an
    /// operation.
    ///
    /// Data of more than 8 KiB is omitted, and it is withheld under the conditions of [`message`](Self::message).
    ///
    /// If a message from a channel does not match its type, this is the message, or for
    /// [`Messaging::poll`](crate::Messaging::poll) the list of all received messages, as JSON of any length: the service
    /// does not deliver them again. It is withheld if it repeats a secret of the client.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.users().login("ann@example.com", "guess").await.unwrap_err();
    /// if let Some(details) = error.data() {
    ///     println!("details: {details}");
    /// }
    /// # });
    /// ```
    #[must_use]
    pub fn data(&self) -> Option<&serde_json::Value> {
        self.0.data.as_ref()
    }

    /// Returns the operation of the request.
    ///
    /// The download of a file is an operation with the id `download`, which the OpenAPI document does not contain. A request
    /// of [`Client::request`](crate::Client::request) that is none of the document's operations has the id `request`.
    /// `None` for an error without a request, such as that of a builder.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.files().delete("missing.txt").await.unwrap_err();
    /// assert_eq!(error.operation().map(|operation| operation.id()), Some("deleteFile"));
    /// # });
    /// ```
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// Returns how many attempts were started; 0 if the request was rejected before it was sent.
    ///
    /// With more than one attempt, the service may have processed an earlier one although its response was lost. For a
    /// deletion, a [`NotFound`](ErrorKind::NotFound) may then mean that an earlier attempt deleted the object.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// // `count` is the path of another operation.
    /// let error = client.data::<backendless::Record>("Person").get("count").await.unwrap_err();
    /// assert_eq!(error.attempts(), 0);
    /// # });
    /// ```
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether the same request may succeed later, and can be sent again without being processed twice.
    ///
    /// It is true for failed connections and exceeded rate limits, where the service did not process the request, and
    /// for gateway errors, lost connections and timeouts of idempotent operations.
    ///
    /// ```
    /// use backendless_local::{Fault, Faults, Server};
    ///
    /// # let every = Faults::seeded(7).with(Fault::Unavailable, 1.0);
    /// # backendless_local::doc_example!(Server::builder().faults(every), |client, server| {
    /// // The server responds with 503 to every request.
    /// let once = backendless::RetryPolicy::none();
    /// let error = client.counters().get("visits").retry(once.clone()).await.unwrap_err();
    /// assert!(error.is_retryable());
    /// let error = client.counters().increment("visits").retry(once).await.unwrap_err();
    /// assert!(!error.is_retryable());
    /// # });
    /// ```
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Returns how long the service asks the client to wait before the next attempt (`Retry-After`), if it does. A date
    /// is converted to the time from the receipt of the response. If the request was not sent because of
    /// [`requests_per_minute`](crate::ClientBuilder::requests_per_minute), it is the time that it would have to wait.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.users().login("ann@example.com", "guess").await.unwrap_err();
    /// assert_eq!(error.retry_after(), None);
    /// # });
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns whether the kind is [`NotFound`](ErrorKind::NotFound): the object, table, file or method does not exist.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert!(client.files().delete("missing.txt").await.unwrap_err().is_not_found());
    /// # });
    /// ```
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Returns whether the kind is [`InvalidApplication`](ErrorKind::InvalidApplication): the application id, the REST
    /// API key or the API URL is wrong, or the domain.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client, server| {
    /// let client = backendless::Client::builder(server.app_id(), "another-key").api_url(server.url()).build()?;
    /// assert!(client.counters().get("visits").await.unwrap_err().is_invalid_application());
    /// # });
    /// ```
    #[must_use]
    pub fn is_invalid_application(&self) -> bool {
        self.0.kind == ErrorKind::InvalidApplication
    }

    /// Returns whether the kind is [`Unauthorized`](ErrorKind::Unauthorized): the login is wrong, or the session is
    /// missing or expired.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.users().login("ann@example.com", "guess").await.unwrap_err();
    /// assert!(error.is_unauthorized());
    /// # });
    /// ```
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.0.kind == ErrorKind::Unauthorized
    }

    /// Returns whether the kind is [`Timeout`](ErrorKind::Timeout): a timeout of the client or of the request elapsed.
    ///
    /// The service may have processed the request.
    ///
    /// ```
    /// use std::time::Duration;
    /// use backendless_local::{Fault, Faults, Server};
    ///
    /// # let slow = Faults::seeded(7).with(Fault::Delay(Duration::from_secs(30)), 1.0);
    /// # backendless_local::doc_example!(Server::builder().faults(slow), |client, server| {
    /// // The server processes every request after 30 s.
    /// let request = client.counters().increment("visits").timeout(Duration::from_millis(20));
    /// assert!(request.await.unwrap_err().is_timeout());
    /// # });
    /// ```
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }
}

impl Inner {
    /// Returns the name of the request.
    fn name(&self) -> Option<&str> {
        let id = self.operation.map(Operation::id);
        self.label.as_deref().or(id)
    }
}

/// Constructors, and setters of what a constructor does not set.
impl Error {
    /// Creates an error. A message of more than [`MAX_MESSAGE`] characters is truncated.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            label: None,
            status: None,
            code: None,
            message: truncate(message.into()),
            data: None,
            attempts: 0,
            replays: 0,
            stopped: None,
            retryable: false,
            retry_after: None,
            source: None,
            remedy: None,
            detail: None,
            problem: None,
        }))
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// Creates the error of a setting of a client. `problem` completes a sentence that starts with the name of the setting.
    pub(crate) fn invalid_setting(name: &str, problem: &str) -> Self {
        Self::invalid_argument(format!("{name} {problem}"))
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    pub(crate) fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Sets the name of the request, in place of that of its operation.
    pub(crate) fn with_label(mut self, label: Arc<str>) -> Self {
        self.0.label = Some(label);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Sets how many of the attempts followed a new login; neither policy nor budget limits these.
    pub(crate) fn with_replays(mut self, replays: u32) -> Self {
        self.0.replays = replays;
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

    /// Sets what to do about the failure, which follows the message.
    pub(crate) fn with_remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        self.0.remedy = Some(remedy.into());
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

/// Maximum length of a message, in characters. The messages of the service are a sentence or two.
pub(crate) const MAX_MESSAGE: usize = 1_000;

fn truncate(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push_str("...");
    }
    message
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(name) = inner.name() {
            write!(f, "{name}: ")?;
        }
        match (inner.status, inner.code) {
            (Some(status), Some(code)) => write!(f, "{status}, code {code}: ")?,
            (Some(status), None) => write!(f, "{status}: ")?,
            (None, _) => {}
        }
        match &inner.remedy {
            // A message of the service may end with a period.
            Some(remedy) => write!(f, "{}; {remedy}", inner.message.trim_end_matches('.'))?,
            None => f.write_str(&inner.message)?,
        }
        match (inner.operation, inner.attempts) {
            (None, _) => Ok(()),
            (Some(_), 0) => f.write_str(" (nothing was sent)"),
            (Some(_), _) => write_attempts(f, inner),
        }
    }
}

/// Writes how many attempts there were, and why no more.
fn write_attempts(f: &mut fmt::Formatter<'_>, inner: &Inner) -> fmt::Result {
    let attempts = match inner.attempts {
        1 => "1 attempt".to_owned(),
        attempts => format!("{attempts} attempts"),
    };
    let attempts = match inner.replays {
        0 => attempts,
        1 => format!("{attempts}, one of them after a new login"),
        replays => format!("{attempts}, {replays} of them after a new login"),
    };
    let is_first = inner.attempts.saturating_sub(inner.replays) <= 1;
    match &inner.stopped {
        None => write!(f, " ({attempts})"),
        Some(Stopped::Final(reason)) if is_first => {
            write!(f, " ({attempts}; not retried: {reason})")
        }
        Some(Stopped::Final(reason)) => {
            write!(f, " ({attempts}; not retried again: {reason})")
        }
        Some(Stopped::GaveUp(Some(reason))) if is_first => {
            write!(f, " ({attempts}; not retried: {reason})")
        }
        Some(Stopped::GaveUp(Some(reason))) => write!(f, " (gave up after {attempts}: {reason})"),
        Some(Stopped::GaveUp(None)) => write!(f, " (gave up after {attempts})"),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.name())
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
    fn error_is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn display_writes_operation_status_code_message_and_reason() {
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
    fn display_says_that_nothing_was_sent() {
        let error = Error::invalid_argument("object-id is empty").with_operation(&UPDATE_OBJECT);
        assert_eq!(
            error.to_string(),
            "updateObject: object-id is empty (nothing was sent)"
        );
    }
}
