//! The application: its description, and the check of the settings that address it.

mod check;

pub(crate) use check::NonEmptyApplicationInfo;

use serde::{Deserialize, Serialize};

use crate::Client;
use crate::generated::raw;
use crate::request::Request;

/// Description of an application; returned by [`Client::application_info`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let info = client.application_info().await?;
/// assert_eq!(info.loggers[0].name, "Global logger");
/// # });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationInfo {
    /// The URL of the real-time server.
    #[serde(rename = "rtURL", default)]
    pub real_time_url: Option<String>,
    /// The loggers of the application and their levels.
    #[serde(default)]
    pub loggers: Vec<LoggerInfo>,
}

/// A logger of an application, and the level from which on its messages are stored.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let info = client.application_info().await?;
/// assert_eq!(info.loggers[0].level.as_deref(), Some("all"));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoggerInfo {
    /// The name; that of the logger for all messages is `Global logger`.
    pub name: String,
    /// The level, such as `all`, `INFO` or `off`.
    #[serde(default)]
    pub level: Option<String>,
}

impl Client {
    /// Returns the description of the application.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/index.js)).
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let info = client.application_info().await?;
    /// assert!(info.real_time_url.is_some());
    /// # });
    /// ```
    pub fn application_info(&self) -> Request<ApplicationInfo> {
        Request::new(self, raw::get_application_info())
    }
}
