//! Transactions: several operations that are executed completely or not at all.
//!
//! [`Client::transaction`](crate::Client::transaction) creates a [`Transaction`], whose methods add operations and return an
//! [`OperationRef`] for each. A later operation uses the result of an earlier one through a [`Reference`].
//! [`Transaction::commit`] sends all of them in one request.

mod find;
mod operation;
mod reference;
mod relations;
mod results;
mod rows;
mod table;
mod with;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde_json::value::RawValue;

pub use reference::{OperationRef, Reference};
pub use results::Results;
pub use rows::{RowId, RowSelection};
pub use table::TransactionTable;
pub use with::{With, with};

use super::{Find, Object};
use crate::generated::raw;
use crate::operations::EXECUTE_TRANSACTION;
use crate::request::Request;
use crate::{Client, Error, Result, Timestamp};
use operation::{Operation, encode};
use results::{Response, Sent};
use rows::SelectionBody;

/// Isolation of a transaction from others that are executed at the same time, from the weakest to the strongest.
///
/// ```
/// # use backendless::transaction::Isolation;
/// # backendless_local::doc_example!(|client| {
/// # client.data::<backendless::Record>("Note").create(&serde_json::json!({"text": "x"})).await?;
/// let mut transaction = client.transaction().isolation(Isolation::Serializable);
/// transaction.create("Note", &serde_json::json!({"text": "milk"}));
/// transaction.commit().await?;
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Isolation {
    /// Reads may return changes that others have not committed.
    ReadUncommitted,
    /// Reads return only committed changes; a second read may return others.
    ReadCommitted,
    /// A second read of a row returns the same values.
    RepeatableRead,
    /// The result is that of transactions executed one after the other.
    Serializable,
}

/// Operations that are executed together, completely or not at all; created by
/// [`Client::transaction`](crate::Client::transaction).
///
/// Each method adds an operation and returns its [`OperationRef`]. The service executes the operations in this order when
/// the transaction is [committed](Self::commit), and undoes all of them if one fails. The tables and columns must exist:
/// a transaction creates none. A table is a name or a [`Table`](crate::Table), with whose rows the results are typed.
///
/// The OpenAPI document lacks this operation of the live service
/// ([documentation](https://backendless.com/docs/rest/data_transactions_about_unitofwork.html)).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # client.data::<backendless::Record>("Order").create(&serde_json::json!({"total": 1})).await?;
/// # client.data::<backendless::Record>("Item").create(&serde_json::json!({"name": "x", "order": "x"})).await?;
/// let mut transaction = client.transaction();
/// let order = transaction.create("Order", &serde_json::json!({"total": 20}));
/// for name in ["milk", "bread"] {
///     transaction.create("Item", &serde_json::json!({"name": name, "order": order.id()}));
/// }
/// let results = transaction.commit().await?;
/// let order = results.get(&order)?;
/// let items = client.data::<backendless::Record>("Item");
/// assert_eq!(items.count().filter(backendless::filter::field("order").eq(&order.object_id)).await?, 2);
/// # });
/// ```
#[must_use = "the operations are executed when the transaction is committed"]
pub struct Transaction {
    client: Client,
    id: u64,
    isolation: Option<Isolation>,
    operations: Vec<Operation>,
    /// The first argument that cannot be sent.
    problem: Option<Error>,
}

impl Client {
    /// Creates a transaction without operations; see [`Transaction`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Note").create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// transaction.create("Note", &serde_json::json!({"text": "milk"}));
    /// transaction.create("Note", &serde_json::json!({"text": "bread"}));
    /// transaction.commit().await?;
    /// assert_eq!(client.data::<backendless::Record>("Note").count().await?, 3);
    /// # });
    /// ```
    pub fn transaction(&self) -> Transaction {
        static TRANSACTIONS: AtomicU64 = AtomicU64::new(0);
        Transaction {
            client: self.clone(),
            id: TRANSACTIONS.fetch_add(1, Ordering::Relaxed),
            isolation: None,
            operations: Vec::new(),
            problem: None,
        }
    }
}

impl Transaction {
    /// Sets the isolation. The default is that of the service, repeatable read.
    ///
    /// ```
    /// use backendless::transaction::Isolation;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Note").create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction().isolation(Isolation::ReadCommitted);
    /// transaction.create("Note", &serde_json::json!({"text": "milk"}));
    /// transaction.commit().await?;
    /// # });
    /// ```
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// Adds the creation of a row; its result is the stored row. As [`Table::create`](crate::Table::create).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// let note = transaction.create(&notes, &serde_json::json!({"text": "milk"}));
    /// assert_eq!(transaction.commit().await?.get(&note)?["text"], "milk");
    /// # });
    /// ```
    pub fn create<N: TransactionTable, B>(
        &mut self,
        table: N,
        object: &B,
    ) -> OperationRef<Object<N::Row>>
    where
        B: Serialize + ?Sized,
    {
        self.add("CREATE", &table, object)
    }

