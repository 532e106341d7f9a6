//! Searches; `options` contains their options.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::query::{Query, RelationOf};
use super::stream::Paging;
use super::{Object, ObjectStream};
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
    pub(super) concurrency: usize,
    pub(super) by_key: bool,
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
        Request::map(&client, request, |page| page.into_rows().into_iter().next())
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
