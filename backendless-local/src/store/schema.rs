//! The schema: user tables and their columns by name, with their names in SQL. Tables and columns
//! are created here, rows in `services::rows`.

mod deletion;
mod relations;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::service_error::{ServiceError, code};
use crate::store::names;
use crate::store::relation::{self, Relation};
use crate::store::value::Kind;
use crate::text::shorten;

/// A user's table is `t<id>` and its columns are `c<id>`, with the ids of these two tables. So names
/// from clients never become part of SQL, and SQLite's case-insensitive names do not matter.
pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS data_table (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE
    );
    CREATE TABLE IF NOT EXISTS data_column (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        table_id INTEGER NOT NULL REFERENCES data_table (id),
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        UNIQUE (table_id, name)
    );
";

/// Maximum number of columns of a table, system columns included. SQLite allows 2000.
const MAX_COLUMNS: usize = 1_000;

/// Maximum number of tables. SQLite reads its whole schema when a table gets a column.
pub(crate) const MAX_TABLES: usize = 1_000;

pub(crate) const OBJECT_ID: &str = "objectId";
pub(crate) const CREATED: &str = "created";
pub(crate) const UPDATED: &str = "updated";
pub(crate) const OWNER_ID: &str = "ownerId";
pub(crate) const CLASS: &str = "___class";

/// The columns that every table has and only the server writes, with their names in SQL.
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
    relations: Vec<Relation>,
    /// The tables that can be reached through relations, this one included if it is one of them.
    reachable: Arc<[Table]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Its name in SQL: letters, digits and underscores only.
    pub(crate) sql: String,
}

impl Table {
    /// Returns the table of this name, or the service's error "Table not found".
    pub(crate) fn existing(connection: &Connection, name: &str) -> Result<Table, ServiceError> {
        Table::find(connection, name)?.ok_or_else(|| {
            ServiceError::new(
                code::UNKNOWN_TABLE,
                // The service repeats the beginning of the message.
                format!(
                    "Table not found by name 'Table not found by name '{}'. Make sure the client class referenced in \
                     the API call has the same literal name as the table in Backendless console'",
                    shorten(name)
                ),
            )
        })
    }

    /// Returns the table of this name. Creates it if it does not exist.
    pub(crate) fn existing_or_new(
        connection: &Connection,
        name: &str,
    ) -> Result<Table, ServiceError> {
        match Table::find(connection, name)? {
            Some(table) => Ok(table),
            None => Table::create(connection, name, &[]),
        }
    }

    /// Creates the table if no table has this name, else the missing ones of these columns.
    pub(crate) fn ensure(
        connection: &Connection,
        name: &str,
        columns: &[(&str, Kind)],
    ) -> Result<(), ServiceError> {
        let Some(mut table) = Table::find(connection, name)? else {
            return Table::create(connection, name, columns).map(drop);
        };
        for &(name, kind) in columns {
            table.ensure_column(connection, name, kind)?;
        }
        Ok(())
    }

    fn find(connection: &Connection, name: &str) -> Result<Option<Table>, ServiceError> {
        let table = Table::load(connection, name)?;
        table
            .map(|table| table.with_reachable_tables(connection))
            .transpose()
    }

