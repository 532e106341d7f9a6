//! Head of a response, for callers that want more than its value.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName};

/// Headers whose values contain no secret, so that they may be printed.
static PRINTABLE: [HeaderName; 16] = [
    header::ACCEPT_RANGES,
    header::AGE,
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::RETRY_AFTER,
    header::TRANSFER_ENCODING,
    header::VARY,
];

/// Status and headers of a response, and the number of attempts that it took.
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    /// The values of all headers that are not [`PRINTABLE`] are marked as sensitive.
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
}

impl ResponseHead {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, attempts: u32) -> Self {
        let mut headers = headers.clone();
        for (name, value) in &mut headers {
            value.set_sensitive(!PRINTABLE.contains(name));
        }
        Self {
            status: status.as_u16(),
            headers,
            attempts,
        }
    }
}

/// Place in which the transport stores the head of the last response of a request.
#[derive(Default)]
pub(crate) struct HeadSlot(Mutex<Option<ResponseHead>>);

impl HeadSlot {
    pub(super) fn store(&self, head: ResponseHead) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(head);
    }

    /// Returns the head, if a response was received.
    pub(crate) fn take(&self) -> Option<ResponseHead> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
