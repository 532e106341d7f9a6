//! Tables that a where clause reads through relations. Related rows that are not accessible do not exist for a clause.

use crate::query::accessible::Accessible;
use crate::query::expression::scalar::Scalar;
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::relation::Relation;

/// Maximum number of different relations in a clause. SQLite joins at most 64 tables.
const MAX_JOINS: usize = 20;

/// The relations of a clause. Each is joined once, so that conditions on the same relation apply to the same related row.
#[derive(Default)]
pub(super) struct Joins(Vec<Join>);

struct Join {
    /// The names of the relations from the table of the clause on.
    path: Vec<String>,
    sql: Sql,
}

impl Joins {
    /// Resolves the names of relations and of a column. Returns `None` if the clause has too many relations.
    pub(super) fn resolve(
        &mut self,
        root: &Accessible<'_>,
        path: &[&str],
    ) -> Result<Option<Scalar>, ServiceError> {
        let Some((column, relations)) = path.split_last() else {
            return Ok(None);
        };
        let (mut rows, mut alias) = (root.clone(), root.table.sql());
        for depth in 1..=relations.len() {
            let relation = rows.table.known_relation(relations[depth - 1])?;
            let child = rows.child(relation)?;
            let path = &relations[..depth];
            let index = match self.0.iter().position(|join| join.path == path) {
                Some(index) => index,
                None if self.0.len() == MAX_JOINS => return Ok(None),
                None => {
                    let index = self.0.len();
                    let sql = join(index, relation, &alias, &child);
                    let path = path.iter().map(ToString::to_string).collect();
                    self.0.push(Join { path, sql });
                    index
                }
            };
            (rows, alias) = (child, format!("r{index}"));
        }
        let column = rows.table.known_column(column)?;
        let scalar = Scalar::column_of(&alias, rows.table, column);
        Ok(Some(Scalar {
            name: path.join("."),
            ..scalar
        }))
    }

    /// Returns a condition that holds for a row if the given one holds for it with any combination of its related rows. A
    /// row without related rows has one, whose columns are null.
    pub(super) fn around(&self, condition: Sql) -> Sql {
        if self.0.is_empty() {
            return condition;
        }
        let joins = self.0.iter().map(|join| join.sql.clone());
        Sql::text("EXISTS (SELECT 1 FROM (SELECT 1)")
            .join(joins, "")
            .then(" WHERE ")
            .append(condition)
            .then(")")
    }
}

/// Joins the links of a relation and its accessible rows, which become `r{index}`.
fn join(index: usize, relation: &Relation, parent: &str, children: &Accessible<'_>) -> Sql {
    let link = format!(
        " LEFT JOIN data_link AS l{index} ON l{index}.relation_id = {} AND l{index}.parent = {parent}.object_id",
        relation.id
    );
    let mut sql = Sql::text(link);
    if let Some(condition) = children.contains(&format!("l{index}.child")) {
        sql = sql.then(" AND ").append(condition);
    }
    sql.then(&format!(
        " LEFT JOIN {} AS r{index} ON r{index}.object_id = l{index}.child",
        children.table.sql()
    ))
}
