//! The classes of failures.

use std::fmt;

/// The class of an [`Error`](crate::Error), for code that reacts to failures.
///
/// Every request can fail with any of these kinds. The `# Errors` section of a method lists only what is specific to it.
///
/// New kinds may be added, so a `match` needs a `_` arm. `Display` writes a short phrase in
/// English, such as "not found".
///
/// ```
/// use backendless::ErrorKind;
///
/// assert_eq!(ErrorKind::NotFound.to_string(), "not found");
///
/// /// Returns the HTTP status with which a web service reports an error of Backendless.
/// fn status(error: &backendless::Error) -> u16 {
///     match error.kind() {
///         ErrorKind::Unauthorized => 401,
///         ErrorKind::Forbidden => 403,
///         ErrorKind::NotFound => 404,
///         _ => 502,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is invalid. Nothing was sent.
    InvalidArgument,
    /// No connection could be established: name resolution, TCP, TLS or the proxy failed. Nothing
    /// was sent.
    Connect,
    /// A timeout of the client or of the request elapsed.
    Timeout,
    /// A local file could not be read or written.
    Io,
    /// The connection was lost after the request, or a part of it, had been sent.
    ConnectionLost,
    /// The status is success, but the body does not have the expected form.
    Decode,
    /// The service rejected the request for a reason that no other kind describes.
    Api,
    /// The service has no application with this id and REST API key: one of them, or the API URL, is wrong; or the domain.
    InvalidApplication,
    /// The login is wrong, or the session is missing or expired.
    Unauthorized,
    /// The user has no permission for the request.
    Forbidden,
    /// The object, table, file or method does not exist.
    NotFound,
    /// The object, user or file that the request would create exists already.
    Conflict,
    /// Too many requests, or more than the application's plan covers. The service did not process
    /// the request. Without a status, the [limit of the client](crate::ClientBuilder::requests_per_minute) did not allow it
    /// before its timeout, and nothing was sent.
    RateLimited,
    /// A bug in the SDK: please report it.
    Internal,
}

impl ErrorKind {
    /// The kind of an error response without a known error code.
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            _ => Self::Api,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::InvalidArgument => "invalid argument",
            Self::Connect => "connection failed",
            Self::Timeout => "timed out",
            Self::Io => "file I/O failed",
            Self::ConnectionLost => "connection lost",
            Self::Decode => "unexpected response body",
            Self::Api => "rejected by the service",
            Self::InvalidApplication => "invalid application id or key",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "permission denied",
            Self::NotFound => "not found",
            Self::Conflict => "already exists",
            Self::RateLimited => "rate limit exceeded",
            Self::Internal => "internal error of the SDK",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_writes_a_short_phrase() {
        for (kind, phrase) in [
            (ErrorKind::NotFound, "not found"),
            (ErrorKind::ConnectionLost, "connection lost"),
            (ErrorKind::Internal, "internal error of the SDK"),
        ] {
            assert_eq!(kind.to_string(), phrase);
        }
        assert_eq!(format!("[{:>10}]", ErrorKind::NotFound), "[ not found]");
    }
}
