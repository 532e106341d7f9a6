//! Searches.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::query::{Query, RelationOf};
use super::stream::Paging;
use super::{Object, ObjectStream};
use crate::filter::Filter;
use crate::request::{Request, RequestFuture, sealed};

/// Request that searches the rows of a table, created by [`Table::find`](super::Table::find), or the rows of a relation,
/// created by [`Relation::find`](super::Relation::find).
///
/// Awaited, it returns one page of rows. [`first`](Self::first) returns one row, [`rows`](Self::rows) rows of another
/// shape, and [`stream`](Self::stream) all rows. A stream sends a request for each page, and the settings of the
/// search, such as [`timeout`](Self::timeout), apply to each of them.
///
/// A search whose URL would be longer than 2,000 bytes is sent as a POST with the same parameters in its body
/// (`findObjectsByPost`), which the OpenAPI document lacks. It is retried like the GET.
///
/// # Errors
///
/// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the page size or the filter cannot be sent.
/// - [`NotFound`](crate::ErrorKind::NotFound) if the table does not exist.
/// - [`Api`](crate::ErrorKind::Api) with code 19000 if the service cannot parse the where clause.
/// - [`Decode`](crate::ErrorKind::Decode), with the JSON path, if a row does not match `T`.
///
/// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
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
    pub(super) query: Query,
    /// Settings of `stream`.
    concurrency: usize,
    by_key: bool,
    rows: PhantomData<fn() -> T>,
}

impl<T> FindParameters<T> {
    pub(super) fn new(table: Arc<str>) -> Self {
        Self::of(Query::new(table))
    }

    /// Creates the search of the rows that a row of `table` is related to.
    pub(super) fn related(table: Arc<str>, relation: RelationOf) -> Self {
        Self::of(Query::related(table, relation))
    }

    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    fn of(query: Query) -> Self {
        Self {
            query,
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
    /// Finds only the rows that match `filter`: a where clause, or an expression built with
    /// [`field`](crate::filter::field). If it is set again, both must match.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// use backendless::filter::field;
    ///
    /// assert_eq!(notes.find().filter("n > 0").await?.len(), 2);
    /// assert_eq!(notes.find().filter(field("n").gt(0)).filter(field("n").lt(2)).await?.len(), 1);
    /// # });
    /// ```
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.parameters.query.add_filter(filter.into());
        self
    }

    /// Sorts by a column, such as `"age"` or `"age desc"`, or by several, separated by commas. If it is set again, rows
    /// that are equal so far are sorted by the next column.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..2 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let newest = notes.find().sort_by("text").sort_by("n desc").await?;
    /// assert_eq!(newest[0]["n"], 1);
    /// # });
    /// ```
    pub fn sort_by(mut self, column: impl Into<String>) -> Self {
        self.parameters.query.sort_by.push(column.into());
        self
    }

    /// Sets the maximum number of rows in a page, from 1 to 100. The default is that of the service, 10; a
    /// [`stream`](Self::stream) reads 100 by default.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// assert_eq!(notes.find().page_size(2).await?.len(), 2);
    /// # });
    /// ```
    pub fn page_size(mut self, rows: u32) -> Self {
        self.parameters.query.page_size = Some(rows);
        self
    }

    /// Skips this many rows. The default is 0.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// assert_eq!(notes.find().sort_by("n").offset(2).await?[0]["n"], 2);
    /// # });
    /// ```
    pub fn offset(mut self, rows: u64) -> Self {
        self.parameters.query.offset = Some(rows);
        self
    }

    /// Returns only these columns, aliases (`age as years`) or aggregates (`Count(objectId)`, and likewise `Sum`,
    /// `Avg`, `Min` and `Max`).
    ///
    /// With aggregates the rows have no `objectId`: read them with [`rows`](Self::rows).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..1 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let rows = notes.find().properties(["text"]).rows::<backendless::Record>().await?;
    /// assert!(rows[0].contains_key("text") && !rows[0].contains_key("n"));
    /// # });
    /// ```
    pub fn properties<P: Into<String>>(mut self, properties: impl IntoIterator<Item = P>) -> Self {
        let properties = properties.into_iter().map(Into::into);
        self.parameters
            .query
            .selection
            .properties
            .extend(properties);
        self
    }

    /// Returns the related rows in these columns with each row. A dot loads the relations of related rows:
    /// `friends.address`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// let search = notes.find().load_relations(["author", "author.address"]);
    /// # });
    /// ```
    pub fn load_relations<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.parameters
            .query
            .selection
            .load_relations
            .extend(columns);
        self
    }

