//! References to results of operations.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;

use super::operation::Target;
use crate::data::Object;

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
