//! Searches and counts.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Object, ObjectStream};
use crate::filter::{Filter, field};
use crate::generated::raw;
use crate::operations::{COUNT_OBJECTS, FIND_OBJECTS};
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Client, Error, Result};

/// The most rows that the service puts in one page.
pub(super) const MAX_PAGE_SIZE: u32 = 100;

/// A search, without the client that executes it.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) table: Arc<str>,
    filter: Option<Filter>,
    pub(super) page_size: Option<u32>,
    pub(super) offset: Option<u64>,
    sort_by: Vec<String>,
    properties: Vec<String>,
    load_relations: Vec<String>,
    group_by: Vec<String>,
}

/// A search for the rows of a table; made by [`Table::find`](super::Table::find).
///
/// Awaited, it answers one page of rows. [`first`](Self::first), [`rows`](Self::rows) and
/// [`stream`](Self::stream) answer one row, rows of another shape, and all rows. A stream makes a
/// call for each page, and a [`timeout`](Self::timeout) holds for each of them.
///
/// # Errors
///
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a page size or a filter that cannot
/// be sent; [`NotFound`](crate::ErrorKind::NotFound) for a table that does not exist;
/// [`Api`](crate::ErrorKind::Api) with code 19000 for a where clause that the service does not
/// understand; [`Decode`](crate::ErrorKind::Decode), with the place, for rows that do not fit `T`;
/// and what every call may answer.
///
/// ```
/// use backendless::filter::field;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct Person { name: String, age: u8 }
/// # backendless_local::doc_example!(|client| {
/// # let people = client.data::<Person>("Person");
/// # for age in [17, 20, 40] { people.create(&Person { name: format!("P{age}"), age }).await?; }
/// let page = people.find()
///     .filter(field("age").ge(18))
///     .sort_by("age desc")
///     .page_size(50)
///     .await?;
/// assert_eq!(page.iter().map(|person| person.age).collect::<Vec<_>>(), [40, 20]);
/// # });
/// ```
pub type Find<T> = Request<Vec<Object<T>>, FindParameters<T>>;

/// Parameters of [`Find`].
pub struct FindParameters<T> {
    query: Query,
    /// How a stream of all rows reads its pages.
    concurrency: usize,
    by_key: bool,
    rows: PhantomData<fn() -> T>,
}

impl<T> FindParameters<T> {
    pub(super) fn new(table: Arc<str>) -> Self {
        Self {
            query: Query {
                table,
                filter: None,
                page_size: None,
                offset: None,
                sort_by: Vec::new(),
                properties: Vec::new(),
                load_relations: Vec::new(),
                group_by: Vec::new(),
            },
            concurrency: 1,
            by_key: false,
            rows: PhantomData,
        }
    }
}

impl<T> fmt::Debug for FindParameters<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}

