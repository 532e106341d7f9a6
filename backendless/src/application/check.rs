//! Check of the settings of a client.

use std::pin::Pin;

use serde::Deserialize;

use super::ApplicationInfo;
use crate::generated::raw;
use crate::request::Request;
use crate::transport::{Settings, Transport};
use crate::{Client, Result};

/// Name of the request in errors.
const LABEL: &str = "check (GET /info)";

/// Description of an application that is not empty: another server may respond to any path with `{}`.
#[derive(Deserialize)]
#[serde(try_from = "ApplicationInfo")]
pub(crate) struct NonEmptyApplicationInfo;

impl TryFrom<ApplicationInfo> for NonEmptyApplicationInfo {
    type Error = &'static str;

    fn try_from(info: ApplicationInfo) -> Result<Self, Self::Error> {
        match info.real_time_url.is_some() || !info.loggers.is_empty() {
            true => Ok(Self),
            false => Err(
                "the response has neither `rtURL` nor `loggers`, so it is not one of Backendless",
            ),
        }
    }
}

impl Client {
    /// Checks the address, the app id and the REST API key, and the session of this client: for the start of a service,
    /// or its health check.
    ///
    /// It is one read-only request without a body, `GET /info`. The service checks the app id and the key of every
    /// request, and the user token if there is one. A client with [`credentials`](crate::ClientBuilder::credentials)
    /// without a valid session logs in before, which checks them, too. Before this login, the check sends the same request
    /// anonymously: the password is only sent to a server that responds as Backendless does. It proves nothing about
    /// permissions.
    ///
    /// # Errors
    ///
    /// The error of the request, which is named `check (GET /info)`, or of the login. [`Error::check_problem`](crate::Error::check_problem) distinguishes what to do about it,
    /// and the message has the remedy.
    ///
    /// | problem | kind |
    /// | --- | --- |
    /// | [`UnknownHost`](crate::CheckProblem::UnknownHost), [`Tls`](crate::CheckProblem::Tls), [`Proxy`](crate::CheckProblem::Proxy) | [`Connect`](crate::ErrorKind::Connect) |
    /// | [`Unreachable`](crate::CheckProblem::Unreachable) | [`Connect`](crate::ErrorKind::Connect), [`Timeout`](crate::ErrorKind::Timeout), [`ConnectionLost`](crate::ErrorKind::ConnectionLost) |
    /// | [`Redirect`](crate::CheckProblem::Redirect) | [`Api`](crate::ErrorKind::Api) |
    /// | [`NotBackendless`](crate::CheckProblem::NotBackendless) | [`Api`](crate::ErrorKind::Api), [`NotFound`](crate::ErrorKind::NotFound), [`Decode`](crate::ErrorKind::Decode), [`ConnectionLost`](crate::ErrorKind::ConnectionLost) |
    /// | [`InvalidApplication`](crate::CheckProblem::InvalidApplication) | [`InvalidApplication`](crate::ErrorKind::InvalidApplication) |
    /// | [`InvalidSession`](crate::CheckProblem::InvalidSession), [`InvalidAccount`](crate::CheckProblem::InvalidAccount) | [`Unauthorized`](crate::ErrorKind::Unauthorized) |
    /// | [`RateLimited`](crate::CheckProblem::RateLimited) | [`RateLimited`](crate::ErrorKind::RateLimited) |
    /// | [`Unavailable`](crate::CheckProblem::Unavailable), [`Rejected`](crate::CheckProblem::Rejected) | [`Api`](crate::ErrorKind::Api) and others |
    ///
    /// Source: the [JS-SDK](https://github.com/Backendless/JS-SDK/blob/master/src/index.js) sends the same request when it
    /// starts, and the service rejects a stale token in it.
    ///
    /// ```
    /// use backendless::{CheckProblem, Client};
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// client.check().await?;
    ///
    /// let error = client.with_user_token("0E5A6F40-8F3C").check().await.unwrap_err();
    /// assert_eq!(error.check_problem(), Some(CheckProblem::InvalidSession));
    /// assert!(error.to_string().contains("; log in again, and use the new token ("));
    /// # });
    /// ```
    pub fn check(&self) -> Request<()> {
        let request = raw::get_application_info::<NonEmptyApplicationInfo>();
        let mut request = Request::then(self, request, |result, _| {
            result
                .map(|NonEmptyApplicationInfo| ())
                .map_err(crate::Error::of_check)
        });
        request.settings.before_login = Some(identify);
        request.settings.label = Some(LABEL);
        request
    }
}

/// Checks that Backendless responds, before it receives a password.
fn identify(anonymous: &Transport) -> Pin<Box<dyn Future<Output = Result<()>> + Send + '_>> {
    Box::pin(async {
        let request = raw::get_application_info()?;
        let mut settings = Settings::default();
        settings.label = Some(LABEL);
        let reply = anonymous.send(request.parts, settings).await?;
        reply.read(request.reader).map(|NonEmptyApplicationInfo| ())
    })
}
