//! Sends chunks of rows, several at the same time, and records what happened to each row.

use std::fmt;
use std::future::IntoFuture;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde_json::value::RawValue;

use super::error::{RowRanges, RowStatus, WriteManyError};
use super::rows::{RowProblem, Rows};
use super::stored::StoredRows;
use super::{MAX_CHUNK_SIZE, OnProgress, Write};
use crate::data::row_json::{has_object_id, new_object_id, with_object_id};
use crate::generated::raw;
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture};
use crate::transport::Settings;
use crate::{Client, Error, ErrorKind, Result};

/// Stream that stores rows, and returns each chunk when it is stored; created by [`WriteMany::stream`](super::WriteMany::stream).
///
/// With a [`concurrency`](super::WriteMany::concurrency) of more than 1 the chunks may be stored in another order than
/// that of the rows. The stream ends after an error, which it returns when no chunk is in flight.
///
/// ```
/// use futures_util::TryStreamExt;
///
/// # backendless_local::doc_example!(|client| {
/// let numbers = client.data::<backendless::Record>("Number");
/// let rows = (0..1_000).map(|n| serde_json::json!({"n": n}));
/// let mut stored = numbers.create_many(rows).concurrency(4).stream();
/// let mut count = 0;
/// while let Some(chunk) = stored.try_next().await? {
///     count += chunk.ids.len();
/// }
/// assert_eq!(count, 1_000);
/// # });
/// ```
#[must_use = "a stream stores no rows unless it is polled"]
pub struct StoredRowsStream {
    writer: Writer,
    rows: Rows,
    chunk_size: usize,
    concurrency: usize,
    on_progress: Option<OnProgress>,
    /// Requests in progress.
    chunks: Vec<Chunk>,
    /// Rows of the next request.
    next: ChunkRows,
    /// The number of rows taken.
    taken: usize,
    /// Whether no more rows are taken.
    is_exhausted: bool,
    ranges: RowRanges,
    stored: usize,
    has_sent: bool,
    failure: Option<Error>,
    /// The ids that the client chose for rows that may be stored.
    unknown_ids: Vec<StoredRows>,
}

/// Creates the requests of chunks.
pub(super) struct Writer {
    pub(super) client: Client,
    pub(super) table: Arc<str>,
    pub(super) write: Write,
    pub(super) settings: Settings,
}

/// Rows of one request.
#[derive(Default)]
struct ChunkRows {
    rows: Vec<Box<RawValue>>,
    /// The ids that the client chose.
    ids: Vec<String>,
    has_row_without_id: bool,
}

/// A request in progress.
struct Chunk {
    rows: Range<usize>,
    chosen_ids: Vec<String>,
    is_idempotent: bool,
    request: RequestFuture<Vec<String>>,
}

impl StoredRowsStream {
    pub(super) fn new(
        writer: Writer,
        rows: Rows,
        chunk_size: usize,
        concurrency: usize,
        on_progress: Option<OnProgress>,
    ) -> Self {
        let is_valid = (1..=MAX_CHUNK_SIZE).contains(&chunk_size);
        let failure = (!is_valid).then(|| {
            let text =
                format!("chunk_size is {chunk_size}: it must be between 1 and {MAX_CHUNK_SIZE}");
            Error::invalid_argument(text).with_operation(writer.write.operation())
        });
        Self {
            writer,
            rows,
            chunk_size,
            concurrency,
            on_progress,
            chunks: Vec::new(),
            next: ChunkRows::default(),
            taken: 0,
            is_exhausted: false,
            ranges: RowRanges::default(),
            stored: 0,
            has_sent: false,
            failure,
            unknown_ids: Vec::new(),
        }
    }

