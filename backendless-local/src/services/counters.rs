//! The Counters service: 64-bit integers that many callers increment concurrently.
//!
//! The database runs one task at a time, so increments are atomic.

use rusqlite::{Connection, OptionalExtension, params};

use crate::service_error::{ServiceError, code};
use crate::store::database::Database;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
";

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(super) fn reset(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch("DELETE FROM counter")?)
}

#[derive(Clone, Debug)]
pub(crate) struct Counters {
    database: Database,
}

impl Counters {
    pub(super) fn new(database: Database) -> Counters {
        Counters { database }
    }

    /// Returns the value of a counter; 0 if it was never changed.
    pub(crate) async fn get(&self, name: String) -> Result<i64, ServiceError> {
        let read = self
            .database
            .read(move |connection| load(connection, &name));
        read.await
    }

    /// Adds `step` and returns the sum.
    pub(crate) async fn add(&self, name: String, step: i64) -> Result<i64, ServiceError> {
        let write = self.database.write(move |transaction| {
            let sum = load(transaction, &name)?.checked_add(step).ok_or_else(|| {
                let message = "the sum does not fit into a 64-bit integer";
                ServiceError::new(code::COUNTER_OVERFLOW, message)
            })?;
            store(transaction, &name, sum)?;
            Ok(sum)
        });
        write.await
    }

    pub(crate) async fn reset(&self, name: String) -> Result<(), ServiceError> {
        let write = self
            .database
            .write(move |transaction| store(transaction, &name, 0));
        write.await
    }
}

/// Parses the parameter `value` of `incrementBy`.
pub(crate) fn parse_step(text: Option<&str>) -> Result<i64, ServiceError> {
    let text = text.ok_or_else(|| {
        let message = "the parameter 'value' is missing";
        ServiceError::new(code::MISSING_PARAMETER, message)
    })?;
    text.parse().map_err(|_| {
        let message = "the parameter 'value' is not a 64-bit integer";
        ServiceError::new(code::INVALID_PARAMETER, message)
    })
}

fn load(connection: &Connection, name: &str) -> Result<i64, ServiceError> {
    let value = connection
        .prepare_cached("SELECT value FROM counter WHERE name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(value.unwrap_or(0))
}

fn store(connection: &Connection, name: &str, value: i64) -> Result<(), ServiceError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)")?
        .execute(params![name, value])?;
    Ok(())
}
