//! The classes of failures, and how an answer of the service falls into them.

use super::ErrorCode;

/// The class of an [`Error`](crate::Error): what a caller decides by.
///
/// More kinds may come; match with a `_` arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument cannot be sent as it is. Nothing was sent.
    InvalidArgument,
    /// No connection came about: name resolution, TCP, TLS or the proxy failed. Nothing was sent.
    Connect,
    /// A time limit of the client ended the call.
    Timeout,
    /// A file of this machine could not be read or written.
    Io,
    /// The connection was lost after the request, or a part of it, had left.
    ConnectionLost,
    /// The answer says success but could not be read as what was asked for.
    Decode,
    /// The service refused the call for a reason that has no kind of its own.
    Api,
    /// The login is wrong, or the session is missing or over.
    Unauthorized,
    /// The user may not do this.
    Forbidden,
    /// The object, table, file or method does not exist.
    NotFound,
    /// What would be made exists already.
    Conflict,
    /// Too many requests, or more than the application's plan covers. Nothing was done.
    RateLimited,
    /// The SDK itself is wrong: please report it.
    Internal,
}

impl ErrorKind {
    /// The kind of an answer: by its code, and only without one by its HTTP status.
    ///
    /// The status comes last because the service uses 400 for nearly everything.
    pub(crate) fn of_response(status: u16, code: Option<ErrorCode>) -> Self {
        code.and_then(Self::of_code)
            .unwrap_or_else(|| Self::of_status(status))
    }

    fn of_code(code: ErrorCode) -> Option<Self> {
        Some(match code.get() {
            999 | 9070 | 11009 | 11033 => Self::RateLimited,
            3000 | 3003 | 3023 | 3034 | 3036 | 3044 | 3048 | 3064 | 3083 | 3087 | 3090 | 3091
            | 3121 => Self::Unauthorized,
            1011..=1015
            | 1134
            | 2000
            | 2011
            | 3009
            | 3029
            | 3054
            | 3084
            | 3094
            | 3095
            | 4009
            | 4026
            | 5007
            | 5008
            | 6026 => Self::Forbidden,
            1000 | 1009 | 1035 | 3020 | 3057 | 4024 | 4025 | 5002 | 5010 | 6000 | 6007 | 14001
            | 14002 | 16001 => Self::NotFound,
            1101 | 1155 | 1166 | 3018 | 3033 | 6003 | 6018 => Self::Conflict,
            _ => return None,
        })
    }

    fn of_status(status: u16) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_before_the_status() {
        let kind = |status, code: i64| ErrorKind::of_response(status, Some(code.into()));
        assert_eq!(kind(400, 3064), ErrorKind::Unauthorized);
        assert_eq!(kind(400, 1000), ErrorKind::NotFound);
        assert_eq!(kind(200, 999), ErrorKind::RateLimited);
        assert_eq!(kind(404, 123_456), ErrorKind::NotFound);
        assert_eq!(kind(400, 123_456), ErrorKind::Api);
    }

    #[test]
    fn without_a_code_the_status_decides() {
        assert_eq!(ErrorKind::of_response(401, None), ErrorKind::Unauthorized);
        assert_eq!(ErrorKind::of_response(429, None), ErrorKind::RateLimited);
        assert_eq!(ErrorKind::of_response(302, None), ErrorKind::Api);
        assert_eq!(ErrorKind::of_response(500, None), ErrorKind::Api);
    }
}
