//! The error of a request that stores many rows: what happened to each row.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Range;

use super::stored::StoredRows;
use crate::Error;

/// Error of a request that stores many rows, such as [`WriteMany`](crate::WriteMany).
///
/// It contains the first [`error`](Self::error), and what happened to each row. After the first error no further chunk is
/// sent, and the chunks that are in flight are completed.
///
/// Rows are numbered from 0, in the order in which they were taken from the iterator or the stream. A job continues with
/// the rows whose [`status`](Self::status) is [`NotStored`](RowStatus::NotStored), and finds out about those whose status
/// is [`Unknown`](RowStatus::Unknown).
///
/// ```
/// use backendless::RowStatus;
///
/// # backendless_local::doc_example!(|client| {
/// let numbers = client.data::<backendless::Record>("Number");
/// // The type of a column is that of its first value.
/// let rows = |n: i64| match n {
///     250 => serde_json::json!({"n": "wrong"}),
///     n => serde_json::json!({"n": n}),
/// };
/// let error = numbers.create_many((0..500).map(rows)).await.unwrap_err();
/// assert_eq!(error.error().code(), Some(backendless::ErrorCode::WRONG_TYPE));
/// assert_eq!(error.stored(), [0..200]);
/// assert_eq!(error.not_stored(), [200..300]);
/// assert!(error.unknown().is_empty());
///
/// // Stores the rest, with a correct row 250.
/// let rest = (0..500).filter(|n| error.status(*n) == RowStatus::NotStored);
/// let rest: Vec<_> = rest.map(|n| serde_json::json!({"n": n})).collect();
/// numbers.create_many(rest).await?;
/// assert_eq!(numbers.count().await?, 500);
/// # });
/// ```
#[derive(Clone)]
pub struct WriteManyError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    error: Error,
    rows: RowRanges,
    /// Rows with known ids, sorted.
    ids: Vec<StoredRows>,
}

/// What happened to a row; see [`WriteManyError::status`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let notes = client.data::<backendless::Record>("Note");
/// let error = notes.create_many(["no object"]).await.unwrap_err();
/// assert_eq!(error.status(0), backendless::RowStatus::NotStored);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowStatus {
    /// The service confirmed that the row is stored.
    Stored,
    /// The row is not stored: it was not sent, or the service rejected or did not process the request.
    NotStored,
    /// The row may be stored: it was sent, and no response that says so was received.
    Unknown,
}

/// The rows that were taken, by status.
#[derive(Clone, Default, Debug)]
pub(super) struct RowRanges {
    pub(super) stored: Vec<Range<usize>>,
    pub(super) not_stored: Vec<Range<usize>>,
    pub(super) unknown: Vec<Range<usize>>,
}

impl RowRanges {
    pub(super) fn add(&mut self, rows: Range<usize>, status: RowStatus) {
        let ranges = match status {
            RowStatus::Stored => &mut self.stored,
            RowStatus::NotStored => &mut self.not_stored,
            RowStatus::Unknown => &mut self.unknown,
        };
        insert(ranges, rows);
    }
}

/// Adds a range to sorted ranges, and joins it with its neighbours. Chunks are completed almost in order, so there are few
/// ranges.
fn insert(ranges: &mut Vec<Range<usize>>, rows: Range<usize>) {
    if rows.is_empty() {
        return;
    }
    let at = ranges.partition_point(|range| range.start < rows.start);
    ranges.insert(at, rows);
    if at + 1 < ranges.len() && ranges[at].end == ranges[at + 1].start {
        ranges[at].end = ranges.remove(at + 1).end;
    }
    if at > 0 && ranges[at - 1].end == ranges[at].start {
        ranges[at - 1].end = ranges.remove(at).end;
    }
}

fn count(ranges: &[Range<usize>]) -> usize {
    ranges.iter().map(ExactSizeIterator::len).sum()
}

fn contains(ranges: &[Range<usize>], row: usize) -> bool {
    ranges.iter().any(|range| range.contains(&row))
}

impl WriteManyError {
    pub(super) fn new(error: Error, rows: RowRanges, ids: Vec<StoredRows>) -> Self {
        Self(Box::new(Inner { error, rows, ids })).sorted()
    }

    /// Adds the ids of rows that a stream returned.
    pub(super) fn with_ids(mut self, ids: Vec<StoredRows>) -> Self {
        self.0.ids.extend(ids);
        self.sorted()
    }

    fn sorted(mut self) -> Self {
        self.0.ids.sort_by_key(|chunk| chunk.rows.start);
        self
    }

