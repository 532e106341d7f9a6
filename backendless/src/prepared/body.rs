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
/// Created by [`Multipart::new`].
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
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The clock of the client that sends the body; set when the first attempt starts.
    clock: Option<Arc<dyn Clock>>,
    /// When the last chunk was transferred, or the attempt started.
    last: Option<Instant>,
    chunks: u64,
    failure: Option<ErrorKind>,
    stage: TransferStage,
}

/// Stage of the transfer of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransferStage {
    /// The server is to accept the next chunk.
    Sending { sent: u64 },
    /// The source is to deliver the next chunk.
    WaitingForSource { sent: u64 },
    /// All chunks were sent.
    Sent,
}

impl Default for TransferStage {
    fn default() -> Self {
        Self::Sending { sent: 0 }
    }
}

impl Progress {
    /// Starts an attempt, which transfers the body from its start and is measured by `clock`.
    pub(crate) fn start(&self, clock: &Arc<dyn Clock>) {
        let mut state = self.state();
        state.clock = Some(Arc::clone(clock));
        state.last = Some(clock.now());
        state.chunks += 1;
        state.failure = None;
        state.stage = TransferStage::default();
    }

    /// Records that a chunk was transferred.
    pub(crate) fn step(&self) {
        let mut state = self.state();
        state.last = state.clock.as_ref().map(|clock| clock.now());
        state.chunks += 1;
    }

    /// Records that the source of the body failed: no more chunks follow.
    pub(crate) fn fail(&self, kind: ErrorKind) {
        self.state().failure = Some(kind);
    }

    /// Records the stage of the transfer.
    pub(crate) fn set_stage(&self, stage: TransferStage) {
        self.state().stage = stage;
    }

    /// Returns the stage of the transfer.
    pub(crate) fn stage(&self) -> TransferStage {
        self.state().stage
    }

    /// Returns when the last chunk was transferred, or the attempt started; `None` before the first attempt.
    pub(crate) fn last(&self) -> Option<Instant> {
        self.state().last
    }

    /// Returns the number of chunks and attempts so far.
    pub(crate) fn chunks(&self) -> u64 {
        self.state().chunks
    }

    /// Returns the kind of the error with which the source of the body failed, if it did.
    pub(crate) fn failure(&self) -> Option<ErrorKind> {
        self.state().failure
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
