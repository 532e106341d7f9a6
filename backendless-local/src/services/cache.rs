//! The Cache service: JSON values by key, each with a time to live.
//!
//! The time to live is in milliseconds, as the specification says; the live service uses seconds.
//! A miss returns 200 and `null`, like the live service.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::clock::Clock;
use crate::service_error::{ServiceError, code};
use crate::store::database::Database;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS cache (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        expires INTEGER NOT NULL
    );
";

/// Maximum and default time to live, in milliseconds.
const MAX_TIMEOUT: i64 = 7200 * 1000;

/// Maximum size of a value, in bytes of JSON.
const MAX_VALUE_BYTES: usize = 10_240;

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(super) fn reset(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch("DELETE FROM cache")?)
}

#[derive(Clone, Debug)]
pub(crate) struct Cache {
    database: Database,
    clock: Clock,
}

impl Cache {
    pub(super) fn new(database: Database, clock: Clock) -> Cache {
        Cache { database, clock }
    }

    /// Stores a value and deletes expired ones.
    pub(crate) async fn put(
        &self,
        key: String,
        timeout: Option<&str>,
        value: Option<Value>,
    ) -> Result<(), ServiceError> {
        let timeout = parse_timeout(timeout)?;
        let value = value
            .ok_or_else(|| {
                let message = "the value is missing: the request body is empty";
                ServiceError::new(code::UNPARSABLE_BODY, message)
            })?
            .to_string();
        if value.len() > MAX_VALUE_BYTES {
            let message = format!("the value is larger than {MAX_VALUE_BYTES} bytes");
            return Err(ServiceError::new(code::VALUE_TOO_LARGE, message));
        }
        let now = self.clock.now();
        let write = self.database.write(move |transaction| {
            transaction.execute("DELETE FROM cache WHERE expires <= ?", [now])?;
            transaction.execute(
                "INSERT OR REPLACE INTO cache (key, value, expires) VALUES (?, ?, ?)",
                params![key, value, now.saturating_add(timeout)],
            )?;
            Ok(())
        });
        write.await
    }

    /// Returns the value; `None` if there is none or it has expired.
    pub(crate) async fn get(&self, key: String) -> Result<Option<Value>, ServiceError> {
        let now = self.clock.now();
        let read = self.database.read(move |connection| {
            let value = connection
                .prepare_cached("SELECT value FROM cache WHERE key = ? AND expires > ?")?
                .query_row(params![key, now], |row| row.get::<_, String>(0))
                .optional()?;
            let value =
                value.map(|json| serde_json::from_str(&json).map_err(ServiceError::internal));
            value.transpose()
        });
        read.await
    }

    pub(crate) async fn delete(&self, key: String) -> Result<(), ServiceError> {
        let write = self.database.write(move |transaction| {
            transaction.execute("DELETE FROM cache WHERE key = ?", [key])?;
            Ok(())
        });
        write.await
    }
}

fn parse_timeout(text: Option<&str>) -> Result<i64, ServiceError> {
    let Some(text) = text else {
        return Ok(MAX_TIMEOUT);
    };
    text.parse()
        .ok()
        .filter(|timeout| (1..=MAX_TIMEOUT).contains(timeout))
        .ok_or_else(|| {
            let message = format!("the timeout must be from 1 to {MAX_TIMEOUT} milliseconds");
            ServiceError::new(code::INVALID_EXPIRATION, message)
        })
}
