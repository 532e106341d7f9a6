//! Classes of the errors of the HTTP stack. `cause` describes them without anything that a server or a caller sent.

use std::error::Error as StdError;
use std::io;

use super::cause::{Cause, chain, content_error, of_tls};
use crate::error::Detail;

/// Error of a request without a response, or whose response ended early.
pub(crate) struct HttpError {
    pub(in crate::transport) kind: HttpErrorKind,
    /// The text of the cause. For a stream of the caller that failed it is the caller's text.
    pub(in crate::transport) reason: String,
    pub(in crate::transport) source: Cause,
    pub(in crate::transport) detail: Option<Detail>,
}

/// Class of an [`HttpError`], which shows whether anything can have been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transport) enum HttpErrorKind {
    /// No connection was established: nothing was sent.
    Connect {
        /// Whether another attempt would fail in the same way.
        is_permanent: bool,
    },
    Timeout,
    /// The request could not be built: nothing was sent.
    InvalidRequest,
    /// The protocol guarantees that the server did not process the request.
    Unprocessed,
    /// The connection ended after the request, or a part of it, was sent.
    ConnectionLost,
}

impl HttpError {
    /// Converts the error of a request. With a proxy in the settings, each connection is one to the proxy, up to the TLS of
    /// the server behind it.
    pub(super) fn of_request(error: reqwest::Error, has_proxy: bool) -> Self {
        let is_secure = error.url().is_some_and(|url| url.scheme() == "https");
        let error = Self::from(error);
        let is_connect = matches!(error.kind, HttpErrorKind::Connect { .. });
        let is_of_server = is_secure && error.detail == Some(Detail::Tls);
        match has_proxy && is_connect && !is_of_server {
            true => Self {
                detail: Some(Detail::Proxy),
                ..error
            },
            false => error,
        }
    }
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        let source = error.without_url();
        let kind = if source.is_connect() {
            HttpErrorKind::Connect {
                is_permanent: is_permanent(&source),
            }
        } else if source.is_timeout() {
            HttpErrorKind::Timeout
        } else if source.is_builder() {
            HttpErrorKind::InvalidRequest
        } else if source.is_request() && is_unprocessed(&source) {
            HttpErrorKind::Unprocessed
        } else {
            HttpErrorKind::ConnectionLost
        };
        let detail = match kind {
            HttpErrorKind::Connect { .. } => connection_detail(&source),
            HttpErrorKind::ConnectionLost if is_of_another_protocol(&source) => {
                Some(Detail::NotBackendless)
            }
            _ => None,
        };
        let content_error = content_error(&source);
        let source = Cause::of(&source);
        Self {
            kind,
            reason: content_error.unwrap_or_else(|| source.text().to_owned()),
            source,
            detail,
        }
    }
}

/// Whether the server responded in another protocol than HTTP.
fn is_of_another_protocol(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|error| {
        error
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
    })
}

/// Returns which part of establishing a connection failed, if it is known.
fn connection_detail(error: &(dyn StdError + 'static)) -> Option<Detail> {
    // The host name or the TLS in its chain is that of the proxy.
    if chain(error).any(|error| error.to_string().starts_with("tunnel error: ")) {
        return Some(Detail::Proxy);
    }
    let mut detail = None;
    for error in chain(error) {
        let is_unknown_host = error
            .downcast_ref::<reqwest::Error>()
            .is_some_and(reqwest::Error::is_dns);
        let is_invalid_data = error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::InvalidData);
        if is_unknown_host {
            return Some(Detail::UnknownHost);
        } else if is_invalid_data || of_tls(error).is_some() {
            detail = Some(Detail::Tls);
        }
    }
    detail
}

/// Whether a connection would fail again in the same way: the TLS of the server is not acceptable, or a proxy requires a
/// password.
fn is_permanent(error: &(dyn StdError + 'static)) -> bool {
    let mut is_tls = false;
    let mut requires_password = false;
    for error in chain(error) {
        is_tls |= is_native_tls(error);
        match error.downcast_ref::<io::Error>() {
            // rustls reports a certificate or protocol that it does not accept in this way.
            Some(error) if error.kind() == io::ErrorKind::InvalidData => return true,
            // The connection was closed during the handshake.
            Some(error) if error.get_ref().is_none() => is_tls = false,
            Some(_) => {}
            None => requires_password = error.to_string().contains("proxy authorization"),
        }
    }
    is_tls || requires_password
}

/// Whether the error of a request without a response proves that the server did not process it: hyper did not send it, or
/// the server refused the stream or closed the connection to it (RFC 9113, sections 6.8 and 8.7).
fn is_unprocessed(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|error| {
        let is_unsent = error
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_canceled);
        is_unsent
            || error
                .downcast_ref::<h2::Error>()
                .is_some_and(is_rejected_stream)
    })
}

/// Whether the server rejected the stream of a request before processing it.
///
/// A stream ends with the error of a GOAWAY frame only if its id is greater than the last one of that frame, whatever the
/// reason. A stream that the server may have processed stays open, and ends with an I/O error if the connection does.
fn is_rejected_stream(error: &h2::Error) -> bool {
    let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    error.is_remote() && (is_refused || error.is_go_away())
}

#[cfg(feature = "native-tls")]
fn is_native_tls(error: &(dyn StdError + 'static)) -> bool {
    error.is::<native_tls::Error>()
}

#[cfg(not(feature = "native-tls"))]
fn is_native_tls(_: &(dyn StdError + 'static)) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_or_reset_connection_is_not_permanent() {
        for kind in [
            io::ErrorKind::ConnectionRefused,
            io::ErrorKind::ConnectionReset,
        ] {
            assert!(!is_permanent(&io::Error::from(kind)));
            assert!(!is_permanent(&io::Error::other(io::Error::from(kind))));
        }
    }

    #[test]
    fn a_certificate_that_rustls_rejects_is_permanent() {
        let rejected = io::Error::new(io::ErrorKind::InvalidData, "invalid peer certificate");
        assert!(is_permanent(&io::Error::other(rejected)));
    }

    #[test]
    #[cfg(feature = "native-tls")]
    fn a_certificate_that_the_operating_system_rejects_is_permanent() {
        let rejected = native_tls::Certificate::from_der(b"none").err();
        let rejected = rejected.expect("four letters are not a certificate");
        assert!(is_permanent(&io::Error::other(rejected)));
    }
}
