//! The order of rows: by `sortBy`, then by creation, so that pages neither overlap nor skip rows.

use crate::query::accessible::Accessible;
use crate::query::expression::{self, Clause, Form, Scalar, Type, column};
use crate::query::items::is_expression;
use crate::query::projection::Projection;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::text::shorten;

/// Returns the terms of SQL's `ORDER BY`.
pub(crate) fn order_by(
    accessible: &Accessible<'_>,
    projection: &Projection,
    items: &[String],
) -> Result<Sql, ServiceError> {
    let mut terms = Vec::new();
    for item in items {
        let (name, direction) = split(item)?;
        let key = key(accessible, projection, name)?;
        // The text of a JSON element does not have the order of its value.
        if key.form == Form::Element && key.ty == Type::Json {
            for function in ["local_json_rank", "local_json_key"] {
                let term = Sql::call(function, [key.sql.clone()]);
                terms.push(term.then(" ").then(direction));
            }
        } else {
            terms.push(key.sql.then(" ").then(direction));
        }
    }
    terms.push(Sql::text(if projection.groups.is_some() {
        "MIN(seq)"
    } else {
        "seq"
    }));
    Ok(Sql::default().join(terms, ", "))
}

fn split(item: &str) -> Result<(&str, &'static str), ServiceError> {
    let item = item.trim();
    match item.rsplit_once(char::is_whitespace) {
        None => Ok((item, "ASC")),
        Some((name, word)) if word.eq_ignore_ascii_case("asc") => Ok((name.trim_end(), "ASC")),
        Some((name, word)) if word.eq_ignore_ascii_case("desc") => Ok((name.trim_end(), "DESC")),
        Some(_) => Err(ServiceError::new(
            code::UNKNOWN_COLUMN,
            format!(
                "Invalid sortBy: '{}' is not 'column', 'column asc' or 'column desc'",
                shorten(item)
            ),
        )),
    }
}

fn key(
    accessible: &Accessible<'_>,
    projection: &Projection,
    name: &str,
) -> Result<Scalar, ServiceError> {
    let grouped = projection.groups.is_some();
    if is_expression(name) {
        let of_group = |name: &str| projection.group_term(accessible, name);
        let clause = Clause::for_properties(accessible);
        let clause = if grouped {
            clause.with_names(&of_group)
        } else {
            clause
        };
        let key = expression::value(&clause, name)?;
        if clause.has_aggregate() && !grouped {
            return Err(clause.error("rows cannot be sorted by an aggregate"));
        }
        return Ok(key);
    }
    if grouped {
        return projection.group_term(accessible, name);
    }
    match (accessible.table.column(name), projection.output(name)) {
        (None, Some(alias)) => Ok(alias.scalar.clone()),
        _ => column(accessible, name),
    }
}
