//! Relations: the rows that a row is related to.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use super::bulk::{FilteredRows, row_count};
use super::query::RelationOf;
use super::{Find, FindParameters};
use crate::filter::Filter;
use crate::generated::raw;
use crate::operations::{ADD_RELATION, DELETE_RELATION, Operation, SET_RELATION};
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Client, Result};

/// Rows of type `U` that a row is related to; created by [`Table::relation`](super::Table::relation).
///
/// The row is the parent, and the related rows are its children: rows of another table, or of the same one. A relation is
/// a column of the parent's table, and is one-to-one or one-to-many. Deleting a parent or a child deletes its relations,
/// and no other row. A cheap handle: clone it and move it into tasks.
///
/// A relation that does not exist is created by [`set`](Self::set) and [`add`](Self::add) if the name of the column is
/// followed by the table of the children and the cardinality: `address:Address:1` is one-to-one, and
/// `friends:Person:n` one-to-many. [`Find::load_relations`](super::Find::load_relations) reads children with their
/// parents.
///
/// The OpenAPI document lacks these operations of the live service
/// ([documentation](https://backendless.com/docs/rest/data_set_add_relation_rest.html)).
///
/// ```
/// use backendless::Relation;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Person {
///     name: String,
/// }
///
/// # backendless_local::doc_example!(|client| {
/// let people = client.data::<Person>("Person");
/// let bob = people.create(&Person { name: "Bob".into() }).await?;
/// let eve = people.create(&Person { name: "Eve".into() }).await?;
///
/// let friends: Relation<Person> = people.relation(&bob.object_id, "friends:Person:n");
/// assert_eq!(friends.add([&eve.object_id]).await?, 1);
/// assert_eq!(friends.find().sort_by("name").await?[0].name, "Eve");
/// # });
/// ```
pub struct Relation<U> {
    client: Client,
    table: Arc<str>,
    relation: RelationOf,
    rows: PhantomData<fn() -> U>,
}

impl<U> Relation<U> {
    pub(super) fn new(client: &Client, table: &Arc<str>, parent: String, column: String) -> Self {
        Self {
            client: client.clone(),
            table: Arc::clone(table),
            relation: RelationOf {
                parent: parent.into(),
                column: column.into(),
            },
            rows: PhantomData,
        }
    }

