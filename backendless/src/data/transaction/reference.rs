//! References to results of operations, and the rows that operations select.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::operation::Target;
use crate::data::query::clause;
use crate::data::{Object, Record, Table};
use crate::filter::Filter;
use crate::{Error, Result};

/// Reference to a value in the result of an earlier operation of the same transaction.
///
/// It serializes to a reference of the service, in any place of a row: `{"___ref": true, "opResultId": "operation1",
/// "propName": "objectId"}`. The service replaces it by the value.
///
/// It is valid in its own transaction only. Another transaction rejects it when it is committed, except in a value that
/// was serialized before, such as one of `json!`: there it would refer to the operation with the same number.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
/// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"order": "x", "total": 1})).await?;
/// let mut transaction = client.transaction();
/// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
/// let item = serde_json::json!({"order": order.id(), "total": order.property("total")});
/// let item = transaction.create("Item", &item);
/// let results = transaction.commit().await?;
/// assert_eq!(results.get(&item)?["order"], results.get(&order)?.object_id);
/// # });
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Reference {
    #[serde(rename = "___ref")]
    is_reference: bool,
    #[serde(rename = "opResultId")]
    operation: Target,
    #[serde(rename = "resultIndex", skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    #[serde(rename = "propName", skip_serializing_if = "Option::is_none")]
    property: Option<String>,
}

impl Reference {
    fn to<R>(operation: &OperationRef<R>) -> Self {
        Self {
            is_reference: true,
            operation: Target {
                id: Arc::clone(&operation.id),
                transaction: operation.transaction,
            },
            index: None,
            property: None,
        }
    }

    fn index(self, index: usize) -> Self {
        Self {
            index: Some(index),
            ..self
        }
    }

    /// Refers to the property `name` of the same row.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<backendless::Record>("Person");
    /// # people.create(&serde_json::json!({"name": "Bob"})).await?;
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"author": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// let found = transaction.find(people.find().sort_by("created"));
    /// let note = serde_json::json!({"author": found.index(0).property("name")});
    /// let note = transaction.create("Note", &note);
    /// assert_eq!(transaction.commit().await?.get(&note)?["author"], "Bob");
    /// # });
    /// ```
    #[must_use]
    pub fn property(self, name: &str) -> Self {
        Self {
            property: Some(name.into()),
            ..self
        }
    }
}

/// Operation of a transaction, whose result has the type `R`; created by the methods of
/// [`Transaction`](super::Transaction).
///
/// It creates references for later operations, and reads the result with [`Results::get`](super::Results::get).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # client.data::<backendless::Record>("Note").create(&serde_json::json!({"text": "x"})).await?;
/// let mut transaction = client.transaction();
/// let created = transaction.create("Note", &serde_json::json!({"text": "milk"}));
/// let updated = transaction.update("Note", &created, &serde_json::json!({"text": "bread"}));
/// let results = transaction.commit().await?;
/// assert_eq!(results.get(&updated)?["text"], "bread");
/// # });
/// ```
pub struct OperationRef<R> {
    pub(super) id: Arc<str>,
    /// The transaction of the operation.
    pub(super) transaction: u64,
    result: PhantomData<fn() -> R>,
}

impl<R> OperationRef<R> {
    pub(super) fn new(id: Arc<str>, transaction: u64) -> Self {
        Self {
            id,
            transaction,
            result: PhantomData,
        }
    }
}

impl<T> OperationRef<Object<T>> {
    /// Refers to the `objectId` of the row that the operation creates or updates.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
    /// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"order": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
    /// let item = transaction.create("Item", &serde_json::json!({"order": order.id()}));
    /// let results = transaction.commit().await?;
    /// assert_eq!(results.get(&item)?["order"], results.get(&order)?.object_id);
    /// # });
    /// ```
    #[must_use]
    pub fn id(&self) -> Reference {
        self.property("objectId")
    }

    /// Refers to the property `name` of the row that the operation creates or updates.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
    /// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"total": 1})).await?;
    /// let mut transaction = client.transaction();
    /// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
    /// let item = transaction.create("Item", &serde_json::json!({"total": order.property("total")}));
    /// assert_eq!(transaction.commit().await?.get(&item)?["total"], 20);
    /// # });
    /// ```
    #[must_use]
    pub fn property(&self, name: &str) -> Reference {
        Reference::to(self).property(name)
    }

    /// Reads the result as a row of type `U`, for an operation whose table was given by its name.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Note").create(&serde_json::json!({"text": "x"})).await?;
    /// #[derive(serde::Deserialize)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// let mut transaction = client.transaction();
    /// let note = transaction.create("Note", &serde_json::json!({"text": "milk"})).as_row::<Note>();
    /// assert_eq!(transaction.commit().await?.get(&note)?.text, "milk");
    /// # });
    /// ```
    #[must_use]
    pub fn as_row<U>(&self) -> OperationRef<Object<U>> {
        OperationRef::new(Arc::clone(&self.id), self.transaction)
    }
}

