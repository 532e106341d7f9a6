//! Reading one row by its id or its primary key.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::query::{Selection, joined};
use super::{Object, Record, Table};
use crate::encode::to_value;
use crate::generated::raw;
use crate::operations::{GET_OBJECT_BY_ID, GET_OBJECT_BY_PRIMARY_KEY};
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Error, Result};

/// Request that reads one row by its id; created by [`Table::get`](super::Table::get).
///
/// Its options say which properties and relations are returned. The OpenAPI document lacks all of them; they are known from
/// the JS-SDK (`findById` in `src/data/store.js`).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let notes = client.data::<backendless::Record>("Note");
/// # let note = notes.create(&serde_json::json!({"text": "milk", "n": 1})).await?;
/// let note = notes.get(&note.object_id).properties(["text"]).await?;
/// assert!(note.contains_key("text") && !note.contains_key("n"));
/// # });
/// ```
pub type Get<T> = Request<Object<T>, GetParameters<T>>;

/// Parameters of [`Get`].
pub struct GetParameters<T> {
    table: Arc<str>,
    id: String,
    selection: Selection,
    row: PhantomData<fn() -> T>,
}

impl<T> GetParameters<T> {
    pub(super) fn new(table: Arc<str>, id: String) -> Self {
        Self {
            table,
            id,
            selection: Selection::default(),
            row: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> GetParameters<T> {
    fn prepare(self) -> Result<Prepared<Object<T>>> {
        let page_size = self.selection.checked_relations_page_size();
        let page_size = page_size.map_err(|error| error.with_operation(&GET_OBJECT_BY_ID))?;
        let selection = self.selection;
        raw::get_object_by_id(
            &self.table,
            &self.id,
            joined(&selection.exclude_properties).as_deref(),
            selection.file_reference_prefix.as_deref(),
            joined(&selection.load_relations).as_deref(),
            Some(&selection.properties),
            selection.relations_depth.map(i64::from),
            page_size,
        )
    }
}

/// Prints the table and the names of columns; the id is the caller's data.
impl<T> fmt::Debug for GetParameters<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get")
            .field("table", &self.table)
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}

impl<T> Get<T> {
    /// Returns only these columns, and `objectId`; an alias such as `age as years` renames a column.
    ///
    /// `T` must not require other columns. The service rejects a column that does not exist with code 1006.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "milk", "n": 1})).await?;
    /// let note = notes.get(&note.object_id).properties(["n as number"]).await?;
    /// assert_eq!(note["number"], 1);
    /// # });
    /// ```
    pub fn properties<P: Into<String>>(mut self, properties: impl IntoIterator<Item = P>) -> Self {
        let properties = properties.into_iter().map(Into::into);
        self.parameters.selection.properties.extend(properties);
        self
    }

    /// Omits these columns from the row.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "milk", "n": 1})).await?;
    /// let note = notes.get(&note.object_id).exclude_properties(["n"]).await?;
    /// assert!(note.contains_key("text") && !note.contains_key("n"));
    /// # });
    /// ```
    pub fn exclude_properties<P: Into<String>>(
        mut self,
        properties: impl IntoIterator<Item = P>,
    ) -> Self {
        let excluded = &mut self.parameters.selection.exclude_properties;
        excluded.extend(properties.into_iter().map(Into::into));
        self
    }

    /// Returns the related rows in these columns with the row. A dot loads the relations of related rows:
    /// `friends.address`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let note = notes.get(&note.object_id).load_relations(["*"]).await?;
    /// assert_eq!(note["text"], "milk");
    /// # });
    /// ```
    pub fn load_relations<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.parameters.selection.load_relations.extend(columns);
        self
    }

    /// Returns this many levels of related rows: 0 none, 1 the related rows, 2 those of the related rows as well.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let note = notes.get(&note.object_id).relations_depth(1).await?;
    /// assert_eq!(note["text"], "milk");
    /// # });
    /// ```
    pub fn relations_depth(mut self, levels: u32) -> Self {
        self.parameters.selection.relations_depth = Some(levels);
        self
    }

    /// Sets the maximum number of related rows that are returned in each relation, at least 1. The default of the service
    /// is 10.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let note = notes.get(&note.object_id).relations_page_size(50).await?;
    /// assert_eq!(note["text"], "milk");
    /// # });
    /// ```
    pub fn relations_page_size(mut self, rows: u32) -> Self {
        self.parameters.selection.relations_page_size = Some(rows);
        self
    }

    /// Puts `prefix` before the values of file columns, which the service stores as paths. The local server has no file
    /// columns.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let request = notes.get(&note.object_id).file_reference_prefix("https://files.example.com/");
    /// assert_eq!(request.await?["text"], "milk");
    /// # });
    /// ```
    pub fn file_reference_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.parameters.selection.file_reference_prefix = Some(prefix.into());
        self
    }
}

impl<T: DeserializeOwned + Send + 'static> sealed::Sendable<Object<T>> for GetParameters<T> {
    fn send(request: Request<Object<T>, Self>) -> RequestFuture<Object<T>> {
        let (client, parameters, settings) = request.into_parts();
        Request::of(client, parameters.prepare())
            .with_settings(settings)
            .into_future()
    }
}

impl<T: DeserializeOwned + Send + 'static> Table<T> {
    /// Reads the row with the primary key `key`, which serializes to an object: the columns of the key and their values, which
    /// are texts, numbers or booleans.
    ///
    /// It is for tables of external data connectors, whose primary key may have several columns. The local server has no such
    /// tables: their primary key is `objectId`.
    ///
    /// The OpenAPI document lacks this operation of the live service (JS-SDK, `findById` with an object).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the row or the table does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if `key` is not an object, or has no columns.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let key = serde_json::json!({"objectId": note.object_id});
    /// assert_eq!(notes.get_by_primary_key(&key).await?["text"], "milk");
    /// # });
    /// ```
    pub fn get_by_primary_key<K>(&self, key: &K) -> Request<Object<T>>
    where
        K: Serialize + ?Sized,
    {
        let key = key_columns(key);
        let key = key.map_err(|error| error.with_operation(&GET_OBJECT_BY_PRIMARY_KEY));
        let request = key.and_then(|key| raw::get_object_by_primary_key(self.name(), &key));
        Request::new(&self.client, request)
    }
}

/// Returns the columns of a primary key.
fn key_columns<K: Serialize + ?Sized>(key: &K) -> Result<Record> {
    let problem = match to_value(key) {
        Ok(serde_json::Value::Object(columns)) if columns.is_empty() => {
            "the primary key has no columns".to_owned()
        }
        Ok(serde_json::Value::Object(columns)) => return Ok(columns),
        Ok(_) => "the primary key is not an object of columns and values".to_owned(),
        Err(problem) => format!("the primary key cannot be serialized: {problem}"),
    };
    Err(Error::invalid_argument(problem))
}
