//! Sources of rows: iterators and streams.

use std::error::Error as StdError;
use std::fmt;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::data::row_json::to_row;

/// Rows that a request such as [`Table::create_many`](crate::Table::create_many) stores: those of an iterator or of a stream.
///
/// Every iterator of rows converts to it, so that `create_many(vec)` needs none of these functions. A row is serialized
/// when it is taken, and at most as many rows are taken as the requests in progress contain.
///
/// ```
/// use backendless::Rows;
/// use futures_util::stream;
///
/// # backendless_local::doc_example!(|client| {
/// let numbers = client.data::<backendless::Record>("Number");
/// let row = |n| serde_json::json!({"n": n});
/// numbers.create_many((0..5).map(row)).await?;
/// numbers.create_many(Rows::stream(stream::iter(5..9).map(row))).await?;
/// assert_eq!(numbers.count().await?, 9);
/// # use futures_util::StreamExt;
/// # });
/// ```
pub struct Rows(Box<TakeRow>);

/// Takes the next row.
type TakeRow = dyn FnMut(&mut Context<'_>) -> Poll<Option<NextRow>> + Send;

/// A row, or why there is none.
pub(super) type NextRow = Result<Box<RawValue>, RowProblem>;

/// Why a row cannot be stored.
pub(super) enum RowProblem {
    /// It cannot be sent. The text is the rest of a sentence whose subject is the row.
    Invalid(String),
    /// The source of the rows failed.
    Source(Box<dyn StdError + Send + Sync>),
}

impl Rows {
    /// Creates rows from an iterator that can fail, such as a reader of a CSV file.
    ///
    /// The first error ends the request, with an error of kind [`Io`](crate::ErrorKind::Io).
    ///
    /// ```
    /// use backendless::Rows;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let numbers = client.data::<backendless::Record>("Number");
    /// let lines = ["1", "2", "three"].into_iter();
    /// let rows = lines.map(|line| line.parse::<i32>().map(|n| serde_json::json!({"n": n})));
    /// let error = numbers.create_many(Rows::try_iter(rows)).await.unwrap_err();
    /// assert!(error.to_string().starts_with("createObjects: row 2 could not be read: invalid digit"));
    /// # });
    /// ```
    pub fn try_iter<I, B, E>(rows: I) -> Self
    where
        I: IntoIterator<Item = Result<B, E>>,
        I::IntoIter: Send + 'static,
        B: Serialize,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let mut rows = rows.into_iter();
        Self(Box::new(move |_| Poll::Ready(rows.next().map(read))))
    }

    /// Creates rows from a stream.
    ///
    /// The last chunk is sent when the stream ends, so a stream that pauses delays the rows of an incomplete chunk.
    ///
    /// ```
    /// use backendless::Rows;
    /// use futures_util::stream;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let numbers = client.data::<backendless::Record>("Number");
    /// let rows = stream::iter([serde_json::json!({"n": 1}), serde_json::json!({"n": 2})]);
    /// assert_eq!(numbers.create_many(Rows::stream(rows)).await?.len(), 2);
    /// # });
    /// ```
    pub fn stream<S>(rows: S) -> Self
    where
        S: Stream + Send + 'static,
        S::Item: Serialize,
    {
        let mut rows = Box::pin(rows);
        Self(Box::new(move |context| {
            let row = rows.as_mut().poll_next(context);
            row.map(|row| row.map(|row| encode(&row)))
        }))
    }

    /// Creates rows from a stream that can fail, such as the rows of another table.
    ///
    /// The first error ends the request, with an error of kind [`Io`](crate::ErrorKind::Io).
    ///
    /// ```
    /// use backendless::Rows;
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let numbers = client.data::<backendless::Record>("Number");
    /// # for n in 0..3 { numbers.create(&serde_json::json!({"n": n})).await?; }
    /// // Copies a table. The rows keep their ids, so that the copy can be repeated.
    /// let copies = client.data::<backendless::Record>("Copy");
    /// copies.upsert_many(Rows::try_stream(numbers.find().stream())).await?;
    /// assert_eq!(copies.count().await?, 3);
    /// # });
    /// ```
    pub fn try_stream<S, B, E>(rows: S) -> Self
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Serialize,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let mut rows = Box::pin(rows);
        Self(Box::new(move |context| {
            let row = rows.as_mut().poll_next(context);
            row.map(|row| row.map(read))
        }))
    }

    /// Takes the next row. It is not called after the end or a problem.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<NextRow>> {
        (self.0)(context)
    }
}

fn encode<B: Serialize>(row: &B) -> NextRow {
    to_row(row).map_err(RowProblem::Invalid)
}

fn read<B: Serialize, E: Into<Box<dyn StdError + Send + Sync>>>(row: Result<B, E>) -> NextRow {
    match row {
        Ok(row) => encode(&row),
        Err(error) => Err(RowProblem::Source(error.into())),
    }
}

impl<I> From<I> for Rows
where
    I: IntoIterator,
    I::IntoIter: Send + 'static,
    I::Item: Serialize,
{
    fn from(rows: I) -> Self {
        let mut rows = rows.into_iter();
        Self(Box::new(move |_| {
            Poll::Ready(rows.next().map(|row| encode(&row)))
        }))
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}
