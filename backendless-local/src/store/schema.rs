//! The catalogue: which tables and columns there are, by name, and how SQL calls them. Tables and
//! columns come into being here; rows are the business of `data`.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::names;
use super::value::Kind;
use crate::http::reply::{Failure, code, shorten};

/// SQLite has at most 2000 columns in a table, the system's included.
const MOST_COLUMNS: usize = 1_000;

pub(crate) const OBJECT_ID: &str = "objectId";
pub(crate) const CREATED: &str = "created";
pub(crate) const UPDATED: &str = "updated";
pub(crate) const OWNER_ID: &str = "ownerId";
pub(crate) const CLASS: &str = "___class";

/// The columns that every table has and only the server writes, and how SQL calls them.
const SYSTEM: [(&str, &str, Kind); 4] = [
    (OBJECT_ID, "object_id", Kind::String),
    (CREATED, "created", Kind::Int),
    (UPDATED, "updated", Kind::Int),
    (OWNER_ID, "owner_id", Kind::String),
];

/// Whether only the server writes this property.
pub(crate) fn is_system(name: &str) -> bool {
    name == CLASS || SYSTEM.iter().any(|(system, ..)| *system == name)
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    id: i64,
    name: String,
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Its name in SQL: made here, of letters, digits and underscores only.
    pub(crate) sql: String,
}

impl Table {
    /// The table of this name, or the service's "Table not found".
    pub(crate) fn existing(connection: &Connection, name: &str) -> Result<Table, Failure> {
        Table::find(connection, name)?.ok_or_else(|| {
            Failure::new(
                code::UNKNOWN_TABLE,
                format!(
                    "Table not found by name '{}'. Make sure the client class referenced in the \
                     API call has the same literal name as the table in Backendless console",
                    shorten(name)
                ),
            )
        })
    }

    /// The table of this name, created when there is none.
    pub(crate) fn existing_or_new(connection: &Connection, name: &str) -> Result<Table, Failure> {
        match Table::find(connection, name)? {
            Some(table) => Ok(table),
            None => Table::create(connection, name),
        }
    }

    fn find(connection: &Connection, name: &str) -> Result<Option<Table>, Failure> {
        let id = connection
            .prepare_cached("SELECT id FROM data_table WHERE name = ?")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        let Some(id) = id else { return Ok(None) };
        let mut table = Table::with_system_columns(id, name);
        let mut statement = connection.prepare_cached(
            "SELECT id, name, kind FROM data_column WHERE table_id = ? ORDER BY id",
        )?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let kind: String = row.get(2)?;
            let kind = Kind::named(&kind)
                .ok_or_else(|| Failure::internal(format!("a column of kind {kind}")))?;
            table.columns.push(Column {
                name: row.get(1)?,
                kind,
                sql: column_sql(row.get(0)?),
            });
        }
        Ok(Some(table))
    }

    fn create(connection: &Connection, name: &str) -> Result<Table, Failure> {
        names::check("table", name)?;
        connection.execute("INSERT INTO data_table (name) VALUES (?)", [name])?;
        let table = Table::with_system_columns(connection.last_insert_rowid(), name);
        // AUTOINCREMENT: a deleted row's place in the order of creation is never used again.
        connection.execute_batch(&format!(
            "CREATE TABLE {} (seq INTEGER PRIMARY KEY AUTOINCREMENT, object_id UNIQUE, \
             created, updated, owner_id)",
            table.sql()
        ))?;
        Ok(table)
    }

    fn with_system_columns(id: i64, name: &str) -> Table {
        let columns = SYSTEM
            .iter()
            .map(|&(name, sql, kind)| Column {
                name: name.to_owned(),
                kind,
                sql: sql.to_owned(),
            })
            .collect();
        Table {
            id,
            name: name.to_owned(),
            columns,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its name in SQL.
    pub(crate) fn sql(&self) -> String {
        format!("t{}", self.id)
    }

    /// Every column: the system's, then the others in the order they were made.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column a query names, or the service's "does not exist".
    pub(crate) fn known_column(&self, name: &str) -> Result<&Column, Failure> {
        self.column(name).ok_or_else(|| {
            Failure::new(
                code::UNKNOWN_COLUMN,
                format!(
                    "Column '{}' does not exist in table '{}'",
                    shorten(name),
                    self.name
                ),
            )
        })
    }

    /// The SQL name of the column that is to hold this value: made, or widened, when need be.
    pub(crate) fn column_for(
        &mut self,
        connection: &Connection,
        name: &str,
        value: &Value,
    ) -> Result<String, Failure> {
        let Some(at) = self.columns.iter().position(|column| column.name == name) else {
            // Any value fits a column that holds none.
            let kind = Kind::Unknown.with(value).unwrap_or(Kind::Unknown);
            return Ok(self.add_column(connection, name, kind)?.sql.clone());
        };
        let column = &mut self.columns[at];
        let kind = column.kind.with(value).map_err(|kind| {
            Failure::new(
                code::WRONG_TYPE,
                format!(
                    "Column '{}' in table '{}' holds {} values; a {} value does not fit",
                    column.name,
                    self.name,
                    column.kind.name(),
                    kind.name()
                ),
            )
        })?;
        if kind != column.kind {
            column.kind = kind;
            connection.execute(
                "UPDATE data_column SET kind = ? WHERE table_id = ? AND name = ?",
                params![kind.name(), self.id, name],
            )?;
        }
        Ok(column.sql.clone())
    }

    /// Adds a column. The caller has made sure that there is none of the name.
    fn add_column(
        &mut self,
        connection: &Connection,
        name: &str,
        kind: Kind,
    ) -> Result<&Column, Failure> {
        names::check("column", name)?;
        if self.columns.len() >= MOST_COLUMNS {
            return Err(Failure::new(
                code::INVALID_VALUE,
                format!(
                    "table '{}' has {MOST_COLUMNS} columns, the most there may be",
                    self.name
                ),
            ));
        }
        connection
            .prepare_cached("INSERT INTO data_column (table_id, name, kind) VALUES (?, ?, ?)")?
            .execute(params![self.id, name, kind.name()])?;
        let sql = column_sql(connection.last_insert_rowid());
        connection.execute_batch(&format!("ALTER TABLE {} ADD COLUMN {sql}", self.sql()))?;
        let at = self.columns.len();
        self.columns.push(Column {
            name: name.to_owned(),
            kind,
            sql,
        });
        Ok(&self.columns[at])
    }

    /// Makes sure that a column is there, of this kind if it is new.
    pub(crate) fn ensure_column(
        &mut self,
        connection: &Connection,
        name: &str,
        kind: Kind,
    ) -> Result<(), Failure> {
        if self.column(name).is_none() {
            self.add_column(connection, name, kind)?;
        }
        Ok(())
    }
}

fn column_sql(id: i64) -> String {
    format!("c{id}")
}
