//! Relations between rows: finds the rows that a parent is related to, and sets, adds and removes them.
//!
//! As in the service, children that do not exist, or that the caller may not find, are ignored, and the result is the number
//! of children whose relation changed.

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params, params_from_iter};

use crate::permissions::Operation;
use crate::query::accessible::Accessible;
use crate::query::condition::required_where_clause;
use crate::query::find::Find;
use crate::query::row::Row;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::services::access::AccessControl;
use crate::services::caller::Caller;
use crate::services::row_access::RowAccess;
use crate::services::rows;
use crate::store::database::Database;
use crate::store::relation::{Cardinality, Relation};
use crate::store::schema::Table;
use crate::text::shorten;

#[derive(Clone, Debug)]
pub(crate) struct Relations {
    database: Database,
    access: AccessControl,
}

/// A relation of one row.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) table: String,
    pub(crate) parent: String,
    /// The name of the column, or the declaration of one that may not exist: `children:Child:n`.
    pub(crate) column: String,
}

/// Rows of the child table.
#[derive(Clone, Debug)]
pub(crate) enum Children {
    Ids(Vec<String>),
    Where(String),
}

/// A change of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Replaces all children.
    Set,
    Add,
    Remove,
}

impl Relations {
    pub(super) fn new(database: Database, access: AccessControl) -> Relations {
        Relations { database, access }
    }

    pub(crate) async fn find(
        &self,
        caller: Caller,
        target: Target,
        find: Find,
    ) -> Result<Vec<Row>, ServiceError> {
        let access = self.access.clone();
        let read = self.database.read(move |connection| {
            let table = Table::existing(connection, &target.table)?;
            let relation = table.known_relation(ColumnName::parse(&target.column)?.name)?;
            let child = Table::existing(connection, table.child(relation)?.name())?;
            rows::check_exists(connection, &table, &target.parent)?;
            let rows = RowAccess::new(&access, connection, &caller);
            rows.check(&table, Operation::Find, &target.parent)?;
            find.related_to(&child, relation, &target.parent)
                .rows(connection, &rows.find(&child)?)
        });
        read.await
    }

    pub(crate) async fn change(
        &self,
        caller: Caller,
        target: Target,
        change: Change,
        children: Children,
    ) -> Result<usize, ServiceError> {
        let access = self.access.clone();
        let write = self.database.write_by_clause(move |transaction| {
            let rows = RowAccess::new(&access, transaction, &caller);
            self::change(&rows, &target, change, &children)
        });
        write.await
    }
}

/// Changes a relation in a transaction of the calling function, and returns the number of changed children.
pub(crate) fn change(
    rows: &RowAccess<'_>,
    target: &Target,
    change: Change,
    children: &Children,
) -> Result<usize, ServiceError> {
    let connection = rows.connection;
    let column = ColumnName::parse(&target.column)?;
    let mut table = Table::existing(connection, &target.table)?;
    if change != Change::Remove && table.relation(column.name).is_none() {
        column.create(connection, &mut table)?;
    }
    let relation = table.known_relation(column.name)?;
    column.check(&table, relation)?;
    rows::check_exists(connection, &table, &target.parent)?;
    rows.check(&table, Operation::Update, &target.parent)?;
    let child = Table::existing(connection, table.child(relation)?.name())?;
    let link = Link {
        connection,
        relation,
        parent: &target.parent,
        selected: children.select(&rows.find_any(&child)?)?,
    };
    match change {
        Change::Set => link.set(),
        Change::Add => link.add(),
        Change::Remove => link.remove(),
    }
}

impl Children {
    /// Returns a statement that selects the ids of the children that exist.
    fn select(&self, accessible: &Accessible<'_>) -> Result<Sql, ServiceError> {
        let condition = match self {
            Children::Ids(ids) => {
                let ids = ids.iter().map(|id| Sql::value(Stored::Text(id.clone())));
                Sql::text("object_id IN (").join(ids, ", ").then(")")
            }
            Children::Where(clause) => required_where_clause(accessible, clause)?,
        };
        let sql = Sql::text("SELECT object_id FROM ")
            .append(accessible.source())
            .then(" WHERE ")
            .append(condition);
        sql.check()?;
        Ok(sql)
    }
}

/// The links between a parent and the selected children.
struct Link<'a> {
    connection: &'a Connection,
    relation: &'a Relation,
    parent: &'a str,
    /// Selects the ids of the children.
    selected: Sql,
}