    /// Creates a search of the children, with the parameters of every search; see [`Find`].
    ///
    /// # Errors
    ///
    /// As [`Find`]; [`NotFound`](crate::ErrorKind::NotFound) also if the parent does not exist, and
    /// [`Api`](crate::ErrorKind::Api) with code 1006 if the column is not a relation.
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob", "age": 40})).await?;
    /// # let eve = people.create(&serde_json::json!({"name": "Eve", "age": 20})).await?;
    /// # let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// # friends.add([&eve.object_id]).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends");
    /// let adults = friends.find().filter("age >= 18").sort_by("name").page_size(50).await?;
    /// assert_eq!(adults[0]["name"], "Eve");
    /// # });
    /// ```
    pub fn find(&self) -> Find<U> {
        let table = Arc::clone(&self.table);
        let parameters = FindParameters::related(table, self.relation.clone());
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Relates the parent to the rows with these ids and to no others, and returns how many of them were not related
    /// before.
    ///
    /// Without ids, all relations of the parent in this column are removed. The service ignores an id that does not
    /// exist.
    ///
    /// The request is idempotent. If the response to an attempt is lost, the number is that of the next attempt, which
    /// finds the rows already related.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the parent or its table does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 1006 if the column is not a relation, and with the service's code if
    ///   there are several ids and the relation is one-to-one.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the id of the parent or the column cannot be a path
    ///   segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # let eve = people.create(&serde_json::json!({"name": "Eve"})).await?;
    /// # let kim = people.create(&serde_json::json!({"name": "Kim"})).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// friends.set([&eve.object_id]).await?;
    /// friends.set([&kim.object_id]).await?;
    /// assert_eq!(friends.find().await?.len(), 1);
    /// friends.set([""; 0]).await?;
    /// assert!(friends.find().await?.is_empty());
    /// # });
    /// ```
    pub fn set<I: Into<String>>(&self, ids: impl IntoIterator<Item = I>) -> Request<u64> {
        self.change(raw::set_relation, ids)
    }

    /// Relates the parent to the rows with these ids as well, and returns how many of them were not related before.
    ///
    /// The service ignores an id that does not exist or is related already. Therefore the request is idempotent. If the
    /// response to an attempt is lost, the number is that of the next attempt; for a one-to-one relation an error with
    /// more than one [attempt](crate::Error::attempts) may mean that an earlier attempt added the row.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set); also [`Api`](crate::ErrorKind::Api) if the relation is one-to-one and the parent is related
    /// to another row.
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # let eve = people.create(&serde_json::json!({"name": "Eve"})).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// assert_eq!(friends.add([&eve.object_id]).await?, 1);
    /// assert_eq!(friends.add([&eve.object_id]).await?, 0);
    /// # });
    /// ```
    pub fn add<I: Into<String>>(&self, ids: impl IntoIterator<Item = I>) -> Request<u64> {
        self.change(raw::add_relation, ids)
    }

    /// Removes the relations to the rows with these ids, and returns how many of them were related. The rows are not
    /// deleted.
    ///
    /// The request is idempotent. If the response to an attempt is lost, the number is that of the next attempt.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), and the relation must exist.
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # let eve = people.create(&serde_json::json!({"name": "Eve"})).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// friends.add([&eve.object_id]).await?;
    /// assert_eq!(friends.remove([&eve.object_id]).await?, 1);
    /// assert_eq!(people.count().await?, 2);
    /// # });
    /// ```
    pub fn remove<I: Into<String>>(&self, ids: impl IntoIterator<Item = I>) -> Request<u64> {
        self.change(raw::delete_relation, ids)
    }

    /// Relates the parent to the rows of the other table that match `filter` and to no others, and returns how many of
    /// them were not related before.
    ///
    /// `filter` is a where clause, or an expression built with [`field`](crate::filter::field). A filter without a
    /// condition is rejected, unless [`all`](RelateWhere::all) is called.
    ///
    /// The request is not idempotent by default: a second request may match other rows.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set); [`InvalidArgument`](crate::ErrorKind::InvalidArgument) also if the filter cannot be sent, and
    /// [`Api`](crate::ErrorKind::Api) with code 19000 if the service cannot parse the where clause.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob", "age": 40})).await?;
    /// # people.create(&serde_json::json!({"name": "Eve", "age": 20})).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// assert_eq!(friends.set_where(field("age").lt(30)).await?, 1);
    /// # });
    /// ```
    pub fn set_where(&self, filter: impl Into<Filter>) -> RelateWhere {
        self.change_where(Change::Set, filter)
    }

    /// Relates the parent to the rows of the other table that match `filter` as well, and returns how many of them were
    /// not related before. Otherwise the same as [`set_where`](Self::set_where).
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob", "age": 40})).await?;
    /// # people.create(&serde_json::json!({"name": "Eve", "age": 20})).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// assert_eq!(friends.add_where("age < 30").await?, 1);
    /// # });
    /// ```
    pub fn add_where(&self, filter: impl Into<Filter>) -> RelateWhere {
        self.change_where(Change::Add, filter)
    }

    /// Removes the relations to the rows that match `filter`, and returns how many of them were related. The rows are
    /// not deleted. Otherwise the same as [`set_where`](Self::set_where).
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob", "age": 40})).await?;
    /// # people.create(&serde_json::json!({"name": "Eve", "age": 20})).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// friends.add_where("age < 50").await?;
    /// assert_eq!(friends.remove_where("age < 30").await?, 1);
    /// # });
    /// ```
    pub fn remove_where(&self, filter: impl Into<Filter>) -> RelateWhere {
        self.change_where(Change::Remove, filter)
    }

    fn change<I: Into<String>>(
        &self,
        prepare: Prepare,
        ids: impl IntoIterator<Item = I>,
    ) -> Request<u64> {
        let ids = ids.into_iter().map(Into::into).collect();
        let RelationOf { parent, column } = &self.relation;
        let request = prepare(&self.table, parent, column, None, Some(&ids));
        row_count(&self.client, request)
    }

    fn change_where(&self, change: Change, filter: impl Into<Filter>) -> RelateWhere {
        let parameters = RelateWhereParameters {
            rows: FilteredRows::new(Arc::clone(&self.table), filter.into()),
            relation: self.relation.clone(),
            change,
        };
        Request::with_parameters(self.client.clone(), parameters)
    }
}

/// Function that prepares a change of a relation: table, parent, column, condition and ids.
type Prepare = fn(&str, &str, &str, Option<&str>, Option<&Vec<String>>) -> Result<Prepared<i64>>;

/// Request that changes a relation to all rows that match a filter; created by [`Relation::set_where`],
/// [`Relation::add_where`] and [`Relation::remove_where`].
///
/// ```
/// # use backendless::Record;
/// # backendless_local::doc_example!(|client| {
/// # let people = client.data::<Record>("Person");
/// # let bob = people.create(&serde_json::json!({"name": "Bob", "age": 40})).await?;
/// # people.create(&serde_json::json!({"name": "Eve", "age": 20})).await?;
/// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
/// assert_eq!(friends.add_where("age < 30").await?, 1);
/// # });
/// ```
pub type RelateWhere = Request<u64, RelateWhereParameters>;

/// Parameters of [`RelateWhere`].
pub struct RelateWhereParameters {
    rows: FilteredRows,
    relation: RelationOf,
    change: Change,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Set,
    Add,
    Remove,
}

impl Change {
    fn operation(self) -> &'static Operation {
        match self {
            Self::Set => &SET_RELATION,
            Self::Add => &ADD_RELATION,
            Self::Remove => &DELETE_RELATION,
        }
    }

    fn prepare(self) -> Prepare {
        match self {
            Self::Set => raw::set_relation,
            Self::Add => raw::add_relation,
            Self::Remove => raw::delete_relation,
        }
    }
}

impl RelateWhere {
    /// Selects all rows if the filter has no condition. Without it, an empty filter is an error.
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<Record>("Person");
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # people.create(&serde_json::json!({"name": "Eve"})).await?;
    /// let friends = people.relation::<Record>(&bob.object_id, "friends:Person:n");
    /// assert_eq!(friends.add_where("").all().await?, 2);
    /// # });
    /// ```
    pub fn all(mut self) -> Self {
        self.parameters.rows.may_be_all = true;
        self
    }
}

impl sealed::Sendable<u64> for RelateWhereParameters {
    fn send(request: Request<u64, Self>) -> RequestFuture<u64> {
        let (client, parameters, settings) = request.into_parts();
        let Self {
            rows,
            relation: RelationOf { parent, column },
            change,
        } = parameters;
        let request = rows
            .clause(change.operation())
            .and_then(|clause| change.prepare()(&rows.table, &parent, &column, Some(clause), None))
            .map(Prepared::not_idempotent);
        row_count(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

impl fmt::Debug for RelateWhereParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.fmt_as("RelateWhere", f)
    }
}

impl<U> Clone for Relation<U> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            table: Arc::clone(&self.table),
            relation: self.relation.clone(),
            rows: PhantomData,
        }
    }
}

impl<U> fmt::Debug for Relation<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relation")
            .field("table", &self.table)
            .field("column", &self.relation.column)
            .finish_non_exhaustive()
    }
}
