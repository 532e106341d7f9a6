//! A way in to the parser of where-clauses, for the fuzz targets. Not for users of this crate: it
//! exists with the feature `fuzzing` alone and may change at any time.

use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

use crate::data::rows::{New, insert};
use crate::http::reply::Failure;
use crate::query::condition::where_clause;
use crate::store::schema::Table;
use crate::store::{self, TABLES};

/// A table with a column of every kind and a few rows, in a database of its own.
#[derive(Debug)]
pub struct WhereParser {
    connection: Connection,
    table: Table,
}

/// What a clause becomes.
#[derive(Debug)]
pub struct Translated {
    /// The condition in SQL.
    pub sql: String,
    /// The number of values that are bound to it.
    pub values: usize,
    /// The number of rows that it finds, or why SQLite does not take it.
    pub found: Result<i64, String>,
}

impl WhereParser {
    /// A table with the columns `text`, `flag`, `int`, `double`, `json` and `empty`.
    ///
    /// # Errors
    ///
    /// What SQLite says, if it cannot be made.
    pub fn new() -> Result<Self, crate::Error> {
        let (connection, table) = store::connect(None, |connection| {
            connection.execute_batch(TABLES)?;
            let mut table = Table::existing_or_new(connection, "Fuzz")?;
            for (at, row) in rows().into_iter().enumerate() {
                let new = New {
                    object_id: format!("ROW-{at}"),
                    owner_id: None,
                    created: 0,
                };
                insert(connection, &mut table, row, &new)?;
            }
            Ok(table)
        })?;
        Ok(Self { connection, table })
    }

    /// How SQL calls the columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let columns = self.table.columns().iter();
        columns.map(|column| column.sql.as_str())
    }

    /// What a clause becomes; nothing, if it is blank.
    ///
    /// # Errors
    ///
    /// The message with which the clause is refused.
    pub fn translate(&self, clause: &str) -> Result<Option<Translated>, String> {
        let told = |failure: Failure| failure.to_string();
        let Some(condition) = where_clause(&self.table, clause).map_err(told)? else {
            return Ok(None);
        };
        let values = condition.values.len();
        let table = self.table.sql();
        let query = format!("SELECT COUNT(*) FROM {table} WHERE {}", condition.text);
        let found = self.connection.prepare(&query).and_then(|mut statement| {
            statement.query_row(params_from_iter(condition.values), |row| row.get(0))
        });
        Ok(Some(Translated {
            sql: condition.text,
            values,
            found: found.map_err(|error| error.to_string()),
        }))
    }
}

fn rows() -> [Map<String, Value>; 3] {
    [
        json!({"text": "O'Hara", "flag": true, "int": 1, "double": 1.5, "json": [1], "empty": null}),
        json!({"text": "", "flag": false, "int": i64::MIN, "double": 1e300, "json": {"a": 1}}),
        json!({"int": u64::MAX}),
    ]
    .map(|row| row.as_object().cloned().unwrap_or_default())
}
