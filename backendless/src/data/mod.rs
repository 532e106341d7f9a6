//! Tables of the application, with rows of the caller's own types.
//!
//! [`Table`] creates the requests. Each row is an [`Object`]: the caller's value, and the properties that the service
//! keeps for every row. [`Find`] and [`Count`] search; [`ObjectStream`] reads all rows of a search page by page.
//! [`UpdateWhere`] and [`DeleteWhere`] change all rows that match a filter. [`WriteMany`] stores the rows of an iterator or
//! a stream in chunks. [`Relation`] reads and changes the rows that a row is related to.

mod bulk;
mod count;
mod create_once;
mod decode;
mod deep_save;
mod describe;
mod encode;
mod find;
mod found_rows;
mod get;
mod group;
mod object;
mod options;
pub(crate) mod paging;
mod permissions;
mod query;
mod relation;
mod row_json;
mod stream;
pub mod transaction;
mod write_many;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use bulk::{DeleteWhere, DeleteWhereParameters, UpdateWhere, UpdateWhereParameters};
pub use count::{Count, CountParameters};
pub(crate) use decode::is_system_property;
pub use describe::Property;
pub use find::{Find, FindParameters};
pub use get::{Get, GetParameters};
pub use group::{Group, GroupFind, GroupFindParameters, GroupPage};
pub use object::Object;
pub use permissions::Permission;
pub(crate) use query::{and, check_offset, check_page_size, clause, joined};
pub use relation::{RelateWhere, RelateWhereParameters, Relation};
pub use stream::ObjectStream;
pub use write_many::{RowStatus, Rows, StoredRows, StoredRowsStream, WriteMany, WriteManyError};

use crate::filter::Filter;
use crate::generated::raw;
use crate::request::Request;
use crate::{Client, Timestamp};

/// Row of any shape: the JSON object as the service sent it.
///
/// ```
/// use backendless::Record;
///
/// let mut note = Record::new();
/// note.insert("text".into(), "milk".into());
/// ```
pub type Record = serde_json::Map<String, serde_json::Value>;

/// Table with rows of type `T`; created by [`Client::data`].
///
/// A cheap handle: clone it and move it into tasks.
///
/// ```
/// use backendless::{Table, filter::field};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Person {
///     name: String,
///     age: u8,
/// }
///
/// # backendless_local::doc_example!(|client| {
/// let people: Table<Person> = client.data("Person");
/// people.create(&Person { name: "O'Hara".into(), age: 40 }).await?;
///
/// let adults = people.find().filter(field("age").ge(18)).sort_by("age desc").await?;
/// assert_eq!(adults[0].name, "O'Hara");
/// # });
/// ```
pub struct Table<T> {
    client: Client,
    name: Arc<str>,
    rows: PhantomData<fn() -> T>,
}

impl Client {
    /// Returns the table `name`, with rows of type `T`.
    ///
    /// `T` is a struct with a field for each column of interest; [`Record`](crate::Record) represents rows of any
    /// shape. The name is checked when a request is sent.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert_eq!(notes.count().await?, 1);
    /// # });
    /// ```
    pub fn data<T>(&self, name: impl Into<String>) -> Table<T> {
        Table::new(self.clone(), name.into())
    }
}

impl<T> Table<T> {
    fn new(client: Client, name: String) -> Self {
        Self {
            client,
            name: name.into(),
            rows: PhantomData,
        }
    }