impl Link<'_> {
    fn set(&self) -> Result<usize, ServiceError> {
        let condition = Sql::text("child NOT IN (")
            .append(self.selected.clone())
            .then(")");
        self.delete(condition)?;
        let count = self.insert()?;
        self.check_cardinality()?;
        Ok(count)
    }

    fn add(&self) -> Result<usize, ServiceError> {
        let count = self.insert()?;
        self.check_cardinality()?;
        Ok(count)
    }

    fn remove(&self) -> Result<usize, ServiceError> {
        let condition = Sql::text("child IN (")
            .append(self.selected.clone())
            .then(")");
        self.delete(condition)
    }

    /// Inserts the links that do not exist.
    fn insert(&self) -> Result<usize, ServiceError> {
        let sql = format!(
            "INSERT OR IGNORE INTO data_link (relation_id, parent, child) SELECT {}, ",
            self.relation.id
        );
        let sql = Sql::text(sql)
            .append(Sql::value(Stored::Text(self.parent.to_owned())))
            .then(", object_id FROM (")
            .append(self.selected.clone())
            .then(")");
        self.execute(sql)
    }

    fn delete(&self, condition: Sql) -> Result<usize, ServiceError> {
        let sql = format!(
            "DELETE FROM data_link WHERE relation_id = {} AND parent = ",
            self.relation.id
        );
        let sql = Sql::text(sql)
            .append(Sql::value(Stored::Text(self.parent.to_owned())))
            .then(" AND ")
            .append(condition);
        self.execute(sql)
    }

    fn execute(&self, sql: Sql) -> Result<usize, ServiceError> {
        let mut statement = self.connection.prepare(&sql.text)?;
        Ok(statement.execute(params_from_iter(sql.values))?)
    }

    /// Rejects a second child of a one-to-one relation. The transaction is rolled back.
    fn check_cardinality(&self) -> Result<(), ServiceError> {
        let Relation {
            id,
            name,
            cardinality,
            ..
        } = self.relation;
        let count: i64 = self
            .connection
            .prepare_cached("SELECT COUNT(*) FROM data_link WHERE relation_id = ? AND parent = ?")?
            .query_row(params![id, self.parent], |row| row.get(0))?;
        if *cardinality == Cardinality::Many || count <= 1 {
            return Ok(());
        }
        let why = format!(
            "the relation '{name}' is one-to-one: set one child, or remove the present one before another is added"
        );
        Err(ServiceError::new(code::INVALID_VALUE, why))
    }
}

/// Name of a column in a path, with the declaration of a column that may not exist: `children:Child:n`.
struct ColumnName<'a> {
    name: &'a str,
    /// Name of the child table, and the cardinality if it is given.
    declaration: Option<(&'a str, Option<Cardinality>)>,
}

impl<'a> ColumnName<'a> {
    fn parse(text: &'a str) -> Result<ColumnName<'a>, ServiceError> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let declaration = match parts.as_slice() {
            [_] => Some(None),
            [_, table] => Some(Some((*table, None))),
            [_, table, suffix] => {
                let cardinality = Cardinality::of_suffix(suffix);
                cardinality.map(|cardinality| Some((*table, Some(cardinality))))
            }
            _ => None,
        };
        match (parts.first(), declaration) {
            (Some(name), Some(declaration)) => Ok(ColumnName { name, declaration }),
            _ => {
                let column = shorten(text);
                let why = format!(
                    "'{column}' is not the name of a relation: expected 'column', 'column:Table:1' or 'column:Table:n'"
                );
                Err(ServiceError::new(code::INVALID_PARAMETER, why))
            }
        }
    }

    /// Creates the relation that is declared.
    fn create(&self, connection: &Connection, table: &mut Table) -> Result<(), ServiceError> {
        let Some((child, Some(cardinality))) = self.declaration else {
            // An error: there is no such relation.
            return table.known_relation(self.name).map(drop);
        };
        let child = Table::existing(connection, child)?;
        table.create_relation(connection, self.name, &child, cardinality)
    }

    /// Rejects a declaration that is not that of the relation.
    fn check(&self, table: &Table, relation: &Relation) -> Result<(), ServiceError> {
        let Some((declared, cardinality)) = self.declaration else {
            return Ok(());
        };
        let child = table.child(relation)?.name();
        let is_same = cardinality.is_none_or(|cardinality| cardinality == relation.cardinality);
        if declared == child && is_same {
            return Ok(());
        }
        let why = format!(
            "the relation '{}' exists with another table or cardinality; its table is '{child}'",
            relation.name
        );
        Err(ServiceError::new(code::TYPE_MISMATCH, why))
    }
}
