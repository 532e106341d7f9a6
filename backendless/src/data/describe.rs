//! The columns of tables, and their names.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Table;
use crate::Client;
use crate::generated::raw;
use crate::request::Request;

/// Column of a table; returned by [`Table::describe`](super::Table::describe).
///
/// Further fields that the service may return are ignored.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let notes = client.data::<backendless::Record>("Note");
/// # notes.create(&serde_json::json!({"text": "milk"})).await?;
/// let columns = notes.describe().await?;
/// let text = columns.iter().find(|column| column.name == "text").expect("Note has texts");
/// assert_eq!(text.data_type, "STRING");
/// assert!(!text.is_required && text.related_table.is_none());
/// # });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Property {
    /// Name of the column.
    pub name: String,
    /// Data type, such as `STRING`, `INT`, `DOUBLE`, `BOOLEAN`, `DATETIME`, `JSON`, `STRING_ID` or `RELATION_LIST`; empty if
    /// the service returns none.
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub data_type: String,
    /// Whether a new row must have a value.
    #[serde(rename = "required", default, deserialize_with = "or_default")]
    pub is_required: bool,
    /// Whether the column is the primary key or a part of it.
    #[serde(default, deserialize_with = "or_default")]
    pub is_primary_key: bool,
    /// Whether the related rows are returned with each row. Only a relation has it.
    #[serde(default, deserialize_with = "or_default")]
    pub auto_load: bool,
    /// Value of a new row that has none for this column.
    #[serde(default)]
    pub default_value: Option<Value>,
    /// Table of the related rows, if the column is a relation.
    #[serde(default)]
    pub related_table: Option<String>,
    /// Regular expression that values must match.
    #[serde(default)]
    pub custom_regex: Option<String>,
}

/// Reads a value that may be null.
fn or_default<'de, V, D>(deserializer: D) -> Result<V, D::Error>
where
    V: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl<T> Table<T> {
    /// Reads the columns of the table, with their types.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_retrieving_schema_definition.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the table does not exist.
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) if the user has no permission to describe the table.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let columns = notes.describe().await?;
    /// let keys = columns.iter().filter(|column| column.is_primary_key);
    /// assert_eq!(keys.map(|column| column.name.as_str()).collect::<Vec<_>>(), ["objectId"]);
    /// # });
    /// ```
    pub fn describe(&self) -> Request<Vec<Property>> {
        let request = raw::describe_table(self.name());
        Request::map(&self.client, request, Option::unwrap_or_default)
    }
}

impl Client {
    /// Reads the name of the table with the id `table_id`, which the service assigns; events of the service contain it.
    ///
    /// The OpenAPI document lacks this operation of the live service (JS-SDK, `getTableNameById`).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if there is no such table.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if `table_id` cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let unknown = client.table_name("7C33-0A").await;
    /// assert!(unknown.unwrap_err().is_not_found());
    /// # });
    /// ```
    pub fn table_name(&self, table_id: impl Into<String>) -> Request<String> {
        Request::new(self, raw::get_table_name(&table_id.into()))
    }
}
