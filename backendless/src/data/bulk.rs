//! Updates and deletions of all rows that match a filter.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::query::clause;
use crate::decode::describe;
use crate::filter::Filter;
use crate::generated::raw;
use crate::operations::{DELETE_OBJECTS, Operation, UPDATE_OBJECTS};
use crate::prepared::{Prepared, Reader};
use crate::request::{Request, RequestFuture, argument, sealed};
use crate::{Client, Error, Result};

/// Condition that every row matches. An operation without a condition is not documented.
const ALL: &str = "objectId is not null";

/// Request that updates all rows that match a filter; created by [`Table::update_where`](super::Table::update_where).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let notes = client.data::<backendless::Record>("Note");
/// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
/// let updated = notes.update_where("n > 0", &serde_json::json!({"done": true})).await?;
/// assert_eq!(updated, 2);
/// # });
/// ```
pub type UpdateWhere = Request<u64, UpdateWhereParameters>;

/// Request that deletes all rows that match a filter; created by [`Table::delete_where`](super::Table::delete_where).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let notes = client.data::<backendless::Record>("Note");
/// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
/// assert_eq!(notes.delete_where("n > 0").await?, 2);
/// assert_eq!(notes.count().await?, 1);
/// # });
/// ```
pub type DeleteWhere = Request<u64, DeleteWhereParameters>;

/// Parameters of [`UpdateWhere`].
pub struct UpdateWhereParameters {
    rows: FilteredRows,
    changes: Result<Box<RawValue>>,
}

/// Parameters of [`DeleteWhere`].
pub struct DeleteWhereParameters {
    rows: FilteredRows,
}

impl UpdateWhereParameters {
    pub(super) fn new<C>(table: Arc<str>, filter: Filter, changes: &C) -> Self
    where
        C: Serialize + ?Sized,
    {
        let changes = argument("the changes", changes, &UPDATE_OBJECTS);
        Self {
            rows: FilteredRows::new(table, filter),
            changes,
        }
    }
}

impl DeleteWhereParameters {
    pub(super) fn new(table: Arc<str>, filter: Filter) -> Self {
        Self {
            rows: FilteredRows::new(table, filter),
        }
    }
}

impl UpdateWhere {
    /// Updates all rows if the filter has no condition. Without it, an empty filter is an error.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let updated = notes.update_where("", &serde_json::json!({"done": true})).all().await?;
    /// assert_eq!(updated, 3);
    /// # });
    /// ```
    pub fn all(mut self) -> Self {
        self.parameters.rows.may_be_all = true;
        self
    }
}

impl DeleteWhere {
    /// Deletes all rows if the filter has no condition. Without it, an empty filter is an error.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// assert_eq!(notes.delete_where("").all().await?, 3);
    /// # });
    /// ```
    pub fn all(mut self) -> Self {
        self.parameters.rows.may_be_all = true;
        self
    }
}

impl sealed::Sendable<u64> for UpdateWhereParameters {
    fn send(request: Request<u64, Self>) -> RequestFuture<u64> {
        let (client, parameters, settings) = request.into_parts();
        let Self { rows, changes } = parameters;
        let request = rows
            .clause(&UPDATE_OBJECTS)
            .and_then(|clause| raw::update_objects(&rows.table, clause, &*changes?));
        row_count(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

impl sealed::Sendable<u64> for DeleteWhereParameters {
    fn send(request: Request<u64, Self>) -> RequestFuture<u64> {
        /// Body of the request.
        #[derive(Serialize)]
        struct Condition<'c> {
            r#where: &'c str,
        }

        let (client, parameters, settings) = request.into_parts();
        let rows = parameters.rows;
        let request = rows
            .clause(&DELETE_OBJECTS)
            .and_then(|clause| raw::delete_objects(&rows.table, &Condition { r#where: clause }));
        row_count(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

/// The rows of a table that match a filter; all rows only if `may_be_all`.
pub(super) struct FilteredRows {
    pub(super) table: Arc<str>,
    filter: Filter,
    pub(super) may_be_all: bool,
}

impl FilteredRows {
    pub(super) fn new(table: Arc<str>, filter: Filter) -> Self {
        Self {
            table,
            filter,
            may_be_all: false,
        }
    }

    pub(super) fn clause(&self, operation: &'static Operation) -> Result<&str> {
        let problem = match clause(Some(&self.filter)) {
            Ok(Some(clause)) => return Ok(clause),
            Ok(None) if self.may_be_all => return Ok(ALL),
            Ok(None) => Error::invalid_argument(
                "the filter has no condition, which would match every row: add a condition, or call `.all()`",
            ),
            Err(error) => error,
        };
        Err(problem.with_operation(operation))
    }

    pub(super) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("table", &self.table)
            .field("filter", &self.filter)
            .field("all", &self.may_be_all)
            .finish_non_exhaustive()
    }
}

/// Creates a request that returns a number of rows. A response with a negative number cannot be decoded.
pub(super) fn row_count(client: &Client, prepared: Result<Prepared<i64>>) -> Request<u64> {
    let prepared = prepared.map(|Prepared { parts, .. }| Prepared {
        parts,
        reader: Reader::Json(|json| serde_json::from_str(json), describe::<u64>),
    });
    Request::new(client, prepared)
}

/// Prints the table and the filter; the changes are the caller's data.
impl fmt::Debug for UpdateWhereParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.fmt_as("UpdateWhere", f)
    }
}

impl fmt::Debug for DeleteWhereParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.fmt_as("DeleteWhere", f)
    }
}
