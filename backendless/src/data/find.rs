//! Searches and counts.

use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Object, ObjectStream};
use crate::filter::{Filter, field};
use crate::generated::raw;
use crate::operations::{COUNT_OBJECTS, FIND_OBJECTS};
use crate::request::{CallFuture, Request, sendable};
use crate::transport::{CallOptions, finish};
use crate::{Client, Error, Result};

/// The most rows that the service puts in one page.
pub(super) const LARGEST_PAGE: u32 = 100;

/// What is searched for.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) table: Arc<str>,
    pub(super) filter: Option<Filter>,
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
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let client = backendless::Client::builder(server.app_id(), server.api_key())
/// #     .api_url(server.url()).build()?;
/// # let people = client.data::<Person>("Person");
/// # for age in [17, 20, 40] { people.create(&Person { name: format!("P{age}"), age }).await?; }
/// let page = people.find()
///     .filter(field("age").ge(18))
///     .sort_by("age desc")
///     .page_size(50)
///     .await?;
/// assert_eq!(page.iter().map(|person| person.age).collect::<Vec<_>>(), [40, 20]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a search is made when it is awaited"]
pub struct Find<T> {
    client: Client,
    query: Query,
    options: CallOptions,
    rows: PhantomData<fn() -> T>,
}

impl<T> Find<T> {
    pub(super) fn new(client: Client, table: Arc<str>) -> Self {
        Self {
            client,
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
            options: CallOptions::default(),
            rows: PhantomData,
        }
    }

    /// Finds only the rows for which `filter` holds: a where clause, or one built with
    /// [`field`](crate::filter::field). Given again, both must hold.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        let filter = filter.into();
        self.query.filter = Some(match self.query.filter.take() {
            Some(first) => first.and(filter),
            None => filter,
        });
        self
    }

    /// Sorts by a column: `"age"`, `"age desc"`, or several with commas. Given again, the next
    /// column decides among rows that are equal so far.
    pub fn sort_by(mut self, column: impl Into<String>) -> Self {
        self.query.sort_by.push(column.into());
        self
    }

    /// Finds at most this many rows at once, from 1 to 100. The service's default is 10; a
    /// [`stream`](Self::stream) reads 100 at once.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.query.page_size = Some(rows);
        self
    }

    /// Leaves out this many rows at the start. The default is 0.
    pub fn offset(mut self, rows: u64) -> Self {
        self.query.offset = Some(rows);
        self
    }

    /// Answers only these columns, aliases (`age as years`) or aggregates (`Count(objectId)`, and
    /// likewise `Sum`, `Avg`, `Min` and `Max`).
    ///
    /// With aggregates the rows have no `objectId`: read them with [`rows`](Self::rows).
    pub fn properties<P: Into<String>>(mut self, properties: impl IntoIterator<Item = P>) -> Self {
        let properties = properties.into_iter().map(Into::into);
        self.query.properties.extend(properties);
        self
    }

    /// Answers the related rows in these columns with each row; dots lead on: `friends.address`.
    pub fn load_relations<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.query.load_relations.extend(columns);
        self
    }

    /// Answers one row for each combination of values in these columns.
    ///
    /// The rows have no `objectId`: read them with [`rows`](Self::rows).
    pub fn group_by<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.query.group_by.extend(columns);
        self
    }

    fn request<R: 'static, F>(
        self,
        answer: impl FnOnce(raw::Client, Query) -> F + Send + 'static,
    ) -> Request<'static, R>
    where
        F: Future<Output = Result<R>> + Send + 'static,
    {
        let query = self.query;
        Request::new(self.client, move |raw| answer(raw, query)).with_options(self.options)
    }
}

