//! Request bodies.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use futures_core::Stream;

use crate::{Clock, ErrorKind, Result};

/// Body of a request.
pub(crate) enum Body {
    Empty,
    Bytes(Bytes),
    Multipart(Multipart),
}

/// Multipart body with one file, for the function `upload_file` of [`raw`](crate::raw).
///
/// Created from an [`Upload`](crate::Upload).
pub struct Multipart {
    pub(crate) source: Box<dyn FormSource>,
    pub(crate) progress: Progress,
}

/// Prints that it is a multipart body; the content is the caller's data.
impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart").finish_non_exhaustive()
    }
}

/// Opens the form of a multipart body, once per attempt.
pub(crate) trait FormSource: Send {
    /// Opens the form from its start.
    fn open(&mut self) -> Pin<Box<dyn Future<Output = Result<Form>> + Send>>;

    /// Whether the form can be opened another time.
    fn is_replayable(&self) -> bool;
}

/// A form with one file.
pub(crate) struct Form {
    pub(crate) field: &'static str,
    pub(crate) file_name: String,
    pub(crate) media_type: String,
    /// The length of the content in bytes, if it is known.
    pub(crate) length: Option<u64>,
    pub(crate) content: Content,
}

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Content = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// Progress of a body that is transferred in chunks. The body reports it, and the deadline of the attempt observes it.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Shared>);

struct Shared {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    /// When the last chunk was transferred, or the attempt started.
    last: Instant,
    chunks: u64,
    failure: Option<ErrorKind>,
}

impl Progress {
    /// Progress that has just started, by `clock`.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let state = State {
            last: clock.now(),
            chunks: 0,
            failure: None,
        };
        Self(Arc::new(Shared {
            clock,
            state: Mutex::new(state),
        }))
    }

    /// Records that a chunk was sent or received.
    pub(crate) fn step(&self) {
        let now = self.0.clock.now();
        let mut state = self.state();
        state.last = now;
        state.chunks += 1;
    }

    /// Records that the body is sent from its start.
    pub(crate) fn restart(&self) {
        self.step();
        self.state().failure = None;
    }

    /// Records that the source of the body failed: no more chunks follow.
    pub(crate) fn fail(&self, kind: ErrorKind) {
        self.state().failure = Some(kind);
    }

    /// Returns when the last chunk was sent or received.
    pub(crate) fn last(&self) -> Instant {
        self.state().last
    }

    /// Returns the number of chunks so far.
    pub(crate) fn chunks(&self) -> u64 {
        self.state().chunks
    }

    /// Returns the kind of the error with which the source of the body failed, if it did.
    pub(crate) fn failure(&self) -> Option<ErrorKind> {
        self.state().failure
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