impl<T> Find<T> {
    /// Finds only the rows for which `filter` holds: a where clause, or one built with
    /// [`field`](crate::filter::field). Given again, both must hold.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        let query = &mut self.parameters.query;
        query.filter = Some(and(query.filter.take(), filter.into()));
        self
    }

    /// Sorts by a column: `"age"`, `"age desc"`, or several with commas. Given again, the next
    /// column decides among rows that are equal so far.
    pub fn sort_by(mut self, column: impl Into<String>) -> Self {
        self.parameters.query.sort_by.push(column.into());
        self
    }

    /// Finds at most this many rows at once, from 1 to 100. The service's default is 10; a
    /// [`stream`](Self::stream) reads 100 at once.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.parameters.query.page_size = Some(rows);
        self
    }

    /// Leaves out this many rows at the start. The default is 0.
    pub fn offset(mut self, rows: u64) -> Self {
        self.parameters.query.offset = Some(rows);
        self
    }

    /// Answers only these columns, aliases (`age as years`) or aggregates (`Count(objectId)`, and
    /// likewise `Sum`, `Avg`, `Min` and `Max`).
    ///
    /// With aggregates the rows have no `objectId`: read them with [`rows`](Self::rows).
    pub fn properties<P: Into<String>>(mut self, properties: impl IntoIterator<Item = P>) -> Self {
        let properties = properties.into_iter().map(Into::into);
        self.parameters.query.properties.extend(properties);
        self
    }

    /// Answers the related rows in these columns with each row; dots lead on: `friends.address`.
    pub fn load_relations<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.parameters.query.load_relations.extend(columns);
        self
    }

    /// Answers one row for each combination of values in these columns.
    ///
    /// The rows have no `objectId`: read them with [`rows`](Self::rows).
    pub fn group_by<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.parameters.query.group_by.extend(columns);
        self
    }

    /// Reads up to this many pages at the same time when the rows are read as a [`stream`](Self::stream). The rows keep their
    /// order. The default is 1 and the maximum is 100; 0 is treated as 1.
    ///
    /// Pages are requested before their rows are needed: up to `pages` of them are kept in memory, and some requests may find
    /// no rows after the end of the table. Requests make progress only while the stream is polled, so a reader that pauses
    /// for longer than the [`timeout`](Self::timeout) should use 1. A stream [`by_key`](Self::by_key) reads one page at a time.
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.parameters.concurrency = pages.clamp(1, 100);
        self
    }

    /// Pages by `objectId` instead of by offset when the rows are read as a [`stream`](Self::stream): the rows are sorted by
    /// `objectId`, and each page starts after the last row of the previous one.
    ///
    /// A row that exists from the start of the stream to its end is returned exactly once, whatever rows are created or
    /// deleted meanwhile. Rows that are created or deleted meanwhile may or may not be returned. A page at the end of a large
    /// table costs the service no more than the first.
    ///
    /// A search with its own order, offset or groups cannot be paged by key: the first item of the stream is then an error of
    /// kind [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut all = notes.find().page_size(2).by_key().stream();
    /// while let Some(note) = all.try_next().await? {
    ///     // Deleting a row does not move the following pages.
    ///     notes.delete(&note.object_id).await?;
    /// }
    /// assert_eq!(notes.count().await?, 0);
    /// # });
    /// ```
    pub fn by_key(mut self) -> Self {
        self.parameters.by_key = true;
        self
    }
}

impl<T: DeserializeOwned + 'static> Find<T> {
    /// Answers the first row that is found, if any.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let newest = notes.find().sort_by("created desc").first().await?;
    /// assert_eq!(newest.expect("one was made")["text"], "milk");
    /// # });
    /// ```
    pub fn first(self) -> Request<Option<Object<T>>> {
        let Self {
            client,
            parameters,
            settings,
            ..
        } = self.page_size(1);
        let request = parameters.query.prepare::<Object<T>>(&client);
        Request::map(&client, request, |rows| {
            rows.unwrap_or_default().into_iter().next()
        })
        .with_settings(settings)
    }

    /// Answers one page of rows as values of `R`: for projections and aggregates, which have no
    /// `objectId` and no property of `T`.
    ///
    /// ```
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Total {
    ///     city: String,
    ///     people: u64,
    /// }
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<backendless::Record>("Person");
    /// # for city in ["Oslo", "Rome", "Oslo"] {
    /// #     people.create(&serde_json::json!({"city": city})).await?;
    /// # }
    /// let totals = people.find()
    ///     .properties(["city", "Count(objectId) as people"])
    ///     .group_by(["city"])
    ///     .sort_by("city")
    ///     .rows::<Total>()
    ///     .await?;
    /// assert_eq!((totals[0].city.as_str(), totals[0].people), ("Oslo", 2));
    /// # });
    /// ```
    pub fn rows<R: DeserializeOwned + 'static>(self) -> Request<Vec<R>> {
        let Self {
            client,
            parameters,
            settings,
            ..
        } = self;
        parameters.query.request(&client).with_settings(settings)
    }

    /// Reads all rows that are found, page after page, as they are asked for.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut all = notes.find().sort_by("created").page_size(2).stream();
    /// let mut count = 0;
    /// while let Some(note) = all.try_next().await? {
    ///     assert_eq!(note["n"], count);
    ///     count += 1;
    /// }
    /// assert_eq!(count, 3);
    /// # });
    /// ```
    pub fn stream(self) -> ObjectStream<T>
    where
        T: Send,
    {
        let FindParameters {
            query,
            concurrency,
            by_key,
            ..
        } = self.parameters;
        let stream = ObjectStream::new(self.client, query, self.settings, concurrency);
        if by_key { stream.by_key() } else { stream }
    }
}

impl<T: DeserializeOwned + 'static> sealed::Sendable<Vec<Object<T>>> for FindParameters<T> {
    fn send(request: Request<Vec<Object<T>>, Self>) -> RequestFuture<Vec<Object<T>>> {
        let (client, parameters, settings) = request.into_parts();
        parameters
            .query
            .request(&client)
            .with_settings(settings)
            .into_future()
    }
}

