//! Counts of rows.

use std::future::IntoFuture;
use std::sync::Arc;

use super::bulk::row_count;
use super::query::{QueryBody, and, clause, is_too_long, joined};
use crate::filter::Filter;
use crate::generated::raw;
use crate::operations::{COUNT_OBJECTS, COUNT_OBJECTS_BY_POST};
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Client, Result};

/// Request that counts the rows or groups of a table; created by [`Table::count`](super::Table::count).
///
/// A count of groups or of distinct rows, and one whose URL would be longer than 2,000 bytes, is sent as a POST with the
/// parameters in its body (`countObjectsByPost`), which the OpenAPI document lacks. It is retried like the GET.
///
/// # Errors
///
/// As [`Find`](crate::Find).
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
    group_by: Vec<String>,
    is_distinct: bool,
}

impl CountParameters {
    pub(super) fn new(table: Arc<str>) -> Self {
        Self {
            table,
            filter: None,
            group_by: Vec::new(),
            is_distinct: false,
        }
    }
}

impl Count {
    /// Counts only the rows that match `filter`. If it is set again, both must match.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let count = notes.count().filter("n > 0").filter("n < 2").await?;
    /// assert_eq!(count, 1);
    /// # });
    /// ```
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        let first = self.parameters.filter.take();
        self.parameters.filter = Some(and(first, filter.into()));
        self
    }

    /// Counts the combinations of values in these columns, which are the groups of a search with
    /// [`Find::group_by`](crate::Find::group_by).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n % 2, "text": "milk"})).await?; }
    /// assert_eq!(notes.count().group_by(["n", "text"]).await?, 2);
    /// # });
    /// ```
    pub fn group_by<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.parameters.group_by.extend(columns);
        self
    }

    /// Counts equal rows or groups once. The official JavaScript SDK sends this setting; no source states which properties
    /// of rows are compared. The local server compares all of them, of which `objectId` always differs.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n % 2})).await?; }
    /// assert_eq!(notes.count().group_by(["n"]).distinct().await?, 2);
    /// # });
    /// ```
    pub fn distinct(mut self) -> Self {
        self.parameters.is_distinct = true;
        self
    }
}

impl sealed::Sendable<u64> for CountParameters {
    fn send(request: Request<u64, Self>) -> RequestFuture<u64> {
        let (client, parameters, settings) = request.into_parts();
        let request = parameters.prepare(&client);
        row_count(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

impl CountParameters {
    /// Prepares a GET, or a POST with the parameters in its body if they are not only a filter, or if the URL of the GET
    /// would be too long.
    fn prepare(&self, client: &Client) -> Result<Prepared<i64>> {
        let is_filter = self.group_by.is_empty() && !self.is_distinct;
        let operation = match is_filter {
            true => &COUNT_OBJECTS,
            false => &COUNT_OBJECTS_BY_POST,
        };
        let clause = clause(self.filter.as_ref());
        let clause = clause.map_err(|error| error.with_operation(operation))?;
        if is_filter {
            let request = raw::count_objects(&self.table, clause)?;
            if !is_too_long(client, &request) {
                return Ok(request);
            }
        }
        let body = QueryBody {
            r#where: clause,
            group_by: joined(&self.group_by),
            distinct: self.is_distinct.then_some(true),
            ..QueryBody::default()
        };
        raw::count_objects_by_post(&self.table, &body)
    }
}