    /// Takes rows and sends chunks until the maximum number of requests is in progress.
    fn send_chunks(&mut self, context: &mut Context<'_>) {
        while self.failure.is_none() && !self.is_exhausted && self.chunks.len() < self.concurrency {
            match self.rows.poll_next(context) {
                Poll::Pending => return,
                Poll::Ready(Some(row)) => {
                    let row = row.and_then(|row| self.next.push(self.writer.write, row));
                    self.taken += 1;
                    match row {
                        Ok(()) if self.next.rows.len() < self.chunk_size => {}
                        Ok(()) => self.send_chunk(),
                        Err(problem) => self.fail_row(problem),
                    }
                }
                Poll::Ready(None) => {
                    self.is_exhausted = true;
                    if !self.next.rows.is_empty() {
                        self.send_chunk();
                    }
                }
            }
        }
    }

    fn send_chunk(&mut self) {
        let chunk = std::mem::take(&mut self.next);
        let rows = self.taken - chunk.rows.len()..self.taken;
        self.has_sent = true;
        self.chunks.push(self.writer.send(rows, chunk));
    }

    /// Ends the request because of the row that was taken last.
    fn fail_row(&mut self, problem: RowProblem) {
        let row = self.taken - 1;
        let error = match problem {
            RowProblem::Invalid(problem) => Error::invalid_argument(format!("row {row} {problem}")),
            RowProblem::Source(source) => {
                let reason = source.to_string();
                let reason = match self.writer.client.transport.is_secret_in(&reason) {
                    true => "the message of its error is withheld, because it repeats a secret",
                    false => &reason,
                };
                Error::new(
                    ErrorKind::Io,
                    format!("row {row} could not be read: {reason}"),
                )
            }
        };
        // The texts of errors of an operation say that nothing was sent.
        let error = match self.has_sent {
            true => error,
            false => error.with_operation(self.writer.write.operation()),
        };
        self.failure = Some(error);
    }

    /// Polls the requests in progress, and returns a chunk that was stored.
    fn poll_chunks(&mut self, context: &mut Context<'_>) -> Option<StoredRows> {
        let mut at = 0;
        while let Some(chunk) = self.chunks.get_mut(at) {
            match chunk.request.as_mut().poll(context) {
                Poll::Pending => at += 1,
                Poll::Ready(result) => {
                    let chunk = self.chunks.swap_remove(at);
                    match result {
                        Ok(ids) => return Some(self.record(chunk, ids)),
                        Err(error) => self.fail(chunk, error),
                    }
                }
            }
        }
        None
    }

    fn record(&mut self, chunk: Chunk, ids: Vec<String>) -> StoredRows {
        let Chunk {
            rows, chosen_ids, ..
        } = chunk;
        self.ranges.add(rows.clone(), RowStatus::Stored);
        self.stored += rows.len();
        if let Some(report) = &mut self.on_progress {
            report(self.stored);
        }
        let ids = match chosen_ids.is_empty() {
            true => ids,
            false => chosen_ids,
        };
        StoredRows { rows, ids }
    }

    fn fail(&mut self, chunk: Chunk, error: Error) {
        let status = status_after(&error, chunk.is_idempotent);
        self.ranges.add(chunk.rows.clone(), status);
        if status == RowStatus::Unknown && !chunk.chosen_ids.is_empty() {
            self.unknown_ids.push(StoredRows {
                rows: chunk.rows,
                ids: chunk.chosen_ids,
            });
        }
        self.failure.get_or_insert(error);
    }

    /// Returns the error of a request without chunks in flight, once.
    fn finish(&mut self) -> Option<WriteManyError> {
        self.is_exhausted = true;
        let error = self.failure.take()?;
        // Rows of an incomplete chunk, and the row that could not be sent.
        let RowRanges {
            stored,
            not_stored,
            unknown,
        } = &self.ranges;
        let ends = [stored, not_stored, unknown].into_iter();
        let sent = ends
            .filter_map(|ranges| ranges.last())
            .map(|range| range.end);
        let sent = sent.max().unwrap_or(0);
        self.ranges.add(sent..self.taken, RowStatus::NotStored);
        let ranges = std::mem::take(&mut self.ranges);
        let ids = std::mem::take(&mut self.unknown_ids);
        Some(WriteManyError::new(error, ranges, ids))
    }
}

