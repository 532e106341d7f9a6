//! The order of rows: by `sortBy`, then by creation, so that pages neither overlap nor skip rows.

use crate::query::aggregate::parse_aggregate;
use crate::query::projection::Projection;
use crate::service_error::{ServiceError, code};
use crate::store::schema::Table;
use crate::text::shorten;

/// Returns the terms of SQL's `ORDER BY`.
pub(crate) fn order_by(
    table: &Table,
    projection: &Projection,
    items: &[String],
) -> Result<String, ServiceError> {
    let mut terms = Vec::new();
    for item in items {
        let (name, direction) = split(item)?;
        terms.push(format!("{} {direction}", key(table, projection, name)?));
    }
    terms.push(
        if projection.groups.is_some() {
            "MIN(seq)"
        } else {
            "seq"
        }
        .to_owned(),
    );
    Ok(terms.join(", "))
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

fn key(table: &Table, projection: &Projection, name: &str) -> Result<String, ServiceError> {
    let grouped = projection.groups.is_some();
    if grouped && let Some((aggregate, column)) = parse_aggregate(name)? {
        return Ok(aggregate.of(table, column)?.0);
    }
    if grouped {
        return Ok(projection.group_term(table, name)?.0);
    }
    match (table.column(name), projection.output(name)) {
        (None, Some(alias)) => Ok(alias.sql.clone()),
        _ => Ok(table.known_column(name)?.sql.clone()),
    }
}
