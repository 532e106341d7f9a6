//! Transactions (units of work): several operations in one SQL transaction, which may use the results of earlier ones.
//!
//! `operation` parses the operations, `reference` resolves their references, and `execute` executes one of them.

mod execute;
mod operation;
mod reference;

use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::service_error::{ErrorKind, ServiceError, code};
use crate::services::access::AccessControl;
use crate::services::caller::Caller;
use crate::services::fields;
use crate::services::row_access::RowAccess;
use crate::services::users::unit_of_work::PASSWORD;
use crate::services::users::{self, Users};
use crate::store::database::Database;
use execute::Execution;
use operation::Operation;
use reference::Outcomes;

/// All of them are serializable here: one transaction is executed after the other.
const ISOLATION_LEVELS: [&str; 4] = [
    "READ_UNCOMMITTED",
    "READ_COMMITTED",
    "REPEATABLE_READ",
    "SERIALIZABLE",
];

#[derive(Clone, Debug)]
pub(crate) struct Transactions {
    database: Database,
    clock: Clock,
    access: AccessControl,
    users: Users,
}

impl Transactions {
    pub(super) fn new(
        database: Database,
        clock: Clock,
        access: AccessControl,
        users: Users,
    ) -> Transactions {
        Transactions {
            database,
            clock,
            access,
            users,
        }
    }

    /// Executes the operations of a body and returns the response: `success`, `error` and `results`. The response to an
    /// operation that fails is no error, as in the service.
    pub(crate) async fn execute(
        &self,
        caller: Caller,
        mut body: Map<String, Value>,
    ) -> Result<Value, ServiceError> {
        fields::one_of(&body, "isolationLevelEnum", &ISOLATION_LEVELS)?;
        let Some(Value::Array(sent)) = body.remove("operations") else {
            let why = "the list 'operations' is missing";
            return Err(ServiceError::new(code::MISSING_PARAMETER, why));
        };
        let operations = sent.iter().map(Operation::parse);
        let operations = operations.collect::<Result<Vec<_>, _>>()?;
        operation::check_ids(&operations)?;
        let (now, access, users) = (self.clock.now(), self.access.clone(), self.users.clone());
        let write = self.database.write_by_clause(move |transaction| {
            let execution = Execution {
                rows: RowAccess::new(&access, transaction, &caller),
                users: &users,
                caller: &caller,
                now,
            };
            transaction.execute_batch("SAVEPOINT unit_of_work")?;
            match execute_all(&execution, &operations) {
                Ok(results) => Ok(json!({"success": true, "error": null, "results": results})),
                Err((_, error)) if error.kind() == ErrorKind::Internal => Err(error),
                Err((at, error)) => {
                    // It fails if SQLite has rolled back the transaction: the error of the operation is then that of the request.
                    let rolled_back = transaction.execute_batch("ROLLBACK TO unit_of_work");
                    match rolled_back {
                        Ok(()) => Ok(failure(&error, &sent[at])),
                        Err(_) => Err(error),
                    }
                }
            }
        });
        write.await
    }
}

fn execute_all(
    execution: &Execution<'_>,
    operations: &[Operation],
) -> Result<Map<String, Value>, (usize, ServiceError)> {
    let mut outcomes = Outcomes::default();
    for (at, operation) in operations.iter().enumerate() {
        let outcome = outcomes
            .resolve(&operation.payload)
            .and_then(|payload| execution.execute(operation, payload))
            .and_then(|outcome| outcomes.add(operation, outcome));
        outcome.map_err(|error| (at, error))?;
    }
    Ok(outcomes.into_results())
}

/// Returns the response to a failed operation, which the response repeats without the password of a user.
fn failure(error: &ServiceError, operation: &Value) -> Value {
    let operation = without_passwords(operation);
    let error = json!({"message": error.message(), "code": error.code(), "operation": operation});
    json!({"success": false, "error": error, "results": null})
}

/// Returns an operation of users without passwords.
fn without_passwords(operation: &Value) -> Value {
    let mut operation = operation.clone();
    if operation["table"] == users::TABLE {
        remove_passwords(&mut operation["payload"]);
    }
    operation
}

fn remove_passwords(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove(PASSWORD);
            fields.values_mut().for_each(remove_passwords);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_passwords),
        _ => {}
    }
}
