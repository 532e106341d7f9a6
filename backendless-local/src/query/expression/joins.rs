//! Tables that a where clause reads through relations.

use crate::query::expression::scalar::Scalar;
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::schema::Table;

/// Maximum number of different relations in a clause. SQLite joins at most 64 tables.
const MAX_JOINS: usize = 20;

/// The relations of a clause. Each is joined once, so that conditions on the same relation apply to the same related row.
#[derive(Default)]
pub(super) struct Joins(Vec<Join>);

struct Join {
    /// The names of the relations from the table of the clause on.
    path: Vec<String>,
    sql: String,
}

impl Joins {
    /// Resolves the names of relations and of a column. Returns `None` if the clause has too many relations.
    pub(super) fn resolve(
        &mut self,
        root: &Table,
        path: &[&str],
    ) -> Result<Option<Scalar>, ServiceError> {
        let Some((column, relations)) = path.split_last() else {
            return Ok(None);
        };
        let (mut table, mut alias) = (root, root.sql());
        for depth in 1..=relations.len() {
            let relation = table.known_relation(relations[depth - 1])?;
            let child = root.child(relation)?;
            let path = &relations[..depth];
            let index = match self.0.iter().position(|join| join.path == path) {
                Some(index) => index,
                None if self.0.len() == MAX_JOINS => return Ok(None),
                None => {
                    let index = self.0.len();
                    let sql = format!(
                        " LEFT JOIN data_link AS l{index} ON l{index}.relation_id = {} AND l{index}.parent = \
                         {alias}.object_id LEFT JOIN {} AS r{index} ON r{index}.object_id = l{index}.child",
                        relation.id,
                        child.sql()
                    );
                    let path = path.iter().map(ToString::to_string).collect();
                    self.0.push(Join { path, sql });
                    index
                }
            };
            (table, alias) = (child, format!("r{index}"));
        }
        let column = table.known_column(column)?;
        let scalar = Scalar::column_of(&alias, table, column);
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
        let joins: String = self.0.iter().map(|join| join.sql.as_str()).collect();
        Sql::text("EXISTS (SELECT 1 FROM (SELECT 1)")
            .then(&joins)
            .then(" WHERE ")
            .append(condition)
            .then(")")
    }
}