    /// Returns one row for each combination of values in these columns.
    ///
    /// The rows have no `objectId`: read them with [`rows`](Self::rows), whose example shows it.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let search = notes.find().properties(["text", "Count(objectId) as notes"]).group_by(["text"]);
    /// let groups = search.rows::<backendless::Record>().await?;
    /// assert_eq!((groups.len(), &groups[0]["notes"]), (1, &3.into()));
    /// # });
    /// ```
    pub fn group_by<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.parameters.query.group_by.extend(columns);
        self
    }

    /// Sets how many pages a [`stream`](Self::stream) reads at the same time. The rows keep their order. The default is
    /// 1 and the maximum is 100; 0 is treated as 1.
    ///
    /// Pages are requested before their rows are needed: up to `pages` of them are kept in memory, and some requests
    /// may find no rows after the end of the table. Requests make progress only while the stream is polled, so a reader
    /// that pauses for longer than the [`timeout`](Self::timeout) should use 1. A stream [`by_key`](Self::by_key) reads
    /// one page at a time.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..5 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// use futures_util::TryStreamExt;
    ///
    /// let rows: Vec<_> = notes.find().sort_by("n").page_size(2).concurrency(4).stream().try_collect().await?;
    /// assert_eq!(rows.len(), 5);
    /// # });
    /// ```
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.parameters.concurrency = pages.clamp(1, 100);
        self
    }

    /// Sets that a [`stream`](Self::stream) reads its pages by `objectId` instead of by offset: the rows are sorted by
    /// `objectId`, and each page starts after the last row of the previous one.
    ///
    /// A row that exists from the start of the stream to its end is returned exactly once, even if rows are created or
    /// deleted meanwhile; those may or may not be returned. A page at the end of a large table costs the service no
    /// more than the first.
    ///
    /// A search with its own order, offset or groups cannot be read by key: the first item of the stream is then an
    /// error of kind [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
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

impl<T: DeserializeOwned + Send + 'static> Find<T> {
    /// Returns the first row that is found, if any.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..2 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let last = notes.find().sort_by("n desc").first().await?;
    /// assert_eq!(last.expect("the table has two rows")["n"], 1);
    /// assert!(notes.find().filter("n > 5").first().await?.is_none());
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

    /// Returns one page of rows as values of type `R`: for projections and aggregates, which lack the `objectId` and
    /// the properties of `T`.
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
    pub fn rows<R: DeserializeOwned + Send + 'static>(self) -> Request<Vec<R>> {
        let Self {
            client,
            parameters,
            settings,
            ..
        } = self;
        parameters.query.request(&client).with_settings(settings)
    }

    /// Returns a stream of all rows that are found, which requests pages as it is polled; see [`ObjectStream`].
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
        let paging = if by_key {
            Paging::Key
        } else {
            Paging::Offset { concurrency }
        };
        ObjectStream::new(self.client, query, self.settings, paging)
    }
}

impl<T> sealed::HttpHeaders for FindParameters<T> {}

impl<T: DeserializeOwned + Send + 'static> sealed::Sendable<Vec<Object<T>>> for FindParameters<T> {
    fn send(request: Request<Vec<Object<T>>, Self>) -> RequestFuture<Vec<Object<T>>> {
        let (client, parameters, settings) = request.into_parts();
        parameters
            .query
            .request(&client)
            .with_settings(settings)
            .into_future()
    }
}
