//! What clients sent and the server only records, in order: e-mails, push notifications and log messages.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use crate::service_error::ServiceError;
use crate::store::database::Database;

/// A table with the columns `seq` and `content`, which is JSON.
#[derive(Clone, Copy, Debug)]
pub(super) enum RecordTable {
    Emails,
    Pushes,
    Log,
}

impl RecordTable {
    fn name(self) -> &'static str {
        match self {
            RecordTable::Emails => "email",
            RecordTable::Pushes => "push",
            RecordTable::Log => "log",
        }
    }
}

/// A recorded item with its number, which no other item of the table has.
#[derive(Debug)]
pub(crate) struct Recorded<T> {
    pub(crate) number: i64,
    pub(crate) item: T,
}

/// How many of the last items a list has at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaxItems {
    pub(super) count: u32,
    /// Length of their contents, of which the newest one may have any.
    pub(super) bytes: usize,
}

impl MaxItems {
    /// A list of complete contents, which a page of the console requests every few seconds.
    pub(super) fn complete(count: u32) -> MaxItems {
        const BYTES: usize = 4 * 1024 * 1024;
        MaxItems {
            count,
            bytes: BYTES,
        }
    }
}

/// Returns `of` each of the last items, the newest first.
pub(super) async fn newest<T: Send + 'static>(
    database: &Database,
    table: RecordTable,
    max: MaxItems,
    of: fn(Value) -> T,
) -> Result<Vec<Recorded<T>>, ServiceError> {
    let read = database.read(move |connection| {
        let table = table.name();
        let sql = format!("SELECT seq, content FROM {table} ORDER BY seq DESC LIMIT ?");
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([max.count])?;
        let (mut items, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let content: String = row.get(1)?;
            bytes += content.len();
            if bytes > max.bytes && !items.is_empty() {
                break;
            }
            let content = serde_json::from_str(&content).map_err(ServiceError::internal)?;
            items.push(Recorded {
                number: row.get(0)?,
                item: of(content),
            });
        }
        Ok(items)
    });
    read.await
}

/// Returns the item with a number.
pub(super) async fn get(
    database: &Database,
    table: RecordTable,
    number: i64,
) -> Result<Option<Value>, ServiceError> {
    let read = database.read(move |connection| {
        let table = table.name();
        let sql = format!("SELECT content FROM {table} WHERE seq = ?");
        let content: Option<String> = connection
            .query_row(&sql, params![number], |row| row.get(0))
            .optional()?;
        let item = content.map(|content| serde_json::from_str(&content));
        item.transpose().map_err(ServiceError::internal)
    });
    read.await
}
