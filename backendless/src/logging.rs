//! Logging: messages in the log of the application.

#[cfg(feature = "tracing-layer")]
mod layer;

use std::fmt;

use serde::Serialize;

use crate::generated::raw;
use crate::operations::WRITE_LOG;
use crate::request::Request;
use crate::{Client, Error, Timestamp};

#[cfg(feature = "tracing-layer")]
pub use layer::{LogLayer, LogLayerBuilder, LogTask};

/// Handle of the log of an application; created by [`Client::logging`].
///
/// ```
/// use backendless::{LogLevel, LogMessage};
///
/// # backendless_local::doc_example!(|client| {
/// let logging = client.logging();
/// logging.write([LogMessage::new("orders", LogLevel::Info, "the shop opens")]).await?;
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Logging {
    client: Client,
}

/// Severity of a [`LogMessage`].
///
/// ```
/// let level = backendless::LogLevel::Warn;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum LogLevel {
    /// The application cannot continue.
    Fatal,
    /// An operation failed.
    Error,
    /// Something unexpected that is no failure.
    Warn,
    /// A normal event.
    Info,
    /// Details for developers.
    Debug,
    /// Every step.
    Trace,
}

/// A message for the log of the application.
///
/// ```
/// use backendless::{LogLevel, LogMessage};
///
/// let message = LogMessage::new("orders", LogLevel::Error, "the order failed").exception("timeout");
/// ```
#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
#[must_use = "a message is written with `Logging::write`"]
pub struct LogMessage {
    logger: String,
    log_level: LogLevel,
    message: String,
    timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<String>,
}

impl LogMessage {
    /// Creates a message of the logger with this name. Its time is the current one.
    ///
    /// ```
    /// use backendless::{LogLevel, LogMessage};
    ///
    /// let message = LogMessage::new("orders", LogLevel::Info, "the shop opens");
    /// ```
    pub fn new(logger: impl Into<String>, level: LogLevel, message: impl Into<String>) -> Self {
        Self {
            logger: logger.into(),
            log_level: level,
            message: message.into(),
            timestamp: Timestamp::now(),
            exception: None,
        }
    }

    /// Sets the text of the error that caused the message.
    ///
    /// ```
    /// use backendless::{LogLevel, LogMessage};
    ///
    /// let message = LogMessage::new("orders", LogLevel::Error, "the order failed").exception("timeout");
    /// ```
    pub fn exception(mut self, text: impl Into<String>) -> Self {
        self.exception = Some(text.into());
        self
    }

    /// Sets the time of the message: a `SystemTime` or a [`Timestamp`].
    ///
    /// ```
    /// use backendless::{LogLevel, LogMessage, Timestamp};
    ///
    /// let message = LogMessage::new("orders", LogLevel::Info, "the shop opens").timestamp(Timestamp::from_millis(5));
    /// ```
    pub fn timestamp(mut self, time: impl Into<Timestamp>) -> Self {
        self.timestamp = time.into();
        self
    }
}

impl Client {
    /// Returns the handle of the log of the application; see [`Logging`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let logging = client.logging();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn logging(&self) -> Logging {
        Logging {
            client: self.clone(),
        }
    }
}

impl Logging {
    /// Adds messages to the log of the application, in one request. Do not log secrets: every developer of the application
    /// can read the log.
    ///
    /// The request is not idempotent: sent twice, it adds the messages twice.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/logging/index.js)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if there are no messages.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{LogLevel, LogMessage};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let messages = ["one", "two"].map(|text| LogMessage::new("orders", LogLevel::Info, text));
    /// client.logging().write(messages).await?;
    /// # });
    /// ```
    pub fn write(&self, messages: impl IntoIterator<Item = LogMessage>) -> Request<()> {
        let messages: Vec<LogMessage> = messages.into_iter().collect();
        let request = match messages.is_empty() {
            true => {
                let problem = "there are no messages";
                Err(Error::invalid_argument(problem).with_operation(&WRITE_LOG))
            }
            false => raw::write_log(&messages),
        };
        Request::new(&self.client, request)
    }
}

/// Omits the text, which is the caller's data.
impl fmt::Debug for LogMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogMessage")
            .field("log_level", &self.log_level)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}
