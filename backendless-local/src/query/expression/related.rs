//! Columns of related rows as values of a row, outside of where clauses: `address.city` of a row that has at most one
//! address. The documentation of the service has such a name in `groupBy`, and the property of the result is `city`.

use crate::query::accessible::Accessible;
use crate::query::expression::scalar::Scalar;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::relation::{Cardinality, Relation};
use crate::text::shorten;

/// Maximum number of relations in a name. SQLite joins at most 64 tables.
const MAX_RELATIONS: usize = 20;

/// Resolves the name of a column, before which there may be names of relations: `address.city`. The value is null without
/// a related row, and with one that is not accessible.
pub(crate) fn column(accessible: &Accessible<'_>, name: &str) -> Result<Scalar, ServiceError> {
    let mut relations: Vec<&str> = name.split('.').collect();
    let column = relations.pop().unwrap_or_default();
    let table = accessible.table;
    if relations.is_empty() {
        return Ok(Scalar::column(table, table.known_column(column)?));
    }
    if relations.len() > MAX_RELATIONS {
        let why = format!(
            "'{}' has more than {MAX_RELATIONS} relations",
            shorten(name)
        );
        return Err(ServiceError::new(code::UNKNOWN_COLUMN, why));
    }
    let (mut rows, mut parent) = (accessible.clone(), table.sql());
    let (mut joins, mut conditions) = (Vec::new(), Vec::new());
    for (depth, relation) in relations.into_iter().enumerate() {
        let relation = rows.table.known_relation(relation)?;
        check_cardinality(relation, name)?;
        let child = rows.child(relation)?;
        joins.push(Sql::text(format!(
            "data_link AS l{depth} JOIN {} AS r{depth} ON r{depth}.object_id = l{depth}.child",
            child.table.sql()
        )));
        conditions.push(Sql::text(format!(
            "l{depth}.relation_id = {} AND l{depth}.parent = {parent}.object_id",
            relation.id
        )));
        conditions.extend(child.contains(&format!("l{depth}.child")));
        (rows, parent) = (child, format!("r{depth}"));
    }
    let value = Scalar::column_of(&parent, rows.table, rows.table.known_column(column)?);
    let sql = Sql::text("(SELECT ")
        .append(value.sql)
        .then(" FROM ")
        .join(joins, " JOIN ")
        .then(" WHERE ")
        .join(conditions, " AND ")
        .then(" LIMIT 1)");
    Ok(Scalar { sql, ..value })
}

/// Rejects a relation to several rows, whose column has several values. No source states what the service does with it.
fn check_cardinality(relation: &Relation, name: &str) -> Result<(), ServiceError> {
    match relation.cardinality {
        Cardinality::One => Ok(()),
        Cardinality::Many => {
            let why = format!(
                "'{}' has several values per row, because '{}' is a relation to several rows: load the relation, or name \
                 the column in a where clause",
                shorten(name),
                shorten(&relation.name)
            );
            Err(ServiceError::new(code::UNKNOWN_COLUMN, why))
        }
    }
}