    /// Adds the creation of up to 100 rows; its result is their ids, in the order of the rows.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// let ids = transaction.create_many(&notes, &[serde_json::json!({"text": "a"}), serde_json::json!({"text": "b"})]);
    /// let second = transaction.update(&notes, ids.index(1), &serde_json::json!({"text": "c"}));
    /// let results = transaction.commit().await?;
    /// assert_eq!(results.get(&ids)?[1], results.get(&second)?.object_id);
    /// # });
    /// ```
    pub fn create_many<N: TransactionTable, B: Serialize>(
        &mut self,
        table: N,
        objects: &[B],
    ) -> OperationRef<Vec<String>> {
        self.add("CREATE_BULK", &table, objects)
    }

    /// Adds an upsert; its result is the stored row. As [`Table::upsert`](crate::Table::upsert).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// transaction.upsert(&notes, &serde_json::json!({"objectId": "N-1", "text": "milk"}));
    /// transaction.commit().await?;
    /// assert_eq!(notes.get("N-1").await?["text"], "milk");
    /// # });
    /// ```
    pub fn upsert<N: TransactionTable, B>(
        &mut self,
        table: N,
        object: &B,
    ) -> OperationRef<Object<N::Row>>
    where
        B: Serialize + ?Sized,
    {
        self.add("UPSERT", &table, object)
    }

    /// Adds the upsert of up to 100 rows; its result is their ids, in the order of the rows.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// let ids = transaction.upsert_many(&notes, &[serde_json::json!({"objectId": "N-1", "text": "milk"})]);
    /// assert_eq!(transaction.commit().await?.get(&ids)?, ["N-1"]);
    /// # });
    /// ```
    pub fn upsert_many<N: TransactionTable, B: Serialize>(
        &mut self,
        table: N,
        objects: &[B],
    ) -> OperationRef<Vec<String>> {
        self.add("UPSERT_BULK", &table, objects)
    }

