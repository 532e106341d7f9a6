//! The rows that a caller may access: a table, with the conditions of its rows and of the rows of related tables.
//!
//! All that reads rows takes an [`Accessible`] instead of a table. `services::access` creates them, so an operation cannot
//! forget permissions.

use std::collections::HashMap;
use std::rc::Rc;

use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::relation::Relation;
use crate::store::schema::Table;

#[derive(Clone)]
pub(crate) struct Accessible<'t> {
    pub(crate) table: &'t Table,
    /// The table that knows all tables that can be reached through relations.
    root: &'t Table,
    /// The condition of the rows, in which they have the name of the table; `None` if all are accessible.
    condition: Option<Sql>,
    /// The conditions of the rows of related tables, by the name of the table.
    related: Rc<HashMap<String, Sql>>,
}

impl<'t> Accessible<'t> {
    pub(crate) fn new(
        table: &'t Table,
        condition: Option<Sql>,
        related: HashMap<String, Sql>,
    ) -> Accessible<'t> {
        Accessible {
            table,
            root: table,
            condition,
            related: Rc::new(related),
        }
    }

    /// All rows of all tables, for what is no operation of a client.
    pub(crate) fn unrestricted(table: &'t Table) -> Accessible<'t> {
        Accessible::new(table, None, HashMap::new())
    }

    /// Returns the accessible rows of the child table of a relation.
    pub(crate) fn child(&self, relation: &Relation) -> Result<Accessible<'t>, ServiceError> {
        let table = self.root.child(relation)?;
        Ok(Accessible {
            table,
            root: self.root,
            condition: self.related.get(table.name()).cloned(),
            related: Rc::clone(&self.related),
        })
    }

    pub(crate) fn condition(&self) -> Option<&Sql> {
        self.condition.as_ref()
    }

    /// Returns the rows as SQL after `FROM`. They have the name of the table.
    pub(crate) fn source(&self) -> Sql {
        let name = self.table.sql();
        match self.condition.clone() {
            None => Sql::text(name),
            Some(condition) => Sql::text(format!("(SELECT * FROM {name} WHERE "))
                .append(condition)
                .then(&format!(") AS {name}")),
        }
    }

    /// Returns the condition that the id in a column is that of an accessible row; `None` if it is that of any row.
    pub(crate) fn contains(&self, column: &str) -> Option<Sql> {
        let condition = self.condition.clone()?;
        let name = self.table.sql();
        let sql = format!("{column} IN (SELECT {name}.object_id FROM {name} WHERE ");
        Some(Sql::text(sql).append(condition).then(")"))
    }
}