    /// Returns the first error: that of the first chunk that failed, or of a row that could not be read or serialized.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let error = notes.create_many(["no object"]).await.unwrap_err();
    /// assert_eq!(error.error().kind(), backendless::ErrorKind::InvalidArgument);
    /// # });
    /// ```
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.0.error
    }

    /// Returns what happened to the row with the number `row`, from 0. A row that was not taken from the iterator or the
    /// stream is [`NotStored`](RowStatus::NotStored).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let error = notes.create_many(["no object"]).await.unwrap_err();
    /// assert_eq!(error.status(7), backendless::RowStatus::NotStored);
    /// # });
    /// ```
    #[must_use]
    pub fn status(&self, row: usize) -> RowStatus {
        let rows = &self.0.rows;
        if contains(&rows.stored, row) {
            RowStatus::Stored
        } else if contains(&rows.unknown, row) {
            RowStatus::Unknown
        } else {
            RowStatus::NotStored
        }
    }

    /// Returns the id of the row with the number `row`, if it is stored. For
    /// [`create_many_once`](crate::Table::create_many_once), which chooses the ids, also if it may be stored.
    ///
    /// `None` for the rows of chunks that a [`stream`](crate::WriteMany::stream) returned before the error.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = [serde_json::json!({"n": 1}), serde_json::json!("no object")];
    /// let error = notes.create_many(rows).chunk_size(1).await.unwrap_err();
    /// let id = error.id(0).expect("the first row is stored");
    /// assert_eq!(notes.get(id).await?["n"], 1);
    /// assert_eq!(error.id(1), None);
    /// # });
    /// ```
    #[must_use]
    pub fn id(&self, row: usize) -> Option<&str> {
        let ids = &self.0.ids;
        let next = ids.partition_point(|chunk| chunk.rows.start <= row);
        let chunk = ids.get(next.checked_sub(1)?)?;
        let id = chunk.ids.get(row - chunk.rows.start);
        id.map(String::as_str)
    }

    /// Returns the ranges of rows that are stored, in order.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let error = notes.create_many(["no object"]).await.unwrap_err();
    /// assert!(error.stored().is_empty());
    /// # });
    /// ```
    #[must_use]
    pub fn stored(&self) -> &[Range<usize>] {
        &self.0.rows.stored
    }

    /// Returns the ranges of rows that were taken from the iterator or the stream and are not stored, in order. The rows
    /// after the last one that was taken are not stored either.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let error = notes.create_many(["no object"]).await.unwrap_err();
    /// assert_eq!(error.not_stored(), [0..1]);
    /// # });
    /// ```
    #[must_use]
    pub fn not_stored(&self) -> &[Range<usize>] {
        &self.0.rows.not_stored
    }

    /// Returns the ranges of rows that may be stored, in order: no response was received, or it could not be read.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let error = notes.create_many(["no object"]).await.unwrap_err();
    /// assert!(error.unknown().is_empty());
    /// # });
    /// ```
    #[must_use]
    pub fn unknown(&self) -> &[Range<usize>] {
        &self.0.rows.unknown
    }
}

impl From<WriteManyError> for Error {
    fn from(error: WriteManyError) -> Self {
        error.0.error
    }
}

impl fmt::Display for WriteManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { error, rows, .. } = &*self.0;
        write!(
            f,
            "{error}; rows stored: {}, not stored: {}, unknown: {}",
            count(&rows.stored),
            count(&rows.not_stored),
            count(&rows.unknown)
        )
    }
}

/// Prints no ids: they are the caller's data.
impl fmt::Debug for WriteManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteManyError")
            .field("error", &self.0.error)
            .field("rows", &self.0.rows)
            .finish_non_exhaustive()
    }
}

impl StdError for WriteManyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0.error)
    }
}

#[cfg(test)]
#[allow(
    clippy::single_range_in_vec_init,
    reason = "joined ranges may be one range"
)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_sorted_and_joined() {
        let mut ranges = Vec::new();
        for (rows, expected) in [
            (10..20, vec![10..20]),
            (30..40, vec![10..20, 30..40]),
            (0..5, vec![0..5, 10..20, 30..40]),
            (20..30, vec![0..5, 10..40]),
            (5..5, vec![0..5, 10..40]),
            (5..10, vec![0..40]),
        ] {
            insert(&mut ranges, rows);
            assert_eq!(ranges, expected);
        }
        assert_eq!(count(&ranges), 40);
    }

    #[test]
    fn an_error_is_one_word_wide() {
        assert_eq!(size_of::<WriteManyError>(), size_of::<usize>());
    }
}
