//! Results of a transaction, or the error of the operation that failed.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::RawValue;

use super::operation::Operation;
use super::reference::OperationRef;
use crate::operations::EXECUTE_TRANSACTION;
use crate::transport::ReportedFailure;
use crate::{Client, Error, ErrorKind, Result, decode};

/// Response to a transaction.
#[derive(Deserialize)]
pub(super) struct Response {
    success: bool,
    error: Option<Failure>,
    results: Option<HashMap<String, Outcome>>,
}

/// The error of the operation that failed.
#[derive(Deserialize)]
struct Failure {
    message: Option<String>,
    code: Option<i64>,
    operation: Option<FailedOperation>,
}

#[derive(Deserialize)]
struct FailedOperation {
    #[serde(rename = "opResultId")]
    id: Option<String>,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    result: Option<Box<RawValue>>,
}

/// What is known of an operation that was sent.
pub(super) struct Sent {
    id: Arc<str>,
    operation_type: &'static str,
    table: Arc<str>,
}

impl From<&Operation> for Sent {
    fn from(operation: &Operation) -> Self {
        Self {
            id: Arc::clone(&operation.id),
            operation_type: operation.operation_type,
            table: Arc::clone(&operation.table),
        }
    }
}

impl Response {
    pub(super) fn into_results(
        self,
        client: Client,
        transaction: u64,
        sent: &[Sent],
        attempts: u32,
    ) -> std::result::Result<Results, ReportedFailure> {
        if !self.success {
            return Err(failure(self.error, sent));
        }
        Ok(Results {
            client,
            transaction,
            outcomes: self.results.unwrap_or_default(),
            attempts,
        })
    }
}

fn failure(failure: Option<Failure>, sent: &[Sent]) -> ReportedFailure {
    let (message, code, failed) = match failure {
        Some(failure) => (failure.message, failure.code, failure.operation),
        None => (None, None, None),
    };
    let id = failed.and_then(|operation| operation.id);
    let index = sent
        .iter()
        .position(|operation| Some(&*operation.id) == id.as_deref());
    let operation = index.and_then(|index| Some((index, sent.get(index)?)));
    let (what, data) = match operation {
        Some((index, operation)) => {
            let Sent {
                id,
                operation_type,
                table,
            } = operation;
            let what = format!(
                "nothing was stored, because operation {} of {} failed ({operation_type} of table '{table}')",
                index + 1,
                sent.len()
            );
            let data = json!({
                "index": index, "opResultId": id.as_ref(), "operationType": operation_type, "table": table.as_ref(),
            });
            (what, data)
        }
        None => {
            let what = "nothing was stored, because an operation failed".to_owned();
            (what, serde_json::Value::Null)
        }
    };
    ReportedFailure {
        what,
        message,
        code,
        data,
    }
}

/// Results of the operations of a transaction; returned by [`Transaction::commit`](super::Transaction::commit).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # client.data::<backendless::Record>("Note").create(&serde_json::json!({"text": "x"})).await?;
/// let mut transaction = client.transaction();
/// let note = transaction.create("Note", &serde_json::json!({"text": "milk"}));
/// let results = transaction.commit().await?;
/// assert_eq!(results.get(&note)?["text"], "milk");
/// # });
/// ```
pub struct Results {
    client: Client,
    transaction: u64,
    outcomes: HashMap<String, Outcome>,
    attempts: u32,
}

impl Results {
    /// Returns the result of an operation.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the operation is of another transaction.
    /// - [`Decode`](crate::ErrorKind::Decode), with the JSON path, if the response has no result of the operation or it
    ///   does not match `R`. The transaction is committed nevertheless.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"n": 1})).await?;
    /// let mut transaction = client.transaction();
    /// let count = transaction.update_many(&notes, backendless::filter::field("n").eq(1), &serde_json::json!({"n": 2}));
    /// let other = client.transaction().delete("Note", "B2");
    /// let results = transaction.commit().await?;
    /// assert_eq!(results.get(&count)?, 1);
    /// assert!(results.get(&other).is_err());
    /// # });
    /// ```
    pub fn get<R: DeserializeOwned>(&self, operation: &OperationRef<R>) -> Result<R> {
        let id = &operation.id;
        if operation.transaction != self.transaction {
            let problem = format!("{id} is an operation of another transaction");
            return Err(Error::invalid_argument(problem).with_operation(&EXECUTE_TRANSACTION));
        }
        let result = self.outcomes.get(&**id);
        let result = result.ok_or_else(|| {
            let text = format!("the response has no result of {id}");
            self.decode_error(text)
        })?;
        let json = result.result.as_deref().map_or("null", RawValue::get);
        serde_json::from_str(json).map_err(|error| {
            let text = decode::describe::<R>(json.as_bytes(), &error);
            let text = self.client.transport.without_secrets(text);
            self.decode_error(format!("the result of {id}: {text}"))
        })
    }

    fn decode_error(&self, text: String) -> Error {
        Error::new(ErrorKind::Decode, text)
            .with_operation(&EXECUTE_TRANSACTION)
            .with_attempts(self.attempts)
    }
}

/// Prints the number of results: they contain the caller's rows.
impl fmt::Debug for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results")
            .field("operations", &self.outcomes.len())
            .finish_non_exhaustive()
    }
}
