//! Downloads: the URL of a file is a value of the service, and not the path of an operation.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use tokio::time::{Instant, Sleep};

use super::additions::Additions;
use super::context::RequestContext;
use super::http::{Chunks, FileUrl, Response};
use crate::operation::{ErrorCodes, Idempotency, Operation, Origin, SessionUse};
use crate::{Error, ErrorKind, Result};

/// The download of a file, which is not an operation of the document.
pub(crate) static DOWNLOAD: Operation = Operation {
    id: "download",
    service: "Files",
    method: "GET",
    path: "{fileURL}",
    origin: Origin::Overlay,
    session: SessionUse::Uses,
    idempotency: Idempotency::Safe,
    error_codes: ErrorCodes::Service,
    returns_token: false,
    path_parameters: &[],
};

/// The headers of a download.
pub(super) static HEADERS: [(HeaderName, HeaderValue); 1] =
    [(ACCEPT, HeaderValue::from_static("*/*"))];

/// Adds the caller's query parameters to `url`, and returns the headers of the download with those of the caller.
pub(super) fn add(
    additions: &Additions,
    url: &mut FileUrl,
) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let added = additions.checked_headers()?;
    additions.check_headers(&HEADERS)?;
    let query = additions.merged_query(url.query().map(str::to_owned))?;
    let changed = url.set_query(query);
    changed.map_err(|problem| format!("the URL of the file {problem}"))?;
    Ok([&HEADERS, added].concat())
}

const NOT_WRITTEN: &str = "the file could not be written";

/// Body of a download.
pub(crate) struct FileBody {
    /// `None` after the end, successful or not.
    chunks: Option<Chunks>,
    length: Option<u64>,
    /// Expires when the next chunk is overdue. It is reset only while no chunk is available: a reset for each chunk
    /// would take longer than reading the chunk.
    timer: Pin<Box<Sleep>>,
    /// The number of chunks when the timer was set.
    timer_chunks: Option<u64>,
    received_chunks: u64,
    received_bytes: u64,
    context: Box<RequestContext>,
}

impl FileBody {
    pub(super) fn new(context: Box<RequestContext>, response: Response) -> Self {
        Self {
            length: response.content_length(),
            timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
            timer_chunks: None,
            received_chunks: 0,
            received_bytes: 0,
            chunks: Some(response.into_chunks()),
            context,
        }
    }

    /// Returns the length of the file in bytes, if the server sent it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.context.attempts
    }

    pub(crate) fn max_file_size(&self) -> usize {
        self.context.shared.max_file_size
    }

    /// Creates the error of a file that is too long to be read into memory.
    pub(crate) fn too_long(&self) -> Error {
        let max_bytes = self.max_file_size();
        let text = format!(
            "the file is longer than {max_bytes} bytes: see `max_response_size`, or use `save_to`"
        );
        self.context
            .fail(self.context.error(ErrorKind::Decode, text))
    }

    /// Runs `future`, which writes a part of the file to the disk, within the total timeout and the time without progress.
    pub(crate) fn write<F: Future>(&self, future: F) -> impl Future<Output = Result<F::Output>> {
        // The chunks are not `Sync`, so the future must not borrow them.
        let context = &self.context;
        async move {
            let written = context.within_attempt(future, NOT_WRITTEN).await;
            written.map_err(|error| context.fail(error))
        }
    }

    /// Runs `future`, which writes the complete file, within the total timeout: its duration depends on the length.
    pub(crate) fn finish<F: Future>(&self, future: F) -> impl Future<Output = Result<F::Output>> {
        let context = &self.context;
        async move {
            let written = context.within_total_timeout(future, NOT_WRITTEN).await;
            written.map_err(|error| context.fail(error))
        }
    }

    /// Polls the next chunk; `None` at the end of the file.
    pub(crate) fn poll(&mut self, task: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        let Some(chunks) = &mut self.chunks else {
            return Poll::Ready(Ok(None));
        };
        let end = match chunks.as_mut().poll_next(task) {
            // Chunks that are always available would never let the timer expire.
            Poll::Ready(Some(Ok(_))) if self.context.deadline.is_expired() => {
                Err(self.context.timed_out("the file was not complete"))
            }
            Poll::Ready(Some(Ok(chunk))) => {
                self.received_chunks += 1;
                self.received_bytes += chunk.len() as u64;
                return Poll::Ready(Ok(Some(chunk)));
            }
            Poll::Ready(Some(Err(error))) => Err(self.context.http_error(error)),
            Poll::Ready(None) => match self.length {
                Some(length) if length != self.received_bytes => {
                    Err(self.context.incomplete(self.received_bytes, length))
                }
                _ => Ok(None),
            },
            Poll::Pending => {
                ready!(self.poll_timer(task));
                Err(self
                    .context
                    .timed_out("no further part of the file was received"))
            }
        };
        self.chunks = None;
        Poll::Ready(end.map_err(|error| {
            let error = error
                .final_because("the file was already opened, and only the caller can start again");
            self.context.fail(error)
        }))
    }

    /// Waits until the next chunk is overdue.
    fn poll_timer(&mut self, task: &mut Context<'_>) -> Poll<()> {
        if self.timer_chunks != Some(self.received_chunks) {
            // The time in which the caller used the last chunk is not one without progress of the server.
            self.context.deadline.step();
            let remaining = self.context.deadline.remaining();
            let Some(overdue) = Instant::now().checked_add(remaining) else {
                // Without a limit there is nothing to wait for; the body wakes the task.
                return Poll::Pending;
            };
            self.timer_chunks = Some(self.received_chunks);
            self.timer.as_mut().reset(overdue);
        }
        self.timer.as_mut().poll(task)
    }
}
