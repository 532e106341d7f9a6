//! The HTTP stack's errors as ours, without the URL that they carry.

use std::error::Error as StdError;

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
        let failed = match is_distrust(&error) {
            true => failed.final_because("the server's certificate would be the same"),
            false => failed.retryable(true),
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

/// Whether the connection failed in a way that it will fail again: rustls tells what is wrong with
/// the other side's TLS as invalid data, and the libraries of operating systems by this word.
fn is_distrust(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let is_invalid_data = error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData);
        if is_invalid_data || error.source().is_none() && error.to_string().contains("certificate")
        {
            return true;
        }
        next = error.source();
    }
    false
}
