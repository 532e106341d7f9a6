//! Counts of rows.

use std::future::IntoFuture;
use std::sync::Arc;

use super::bulk::non_negative;
use super::query::{QueryBody, and, clause, is_too_long};
use crate::filter::Filter;
use crate::generated::raw;
use crate::operations::COUNT_OBJECTS;
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Client, Result};

/// Request that counts the rows of a table; created by [`Table::count`](super::Table::count).
///
/// A count whose URL would be longer than 2,000 bytes is sent as a POST with the filter in its body
/// (`countObjectsByPost`), which the OpenAPI document lacks. It is retried like the GET.
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
}

impl sealed::Sendable<u64> for CountParameters {
    fn send(request: Request<u64, Self>) -> RequestFuture<u64> {
        let (client, parameters, settings) = request.into_parts();
        let request = parameters.prepare(&client);
        Request::map(&client, request, non_negative)
            .with_settings(settings)
            .into_future()
    }
}

impl CountParameters {
    /// Prepares a GET, or a POST with the filter in its body if the URL of the GET would be too long.
    fn prepare(&self, client: &Client) -> Result<Prepared<i64>> {
        let clause = clause(self.filter.as_ref());
        let clause = clause.map_err(|error| error.with_operation(&COUNT_OBJECTS))?;
        let request = raw::count_objects(&self.table, clause)?;
        if !is_too_long(client, &request) {
            return Ok(request);
        }
        let body = QueryBody {
            r#where: clause,
            ..QueryBody::default()
        };
        raw::count_objects_by_post(&self.table, &body)
    }
}
