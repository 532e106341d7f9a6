//! Related rows that a find returns inside its rows: `loadRelations`, `relationsDepth`, `relationsPageSize`.

use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde_json::Value;

use crate::query::accessible::Accessible;
use crate::query::projection::Projection;
use crate::query::result_size::ResultSize;
use crate::query::row::Row;
use crate::query::select::select;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::relation::{Cardinality, Relation};
use crate::store::schema::{OBJECT_ID, Table};

/// Loads every relation of a table.
const ALL: &str = "*";

/// Maximum value of `relationsDepth` and maximum number of names in a path of relations.
const MAX_DEPTH: usize = 20;

/// Maximum number of related rows in a response.
const MAX_ROWS: usize = 10_000;

/// The relations to load, not yet checked against a table.
#[derive(Debug, Default)]
pub(crate) struct RelationParameters {
    /// Names of relations, dotted for those of related rows.
    pub(super) paths: Vec<String>,
    pub(super) depth: usize,
}

impl RelationParameters {
    /// Rejects names that are not relations of the table or of the related tables.
    pub(super) fn check(&self, table: &Table) -> Result<(), ServiceError> {
        if self.depth > MAX_DEPTH {
            let why = format!("'relationsDepth' is greater than {MAX_DEPTH}");
            return Err(ServiceError::new(code::INVALID_PARAMETER, why));
        }
        for path in &self.paths {
            let mut at = table;
            let names: Vec<&str> = path.split('.').collect();
            if names.len() > MAX_DEPTH {
                let why = format!("a path in 'loadRelations' has more than {MAX_DEPTH} names");
                return Err(ServiceError::new(code::INVALID_PARAMETER, why));
            }
            let names = match names.split_last() {
                Some((&ALL, parents)) => parents,
                _ => &names,
            };
            for name in names {
                let relation = known_relation(at, name)?;
                at = table.child(relation)?;
            }
        }
        Ok(())
    }

    /// Adds the accessible related rows to the rows of a table. Rows without an objectId have none.
    pub(super) fn load(
        &self,
        connection: &Connection,
        accessible: &Accessible<'_>,
        rows: &mut [Row],
        page_size: i64,
        size: &mut ResultSize,
    ) -> Result<(), ServiceError> {
        let paths = self.paths.iter().map(|path| path.split('.').collect());
        let paths: Vec<Vec<&str>> = paths.collect();
        let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
        let mut loader = Loader {
            connection,
            page_size,
            remaining: MAX_ROWS,
            size,
        };
        loader.load(accessible, rows, &paths, self.depth)
    }
}

fn known_relation<'t>(table: &'t Table, name: &str) -> Result<&'t Relation, ServiceError> {
    if let Some(relation) = table.relation(name) {
        return Ok(relation);
    }
    let column = &table.known_column(name)?.name;
    let why = format!(
        "Invalid loadRelations: column '{column}' in table '{}' is not a relation",
        table.name()
    );
    Err(ServiceError::new(code::UNKNOWN_COLUMN, why))
}

/// The condition of the rows of the child table that a parent is related to.
pub(crate) fn related_to(child: &Table, relation: &Relation, parent: &str) -> Sql {
    Sql::text(format!(
        "{}.object_id IN (SELECT child FROM data_link WHERE relation_id = {} AND parent = ",
        child.sql(),
        relation.id
    ))
    .append(Sql::value(Stored::Text(parent.to_owned())))
    .then(")")
}

struct Loader<'a> {
    connection: &'a Connection,
    page_size: i64,
    /// How many related rows the response may still contain.
    remaining: usize,
    size: &'a mut ResultSize,
}

impl Loader<'_> {
    fn load(
        &mut self,
        parents: &Accessible<'_>,
        rows: &mut [Row],
        paths: &[&[&str]],
        depth: usize,
    ) -> Result<(), ServiceError> {
        for relation in parents.table.relations() {
            let is_named = |path: &&&[&str]| {
                let first = path.first();
                first.is_some_and(|name| *name == relation.name || *name == ALL)
            };
            let named: Vec<&[&str]> = paths.iter().filter(is_named).copied().collect();
            if named.is_empty() && depth == 0 {
                continue;
            }
            let deeper: Vec<&[&str]> = named.iter().map(|path| &path[1..]).collect();
            let children = parents.child(relation)?;
            for row in &mut *rows {
                let Some(Value::String(parent)) = row.get(OBJECT_ID) else {
                    continue;
                };
                let mut related = self.related(&children, relation, parent)?;
                self.load(&children, &mut related, &deeper, depth.saturating_sub(1))?;
                let mut related = related.into_iter().map(Value::from);
                let value = match relation.cardinality {
                    Cardinality::One => related.next().unwrap_or(Value::Null),
                    Cardinality::Many => related.collect(),
                };
                row.push(relation.name.as_str(), value);
            }
        }
        Ok(())
    }

    fn related(
        &mut self,
        children: &Accessible<'_>,
        relation: &Relation,
        parent: &str,
    ) -> Result<Vec<Row>, ServiceError> {
        let tail = Sql::text(" WHERE ")
            .append(related_to(children.table, relation, parent))
            .then(" ORDER BY seq LIMIT ")
            .append(Sql::value(Stored::Integer(self.page_size)));
        let projection = Projection::all_columns(children.table);
        let rows = select(self.connection, children, &projection, tail, self.size)?;
        self.remaining = self.remaining.checked_sub(rows.len()).ok_or_else(|| {
            let why = format!(
                "the result has more than {MAX_ROWS} related rows: request fewer rows or relations"
            );
            ServiceError::new(code::INVALID_VALUE, why)
        })?;
        Ok(rows)
    }
}
