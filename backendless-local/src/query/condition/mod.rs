//! Where and having clauses: translates conditions to SQL with bound parameters. `expression`
//! translates what conditions compare.

mod translate;

use crate::query::accessible::Accessible;
use crate::query::expression::{self, Clause, Scalar};
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};

/// Parses the condition for rows, which may also name columns of the accessible related rows. Returns `None` for a blank
/// clause, which matches every row.
pub(crate) fn where_clause(
    accessible: &Accessible<'_>,
    text: &str,
) -> Result<Option<Sql>, ServiceError> {
    parse(&Clause::for_rows(accessible), text)
}

/// Parses a condition for rows that must not be blank: without it, every row would be changed.
pub(crate) fn required_where_clause(
    accessible: &Accessible<'_>,
    text: &str,
) -> Result<Sql, ServiceError> {
    where_clause(accessible, text)?
        .ok_or_else(|| ServiceError::new(code::INVALID_WHERE, "the where clause is empty"))
}

/// Parses the condition for groups of rows. `names` resolves a name outside of an aggregate.
pub(crate) fn having_clause(
    accessible: &Accessible<'_>,
    names: &dyn Fn(&str) -> Result<Scalar, ServiceError>,
    text: &str,
) -> Result<Option<Sql>, ServiceError> {
    parse(&Clause::for_groups(accessible).with_names(names), text)
}

fn parse(clause: &Clause<'_>, text: &str) -> Result<Option<Sql>, ServiceError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let expression = expression::parse(clause, text)?;
    let condition = translate::condition(clause, expression)?;
    Ok(Some(clause.with_joins(condition)))
}
