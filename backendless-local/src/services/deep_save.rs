//! Saves a row and the rows in its relations, in a transaction of the calling function.
//!
//! A row with an objectId is updated, any other is created. A relation is set to the rows that it contains; null or
//! an empty list removes them. An object in another column is a value of the column.

use std::collections::HashMap;

use rusqlite::params_from_iter;
use rusqlite::types::Value as Stored;
use serde_json::{Map, Value};

use crate::id::new_id;
use crate::permissions::Operation;
use crate::query::result_size::ResultSize;
use crate::query::row::Row;
use crate::query::select::complete_row;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::services::relations::{self, Change, Children, Target};
use crate::services::row_access::RowAccess;
use crate::services::{rows, system_properties, users};
use crate::store::relation::{Cardinality, Relation};
use crate::store::schema::{OBJECT_ID, Table};
use crate::text::shorten;

/// Maximum number of levels of related rows.
const MAX_DEPTH: usize = 20;

/// Property of an object that occurs more than once, in requests of the official JavaScript client.
const REFERENCE: &str = "__originSubID";

/// What all rows of a request have in common.
pub(crate) struct DeepSave<'a> {
    pub(crate) rows: RowAccess<'a>,
    pub(crate) owner_id: Option<String>,
    pub(crate) now: i64,
}

/// A stored row, and the stored rows of the relations that were set.
struct Saved {
    table: String,
    object_id: String,
    relations: Vec<(Relation, Vec<Saved>)>,
}

impl DeepSave<'_> {
    /// Saves a row and returns it with the rows of the relations that were set.
    pub(crate) fn save(&self, table: &str, row: Map<String, Value>) -> Result<Row, ServiceError> {
        Table::existing_or_new(self.rows.connection, table)?;
        let saved = self.save_row(table, row, MAX_DEPTH)?;
        self.read(&saved, &mut ResultSize::default())
    }

    fn save_row(
        &self,
        table: &str,
        row: Map<String, Value>,
        depth: usize,
    ) -> Result<Saved, ServiceError> {
        system_properties::check_types(&row)?;
        if row.contains_key(REFERENCE) {
            let what = "an object that occurs more than once in a deep save";
            return Err(ServiceError::not_implemented(what));
        }
        let mut stored = Table::existing(self.rows.connection, table)?;
        let object_id = row.get(OBJECT_ID).and_then(Value::as_str);
        let object_id = object_id.map(str::to_owned);
        let (related, fields): (Vec<_>, Vec<_>) = rows::writable(row)
            .into_iter()
            .partition(|(name, _)| stored.relation(name).is_some());
        let fields = fields.into_iter().collect();
        let object_id = self.save_fields(&mut stored, object_id, fields)?;
        let mut saved = Saved {
            table: table.to_owned(),
            object_id,
            relations: Vec::new(),
        };
        for (name, value) in related {
            let relation = stored.known_relation(&name)?.clone();
            let child = stored.child(&relation)?.name().to_owned();
            let children = self.save_children(&relation, &child, value, depth)?;
            let target = Target {
                table: table.to_owned(),
                parent: saved.object_id.clone(),
                column: name,
            };
            let ids = children.iter().map(|child| child.object_id.clone());
            let ids = Children::Ids(ids.collect());
            relations::change(&self.rows, &target, Change::Set, &ids)?;
            saved.relations.push((relation, children));
        }
        Ok(saved)
    }

    /// Creates or updates the row itself, and returns its id.
    fn save_fields(
        &self,
        table: &mut Table,
        object_id: Option<String>,
        fields: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        let is_reference = object_id.is_some() && fields.is_empty();
        if table.name() == users::TABLE && !is_reference {
            return Err(ServiceError::not_implemented("a deep save of a user"));
        }
        let Some(object_id) = object_id else {
            let new = rows::NewRow {
                object_id: new_id(),
                owner_id: self.owner_id.clone(),
                created: self.now,
            };
            self.rows.insert(table, fields, &new)?;
            return Ok(new.object_id);
        };
        rows::check_exists(self.rows.connection, table, &object_id)?;
        if fields.is_empty() {
            // The response has the row.
            self.rows.check(table, Operation::Find, &object_id)?;
        } else {
            self.rows.update(table, &object_id, fields, self.now)?;
        }
        Ok(object_id)
    }

    /// Saves the rows of a relation.
    fn save_children(
        &self,
        relation: &Relation,
        table: &str,
        value: Value,
        depth: usize,
    ) -> Result<Vec<Saved>, ServiceError> {
        let invalid = |expected: &str| {
            let name = shorten(&relation.name);
            let why = format!("the relation '{name}' must be {expected}");
            Err(ServiceError::new(code::TYPE_MISMATCH, why))
        };
        let children = match (relation.cardinality, value) {
            (_, Value::Null) => Vec::new(),
            (Cardinality::One, child @ Value::Object(_)) => vec![child],
            (Cardinality::Many, Value::Array(children)) => children,
            (Cardinality::One, _) => return invalid("an object or null"),
            (Cardinality::Many, _) => return invalid("an array of objects or null"),
        };
        let Some(depth) = depth.checked_sub(1) else {
            let why = format!("the objects of a deep save have more than {MAX_DEPTH} levels");
            return Err(ServiceError::new(code::INVALID_VALUE, why));
        };
        let mut saved = Vec::new();
        for child in children {
            let Value::Object(child) = child else {
                return invalid("an array of objects or null");
            };
            let child = self.save_row(table, child, depth)?;
            // The relation would ignore it.
            let stored = Table::existing(self.rows.connection, table)?;
            self.rows
                .check(&stored, Operation::Find, &child.object_id)?;
            saved.push(child);
        }
        Ok(saved)
    }

    /// Reads a saved row with the rows of its relations. As in the service, a relation without rows is absent.
    fn read(&self, saved: &Saved, size: &mut ResultSize) -> Result<Row, ServiceError> {
        let table = Table::existing(self.rows.connection, &saved.table)?;
        let row = complete_row(self.rows.connection, &table, &saved.object_id)?;
        let mut row = row.ok_or_else(|| rows::unknown_object(&saved.object_id))?;
        row.add_to(size)?;
        for (relation, children) in &saved.relations {
            if children.is_empty() {
                continue;
            }
            let mut values = Vec::new();
            // Of children with the same id, the last one.
            let by_id: HashMap<&str, &Saved> = children
                .iter()
                .map(|child| (child.object_id.as_str(), child))
                .collect();
            for object_id in self.newest_first(table.child(relation)?, children)? {
                if let Some(child) = by_id.get(object_id.as_str()) {
                    values.push(Value::from(self.read(child, size)?));
                }
            }
            let value = match relation.cardinality {
                Cardinality::One => values.pop().unwrap_or(Value::Null),
                Cardinality::Many => values.into(),
            };
            row.push(relation.name.as_str(), value);
        }
        Ok(row)
    }

    /// Returns the ids of rows in the order in which the service returns them: the last created one first.
    fn newest_first(&self, table: &Table, children: &[Saved]) -> Result<Vec<String>, ServiceError> {
        let ids = children
            .iter()
            .map(|child| Sql::value(Stored::Text(child.object_id.clone())));
        let sql = format!("SELECT object_id FROM {} WHERE object_id IN (", table.sql());
        let sql = Sql::text(sql).join(ids, ", ").then(") ORDER BY seq DESC");
        sql.check()?;
        let mut statement = self.rows.connection.prepare(&sql.text)?;
        let ids = statement.query_map(params_from_iter(sql.values), |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}
