//! Reading rows: what a find or a count may ask, from a query string or a JSON body, and the one
//! SQL statement it becomes. It never writes, and never makes a table or a column.

pub(crate) mod condition;
pub(crate) mod projection;
mod sort;

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value};

use crate::http::reply::{Failure, Row, code, shorten};
use crate::store::schema::{CLASS, Table};
use crate::store::value::from_stored;
use condition::Sql;
use projection::{Asked, Projection};

const DEFAULT_PAGE: i64 = 10;
const LARGEST_PAGE: i64 = 100;

/// The most items of a list. With every column of a table they are less than the 2000 that SQLite
/// can select, group and sort by.
const MOST_ITEMS: usize = 900;

/// What is asked for, not yet held against a table.
#[derive(Debug, Default)]
pub(crate) struct Find {
    condition: String,
    having: String,
    properties: Vec<String>,
    exclude: Vec<String>,
    relations: Vec<String>,
    sort_by: Vec<String>,
    group_by: Vec<String>,
    distinct: bool,
    page_size: Option<String>,
    offset: Option<String>,
}

impl Find {
    /// From the parameters of a query string. A parameter that is a list may be repeated; of
    /// another that is repeated the last counts; one that is not known is ignored.
    pub(crate) fn from_parameters(parameters: Vec<(String, String)>) -> Result<Find, Failure> {
        let mut find = Find::default();
        for (name, value) in parameters {
            match name.as_str() {
                "where" => find.condition = value,
                "having" => find.having = value,
                "property" | "props" => append(&mut find.properties, &name, &value)?,
                "excludeProps" => append(&mut find.exclude, &name, &value)?,
                "loadRelations" => append(&mut find.relations, &name, &value)?,
                "sortBy" => append(&mut find.sort_by, &name, &value)?,
                "groupBy" => append(&mut find.group_by, &name, &value)?,
                "distinct" => find.distinct = value.eq_ignore_ascii_case("true"),
                "pageSize" => find.page_size = Some(value),
                "offset" => find.offset = Some(value),
                _ => {}
            }
        }
        Ok(find)
    }

    /// From the JSON body that official clients send in place of a query string: the same names; a
    /// list may be an array.
    pub(crate) fn from_body(body: Map<String, Value>) -> Result<Find, Failure> {
        let mut parameters = Vec::new();
        for (name, value) in body {
            match value {
                Value::Array(items) => {
                    for item in items {
                        parameters.push((name.clone(), scalar(&name, item)?));
                    }
                }
                Value::Null => {}
                value => {
                    let value = scalar(&name, value)?;
                    parameters.push((name, value));
                }
            }
        }
        Find::from_parameters(parameters)
    }

    /// The rows of one page.
    pub(crate) fn rows(&self, connection: &Connection, table: &Table) -> Result<Vec<Row>, Failure> {
        let page_size = page_size(self.page_size.as_deref())?;
        let offset = offset(self.offset.as_deref())?;
        let projection = self.projection(table)?;
        let mut tail = self.filters(table, &projection)?;
        let order = sort::order_by(table, &projection, &self.sort_by)?;
        tail.text = format!("{} ORDER BY {order} LIMIT ? OFFSET ?", tail.text);
        tail.values
            .extend([Stored::Integer(page_size), Stored::Integer(offset)]);
        select(connection, table, &projection, tail)
    }

    /// How many rows there are, or groups.
    pub(crate) fn count(&self, connection: &Connection, table: &Table) -> Result<i64, Failure> {
        let projection = self.projection(table)?;
        let tail = self.filters(table, &projection)?;
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT {} FROM {}{})",
            projection.select(),
            table.sql(),
            tail.text
        );
        let mut statement = connection.prepare(&sql)?;
        statement
            .query_row(params_from_iter(tail.values), |row| row.get(0))
            .map_err(too_large_to_sum)
    }

    /// The row of this id, in the properties that are asked for.
    pub(crate) fn row(
        &self,
        connection: &Connection,
        table: &Table,
        object_id: &str,
    ) -> Result<Option<Row>, Failure> {
        let projection = self.projection(table)?;
        if projection.groups.is_some() {
            let why = "Invalid property: one object has no aggregates";
            return Err(Failure::new(code::UNKNOWN_COLUMN, why));
        }
        by_id(connection, table, &projection, object_id)
    }

    fn projection(&self, table: &Table) -> Result<Projection, Failure> {
        self.check_relations(table)?;
        Projection::new(
            table,
            &Asked {
                properties: &self.properties,
                exclude: &self.exclude,
                group_by: &self.group_by,
                distinct: self.distinct,
            },
        )
    }

    /// `WHERE`, `GROUP BY` and `HAVING`, as far as there are any.
    fn filters(&self, table: &Table, projection: &Projection) -> Result<Sql, Failure> {
        let mut filters = Sql::default();
        if let Some(condition) = condition::where_clause(table, &self.condition)? {
            filters.text = format!(" WHERE {}", condition.text);
            filters.values = condition.values;
        }
        if projection.groups.is_none() && !self.having.trim().is_empty() {
            let why = "Invalid having clause: there are neither aggregates nor groupBy";
            return Err(Failure::new(code::INVALID_HAVING, why));
        }
        let having = condition::having_clause(table, projection, &self.having)?;
        let groups = projection.group_by(having);
        filters.text.push_str(&groups.text);
        filters.values.extend(groups.values);
        Ok(filters)
    }

    /// There are no relations; an object inside a row is a value of a JSON column and is always
    /// answered whole. So loading one is granted, and loading what is not there is refused.
    fn check_relations(&self, table: &Table) -> Result<(), Failure> {
        for relation in self.relations.iter().filter(|relation| *relation != "*") {
            let column = relation.split('.').next().unwrap_or(relation);
            table.known_column(column)?;
        }
        Ok(())
    }
}