impl OperationRef<Vec<String>> {
    /// Refers to the id of the row at `index` of the rows that the operation stores; the first has the index 0. The
    /// transaction fails if there is no such row.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// let ids = transaction.create_many(&notes, &[serde_json::json!({"text": "a"}), serde_json::json!({"text": "b"})]);
    /// transaction.delete(&notes, ids.index(1));
    /// let results = transaction.commit().await?;
    /// assert!(notes.get(&results.get(&ids)?[1]).await.unwrap_err().is_not_found());
    /// # });
    /// ```
    #[must_use]
    pub fn index(&self, index: usize) -> Reference {
        Reference::to(self).index(index)
    }

    /// Refers to the ids of all rows that the operation stores.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "x", "done": false})).await?;
    /// let mut transaction = client.transaction();
    /// let ids = transaction.create_many(&notes, &[serde_json::json!({"text": "a"}), serde_json::json!({"text": "b"})]);
    /// let done = transaction.update_many(&notes, ids.ids(), &serde_json::json!({"done": true}));
    /// assert_eq!(transaction.commit().await?.get(&done)?, 2);
    /// # });
    /// ```
    #[must_use]
    pub fn ids(&self) -> Reference {
        Reference::to(self)
    }
}

impl<T> OperationRef<Vec<Object<T>>> {
    /// Refers to the id of the row at `index` of the rows that are found; the first has the index 0. The transaction fails
    /// if there is no such row.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut transaction = client.transaction();
    /// let found = transaction.find(notes.find().sort_by("n desc"));
    /// let updated = transaction.update(&notes, found.index(0), &serde_json::json!({"n": 10}));
    /// let results = transaction.commit().await?;
    /// assert_eq!(results.get(&found)?[0].object_id, results.get(&updated)?.object_id);
    /// # });
    /// ```
    #[must_use]
    pub fn index(&self, index: usize) -> Reference {
        Reference::to(self).index(index).property("objectId")
    }

    /// Refers to all rows of the page that is found.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut transaction = client.transaction();
    /// let found = transaction.find(notes.find().filter("n > 0"));
    /// let deleted = transaction.delete_many(&notes, found.ids());
    /// assert_eq!(transaction.commit().await?.get(&deleted)?, 2);
    /// # });
    /// ```
    #[must_use]
    pub fn ids(&self) -> Reference {
        Reference::to(self)
    }
}

impl<R> Clone for OperationRef<R> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.id), self.transaction)
    }
}

impl<R> fmt::Debug for OperationRef<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OperationRef").field(&self.id).finish()
    }
}

/// Id of a row: a string, or a reference to the result of an earlier operation.
///
/// ```
/// use backendless::transaction::RowId;
///
/// let id: RowId = "B2".into();
/// ```
#[derive(Clone)]
pub struct RowId(RowIdKind);

#[derive(Clone)]
enum RowIdKind {
    Text(String),
    Reference(Reference),
}

impl Serialize for RowId {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0 {
            RowIdKind::Text(id) => id.serialize(serializer),
            RowIdKind::Reference(reference) => reference.serialize(serializer),
        }
    }
}

/// Prints only references: an id is the caller's data.
impl fmt::Debug for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("RowId");
        match &self.0 {
            RowIdKind::Text(_) => tuple.finish_non_exhaustive(),
            RowIdKind::Reference(reference) => tuple.field(reference).finish(),
        }
    }
}

impl From<&str> for RowId {
    fn from(id: &str) -> Self {
        id.to_owned().into()
    }
}

impl From<String> for RowId {
    fn from(id: String) -> Self {
        Self(RowIdKind::Text(id))
    }
}

impl From<&String> for RowId {
    fn from(id: &String) -> Self {
        id.clone().into()
    }
}

impl From<Reference> for RowId {
    fn from(reference: Reference) -> Self {
        Self(RowIdKind::Reference(reference))
    }
}

/// Refers to the row that the operation creates or updates.
impl<T> From<&OperationRef<Object<T>>> for RowId {
    fn from(operation: &OperationRef<Object<T>>) -> Self {
        operation.id().into()
    }
}

/// Rows that an operation changes: ids, the rows that an earlier operation stores or finds, or those that match a filter.
///
/// ```
/// use backendless::filter::{Filter, field};
/// use backendless::transaction::RowSelection;
///
/// let by_ids: RowSelection = ["A1", "B2"].into();
/// let by_filter: RowSelection = field("age").ge(18).into();
/// let by_clause: RowSelection = Filter::from("age >= 18").into();
/// ```
#[derive(Clone, Debug)]
pub struct RowSelection(RowsKind);

