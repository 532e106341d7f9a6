//! Requests that store many rows, in chunks.

mod error;
mod rows;
mod stored;
mod stream;

use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use serde::Serialize;

pub use error::{RowStatus, WriteManyError};
pub use rows::Rows;
pub use stored::StoredRows;
pub use stream::StoredRowsStream;

use super::Table;
use crate::operations::{CREATE_OBJECTS, Operation, UPSERT_OBJECTS};
use crate::transport::Settings;
use crate::{Client, Result, RetryPolicy};
use stream::Writer;

/// Maximum number of rows of a request, which is that of Backendless Cloud.
const MAX_CHUNK_SIZE: usize = 100;

/// Maximum number of requests at the same time.
const MAX_CONCURRENCY: usize = 100;

type OnProgress = Box<dyn FnMut(usize) + Send>;

/// Request that stores many rows in chunks; created by [`Table::create_many`], [`Table::create_many_once`] and
/// [`Table::upsert_many`].
///
/// Await it for the ids of all rows, or call [`stream`](Self::stream) to receive them chunk by chunk. At most
/// [`concurrency`](Self::concurrency) chunks are in memory, for any number of rows. The settings of a request, such as
/// [`timeout`](Self::timeout), apply to each chunk.
///
/// The service stores all rows of a chunk or none. If a chunk fails, no further one is sent, and the chunks in flight are
/// completed; the [`WriteManyError`] contains what happened to each row. If the request is dropped, no further chunk is
/// sent, and the rows of the chunks in flight may or may not be stored.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let numbers = client.data::<backendless::Record>("Number");
/// let ids = numbers
///     .create_many((0..1_000).map(|n| serde_json::json!({"n": n})))
///     .concurrency(4)
///     .on_progress(|stored| println!("{stored} of 1000 rows"))
///     .await?;
/// assert_eq!(ids.len(), 1_000);
/// assert_eq!(numbers.get(&ids[42]).await?["n"], 42);
/// # });
/// ```
#[must_use = "a request is sent when it is awaited"]
pub struct WriteMany {
    client: Client,
    table: Arc<str>,
    write: Write,
    rows: Rows,
    chunk_size: usize,
    concurrency: usize,
    on_progress: Option<OnProgress>,
    settings: Settings,
}

/// How rows are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    /// The service assigns the ids.
    Create,
    /// The client chooses the ids.
    CreateOnce,
    /// The rows may have ids.
    Upsert,
}

impl Write {
    fn operation(self) -> &'static Operation {
        match self {
            Self::Create => &CREATE_OBJECTS,
            Self::CreateOnce | Self::Upsert => &UPSERT_OBJECTS,
        }
    }
}

impl<T> Table<T> {
    /// Creates the rows of an iterator or a stream, and returns their ids in the order of the rows.
    ///
    /// `rows` is an iterator of values that serialize to JSON objects, or [`Rows::stream`]. The rows are sent in chunks of
    /// 100, the maximum of Backendless Cloud; without rows nothing is sent.
    ///
    /// The requests are not idempotent: sent twice, a chunk creates its rows twice. So a chunk is retried only if the
    /// service did not process it, and a lost response ends the request with an error. Use
    /// [`create_many_once`](Self::create_many_once) for creations that can be retried.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_multiple_objects_bulk_create.html)).
    ///
    /// # Errors
    ///
    /// A [`WriteManyError`], whose [`error`](WriteManyError::error) is as that of [`create`](Self::create), or
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a row is not a JSON object or cannot be serialized.
    /// - [`Conflict`](crate::ErrorKind::Conflict) if a row has the `objectId` of another row.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let ids = notes.create_many(["milk", "bread"].map(|text| serde_json::json!({"text": text}))).await?;
    /// assert_eq!(notes.get(&ids[1]).await?["text"], "bread");
    /// # });
    /// ```
    pub fn create_many(&self, rows: impl Into<Rows>) -> WriteMany {
        self.write_many(Write::Create, rows.into())
    }

