//! Relations of a table, and the tables that can be reached through them.

use rusqlite::Connection;

use super::Table;
use crate::service_error::{ServiceError, code};
use crate::store::names;
use crate::store::relation::{self, Cardinality, NewRelation, Relation};

impl Table {
    /// Adds the tables that can be reached through relations.
    pub(super) fn with_reachable_tables(
        self,
        connection: &Connection,
    ) -> Result<Table, ServiceError> {
        let mut ids: Vec<i64> = self
            .relations
            .iter()
            .map(|relation| relation.child)
            .collect();
        let mut tables: Vec<Table> = Vec::new();
        while let Some(id) = ids.pop() {
            if tables.iter().any(|table| table.id == id) {
                continue;
            }
            let name: String = connection
                .prepare_cached("SELECT name FROM data_table WHERE id = ?")?
                .query_row([id], |row| row.get(0))?;
            if let Some(table) = Table::load(connection, &name)? {
                ids.extend(table.relations.iter().map(|relation| relation.child));
                tables.push(table);
            }
        }
        Ok(Table {
            reachable: tables.into(),
            ..self
        })
    }

    /// Returns the tables that can be reached through relations.
    pub(crate) fn reachable(&self) -> &[Table] {
        &self.reachable
    }

    pub(crate) fn relations(&self) -> &[Relation] {
        &self.relations
    }

    pub(crate) fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    /// Returns the relation of this name, or an error if no column has the name or it is not a relation.
    pub(crate) fn known_relation(&self, name: &str) -> Result<&Relation, ServiceError> {
        if let Some(relation) = self.relation(name) {
            return Ok(relation);
        }
        let column = &self.known_column(name)?.name;
        let why = format!(
            "Column '{column}' in table '{}' is not a relation",
            self.name
        );
        Err(ServiceError::new(code::UNKNOWN_COLUMN, why))
    }

    /// Returns the child table of a relation of this table, or of a table that can be reached through its relations.
    pub(crate) fn child(&self, relation: &Relation) -> Result<&Table, ServiceError> {
        let mut tables = self.reachable.iter();
        tables
            .find(|table| table.id == relation.child)
            .ok_or_else(|| ServiceError::internal("the child table of a relation is missing"))
    }

    /// Creates a relation. The caller has checked that no relation has this name.
    pub(crate) fn create_relation(
        &mut self,
        connection: &Connection,
        name: &str,
        child: &Table,
        cardinality: Cardinality,
    ) -> Result<(), ServiceError> {
        if self.column(name).is_some() {
            // An error: it is not a relation.
            return self.known_relation(name).map(drop);
        }
        names::check("column", name)?;
        let new = NewRelation {
            name,
            cardinality,
            parent: (self.id, &self.sql()),
            child: (child.id, &child.sql()),
        };
        relation::create(connection, &new)?;
        *self = Table::existing(connection, &self.name)?;
        Ok(())
    }
}