#[derive(Clone, Debug)]
enum RowsKind {
    Ids(Vec<RowId>),
    Reference(Reference),
    Filter(Filter),
}

impl<I: Into<RowId>> From<Vec<I>> for RowSelection {
    fn from(ids: Vec<I>) -> Self {
        Self(RowsKind::Ids(ids.into_iter().map(Into::into).collect()))
    }
}

impl<I: Into<RowId>, const N: usize> From<[I; N]> for RowSelection {
    fn from(ids: [I; N]) -> Self {
        Self(RowsKind::Ids(ids.into_iter().map(Into::into).collect()))
    }
}

impl From<Reference> for RowSelection {
    fn from(reference: Reference) -> Self {
        Self(RowsKind::Reference(reference))
    }
}

impl From<Filter> for RowSelection {
    fn from(filter: Filter) -> Self {
        Self(RowsKind::Filter(filter))
    }
}

/// Rows as they are sent: a where clause, or a list of ids, or a reference to one.
#[derive(Serialize)]
pub(super) struct Selection {
    #[serde(skip_serializing_if = "Option::is_none")]
    conditional: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unconditional: Option<Ids>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Ids {
    List(Vec<RowId>),
    Reference(Reference),
}

impl RowSelection {
    pub(super) fn selection(self) -> Result<Selection> {
        let ids = match self.0 {
            RowsKind::Ids(ids) => Ids::List(ids),
            RowsKind::Reference(reference) => Ids::Reference(reference),
            RowsKind::Filter(filter) => {
                let clause = clause(Some(&filter))?.ok_or_else(|| {
                    let problem =
                        "the filter has no condition, which would match every row: add a condition";
                    Error::invalid_argument(problem)
                })?;
                return Ok(Selection {
                    conditional: Some(clause.to_owned()),
                    unconditional: None,
                });
            }
        };
        Ok(Selection {
            conditional: None,
            unconditional: Some(ids),
        })
    }
}

/// Table of an operation: its name, or a [`Table`], whose rows are then the results.
///
/// The trait is implemented for `&str` and `&Table<T>` and cannot be implemented outside this crate.
pub trait TransactionTable: sealed::Named {
    /// The type of the rows that the operation returns.
    type Row;
}

mod sealed {
    pub trait Named {
        fn name(&self) -> std::sync::Arc<str>;
    }
}

impl sealed::Named for &str {
    fn name(&self) -> Arc<str> {
        (*self).into()
    }
}

impl TransactionTable for &str {
    type Row = Record;
}

impl<T> sealed::Named for &Table<T> {
    fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }
}

impl<T> TransactionTable for &Table<T> {
    type Row = T;
}

/// Object with additional properties that are references; created by [`with`].
#[derive(Clone, Serialize)]
pub struct With<'o, T: ?Sized> {
    #[serde(flatten)]
    object: &'o T,
    #[serde(flatten)]
    references: BTreeMap<String, Reference>,
}

/// Adds a property with a reference to an object that is not changed.
///
/// ```
/// use backendless::transaction::with;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Item {
///     name: String,
/// }
///
/// # backendless_local::doc_example!(|client| {
/// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
/// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"name": "x", "order": "x"})).await?;
/// let items = client.data::<Item>("Item");
/// let mut transaction = client.transaction();
/// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
/// let milk = Item { name: "milk".into() };
/// let item = transaction.create(&items, &with(&milk, "order", order.id()));
/// assert_eq!(transaction.commit().await?.get(&item)?.name, "milk");
/// # });
/// ```
pub fn with<T: Serialize + ?Sized>(
    object: &T,
    property: impl Into<String>,
    reference: Reference,
) -> With<'_, T> {
    With {
        object,
        references: [(property.into(), reference)].into(),
    }
}

impl<T: ?Sized> With<'_, T> {
    /// Adds another property with a reference.
    ///
    /// ```
    /// # use backendless::transaction::with;
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
    /// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"order": "x", "total": 1})).await?;
    /// # let item = serde_json::json!({});
    /// # let mut transaction = client.transaction();
    /// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
    /// let item = with(&item, "order", order.id()).and("total", order.property("total"));
    /// transaction.create("Item", &item);
    /// transaction.commit().await?;
    /// # });
    /// ```
    #[must_use]
    pub fn and(mut self, property: impl Into<String>, reference: Reference) -> Self {
        self.references.insert(property.into(), reference);
        self
    }
}

/// Prints only the names of the references: the object is the caller's data.
impl<T: ?Sized> fmt::Debug for With<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With")
            .field("references", &self.references)
            .finish_non_exhaustive()
    }
}
