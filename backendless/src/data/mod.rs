//! Data: the rows of the application's tables, as values of the caller's own types.
//!
//! [`Table`] makes the calls. Each row comes as an [`Object`], which puts the properties that the
//! service keeps for every row around the caller's value. [`Find`] and [`Count`] search;
//! [`ObjectStream`] reads a whole table page by page.

mod decode;
mod encode;
mod find;
mod object;
mod stream;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use find::{Count, CountParameters, Find, FindParameters};
pub use object::Object;
pub use stream::ObjectStream;

use crate::generated::raw;
use crate::request::Request;
use crate::{Client, Timestamp};

/// A row of any shape: the JSON object as the service sent it.
///
/// ```
/// use backendless::Record;
///
/// let mut note = Record::new();
/// note.insert("text".into(), "milk".into());
/// ```
pub type Record = serde_json::Map<String, serde_json::Value>;

/// A table with rows of type `T`; made by [`Client::data`].
///
/// A handle like the client: cheap to clone, and free to move into tasks.
///
/// ```
/// use backendless::{Client, Table, filter::field};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Person {
///     name: String,
///     age: u8,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let client = Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
/// let people: Table<Person> = client.data("Person");
/// people.create(&Person { name: "O'Hara".into(), age: 40 }).await?;
///
/// let grown_up = people.find().filter(field("age").ge(18)).sort_by("age desc").await?;
/// assert_eq!(grown_up[0].name, "O'Hara");
/// # Ok(())
/// # }
/// ```
pub struct Table<T> {
    client: Client,
    name: Arc<str>,
    rows: PhantomData<fn() -> T>,
}

impl<T> Table<T> {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self {
            client,
            name: name.into(),
            rows: PhantomData,
        }
    }

    /// The name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T: DeserializeOwned + 'static> Table<T> {
    /// Stores a new row with the properties of `object`, and answers the row as stored.
    ///
    /// `object` serializes to a JSON object; it is a `T` or any other type with the columns to be
    /// set. It has no `objectId`: the service assigns one.
    ///
    /// The call is not idempotent: done twice, it makes two rows.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](crate::ErrorKind::Forbidden) if the user may not create rows in this table;
    /// [`Api`](crate::ErrorKind::Api) with code 1003 if `object` has an `objectId`, with 1007 if a
    /// value is of another type than its column; and what every call may answer, see
    /// [`ErrorKind`](crate::ErrorKind).
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

    /// Reads the row with the id `id`.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is no such row or table;
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an `id` that cannot be one, or is
    /// `count`, which is another operation's path; and what every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert_eq!(notes.get(&note.object_id).await?["text"], "milk");
    /// assert!(notes.get("nobody's").await.unwrap_err().is_not_found());
    /// # });
    /// ```
    pub fn get(&self, id: impl Into<String>) -> Request<Object<T>> {
        Request::new(&self.client, raw::get_object_by_id(&self.name, &id.into()))
    }

    /// Changes the row with the id `id` and answers it as it is then.
    ///
    /// `changes` serializes to a JSON object. Only the properties that it has are changed; one that
    /// is null is set to null.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is no such row or table;
    /// [`Api`](crate::ErrorKind::Api) with code 1001 if `changes` has no property; and as
    /// [`create`](Self::create) and [`get`](Self::get).
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

    /// Deletes the row with the id `id` and answers when that was.
    ///
    /// The time is the service's; if it tells none, that of this machine when the answer came. Where
    /// the answer to a first attempt was lost, the next finds nothing: `NotFound` with
    /// [`attempts`](crate::Error::attempts) above one may mean that this call deleted the row.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is no such row or table; and as
    /// [`get`](Self::get).
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

    /// Starts a search; see [`Find`].
    pub fn find(&self) -> Find<T> {
        Request::with_parameters(
            self.client.clone(),
            FindParameters::new(Arc::clone(&self.name)),
        )
    }

    /// Starts a count of rows; see [`Count`].
    pub fn count(&self) -> Count {
        Request::with_parameters(
            self.client.clone(),
            CountParameters::new(Arc::clone(&self.name)),
        )
    }
}

/// What the service says of a row that was deleted.
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