impl Stream for StoredRowsStream {
    type Item = Result<StoredRows, WriteManyError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        this.send_chunks(context);
        if let Some(stored) = this.poll_chunks(context) {
            return Poll::Ready(Some(Ok(stored)));
        }
        let is_finished = this.is_exhausted || this.failure.is_some();
        match this.chunks.is_empty() && is_finished {
            true => Poll::Ready(this.finish().map(Err)),
            false => Poll::Pending,
        }
    }
}

impl ChunkRows {
    fn push(&mut self, write: Write, row: Box<RawValue>) -> Result<(), RowProblem> {
        let row = match write {
            Write::Create => row,
            Write::Upsert => {
                self.has_row_without_id |= !has_object_id(&row);
                row
            }
            Write::CreateOnce => {
                let id = new_object_id().map_err(|error| RowProblem::Source(error.into()))?;
                let row = with_object_id(&row, &id).map_err(RowProblem::Invalid)?;
                self.ids.push(id);
                row
            }
        };
        self.rows.push(row);
        Ok(())
    }
}

impl Writer {
    /// Creates the request of a chunk.
    fn send(&self, rows: Range<usize>, chunk: ChunkRows) -> Chunk {
        let operation = self.write.operation();
        let prepared = match self.write {
            Write::Create => raw::create_objects(&self.table, &chunk.rows),
            Write::CreateOnce | Write::Upsert => raw::upsert_objects(&self.table, &chunk.rows),
        };
        let prepared = match self.write {
            Write::Create => prepared,
            Write::Upsert if chunk.has_row_without_id => prepared,
            Write::CreateOnce | Write::Upsert => prepared.map(Prepared::with_object_ids),
        };
        let is_idempotent = matches!(&prepared, Ok(prepared) if prepared.parts.is_idempotent());
        let expected = rows.len();
        let received = move |ids: Result<Option<Vec<String>>>, attempts| {
            let ids = ids?.unwrap_or_default();
            match ids.len() == expected {
                true => Ok(ids),
                false => {
                    let text = format!("the response has {} ids for {expected} rows", ids.len());
                    let error = Error::new(ErrorKind::Decode, text).with_operation(operation);
                    Err(error.with_attempts(attempts))
                }
            }
        };
        let request = Request::then(&self.client, prepared, received);
        Chunk {
            rows,
            chosen_ids: chunk.ids,
            is_idempotent: self.settings.idempotent.unwrap_or(is_idempotent),
            request: request.with_settings(self.settings.clone()).into_future(),
        }
    }
}

/// Returns what a failed request means for its rows. The service stores all rows of a request or none.
fn status_after(error: &Error, is_idempotent: bool) -> RowStatus {
    if error.attempts() == 0 {
        return RowStatus::NotStored;
    }
    // An earlier attempt may have been processed. Without idempotency, no attempt follows such a one.
    if is_idempotent && error.attempts() > 1 {
        return RowStatus::Unknown;
    }
    let is_rejected = match error.status() {
        // A gateway sends these after it has passed the request on.
        Some(408 | 499) => false,
        Some(status) => (400..500).contains(&status),
        None => false,
    };
    let is_unprocessed = match error.kind() {
        ErrorKind::Connect | ErrorKind::RateLimited => true,
        // Another attempt is possible only if it would not store the rows twice.
        _ => error.is_retryable() && !is_idempotent,
    };
    match is_rejected || is_unprocessed {
        true => RowStatus::NotStored,
        false => RowStatus::Unknown,
    }
}

/// Prints no rows: they are the caller's data.
impl fmt::Debug for StoredRowsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRowsStream")
            .field("table", &self.writer.table)
            .field("taken", &self.taken)
            .field("stored", &self.stored)
            .finish_non_exhaustive()
    }
}