    /// Returns the name of the table.
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// assert_eq!(client.data::<backendless::Record>("Person").name(), "Person");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T: DeserializeOwned + Send + 'static> Table<T> {
    /// Creates a row with the properties of `object`, and returns the stored row.
    ///
    /// `object` serializes to a JSON object: it is a `T` or any other type with the columns to set. It has no
    /// `objectId`, which the service assigns.
    ///
    /// The request is not idempotent: sent twice, it creates two rows.
    ///
    /// # Errors
    ///
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) if the user has no permission to create rows in this table.
    /// - [`Api`](crate::ErrorKind::Api) with code 1003 if `object` has an `objectId`, and with code 1007 if the type of
    ///   a value is not that of its column.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert_eq!(note["text"], "milk");
    /// assert!(note.created.is_some() && note.updated.is_none());
    /// # });
    /// ```
    pub fn create<B>(&self, object: &B) -> Request<Object<T>>
    where
        B: Serialize + ?Sized,
    {
        Request::new(&self.client, raw::create_object(&self.name, object))
    }

    /// Reads the row with the id `id`; [`Get`] has options for the properties and relations to return.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the row or the table does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if `id` cannot be a path segment, or is the path of another
    ///   operation, such as `count` or `properties`.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert_eq!(notes.get(&note.object_id).await?["text"], "milk");
    /// assert!(notes.get("no-such-id").await.unwrap_err().is_not_found());
    /// # });
    /// ```
    pub fn get(&self, id: impl Into<String>) -> Get<T> {
        let parameters = GetParameters::new(Arc::clone(&self.name), id.into());
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Updates the row with the id `id`, and returns the whole row after the update.
    ///
    /// `changes` serializes to a JSON object. Only the properties that it contains are changed; a property that is null
    /// is set to null.
    ///
    /// The request is idempotent, unless `changes` contains a `BackendlessExpression` or a JSON operation, which the service
    /// computes from the stored value.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the row or the table does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 1001 if `changes` has no properties.
    /// - As [`create`](Self::create) and [`get`](Self::get).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk", "done": false})).await?;
    /// let note = notes.update(&note.object_id, &serde_json::json!({"done": true})).await?;
    /// assert_eq!((&note["text"], &note["done"]), (&"milk".into(), &true.into()));
    /// # });
    /// ```
    pub fn update<B>(&self, id: impl Into<String>, changes: &B) -> Request<Object<T>>
    where
        B: Serialize + ?Sized,
    {
        Request::new(
            &self.client,
            raw::update_object(&self.name, &id.into(), changes),
        )
    }

    /// Updates the row whose `objectId` is that of `object`, or creates it if there is no such row; returns the stored row.
    ///
    /// `object` serializes to a JSON object. An update changes only the properties that it contains. Without an `objectId`, a
    /// row is created with a new id.
    ///
    /// The request is not idempotent by default: without an `objectId` each request creates a row. With one, set
    /// [`idempotent`](crate::Request::idempotent).
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/data/store.js)).
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), but an `objectId` is allowed.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = serde_json::json!({"objectId": "N-1", "text": "milk"});
    /// notes.upsert(&note).idempotent(true).await?;
    /// let note = serde_json::json!({"objectId": "N-1", "text": "bread"});
    /// notes.upsert(&note).idempotent(true).await?;
    /// assert_eq!(notes.get("N-1").await?["text"], "bread");
    /// assert_eq!(notes.count().await?, 1);
    /// # });
    /// ```
    pub fn upsert<B>(&self, object: &B) -> Request<Object<T>>
    where
        B: Serialize + ?Sized,
    {
        Request::new(&self.client, raw::upsert_object(&self.name, object))
    }

    /// Updates all rows that match `filter` with the properties of `changes`, and returns their number.
    ///
    /// `filter` is a where clause, or an expression built with [`field`](crate::filter::field). A filter without a condition
    /// is rejected, unless [`all`](UpdateWhere::all) is called. `changes` serializes to a JSON object.
    ///
    /// The request is not idempotent by default: if the changes decide which rows match, a second request updates other
    /// rows, and it returns another number.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_updating_multiple_objects.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the filter or the changes cannot be sent.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the table does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 19000 if the service cannot parse the where clause, and with code 1001 if
    ///   `changes` has no properties.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let changes = serde_json::json!({"done": true});
    /// assert_eq!(notes.update_where(field("n").lt(2), &changes).await?, 2);
    /// assert_eq!(notes.count().filter("done = true").await?, 2);
    /// # });
    /// ```
    pub fn update_where<C>(&self, filter: impl Into<Filter>, changes: &C) -> UpdateWhere
    where
        C: Serialize + ?Sized,
    {
        let table = Arc::clone(&self.name);
        let parameters = UpdateWhereParameters::new(table, filter.into(), changes);
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Deletes all rows that match `filter`, and returns their number.
    ///
    /// `filter` is a where clause, or an expression built with [`field`](crate::filter::field). A filter without a condition
    /// is rejected, unless [`all`](DeleteWhere::all) is called.
    ///
    /// The request is not idempotent by default: a second request also deletes rows that were created meanwhile, and returns
    /// another number.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_deleting_multiple_objects.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the filter cannot be sent.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the table does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 19000 if the service cannot parse the where clause.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// assert_eq!(notes.delete_where(field("n").is_in([0, 2])).await?, 2);
    /// assert!(notes.delete_where("").await.is_err());
    /// # });
    /// ```
    pub fn delete_where(&self, filter: impl Into<Filter>) -> DeleteWhere {
        let parameters = DeleteWhereParameters::new(Arc::clone(&self.name), filter.into());
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Deletes the row with the id `id`, and returns the time of the deletion.
    ///
    /// The time is that of the service, or that of the receipt of the response if the response contains none. If the
    /// response to an attempt is lost, the next attempt finds no row: `NotFound` with more than one
    /// [attempt](crate::Error::attempts) may mean that an earlier attempt deleted the row.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the row or the table does not exist.
    /// - As [`get`](Self::get).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert!(Some(notes.delete(&note.object_id).await?) >= note.created);
    /// # });
    /// ```
    pub fn delete(&self, id: impl Into<String>) -> Request<Timestamp> {
        let request = raw::delete_object::<Option<Deletion>>(&self.name, &id.into());
        Request::map(&self.client, request, |deletion| {
            let time = deletion.and_then(|deletion| deletion.deletion_time);
            time.unwrap_or_else(Timestamp::now)
        })
    }

    /// Creates a search; see [`Find`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert_eq!(notes.find().await?.len(), 1);
    /// # });
    /// ```
    pub fn find(&self) -> Find<T> {
        Request::with_parameters(
            self.client.clone(),
            FindParameters::new(Arc::clone(&self.name)),
        )
    }

    /// Returns the relation `column` of the row with the id `id`, whose related rows have the type `U`; see [`Relation`].
    ///
    /// The arguments are checked when a request is sent.
    ///
    /// ```
    /// # use backendless::Record;
    /// # backendless_local::doc_example!(|client| {
    /// # let (people, addresses) = (client.data::<Record>("Person"), client.data::<Record>("Address"));
    /// # let bob = people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # let home = addresses.create(&serde_json::json!({"city": "Oslo"})).await?;
    /// # people.relation::<Record>(&bob.object_id, "address:Address:1").set([&home.object_id]).await?;
    /// let address = people.relation::<Record>(&bob.object_id, "address").find().first().await?;
    /// assert_eq!(address.expect("Bob has an address")["city"], "Oslo");
    /// # });
    /// ```
    pub fn relation<U>(&self, id: impl Into<String>, column: impl Into<String>) -> Relation<U> {
        Relation::new(&self.client, &self.name, id.into(), column.into())
    }

    /// Creates a count of rows; see [`Count`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert_eq!(notes.count().await?, 1);
    /// # });
    /// ```
    pub fn count(&self) -> Count {
        Request::with_parameters(
            self.client.clone(),
            CountParameters::new(Arc::clone(&self.name)),
        )
    }
}

/// Response to a deletion.
#[derive(Deserialize)]
struct Deletion {
    #[serde(rename = "deletionTime")]
    deletion_time: Option<Timestamp>,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            name: Arc::clone(&self.name),
            rows: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
