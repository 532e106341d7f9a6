//! Problems that a check of the settings finds.

use std::fmt;

use super::{Error, ErrorCode, ErrorKind};

/// Problem that [`Client::check`](crate::Client::check) found; returned by [`Error::check_problem`].
///
/// New problems may be added, so a `match` needs a `_` arm. `Display` writes a short phrase, such as
/// "the host name is unknown".
///
/// ```
/// use backendless::{CheckProblem, Client, RetryPolicy};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> backendless::Result<()> {
/// let client = Client::builder("A0F5", "9C41")
///     .api_url("http://127.0.0.1:9") // nothing listens on this port
///     .build()?;
/// let error = client.check().retry(RetryPolicy::none()).await.unwrap_err();
/// let problem = error.check_problem().expect("the check failed");
/// assert_eq!(problem, CheckProblem::Unreachable);
/// assert_eq!(problem.to_string(), "the server is unreachable");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CheckProblem {
    /// The host name could not be resolved.
    UnknownHost,
    /// No connection was established, it was lost, or no response arrived in time.
    Unreachable,
    /// The TLS of the server is not acceptable: its certificate, its protocol, or it has none.
    Tls,
    /// The proxy is unknown or unreachable, or it did not connect to the server.
    Proxy,
    /// The server redirects to another address.
    Redirect,
    /// The server is not Backendless, or the path of the API is another one, so that the service does not know the path of
    /// the check. The server may not even use HTTP, or require TLS.
    NotBackendless,
    /// The service has no application with this id and REST API key, or at this domain.
    InvalidApplication,
    /// The session of the client is expired, unknown or revoked.
    InvalidSession,
    /// The service account cannot log in: its login or password is wrong, or it is disabled or locked.
    InvalidAccount,
    /// The application may send no more requests now.
    RateLimited,
    /// The service, or a gateway before it, reports a failure of its own.
    Unavailable,
    /// The service rejected the check for another reason, which the message has.
    Rejected,
}

impl CheckProblem {
    /// Returns what to do about the problem, in English.
    ///
    /// ```
    /// use backendless::CheckProblem;
    ///
    /// assert_eq!(CheckProblem::InvalidSession.remedy(), "log in again, and use the new token");
    /// ```
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::UnknownHost => {
                "check the host name of the API URL or the domain, and the DNS of this machine"
            }
            Self::Unreachable => {
                "check the host, the port and the scheme of the address, and the network, firewalls and proxies before it"
            }
            Self::Tls => {
                "check that the address is one with TLS, and that the certificate of the server is valid for its host \
                 name; `root_certificate` adds a certificate authority"
            }
            Self::Proxy => {
                "check the proxy: the setting `proxy`, or HTTP_PROXY and HTTPS_PROXY, with the user and the password"
            }
            Self::Redirect => {
                "set the address to which the server redirects, such as the same one with `https`"
            }
            Self::NotBackendless => {
                "use the address of the API, which is usually `https://api.backendless.com`, \
                 `https://eu-api.backendless.com`, or a domain of the application with the path `/api`"
            }
            Self::InvalidApplication => {
                "check the application id, the REST API key and the API URL, or the domain"
            }
            Self::InvalidSession => "log in again, and use the new token",
            Self::InvalidAccount => {
                "check the login and the password, and the status of the account"
            }
            Self::RateLimited => "wait, or extend the plan of the application",
            Self::Unavailable => "try again later, and check the status of the service",
            Self::Rejected => "check the permissions and the settings of the application",
        }
    }

    /// Returns the problem that the error of a check has; `None` for one of the caller or of a limit that the caller set,
    /// whose message says what to do.
    fn of(error: &Error) -> Option<Self> {
        // Without a code, the status means that the request has no valid session.
        let is_of_session = error.code().is_none_or(ErrorCode::is_of_session);
        Some(match (error.0.detail, error.kind()) {
            (Some(Detail::UnknownHost), _) => Self::UnknownHost,
            (Some(Detail::Tls), _) => Self::Tls,
            (Some(Detail::Proxy), _) => Self::Proxy,
            (Some(Detail::Redirect), _) => Self::Redirect,
            (_, ErrorKind::InvalidArgument | ErrorKind::Internal | ErrorKind::Io) => return None,
            // The rate limit of this client.
            (_, ErrorKind::RateLimited) if error.status().is_none() => return None,
            (Some(Detail::NotBackendless), ErrorKind::ConnectionLost) => Self::NotBackendless,
            (_, ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::ConnectionLost) => {
                Self::Unreachable
            }
            (_, ErrorKind::InvalidApplication) => Self::InvalidApplication,
            (_, ErrorKind::RateLimited) => Self::RateLimited,
            (_, _) if error.status().is_some_and(|status| status >= 500) => Self::Unavailable,
            (Some(Detail::NotBackendless), _) | (_, ErrorKind::Decode) => Self::NotBackendless,
            (_, ErrorKind::Unauthorized) if is_of_session => Self::InvalidSession,
            (_, ErrorKind::Unauthorized) => Self::InvalidAccount,
            // The service has no operation at this path.
            (_, _) if matches!(error.status(), Some(404 | 405 | 410)) => Self::NotBackendless,
            (_, _) => Self::Rejected,
        })
    }
}

impl fmt::Display for CheckProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::UnknownHost => "the host name is unknown",
            Self::Unreachable => "the server is unreachable",
            Self::Tls => "the TLS of the server is not acceptable",
            Self::Proxy => "the proxy did not connect to the server",
            Self::Redirect => "the server redirects to another address",
            Self::NotBackendless => "the address is not that of the API",
            Self::InvalidApplication => "the application is unknown",
            Self::InvalidSession => "the session is invalid",
            Self::InvalidAccount => "the service account cannot log in",
            Self::RateLimited => "the rate limit is exceeded",
            Self::Unavailable => "the service is unavailable",
            Self::Rejected => "the service rejected the check",
        })
    }
}

/// What the transport knows about a failure beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    UnknownHost,
    Tls,
    Proxy,
    Redirect,
    /// Another server wrote the response.
    NotBackendless,
}

impl Error {
    /// Returns the problem that [`Client::check`](crate::Client::check) found, if this is an error of it.
    ///
    /// It is `None` if the check was not sent: the caller's token or the URL of the request cannot be sent, or
    /// [`requests_per_minute`](crate::ClientBuilder::requests_per_minute) delays it by more than its timeout. The message
    /// says what to do.
    ///
    /// ```
    /// use backendless::{CheckProblem, Client};
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// let client = Client::builder(server.app_id(), "another-key").api_url(server.url()).build()?;
    /// let error = client.check().await.unwrap_err();
    /// assert_eq!(error.check_problem(), Some(CheckProblem::InvalidApplication));
    /// # });
    /// ```
    #[must_use]
    pub fn check_problem(&self) -> Option<CheckProblem> {
        self.0.problem
    }

    /// Marks the error as that of a check. A remedy that the error already has names the settings of this client.
    pub(crate) fn of_check(mut self) -> Self {
        self.0.problem = CheckProblem::of(&self);
        if let Some(problem) = self.0.problem {
            let remedy = &mut self.0.remedy;
            remedy.get_or_insert(problem.remedy().into());
        }
        self
    }

    pub(crate) fn with_detail(mut self, detail: Option<Detail>) -> Self {
        self.0.detail = detail;
        self
    }
}