    /// Adds the update of a row with the properties of `changes`; its result is the whole row. As
    /// [`Table::update`](crate::Table::update).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// let updated = transaction.update(&notes, &note.object_id, &serde_json::json!({"text": "milk"}));
    /// assert_eq!(transaction.commit().await?.get(&updated)?["text"], "milk");
    /// # });
    /// ```
    pub fn update<N: TransactionTable, C>(
        &mut self,
        table: N,
        id: impl Into<RowId>,
        changes: &C,
    ) -> OperationRef<Object<N::Row>>
    where
        C: Serialize + ?Sized,
    {
        #[derive(Serialize)]
        struct Update<'a, C: ?Sized> {
            #[serde(rename = "objectId")]
            id: RowId,
            #[serde(flatten)]
            changes: &'a C,
        }
        let id = id.into();
        self.add("UPDATE", &table, &Update { id, changes })
    }

    /// Adds the update of several rows with the same changes; its result is their number. Ids that do not exist are
    /// ignored.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"n": 1, "done": false})).await?;
    /// let done = serde_json::json!({"done": true});
    /// let mut transaction = client.transaction();
    /// let by_filter = transaction.update_many(&notes, field("n").lt(5), &done);
    /// let by_ids = transaction.update_many(&notes, [&note.object_id], &done);
    /// let results = transaction.commit().await?;
    /// assert_eq!((results.get(&by_filter)?, results.get(&by_ids)?), (1, 1));
    /// # });
    /// ```
    pub fn update_many<N: TransactionTable, C>(
        &mut self,
        table: N,
        rows: impl Into<RowSelection>,
        changes: &C,
    ) -> OperationRef<u64>
    where
        C: Serialize + ?Sized,
    {
        #[derive(Serialize)]
        struct UpdateMany<'a, C: ?Sized> {
            #[serde(flatten)]
            rows: SelectionBody,
            changes: &'a C,
        }
        let rows = rows.into().body();
        let payload = rows.map(|rows| UpdateMany { rows, changes });
        self.add_checked("UPDATE_BULK", &table, payload)
    }

    /// Adds the deletion of a row; its result is the time of the deletion.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # let note = notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// transaction.delete(&notes, &note.object_id);
    /// transaction.commit().await?;
    /// assert_eq!(notes.count().await?, 0);
    /// # });
    /// ```
    pub fn delete<N: TransactionTable>(
        &mut self,
        table: N,
        id: impl Into<RowId>,
    ) -> OperationRef<Timestamp> {
        self.add("DELETE", &table, &id.into())
    }

    /// Adds the deletion of several rows; its result is their number. Ids that do not exist are ignored.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut transaction = client.transaction();
    /// let oldest = transaction.find(notes.find().sort_by("n").page_size(2));
    /// let deleted = transaction.delete_many(&notes, oldest.ids());
    /// assert_eq!(transaction.commit().await?.get(&deleted)?, 2);
    /// # });
    /// ```
    pub fn delete_many<N: TransactionTable>(
        &mut self,
        table: N,
        rows: impl Into<RowSelection>,
    ) -> OperationRef<u64> {
        let rows = rows.into().body();
        self.add_checked("DELETE_BULK", &table, rows)
    }

    /// Adds a search; its result is one page of rows.
    ///
    /// Only the parameters of the search apply, not its settings, such as a timeout. The rows of a
    /// [`Relation`](crate::Relation) cannot be searched in a transaction.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut transaction = client.transaction();
    /// let found = transaction.find(notes.find().filter("n > 0"));
    /// assert_eq!(transaction.commit().await?.get(&found)?.len(), 2);
    /// # });
    /// ```
    pub fn find<T>(&mut self, find: Find<T>) -> OperationRef<Vec<Object<T>>> {
        let query = find.parameters.query();
        let table = Arc::clone(&query.table);
        let payload = find::payload(self.id, query);
        self.push("FIND", table, payload)
    }

    /// Sends the operations in one request, and returns their results.
    ///
    /// The request is not idempotent. If its response is lost, the operations may have been executed.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if there is no operation, or an argument of one cannot be
    ///   sent, such as a reference to an operation of another transaction.
    /// - [`Api`](crate::ErrorKind::Api) if an operation failed. Nothing is stored. The message names the operation, and
    ///   [`data`](crate::Error::data) is an object with its `index`, which begins with 0, its `operationType` and its `table`.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "x"})).await?;
    /// let mut transaction = client.transaction();
    /// transaction.create(&notes, &serde_json::json!({"text": "milk"}));
    /// transaction.delete(&notes, "no-such-id");
    /// let error = transaction.commit().await.unwrap_err();
    /// assert_eq!(error.data().expect("an operation failed")["index"], 1);
    /// // The first operation was undone.
    /// assert_eq!(notes.count().await?, 1);
    /// # });
    /// ```
    pub fn commit(self) -> Request<Results> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(rename = "isolationLevelEnum", skip_serializing_if = "Option::is_none")]
            isolation: Option<Isolation>,
            operations: &'a [Operation],
        }

        let Self {
            client,
            id,
            isolation,
            operations,
            problem,
        } = self;
        let problem = problem.or_else(|| {
            let empty = || Error::invalid_argument("the transaction has no operation");
            operations.is_empty().then(empty)
        });
        let request = match problem {
            Some(problem) => Err(problem.with_operation(&EXECUTE_TRANSACTION)),
            None => raw::execute_transaction::<_, Response>(&Body {
                isolation,
                operations: &operations,
            }),
        };
        let sent: Vec<Sent> = operations.iter().map(Sent::from).collect();
        let results_client = client.clone();
        Request::checked(&client, request, move |response, attempts| {
            response.into_results(results_client, id, &sent, attempts)
        })
    }

    fn add<N: TransactionTable, B, R>(
        &mut self,
        operation_type: &'static str,
        table: &N,
        payload: &B,
    ) -> OperationRef<R>
    where
        B: Serialize + ?Sized,
    {
        self.push(operation_type, table.name(), encode(self.id, payload))
    }

    fn add_checked<N: TransactionTable, B: Serialize, R>(
        &mut self,
        operation_type: &'static str,
        table: &N,
        payload: Result<B>,
    ) -> OperationRef<R> {
        let payload = payload.and_then(|payload| encode(self.id, &payload));
        self.push(operation_type, table.name(), payload)
    }

    fn push<R>(
        &mut self,
        operation_type: &'static str,
        table: Arc<str>,
        payload: Result<Box<RawValue>>,
    ) -> OperationRef<R> {
        let number = self.operations.len() + 1;
        let id: Arc<str> = format!("operation{number}").into();
        let payload = payload.unwrap_or_else(|error| {
            let problem = || {
                let problem = error.message();
                Error::invalid_argument(format!("operation {number} ({operation_type}): {problem}"))
            };
            self.problem.get_or_insert_with(problem);
            Box::default()
        });
        self.operations.push(Operation {
            operation_type,
            table,
            id: Arc::clone(&id),
            payload,
        });
        OperationRef::new(id, self.id)
    }
}

/// Prints the number of operations: their values are the caller's data.
impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("isolation", &self.isolation)
            .field("operations", &self.operations.len())
            .finish_non_exhaustive()
    }
}