    /// Creates the rows of an iterator or a stream with ids that the client chooses, and returns the ids in the order of
    /// the rows.
    ///
    /// It is [`create_many`](Self::create_many) with retries: each row gets a random `objectId`, and the chunks are sent as
    /// upserts. A chunk whose response was lost is sent again, and its rows exist once. If a chunk fails in the end,
    /// [`WriteManyError::id`] returns the ids of rows that may be stored, so that a job can upsert these rows.
    ///
    /// The limits of [`create_once`](Self::create_once) apply to each row.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_upsert_multiple_objects.html)).
    ///
    /// # Errors
    ///
    /// A [`WriteManyError`] as that of [`create_many`](Self::create_many). A row with an `objectId` is an
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use backendless_local::{Fault, Faults, Server};
    ///
    /// # let lost = Faults::seeded(7).with(Fault::ResetAfter, 0.3);
    /// # backendless_local::doc_example!(Server::builder().faults(lost), |client, server| {
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url())
    /// #     .retry(backendless::RetryPolicy::default().max_attempts(20).base_delay(std::time::Duration::ZERO)).build()?;
    /// // The server loses every third response.
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..20).map(|n| serde_json::json!({"n": n}));
    /// let ids = notes.create_many_once(rows).chunk_size(2).await?;
    /// assert_eq!(ids.len(), 20);
    /// assert_eq!(notes.count().await?, 20);
    /// # });
    /// ```
    pub fn create_many_once(&self, rows: impl Into<Rows>) -> WriteMany {
        self.write_many(Write::CreateOnce, rows.into())
    }

    /// Creates or updates the rows of an iterator or a stream, and returns their ids in the order of the rows.
    ///
    /// A row whose `objectId` exists is updated with the properties that it has. Any other row is created, with its
    /// `objectId` or with a new one. `rows` is as for [`create_many`](Self::create_many).
    ///
    /// A chunk is idempotent, and therefore retried, if all its rows have an `objectId` and no value that the service
    /// computes.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_upsert_multiple_objects.html)).
    ///
    /// # Errors
    ///
    /// A [`WriteManyError`] as that of [`create_many`](Self::create_many).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = |id: &str, n| serde_json::json!({"objectId": id, "n": n});
    /// notes.upsert_many([note("N-1", 1), note("N-2", 2)]).await?;
    /// let ids = notes.upsert_many([note("N-2", 5), note("N-3", 3)]).await?;
    /// assert_eq!(ids, ["N-2", "N-3"]);
    /// assert_eq!(notes.get("N-2").await?["n"], 5);
    /// assert_eq!(notes.count().await?, 3);
    /// # });
    /// ```
    pub fn upsert_many(&self, rows: impl Into<Rows>) -> WriteMany {
        self.write_many(Write::Upsert, rows.into())
    }

    fn write_many(&self, write: Write, rows: Rows) -> WriteMany {
        WriteMany {
            client: self.client.clone(),
            table: Arc::clone(&self.name),
            write,
            rows,
            chunk_size: MAX_CHUNK_SIZE,
            concurrency: 1,
            on_progress: None,
            settings: Settings::default(),
        }
    }
}

impl WriteMany {
    /// Sets the number of rows of a chunk, from 1 to 100. The default is 100. Use less for large rows.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..5).map(|n| serde_json::json!({"n": n}));
    /// assert_eq!(notes.create_many(rows).chunk_size(2).await?.len(), 5);
    /// # });
    /// ```
    pub fn chunk_size(mut self, rows: usize) -> Self {
        self.chunk_size = rows;
        self
    }

    /// Sets how many chunks are in flight at the same time. The default is 1 and the maximum is 100; 0 is treated as 1.
    ///
    /// With more than 1, the rows may be created in another order than that of the iterator, and after an error chunks
    /// may be stored that follow the one that failed. The ids keep the order of the rows.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..1_000).map(|n| serde_json::json!({"n": n}));
    /// assert_eq!(notes.create_many(rows).concurrency(8).await?.len(), 1_000);
    /// # });
    /// ```
    pub fn concurrency(mut self, chunks: usize) -> Self {
        self.concurrency = chunks.clamp(1, MAX_CONCURRENCY);
        self
    }

