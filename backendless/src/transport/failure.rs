//! The HTTP stack's errors as ours, without the URL that they carry.

use std::error::Error as StdError;
use std::io;

use super::call::Call;
use crate::{Error, ErrorKind};

/// The error of a request that was not answered, or whose answer broke off.
///
/// The kind says whether anything can have left: a failed connection is [`ErrorKind::Connect`],
/// and everything after it [`ErrorKind::ConnectionLost`].
pub(super) fn of_transport(error: reqwest::Error, call: &Call) -> Error {
    let error = error.without_url();
    let reason = innermost(&error);
    // Before all others: the chain then holds the source's own error, which may be of any kind.
    if let Some(kind) = call.limit.source_failed() {
        return call
            .error(
                kind,
                format!("what was to be sent could not be read: {reason}"),
            )
            .final_because("a part of it may have left")
            .with_source(error);
    }
    if error.is_connect() {
        let text = format!("no connection: {reason}");
        let failed = call.error(ErrorKind::Connect, text);
        let failed = if is_for_good(&error) {
            failed.final_because("it would fail the same way again")
        } else {
            failed.retryable(true)
        };
        return failed.with_source(error);
    }
    if error.is_timeout() {
        return call.timed_out("no answer came").with_source(error);
    }
    if error.is_builder() {
        let text = format!("the request cannot be sent: {reason}");
        return call
            .error(ErrorKind::InvalidArgument, text)
            .with_attempts(0)
            .with_source(error);
    }
    let text = format!("the connection was lost: {reason}");
    call.transient(call.error(ErrorKind::ConnectionLost, text))
        .with_source(error)
}

/// The last error of the chain, which says what happened; the ones before it say to whom.
pub(super) fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// Whether the connection will fail the same way again: for what the other side's TLS is, or for a
/// proxy that wants a password.
fn is_for_good(error: &(dyn StdError + 'static)) -> bool {
    let mut is_tls = false;
    let mut next = Some(error);
    while let Some(error) = next {
        is_tls |= is_of_native_tls(error);
        match error.downcast_ref::<io::Error>() {
            // So rustls tells that the other side's TLS is none that it can accept.
            Some(error) if error.kind() == io::ErrorKind::InvalidData => return true,
            // The connection broke during the handshake.
            Some(error) if error.get_ref().is_none() => is_tls = false,
            _ => (),
        }
        next = inner(error);
    }
    is_tls || innermost(error).contains("proxy authorization")
}

/// The cause of `error`. What an [`io::Error`] holds is not its source: `source` would leave one of
/// the two out.
fn inner<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as _),
        None => error.source(),
    }
}

#[cfg(feature = "native-tls")]
fn is_of_native_tls(error: &(dyn StdError + 'static)) -> bool {
    error.is::<native_tls::Error>()
}

#[cfg(not(feature = "native-tls"))]
fn is_of_native_tls(_: &(dyn StdError + 'static)) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_was_refused_or_reset_may_be_made_another_time() {
        for kind in [
            io::ErrorKind::ConnectionRefused,
            io::ErrorKind::ConnectionReset,
        ] {
            assert!(!is_for_good(&io::Error::from(kind)));
            assert!(!is_for_good(&io::Error::other(io::Error::from(kind))));
        }
    }

    #[test]
    fn what_rustls_refuses_is_for_good() {
        let refused = io::Error::new(io::ErrorKind::InvalidData, "invalid peer certificate");
        assert!(is_for_good(&io::Error::other(refused)));
    }

    #[test]
    #[cfg(feature = "native-tls")]
    fn what_the_library_of_the_operating_system_refuses_is_for_good() {
        let refused = native_tls::Certificate::from_der(b"none").err();
        let refused = refused.expect("four letters are no certificate");
        assert!(is_for_good(&io::Error::other(refused)));
    }
}
