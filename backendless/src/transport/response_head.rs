//! Head of a successful response, for callers that want more than its value.

use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, StatusCode};

/// Status and headers of a successful response, and the number of attempts that it took.
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
}

impl ResponseHead {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, attempts: u32) -> Self {
        Self {
            status: status.as_u16(),
            headers: headers.clone(),
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