    /// Sets a callback that is called after each chunk that was stored, with the number of rows stored so far.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// notes.create_many(rows).on_progress(|stored| println!("{stored} rows")).await?;
    /// # });
    /// ```
    pub fn on_progress(mut self, report: impl FnMut(usize) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(report));
        self
    }

    /// Sets the timeout of each chunk, for all its attempts together. It replaces the
    /// [`timeout`](crate::ClientBuilder::timeout) and the [`attempt_timeout`](crate::ClientBuilder::attempt_timeout)
    /// of the client. Nothing limits the time of all chunks together.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// notes.create_many(rows).timeout(Duration::from_secs(5)).await?;
    /// # });
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets the retry policy of each chunk, in place of the client's [`retry`](crate::ClientBuilder::retry).
    ///
    /// ```
    /// use backendless::RetryPolicy;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// notes.create_many_once(rows).retry(RetryPolicy::default().max_attempts(10)).await?;
    /// # });
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = Some(policy);
        self
    }

    /// Sets whether a chunk may be sent again after the service may have processed it. With `true`,
    /// [`create_many`](Table::create_many) may create rows twice.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let visits = client.data::<backendless::Record>("Visit");
    /// // Recording a visit twice is acceptable here, and losing one is not.
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// visits.create_many(rows).idempotent(true).await?;
    /// # });
    /// ```
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.settings.idempotent = Some(idempotent);
        self
    }

    /// Adds an HTTP header to the request of each chunk, as [`Request::header`](crate::Request::header).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// notes.create_many(rows).header("x-trace", "7f3a").await?;
    /// # });
    /// ```
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.settings.add_header(name.as_ref(), value.as_ref());
        self
    }

    /// Adds a query parameter to the request of each chunk, as [`Request::query`](crate::Request::query).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// notes.create_many(rows).query("trace", "7f3a").await?;
    /// # });
    /// ```
    pub fn query(mut self, name: impl AsRef<str>, value: impl Serialize) -> Self {
        self.settings.add_query(name.as_ref(), &value);
        self
    }

    /// Returns a stream that stores the rows and returns each chunk when it is stored. It needs no memory for the ids of
    /// all rows.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let numbers = client.data::<backendless::Record>("Number");
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// let mut stored = numbers.create_many(rows).stream();
    /// while let Some(chunk) = stored.try_next().await? {
    ///     println!("the rows {:?} are stored", chunk.rows);
    /// }
    /// # });
    /// ```
    pub fn stream(self) -> StoredRowsStream {
        let Self {
            client,
            table,
            write,
            rows,
            chunk_size,
            concurrency,
            on_progress,
            settings,
        } = self;
        let writer = Writer {
            client,
            table,
            write,
            settings,
        };
        StoredRowsStream::new(writer, rows, chunk_size, concurrency, on_progress)
    }

    /// Stores the rows; the same as awaiting the request, with a future that can be named and stored.
    ///
    /// # Errors
    ///
    /// See the method that created the request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let rows = (0..250).map(|n| serde_json::json!({"n": n}));
    /// let ids = tokio::spawn(notes.create_many(rows).send()).await??;
    /// assert_eq!(ids.len(), 250);
    /// # });
    /// ```
    pub fn send(
        self,
    ) -> impl Future<Output = Result<Vec<String>, WriteManyError>> + Send + 'static {
        self.into_future()
    }
}

impl IntoFuture for WriteMany {
    type Output = Result<Vec<String>, WriteManyError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(collect(self.stream()))
    }
}

/// Returns the ids of all rows, in the order of the rows.
async fn collect(mut stream: StoredRowsStream) -> Result<Vec<String>, WriteManyError> {
    let mut chunks = Vec::new();
    while let Some(stored) = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
        match stored {
            Ok(chunk) => chunks.push(chunk),
            Err(error) => return Err(error.with_ids(chunks)),
        }
    }
    chunks.sort_by_key(|chunk| chunk.rows.start);
    Ok(chunks.into_iter().flat_map(|chunk| chunk.ids).collect())
}

/// Prints no rows: they are the caller's data.
impl fmt::Debug for WriteMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteMany")
            .field("table", &self.table)
            .field("write", &self.write)
            .field("chunk_size", &self.chunk_size)
            .field("concurrency", &self.concurrency)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
