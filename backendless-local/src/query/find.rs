//! The parameters of a find or a count, from a query string or a JSON body, and the SQL statement
//! that they become.

pub(crate) mod grouping;

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value};

use crate::query::accessible::Accessible;
use crate::query::condition;
use crate::query::items::split_list;
use crate::query::projection::{Projection, ProjectionParameters};
use crate::query::relations::{RelationParameters, related_to};
use crate::query::result_size::ResultSize;
use crate::query::row::Row;
use crate::query::select::{select, select_by_id, sum_overflow};
use crate::query::sort;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::relation::Relation;
use crate::store::schema::Table;
use crate::text::shorten;

const DEFAULT_PAGE_SIZE: i64 = 10;
const MAX_PAGE_SIZE: i64 = 100;

/// Maximum number of items of a list. Together with every column of a table it stays below the
/// 2000 terms that SQLite allows to select, group and sort by.
const MAX_ITEMS: usize = 900;

/// The parameters that are lists.
const LISTS: [&str; 6] = [
    "excludeProps",
    "groupBy",
    "loadRelations",
    "property",
    "props",
    "sortBy",
];

/// The parameters, not yet checked against a table.
#[derive(Debug, Default)]
pub(crate) struct Find {
    condition: String,
    having: String,
    properties: Vec<String>,
    exclude: Vec<String>,
    relations: RelationParameters,
    relations_page_size: Option<i64>,
    /// Selects the rows that a parent is related to.
    scope: Option<Sql>,
    sort_by: Vec<String>,
    group_by: Vec<String>,
    distinct: bool,
    page_size: Option<String>,
    offset: Option<String>,
    /// A condition of the server, which a row must match as well.
    restriction: Option<Sql>,
}

/// The other parameters.
const SINGLE: [&str; 7] = [
    "distinct",
    "having",
    "offset",
    "pageSize",
    "relationsDepth",
    "relationsPageSize",
    "where",
];

impl Find {
    /// Whether this is the name of a parameter of a search.
    pub(crate) fn is_parameter(name: &str) -> bool {
        LISTS.contains(&name) || SINGLE.contains(&name)
    }

    /// Reads the parameters of a query string. List parameters may be repeated; of other repeated
    /// parameters the last one applies; unknown parameters are ignored.
    pub(crate) fn from_parameters(parameters: Vec<(String, String)>) -> Result<Find, ServiceError> {
        let mut find = Find::default();
        for (name, value) in parameters {
            match name.as_str() {
                "where" => find.condition = value,
                "having" => find.having = value,
                "property" | "props" => append(&mut find.properties, &name, &value)?,
                "excludeProps" => append(&mut find.exclude, &name, &value)?,
                "loadRelations" => append(&mut find.relations.paths, &name, &value)?,
                "sortBy" => append(&mut find.sort_by, &name, &value)?,
                "groupBy" => append(&mut find.group_by, &name, &value)?,
                "distinct" => find.distinct = flag(&name, &value)?,
                "relationsDepth" => find.relations.depth = count(&name, &value)?,
                // No related rows are a page that is empty.
                "relationsPageSize" if count(&name, &value)? == 0 => {
                    find.relations_page_size = Some(0);
                }
                "relationsPageSize" => find.relations_page_size = Some(page_size(Some(&value))?),
                "pageSize" => find.page_size = Some(value),
                "offset" => find.offset = Some(value),
                _ => {}
            }
        }
        Ok(find)
    }

    /// Finds only the rows that match this condition of the server as well.
    pub(crate) fn restricted(self, condition: Sql) -> Find {
        Find {
            restriction: Some(condition),
            ..self
        }
    }