/// The row of this id, with every column.
pub(crate) fn whole_row(
    connection: &Connection,
    table: &Table,
    object_id: &str,
) -> Result<Option<Row>, Failure> {
    by_id(connection, table, &Projection::everything(table), object_id)
}

fn by_id(
    connection: &Connection,
    table: &Table,
    projection: &Projection,
    object_id: &str,
) -> Result<Option<Row>, Failure> {
    let tail = Sql {
        text: " WHERE object_id = ?".to_owned(),
        values: vec![Stored::Text(object_id.to_owned())],
    };
    Ok(select(connection, table, projection, tail)?.pop())
}

fn select(
    connection: &Connection,
    table: &Table,
    projection: &Projection,
    tail: Sql,
) -> Result<Vec<Row>, Failure> {
    let sql = format!(
        "SELECT {} FROM {}{}",
        projection.select(),
        table.sql(),
        tail.text
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut selected = statement.query(params_from_iter(tail.values))?;
    let mut rows = Vec::new();
    while let Some(stored) = selected.next().map_err(too_large_to_sum)? {
        let mut row = Row::default();
        for (at, output) in projection.outputs.iter().enumerate() {
            row.push(
                output.key.as_str(),
                from_stored(output.kind, stored.get_ref(at)?)?,
            );
        }
        row.push(CLASS, table.name());
        rows.push(row);
    }
    Ok(rows)
}

/// The one thing that SQLite refuses while it reads: a sum of integers that is none.
fn too_large_to_sum(error: rusqlite::Error) -> Failure {
    match &error {
        rusqlite::Error::SqliteFailure(_, Some(message)) if message == "integer overflow" => {
            Failure::new(code::WRONG_TYPE, "the sum is larger than a 64-bit integer")
        }
        _ => error.into(),
    }
}

/// Adds the items of a comma-separated list; a blank one has none.
fn append(list: &mut Vec<String>, name: &str, value: &str) -> Result<(), Failure> {
    if value.trim().is_empty() {
        return Ok(());
    }
    for item in value.split(',').map(str::trim) {
        if item.is_empty() {
            let why = format!("Invalid {name}: '{}' has an empty item", shorten(value));
            return Err(Failure::new(code::UNKNOWN_COLUMN, why));
        }
        if list.len() >= MOST_ITEMS {
            let why = format!("{name} has more than {MOST_ITEMS} items");
            return Err(Failure::new(code::INVALID_PARAMETER, why));
        }
        list.push(item.to_owned());
    }
    Ok(())
}

fn scalar(name: &str, value: Value) -> Result<String, Failure> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            let why = format!("'{}' must be text, a number or a boolean", shorten(name));
            Err(Failure::new(code::INVALID_PARAMETER, why))
        }
    }
}

fn page_size(text: Option<&str>) -> Result<i64, Failure> {
    let Some(text) = text else {
        return Ok(DEFAULT_PAGE);
    };
    match text.trim().parse::<i64>() {
        Ok(size) if size > LARGEST_PAGE => Err(Failure::new(
            code::PAGE_SIZE_TOO_LARGE,
            format!("Page size cannot be greater than {LARGEST_PAGE}"),
        )),
        Ok(size) if size > 0 => Ok(size),
        _ => Err(Failure::new(
            code::INVALID_PAGE_SIZE,
            format!(
                "Invalid page size '{}': it is a number from 1 to {LARGEST_PAGE}",
                shorten(text)
            ),
        )),
    }
}

fn offset(text: Option<&str>) -> Result<i64, Failure> {
    let Some(text) = text else { return Ok(0) };
    match text.trim().parse::<i64>() {
        Ok(offset) if offset >= 0 => Ok(offset),
        _ => Err(Failure::new(
            code::INVALID_OFFSET,
            format!(
                "Invalid offset '{}': it is a number from 0 on",
                shorten(text)
            ),
        )),
    }
}
