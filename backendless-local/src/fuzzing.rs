//! Access to the parser of where clauses for the fuzz targets, with the feature `fuzzing`. Not part
//! of the public API.

use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

use crate::query::accessible::Accessible;
use crate::query::condition::where_clause;
use crate::service_error::{ErrorKind, ServiceError};
use crate::services::rows::{NewRow, insert};
use crate::store::query_limit::{MAX_TIME, QueryLimit};
use crate::store::schema::Table;
use crate::store::tables::STORE_TABLES;
use crate::store::{database, functions};

/// A table with a column of every kind and a few rows, in a database in memory.
#[derive(Debug)]
pub struct WhereParser {
    connection: Connection,
    table: Table,
}

/// A translated clause.
#[derive(Debug)]
pub struct Translated {
    /// The condition in SQL.
    pub sql: String,
    /// The number of its parameters.
    pub values: usize,
    /// The number of rows that it matches, or SQLite's error.
    pub found: Result<i64, String>,
}

impl WhereParser {
    /// Creates the table with the columns `text`, `flag`, `int`, `double`, `json` and `empty`.
    ///
    /// # Errors
    ///
    /// If SQLite cannot create the database.
    pub fn new() -> Result<Self, crate::Error> {
        let limit = QueryLimit::new(MAX_TIME);
        let (connection, table) = database::connect(None, &limit, &STORE_TABLES, |connection| {
            let mut table = Table::existing_or_new(connection, "Fuzz")?;
            for (at, row) in rows().into_iter().enumerate() {
                let new = NewRow {
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

    /// Returns the names of the columns in SQL, with that of their table.
    pub fn columns(&self) -> impl Iterator<Item = String> {
        let columns = self.table.columns().iter();
        columns.map(|column| format!("{}.{}", self.table.sql(), column.sql))
    }

    /// Returns the names of the SQL functions that conditions call.
    pub fn functions(&self) -> impl Iterator<Item = &'static str> {
        functions::names()
    }

    /// Translates a clause and runs it. Returns `None` for a blank clause.
    ///
    /// # Errors
    ///
    /// The message of the error if the clause is rejected.
    pub fn translate(&self, clause: &str) -> Result<Option<Translated>, String> {
        let message = |error: ServiceError| error.to_string();
        let rows = Accessible::unrestricted(&self.table);
        let Some(condition) = where_clause(&rows, clause).map_err(message)? else {
            return Ok(None);
        };
        condition.check().map_err(message)?;
        let values = condition.values.len();
        let table = self.table.sql();
        let query = format!("SELECT COUNT(*) FROM {table} WHERE {}", condition.text);
        let found = self.connection.prepare(&query).and_then(|mut statement| {
            statement.query_row(params_from_iter(condition.values), |row| row.get(0))
        });
        let found = found.map_err(ServiceError::from);
        if let Err(error) = &found
            && error.kind() == ErrorKind::InvalidRequest
        {
            // Its values have no result, such as a sum above 64 bits.
            return Err(error.to_string());
        }
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
