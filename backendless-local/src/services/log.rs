//! The log of the application.

use rusqlite::Connection;
use serde_json::Value;

use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::services::recorded::{self, MaxItems, RecordTable, Recorded};
use crate::store::database::Database;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS log (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL
    );
";

const LEVELS: [&str; 6] = ["FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

#[derive(Clone, Debug)]
pub(crate) struct Log {
    database: Database,
}

impl Log {
    pub(super) fn new(database: Database) -> Log {
        Log { database }
    }

    /// Adds messages, all of them or none.
    pub(crate) async fn write(&self, messages: Vec<Value>) -> Result<(), ServiceError> {
        for message in &messages {
            check(message)?;
        }
        let write = self.database.write(move |transaction| {
            let mut statement = transaction.prepare("INSERT INTO log (content) VALUES (?)")?;
            for message in &messages {
                statement.execute([message.to_string()])?;
            }
            Ok(())
        });
        write.await
    }

    /// Returns all messages in the order in which they were added.
    pub(crate) async fn messages(&self) -> Result<Vec<Value>, ServiceError> {
        let sql = "SELECT content FROM log ORDER BY seq";
        self.database.read_json(sql).await
    }

    /// Returns the last messages, the newest first.
    pub(crate) async fn newest(&self, max: u32) -> Result<Vec<Recorded<Value>>, ServiceError> {
        let max = MaxItems::complete(max);
        recorded::newest(&self.database, RecordTable::Log, max, |message| message).await
    }
}

fn check(message: &Value) -> Result<(), ServiceError> {
    let Some(message) = message.as_object() else {
        let text = "a message of the log is not a JSON object";
        return Err(ServiceError::new(code::UNPARSABLE_BODY, text));
    };
    for name in ["logger", "message"] {
        required(name, fields::text(message, name)?)?;
    }
    let level = fields::one_of(message, "log-level", &LEVELS)?;
    required("log-level", level)?;
    let time = fields::typed(
        message,
        "timestamp",
        "a time in milliseconds",
        Value::as_i64,
    )?;
    required("timestamp", time)?;
    fields::text(message, "exception")?;
    Ok(())
}

fn required<T>(name: &str, value: Option<T>) -> Result<(), ServiceError> {
    value.map(drop).ok_or_else(|| {
        let message = format!("the property '{name}' of a message of the log is missing");
        ServiceError::new(code::LOG_VALUE_MISSING, message)
    })
}