    /// Reads the JSON body that official clients send instead of a query string. The names are the
    /// same; a list may be an array.
    pub(crate) fn from_body(body: Map<String, Value>) -> Result<Find, ServiceError> {
        let mut parameters = Vec::new();
        for (name, value) in body {
            match value {
                Value::Array(items) if LISTS.contains(&name.as_str()) => {
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

    /// Finds only the rows that a parent is related to.
    pub(crate) fn related_to(self, child: &Table, relation: &Relation, parent: &str) -> Find {
        Find {
            scope: Some(related_to(child, relation, parent)),
            ..self
        }
    }

    /// Returns the rows of one page.
    pub(crate) fn rows(
        &self,
        connection: &Connection,
        accessible: &Accessible<'_>,
    ) -> Result<Vec<Row>, ServiceError> {
        let page_size = page_size(self.page_size.as_deref())?;
        let offset = offset(self.offset.as_deref())?;
        let projection = self.projection(accessible)?;
        let tail = self.filters(accessible, &projection)?;
        let order = sort::order_by(accessible, &projection, &self.sort_by)?;
        let tail = tail
            .then(" ORDER BY ")
            .append(order)
            .then(" LIMIT ")
            .append(Sql::value(Stored::Integer(page_size)))
            .then(" OFFSET ")
            .append(Sql::value(Stored::Integer(offset)));
        let mut size = ResultSize::default();
        let mut rows = select(connection, accessible, &projection, tail, &mut size)?;
        self.load_relations(connection, accessible, &mut rows, &mut size)?;
        Ok(rows)
    }

    /// Adds the related rows that are requested.
    fn load_relations(
        &self,
        connection: &Connection,
        accessible: &Accessible<'_>,
        rows: &mut [Row],
        size: &mut ResultSize,
    ) -> Result<(), ServiceError> {
        let page_size = self.relations_page_size.unwrap_or(DEFAULT_PAGE_SIZE);
        self.relations
            .load(connection, accessible, rows, page_size, size)
    }

    /// Returns the number of rows, or of groups.
    pub(crate) fn count(
        &self,
        connection: &Connection,
        accessible: &Accessible<'_>,
    ) -> Result<i64, ServiceError> {
        let projection = self.projection(accessible)?;
        let tail = self.filters(accessible, &projection)?;
        let sql = Sql::text("SELECT COUNT(*) FROM (SELECT ")
            .append(projection.select())
            .then(" FROM ")
            .append(accessible.source())
            .append(tail)
            .then(")");
        sql.check()?;
        let mut statement = connection.prepare(&sql.text)?;
        statement
            .query_row(params_from_iter(sql.values), |row| row.get(0))
            .map_err(sum_overflow)
    }

    /// Returns the row of this id with the requested properties.
    pub(crate) fn row(
        &self,
        connection: &Connection,
        accessible: &Accessible<'_>,
        object_id: &str,
    ) -> Result<Option<Row>, ServiceError> {
        let projection = self.projection(accessible)?;
        if projection.groups.is_some() {
            let why = "Invalid property: aggregates of a single object are not possible";
            return Err(ServiceError::new(code::UNKNOWN_COLUMN, why));
        }
        let mut size = ResultSize::default();
        let mut row = select_by_id(connection, accessible, &projection, object_id, &mut size)?;
        self.load_relations(connection, accessible, row.as_mut_slice(), &mut size)?;
        Ok(row)
    }

    fn projection(&self, accessible: &Accessible<'_>) -> Result<Projection, ServiceError> {
        self.relations.check(accessible.table)?;
        Projection::new(
            accessible,
            &ProjectionParameters {
                properties: &self.properties,
                exclude: &self.exclude,
                group_by: &self.group_by,
                distinct: self.distinct,
            },
        )
    }

    /// Returns `WHERE`, `GROUP BY` and `HAVING`, each if requested.
    fn filters(
        &self,
        accessible: &Accessible<'_>,
        projection: &Projection,
    ) -> Result<Sql, ServiceError> {
        let mut filters = Sql::default();
        let condition = condition::where_clause(accessible, &self.condition)?;
        let conditions: Vec<Sql> = self
            .scope
            .iter()
            .chain(&self.restriction)
            .cloned()
            .chain(condition)
            .map(|condition| Sql::text("(").append(condition).then(")"))
            .collect();
        if !conditions.is_empty() {
            filters = filters.then(" WHERE ").join(conditions, " AND ");
        }
        if projection.groups.is_none() && !self.having.trim().is_empty() {
            let why = "Invalid having clause: there are neither aggregates nor groupBy";
            return Err(ServiceError::new(code::INVALID_HAVING, why));
        }
        let names = |name: &str| projection.group_term(accessible, name);
        let having = condition::having_clause(accessible, &names, &self.having)?;
        Ok(filters.append(projection.group_by(having)))
    }
}

/// Appends the items of a comma-separated list; blank text has no items.
fn append(list: &mut Vec<String>, name: &str, value: &str) -> Result<(), ServiceError> {
    if value.trim().is_empty() {
        return Ok(());
    }
    for item in split_list(value) {
        if item.is_empty() {
            let why = format!("Invalid {name}: '{}' has an empty item", shorten(value));
            return Err(ServiceError::new(code::UNKNOWN_COLUMN, why));
        }
        if list.len() >= MAX_ITEMS {
            let why = format!("{name} has more than {MAX_ITEMS} items");
            return Err(ServiceError::new(code::INVALID_PARAMETER, why));
        }
        list.push(item.to_owned());
    }
    Ok(())
}

fn scalar(name: &str, value: Value) -> Result<String, ServiceError> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            let why = format!("'{}' must be text, a number or a boolean", shorten(name));
            Err(ServiceError::new(code::INVALID_PARAMETER, why))
        }
    }
}

fn flag(name: &str, value: &str) -> Result<bool, ServiceError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(ServiceError::new(
            code::INVALID_PARAMETER,
            format!("'{name}' must be true or false"),
        )),
    }
}

fn count(name: &str, value: &str) -> Result<usize, ServiceError> {
    match value.trim().parse() {
        Ok(count) => Ok(count),
        Err(_) => Err(ServiceError::new(
            code::INVALID_PARAMETER,
            format!("'{name}' must be an integer that is not negative"),
        )),
    }
}

fn page_size(text: Option<&str>) -> Result<i64, ServiceError> {
    let Some(text) = text else {
        return Ok(DEFAULT_PAGE_SIZE);
    };
    match text.trim().parse::<i64>() {
        Ok(size) if size > MAX_PAGE_SIZE => Err(ServiceError::new(
            code::PAGE_SIZE_TOO_LARGE,
            format!("Page size cannot be greater than {MAX_PAGE_SIZE}"),
        )),
        Ok(size) if size > 0 => Ok(size),
        _ => Err(ServiceError::new(
            code::INVALID_PAGE_SIZE,
            format!(
                "Invalid page size '{}': expected an integer from 1 to {MAX_PAGE_SIZE}",
                shorten(text)
            ),
        )),
    }
}

fn offset(text: Option<&str>) -> Result<i64, ServiceError> {
    let Some(text) = text else { return Ok(0) };
    match text.trim().parse::<i64>() {
        Ok(offset) if offset >= 0 => Ok(offset),
        _ => Err(ServiceError::new(
            code::INVALID_OFFSET,
            format!(
                "Invalid offset '{}': expected an integer that is not negative",
                shorten(text)
            ),
        )),
    }
}
