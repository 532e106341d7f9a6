//! The HTTP stack's errors as ours, without the URL that they carry.

use std::error::Error as StdError;

use super::response::Call;
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
        return call
            .error(ErrorKind::Connect, format!("no connection: {reason}"))
            .retryable(true)
            .with_source(error);
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
