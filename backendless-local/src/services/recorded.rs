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

/// Returns the last items, the newest first.
pub(super) async fn newest(
    database: &Database,
    table: RecordTable,
    max: u32,
) -> Result<Vec<Recorded<Value>>, ServiceError> {
    let read = database.read(move |connection| {
        let table = table.name();
        let sql = format!("SELECT seq, content FROM {table} ORDER BY seq DESC LIMIT ?");
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map([max], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        let items = rows.map(|row| {
            let (number, content) = row?;
            let item = serde_json::from_str(&content).map_err(ServiceError::internal)?;
            Ok(Recorded { number, item })
        });
        items.collect()
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