    /// Returns the table without those that can be reached through its relations.
    fn load(connection: &Connection, name: &str) -> Result<Option<Table>, ServiceError> {
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
            let kind = Kind::named(&kind).ok_or_else(|| {
                ServiceError::internal(format!("a column has the unknown kind {kind}"))
            })?;
            table.columns.push(Column {
                name: row.get(1)?,
                kind,
                sql: column_sql(row.get(0)?),
            });
        }
        table.relations = relation::of_table(connection, id)?;
        Ok(Some(table))
    }

    /// Creates a table with these columns. In one statement, because SQLite reads its whole schema again after a new column.
    fn create(
        connection: &Connection,
        name: &str,
        columns: &[(&str, Kind)],
    ) -> Result<Table, ServiceError> {
        names::check("table", name)?;
        check_number(connection)?;
        connection.execute("INSERT INTO data_table (name) VALUES (?)", [name])?;
        let mut table = Table::with_system_columns(connection.last_insert_rowid(), name);
        // AUTOINCREMENT never reuses the sequence number of a deleted row.
        let mut sql = format!(
            "CREATE TABLE {} (seq INTEGER PRIMARY KEY AUTOINCREMENT, object_id UNIQUE, created, updated, owner_id",
            table.sql()
        );
        for &(name, kind) in columns {
            let column = table.register_column(connection, name, kind)?;
            sql.push_str(", ");
            sql.push_str(&column.sql);
        }
        connection.execute_batch(&format!("{sql})"))?;
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
            relations: Vec::new(),
            reachable: Arc::default(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the table's name in SQL.
    pub(crate) fn sql(&self) -> String {
        table_sql(self.id)
    }

    /// Returns all columns: the system columns, then the others in the order of their creation.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the column of this name, or the service's error "does not exist".
    pub(crate) fn known_column(&self, name: &str) -> Result<&Column, ServiceError> {
        self.column(name).ok_or_else(|| {
            ServiceError::new(
                code::UNKNOWN_COLUMN,
                format!(
                    "Column '{}' does not exist in table '{}'",
                    shorten(name),
                    self.name
                ),
            )
        })
    }

    /// Returns the SQL name of the column that stores this value. Creates or widens the column if
    /// needed.
    pub(crate) fn column_for(
        &mut self,
        connection: &Connection,
        name: &str,
        value: &Value,
    ) -> Result<String, ServiceError> {
        let Some(at) = self.columns.iter().position(|column| column.name == name) else {
            // A column without values accepts any kind.
            let kind = Kind::Unknown.with(value).unwrap_or(Kind::Unknown);
            return Ok(self.add_column(connection, name, kind)?.sql.clone());
        };
        let column = &self.columns[at];
        let kind = column.kind.with(value).map_err(|kind| {
            // The service's message, which names no type.
            let message = format!(
                "Unable to save object - invalid data type for properties - {}. You can change the property type in \
                 developer console.",
                column.name
            );
            ServiceError::new(code::TYPE_MISMATCH, message).with_data([
                ("table", self.name.as_str()),
                ("column", &column.name),
                ("columnType", column.kind.name()),
                ("valueType", kind.name()),
            ])
        })?;
        self.set_kind(connection, at, kind)
    }

    /// Returns the SQL name of a column, which is created if needed. A column without values gets the
    /// kind.
    pub(crate) fn column_of_kind(
        &mut self,
        connection: &Connection,
        name: &str,
        kind: Kind,
    ) -> Result<String, ServiceError> {
        match self.columns.iter().position(|column| column.name == name) {
            None => Ok(self.add_column(connection, name, kind)?.sql.clone()),
            Some(at) if self.columns[at].kind == Kind::Unknown => {
                self.set_kind(connection, at, kind)
            }
            Some(at) => Ok(self.columns[at].sql.clone()),
        }
    }

    fn set_kind(
        &mut self,
        connection: &Connection,
        at: usize,
        kind: Kind,
    ) -> Result<String, ServiceError> {
        let column = &mut self.columns[at];
        if kind != column.kind {
            column.kind = kind;
            connection.execute(
                "UPDATE data_column SET kind = ? WHERE table_id = ? AND name = ?",
                params![kind.name(), self.id, column.name],
            )?;
        }
        Ok(column.sql.clone())
    }

    /// Adds a column. The caller has checked that no column has this name.
    fn add_column(
        &mut self,
        connection: &Connection,
        name: &str,
        kind: Kind,
    ) -> Result<&Column, ServiceError> {
        let table = self.sql();
        let column = self.register_column(connection, name, kind)?;
        let sql = format!("ALTER TABLE {table} ADD COLUMN {}", column.sql);
        connection.execute_batch(&sql)?;
        Ok(column)
    }

    /// Adds a column to the schema, but not to the table of SQLite.
    fn register_column(
        &mut self,
        connection: &Connection,
        name: &str,
        kind: Kind,
    ) -> Result<&Column, ServiceError> {
        names::check("column", name)?;
        if self.columns.len() >= MAX_COLUMNS {
            return Err(ServiceError::new(
                code::INVALID_VALUE,
                format!(
                    "table '{}' already has the maximum of {MAX_COLUMNS} columns",
                    self.name
                ),
            ));
        }
        connection
            .prepare_cached("INSERT INTO data_column (table_id, name, kind) VALUES (?, ?, ?)")?
            .execute(params![self.id, name, kind.name()])?;
        let sql = column_sql(connection.last_insert_rowid());
        let at = self.columns.len();
        self.columns.push(Column {
            name: name.to_owned(),
            kind,
            sql,
        });
        Ok(&self.columns[at])
    }

    /// Creates a column of this kind if no column has this name.
    pub(crate) fn ensure_column(
        &mut self,
        connection: &Connection,
        name: &str,
        kind: Kind,
    ) -> Result<(), ServiceError> {
        if self.column(name).is_none() {
            self.add_column(connection, name, kind)?;
        }
        Ok(())
    }
}

/// Returns the name of the table with this id, or the service's error "Table not found".
pub(crate) fn table_name(connection: &Connection, id: &str) -> Result<String, ServiceError> {
    let name = match id.parse::<i64>() {
        Ok(id) => connection
            .prepare_cached("SELECT name FROM data_table WHERE id = ?")?
            .query_row([id], |row| row.get(0))
            .optional()?,
        Err(_) => None,
    };
    name.ok_or_else(|| {
        let message = format!("Table not found by id '{}'", shorten(id));
        ServiceError::new(code::UNKNOWN_TABLE, message)
    })
}

/// Returns all user tables, the oldest first.
pub(crate) fn tables(connection: &Connection) -> Result<Vec<Table>, ServiceError> {
    let mut statement = connection.prepare_cached("SELECT name FROM data_table ORDER BY id")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let tables = names.map(|name| Table::existing(connection, &name?));
    tables.collect()
}

/// Whether this is, or will be, the name of a user table in SQL.
pub(super) fn is_table_sql(name: &str) -> bool {
    let id = name.strip_prefix('t').unwrap_or_default();
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Rejects another table if there is the maximum of them.
fn check_number(connection: &Connection) -> Result<(), ServiceError> {
    let tables: i64 = connection
        .prepare_cached("SELECT count(*) FROM data_table")?
        .query_row([], |row| row.get(0))?;
    match usize::try_from(tables).is_ok_and(|tables| tables < MAX_TABLES) {
        true => Ok(()),
        false => {
            let message = format!("there is the maximum of {MAX_TABLES} tables already");
            Err(ServiceError::new(code::INVALID_VALUE, message))
        }
    }
}

fn table_sql(id: i64) -> String {
    format!("t{id}")
}

fn column_sql(id: i64) -> String {
    format!("c{id}")
}
