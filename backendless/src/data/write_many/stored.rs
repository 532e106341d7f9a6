//! Chunks of rows that are stored.

use std::fmt;
use std::ops::Range;

/// Chunk of rows that the service stored; an item of a [`StoredRowsStream`](super::StoredRowsStream).
///
/// ```
/// use futures_util::TryStreamExt;
///
/// # backendless_local::doc_example!(|client| {
/// let notes = client.data::<backendless::Record>("Note");
/// let rows = (0..3).map(|n| serde_json::json!({"n": n}));
/// let mut stored = notes.create_many(rows).chunk_size(2).stream();
/// let chunk = stored.try_next().await?.expect("rows were given");
/// assert_eq!((chunk.rows, chunk.ids.len()), (0..2, 2));
/// # });
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredRows {
    /// The numbers of the rows, from 0.
    pub rows: Range<usize>,
    /// The ids of the rows, in the order of the rows.
    pub ids: Vec<String>,
}

/// Prints no ids: they are the caller's data.
impl fmt::Debug for StoredRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRows")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