impl Query {
    /// Sorts by the ids of the rows, for paging by them.
    pub(super) fn sort_by_key(&mut self) -> Result<()> {
        if self.offset.is_some() || !self.sort_by.is_empty() || !self.group_by.is_empty() {
            let problem = "by_key sorts by objectId and begins at the first row: leave out sort_by, \
                           offset and group_by";
            return Err(Error::invalid_argument(problem).with_operation(&FIND_OBJECTS));
        }
        self.sort_by = vec!["objectId".to_owned()];
        Ok(())
    }

    /// The same search, for the rows whose ids come after `last`.
    pub(super) fn after(mut self, last: &str) -> Self {
        self.filter = Some(and(self.filter.take(), field("objectId").gt(last)));
        self
    }

    /// Creates the request for one page.
    pub(super) fn request<R: DeserializeOwned + 'static>(
        &self,
        client: &Client,
    ) -> Request<Vec<R>> {
        Request::map(client, self.prepare(client), Option::unwrap_or_default)
    }

    fn prepare<R: DeserializeOwned>(&self, client: &Client) -> Result<Prepared<Option<Vec<R>>>> {
        let invalid = |problem| Error::invalid_argument(problem).with_operation(&FIND_OBJECTS);
        let page_size = match self.page_size {
            Some(rows) if !(1..=MAX_PAGE_SIZE).contains(&rows) => {
                return Err(invalid(format!(
                    "page_size is {rows}: it must be between 1 and {MAX_PAGE_SIZE}"
                )));
            }
            rows => rows.map(i64::from),
        };
        let offset = self.offset.map(i64::try_from).transpose();
        let offset = offset.map_err(|_| invalid("offset exceeds the range of i64".to_owned()))?;
        raw::find_objects(
            client.profile,
            &self.table,
            joined(&self.group_by).as_deref(),
            joined(&self.load_relations).as_deref(),
            offset,
            page_size,
            joined(&self.properties).as_deref(),
            joined(&self.sort_by).as_deref(),
            clause(self.filter.as_ref()).map_err(|error| error.with_operation(&FIND_OBJECTS))?,
        )
    }
}

/// Combines two filters that must both hold.
fn and(first: Option<Filter>, second: Filter) -> Filter {
    match first {
        Some(first) => first.and(second),
        None => second,
    }
}

/// The spec's form of a list: its items with commas between them, or nothing at all.
fn joined(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| items.join(","))
}

/// The clause to send; none for a filter that sets no condition.
fn clause(filter: Option<&Filter>) -> Result<Option<&str>> {
    match filter.map(Filter::to_clause) {
        Some(clause) => {
            clause.map(|clause| Some(clause).filter(|clause| !clause.trim().is_empty()))
        }
        None => Ok(None),
    }
}

/// A count of the rows of a table; made by [`Table::count`](super::Table::count).
///
/// # Errors
///
/// As [`Find`].
///
/// ```
/// use backendless::filter::field;
///
/// # backendless_local::doc_example!(|client| {
/// # let notes = client.data::<backendless::Record>("Note");
/// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
/// assert_eq!(notes.count().await?, 3);
/// assert_eq!(notes.count().filter(field("n").gt(0)).await?, 2);
/// # });
/// ```
pub type Count = Request<u64, CountParameters>;

/// Parameters of [`Count`].
#[derive(Debug)]
pub struct CountParameters {
    table: Arc<str>,
    filter: Option<Filter>,
}

impl CountParameters {
    pub(super) fn new(table: Arc<str>) -> Self {
        Self {
            table,
            filter: None,
        }
    }
}

impl Count {
    /// Counts only the rows that match `filter`. If it is set again, both must match.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        let first = self.parameters.filter.take();
        self.parameters.filter = Some(and(first, filter.into()));
        self
    }
}

impl sealed::Sendable<u64> for CountParameters {
    fn send(request: Request<u64, Self>) -> RequestFuture<u64> {
        let (client, parameters, settings) = request.into_parts();
        let clause = clause(parameters.filter.as_ref());
        let clause = clause.map_err(|error| error.with_operation(&COUNT_OBJECTS));
        let request = clause.and_then(|clause| raw::count_objects(&parameters.table, clause));
        Request::map(&client, request, |count| u64::try_from(count).unwrap_or(0))
            .with_settings(settings)
            .into_future()
    }
}