impl<T: DeserializeOwned + Send + 'static> Find<T> {
    /// Answers the first row that is found, if any.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let newest = notes.find().sort_by("created desc").first().await?;
    /// assert_eq!(newest.expect("one was made")["text"], "milk");
    /// # Ok(())
    /// # }
    /// ```
    pub fn first(self) -> Request<'static, Option<Object<T>>> {
        self.page_size(1).request(|raw, query| async move {
            let rows = query.fetch(&raw).await?;
            Ok(rows.into_iter().next())
        })
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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
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
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows<R: DeserializeOwned + Send + 'static>(self) -> Request<'static, Vec<R>> {
        self.request(|raw, query| async move { query.fetch(&raw).await })
    }

    /// Reads all rows that are found, page after page, as they are asked for.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut all = notes.find().sort_by("created").page_size(2).stream();
    /// let mut count = 0;
    /// while let Some(note) = all.try_next().await? {
    ///     assert_eq!(note["n"], count);
    ///     count += 1;
    /// }
    /// assert_eq!(count, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> ObjectStream<T> {
        ObjectStream::new(self.client, self.query, self.options)
    }

    fn call(self) -> CallFuture<'static, Vec<Object<T>>> {
        self.rows::<Object<T>>().call()
    }
}

sendable!([T: DeserializeOwned + Send + 'static] Find<T>, 'static, Vec<Object<T>>);

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
        let later = field("objectId").gt(last);
        self.filter = Some(match self.filter {
            Some(filter) => filter.and(later),
            None => later,
        });
        self
    }

    /// Reads one page of what is searched for.
    pub(super) async fn fetch<R: DeserializeOwned>(&self, raw: &raw::Client) -> Result<Vec<R>> {
        let invalid = |problem| Err(Error::invalid_argument(problem).with_operation(&FIND_OBJECTS));
        let page_size = match self.page_size {
            Some(rows) if !(1..=LARGEST_PAGE).contains(&rows) => {
                return invalid(format!(
                    "page_size is {rows}: it goes from 1 to {LARGEST_PAGE}"
                ));
            }
            rows => rows.map(i64::from),
        };
        let offset = match self.offset.map(i64::try_from) {
            Some(Err(_)) => return invalid("offset is past the range of i64".to_owned()),
            Some(Ok(rows)) => Some(rows),
            None => None,
        };
        let answer = raw
            .find_objects(
                &self.table,
                joined(&self.group_by).as_deref(),
                joined(&self.load_relations).as_deref(),
                offset,
                page_size,
                joined(&self.properties).as_deref(),
                joined(&self.sort_by).as_deref(),
                clause(self.filter.as_ref()).map_err(|e| e.with_operation(&FIND_OBJECTS))?,
            )
            .await;
        finish(answer, &FIND_OBJECTS).map(Option::unwrap_or_default)
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
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let client = backendless::Client::builder(server.app_id(), server.api_key())
/// #     .api_url(server.url()).build()?;
/// # let notes = client.data::<backendless::Record>("Note");
/// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
/// assert_eq!(notes.count().await?, 3);
/// assert_eq!(notes.count().filter(field("n").gt(0)).await?, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a count is made when it is awaited"]
pub struct Count {
    client: Client,
    table: Arc<str>,
    filter: Option<Filter>,
    options: CallOptions,
}

impl Count {
    pub(super) fn new(client: Client, table: Arc<str>) -> Self {
        Self {
            client,
            table,
            filter: None,
            options: CallOptions::default(),
        }
    }

    /// Counts only the rows for which `filter` holds. Given again, both must hold.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        let filter = filter.into();
        self.filter = Some(match self.filter.take() {
            Some(first) => first.and(filter),
            None => filter,
        });
        self
    }

    fn call(self) -> CallFuture<'static, u64> {
        let (table, filter) = (self.table, self.filter);
        let request = Request::new(self.client, move |raw| async move {
            let clause = clause(filter.as_ref()).map_err(|e| e.with_operation(&COUNT_OBJECTS))?;
            let count = finish(raw.count_objects(&table, clause).await, &COUNT_OBJECTS)?;
            Ok(u64::try_from(count).unwrap_or(0))
        });
        request.with_options(self.options).call()
    }
}

sendable!([] Count, 'static, u64);
