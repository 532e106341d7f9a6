//! The HTTP stack's errors as ours, without the URL that they carry.

use std::error::Error as StdError;
use std::io;

use super::call::Call;
use crate::{Error, ErrorKind};

/// The error of a request that was not answered, or whose answer broke off.
///
/// The kind says whether anything can have left: a failed connection is [`ErrorKind::Connect`],
/// and everything after it [`ErrorKind::Interrupted`].
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
    call.transient(call.error(ErrorKind::Interrupted, text))
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

/// Whether the connection will fail the same way again: for what the other side's TLS is, which
/// rustls tells as invalid data and the libraries of operating systems by the word "certificate", or
/// for a proxy that wants a password.
fn is_for_good(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        next = match error.downcast_ref::<io::Error>() {
            Some(error) if error.kind() == io::ErrorKind::InvalidData => return true,
            // What an io::Error holds is not its source: `source` would leave one of them out.
            Some(error) => error.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    let reason = innermost(error);
    ["certificate", "proxy authorization"]
        .iter()
        .any(|sign| reason.contains(sign))
}
