//! The Cache service: JSON values by key, each with a time to live.
//!
//! The time to live is in milliseconds in the OpenAPI document and in seconds in the live service; see
//! [`Dialect`]. A miss returns 200 and `null`, like the live service.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::clock::Clock;
use crate::dialect::Dialect;
use crate::service_error::{ServiceError, code};
use crate::store::database::Database;
use crate::text::shorten;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS cache (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        expires INTEGER NOT NULL
    );
";

/// Maximum and default time to live, in seconds.
const MAX_SECONDS: i64 = 7200;

/// Maximum and default time to live, in milliseconds.
const MAX_MILLIS: i64 = MAX_SECONDS * 1000;

/// Maximum size of a value, in bytes of JSON.
const MAX_VALUE_BYTES: usize = 10_240;

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

#[derive(Clone, Debug)]
pub(crate) struct Cache {
    database: Database,
    clock: Clock,
    dialect: Option<Dialect>,
}

impl Cache {
    pub(super) fn new(database: Database, clock: Clock, dialect: Option<Dialect>) -> Cache {
        Cache {
            database,
            clock,
            dialect,
        }
    }

    /// Stores a value and deletes expired ones.
    pub(crate) async fn put(
        &self,
        key: String,
        timeout: Option<&str>,
        value: Option<Value>,
    ) -> Result<(), ServiceError> {
        let timeout = parse_timeout(timeout, self.dialect)?;
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

    /// Returns the first values that have not expired, by their keys: key, value, and remaining time in milliseconds.
    pub(crate) async fn entries(
        &self,
        limit: u32,
    ) -> Result<Vec<(String, Value, i64)>, ServiceError> {
        let now = self.clock.now();
        let read = self.database.read(move |connection| {
            let sql =
                "SELECT key, value, expires FROM cache WHERE expires > ? ORDER BY key LIMIT ?";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query((now, limit))?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                let (key, value): (String, String) = (row.get(0)?, row.get(1)?);
                let value = serde_json::from_str(&value).map_err(ServiceError::internal)?;
                entries.push((key, value, row.get::<_, i64>(2)? - now));
            }
            Ok(entries)
        });
        read.await
    }

    /// Returns the number of values that have not expired.
    pub(crate) async fn entry_count(&self) -> Result<i64, ServiceError> {
        let now = self.clock.now();
        let sql = "SELECT count(*) FROM cache WHERE expires > ?";
        let read = self
            .database
            .read(move |connection| Ok(connection.query_row(sql, [now], |row| row.get(0))?));
        read.await
    }

    /// Sets the time to live of a value, in seconds from now.
    pub(crate) async fn expire_in(&self, key: String, seconds: i64) -> Result<(), ServiceError> {
        if !(1..=MAX_SECONDS).contains(&seconds) {
            return Err(out_of_range());
        }
        self.set_expiration(key, self.clock.now() + seconds * 1000)
            .await
    }

    /// Sets the time at which a value expires, in milliseconds since 1970.
    pub(crate) async fn expire_at(&self, key: String, timestamp: i64) -> Result<(), ServiceError> {
        let now = self.clock.now();
        if timestamp <= now {
            let message = "the time of the expiration has passed";
            return Err(ServiceError::new(code::EXPIRATION_PASSED, message));
        }
        if timestamp - now > MAX_MILLIS {
            return Err(out_of_range());
        }
        self.set_expiration(key, timestamp).await
    }

    async fn set_expiration(&self, key: String, expires: i64) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let write = self.database.write(move |transaction| {
            let sql = "UPDATE cache SET expires = ?3 WHERE key = ?1 AND expires > ?2";
            match transaction.execute(sql, params![key, now, expires])? {
                0 => {
                    let message =
                        format!("the cache has no value under the key '{}'", shorten(&key));
                    Err(ServiceError::new(code::UNKNOWN_KEY, message))
                }
                _ => Ok(()),
            }
        });
        write.await
    }

    pub(crate) async fn delete(&self, key: String) -> Result<(), ServiceError> {
        let write = self.database.write(move |transaction| {
            transaction.execute("DELETE FROM cache WHERE key = ?", [key])?;
            Ok(())
        });
        write.await
    }
}

fn out_of_range() -> ServiceError {
    let message = format!("a value expires between 1 and {MAX_SECONDS} seconds from now");
    ServiceError::new(code::EXPIRATION_OUT_OF_RANGE, message)
}

/// Returns the time to live in milliseconds.
fn parse_timeout(text: Option<&str>, dialect: Option<Dialect>) -> Result<i64, ServiceError> {
    let Some(text) = text else {
        return Ok(MAX_MILLIS);
    };
    let invalid = |problem: String| Err(ServiceError::new(code::INVALID_EXPIRATION, problem));
    let timeout = text.parse::<i64>().ok().filter(|timeout| *timeout >= 1);
    match (dialect, timeout) {
        (Some(Dialect::Live), Some(seconds)) if seconds <= MAX_SECONDS => Ok(seconds * 1000),
        (Some(Dialect::Live), Some(millis)) if millis <= MAX_MILLIS => invalid(format!(
            "the timeout must be from 1 to {MAX_SECONDS} seconds, as in the live service; \
             {millis} is a time in milliseconds: start the server with the dialect 'document', or \
             configure the client for the live service"
        )),
        (Some(Dialect::Live), _) => invalid(format!(
            "the timeout must be from 1 to {MAX_SECONDS} seconds"
        )),
        (None, Some(either)) if either <= MAX_SECONDS => invalid(format!(
            "the timeout {either} is in milliseconds in the OpenAPI document and in seconds in the \
             live service: start the server with the dialect that its clients use, 'document' or \
             'live'"
        )),
        (None | Some(Dialect::Document), Some(millis)) if millis <= MAX_MILLIS => Ok(millis),
        (None | Some(Dialect::Document), _) => invalid(format!(
            "the timeout must be from 1 to {MAX_MILLIS} milliseconds"
        )),
    }
}
