//! Searches whose rows are returned in groups: a page of the groups of the first column, each with a page of
//! the groups of the next column, and in the groups of the last column a page of rows.

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Find, offset, page_size, scalar};
use crate::query::accessible::Accessible;
use crate::query::condition;
use crate::query::expression::Scalar;
use crate::query::projection::{Projection, ProjectionParameters};
use crate::query::result_size::ResultSize;
use crate::query::row::Row;
use crate::query::select::select;
use crate::query::sort;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::value::to_stored;
use crate::text::shorten;

/// Number of levels of groups, as in the official clients.
const DEFAULT_DEPTH: usize = 3;

/// Maximum number of groups and rows of a result. Each group is a query.
const MAX_ITEMS: usize = 10_000;

/// The parameters, not yet checked against a table.
#[derive(Debug)]
pub(crate) struct Grouping {
    find: Find,
    columns: Vec<String>,
    /// The columns and values of the group that is the page; none for all rows.
    path: Vec<(String, Value)>,
    depth: usize,
    group_page_size: i64,
    records_page_size: i64,
}

/// Groups or rows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupPage {
    has_next_page: bool,
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Item {
    Group(Group),
    Row(Row),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    group_by: GroupedBy,
    #[serde(flatten)]
    page: GroupPage,
}

#[derive(Debug, Serialize)]
struct GroupedBy {
    column: String,
    value: Value,
}

impl Grouping {
    /// Reads the body of a request.
    pub(crate) fn from_body(mut body: Map<String, Value>) -> Result<Grouping, ServiceError> {
        let path = path(body.remove("groupPath"))?;
        let number = |name: &str, value: Option<Value>| match value {
            None | Some(Value::Null) => Ok(None),
            Some(value) => scalar(name, value).map(Some),
        };
        let depth = number("groupDepth", body.remove("groupDepth"))?;
        let group_page_size = number("groupPageSize", body.remove("groupPageSize"))?;
        let records_page_size = number("recordsPageSize", body.remove("recordsPageSize"))?;
        let mut find = Find::from_body(body)?;
        let columns = std::mem::take(&mut find.group_by);
        let is_prefix = path.len() <= columns.len()
            && path
                .iter()
                .zip(&columns)
                .all(|((given, _), column)| given == column);
        if !is_prefix {
            let why =
                "Invalid groupPath: its columns must be the first ones of groupBy, in their order";
            return Err(ServiceError::new(code::INVALID_PARAMETER, why));
        }
        Ok(Grouping {
            find,
            columns,
            path,
            depth: depth.map_or(Ok(DEFAULT_DEPTH), |text| parse_depth(&text))?,
            group_page_size: page_size(group_page_size.as_deref())?,
            records_page_size: page_size(records_page_size.as_deref())?,
        })
    }

    /// Returns the page of all rows, or of the group that the path selects.
    pub(crate) fn page(
        &self,
        connection: &Connection,
        accessible: &Accessible<'_>,
    ) -> Result<GroupPage, ServiceError> {
        let mut query = Query::new(self, connection, accessible)?;
        let size = page_size(self.find.page_size.as_deref())?;
        let offset = offset(self.find.offset.as_deref())?;
        let conditions = self.conditions(accessible)?;
        query.page(self.path.len(), &conditions, size, offset)
    }

    /// Returns the number of groups or rows in the group that the path selects.
    pub(crate) fn count(
        &self,
        connection: &Connection,
        accessible: &Accessible<'_>,
    ) -> Result<i64, ServiceError> {
        if self.path.is_empty() {
            let why = "'groupPath' is missing: it selects the group whose items are counted";
            return Err(ServiceError::new(code::MISSING_PARAMETER, why));
        }
        let query = Query::new(self, connection, accessible)?;
        let group = query.columns.get(self.path.len());
        let group = group.map_or_else(Sql::default, |column| {
            Sql::text(" GROUP BY ").append(column.sql.clone())
        });
        let sql = Sql::text("SELECT COUNT(*) FROM (SELECT 1 FROM ")
            .append(accessible.source())
            .append(where_all(&self.conditions(accessible)?))
            .append(group)
            .then(")");
        sql.check()?;
        let mut statement = connection.prepare(&sql.text)?;
        Ok(statement.query_row(params_from_iter(sql.values), |row| row.get(0))?)
    }

    /// Returns the conditions of the where clause and of the path.
    fn conditions(&self, accessible: &Accessible<'_>) -> Result<Vec<Sql>, ServiceError> {
        let table = accessible.table;
        let mut conditions = Vec::new();
        conditions.extend(condition::where_clause(accessible, &self.find.condition)?);
        for (name, value) in &self.path {
            let column = table.known_column(name)?;
            if column.kind.with(value).is_err() {
                let (name, kind) = (shorten(name), column.kind.name());
                let why = format!("Invalid groupPath: column '{name}' has the type {kind}");
                return Err(ServiceError::new(code::TYPE_MISMATCH, why));
            }
            let column = Scalar::column(table, column).sql;
            conditions.push(equal(column, to_stored(value.clone())));
        }
        Ok(conditions)
    }
}

/// Grouping of the rows of a table, while it is carried out.
struct Query<'q> {
    grouping: &'q Grouping,
    connection: &'q Connection,
    accessible: &'q Accessible<'q>,
    columns: Vec<Scalar>,
    /// The properties of rows.
    projection: Projection,
    /// Number of groups and rows that the result may still have.
    remaining: usize,
    size: ResultSize,
}

impl<'q> Query<'q> {
    fn new(
        grouping: &'q Grouping,
        connection: &'q Connection,
        accessible: &'q Accessible<'q>,
    ) -> Result<Query<'q>, ServiceError> {
        if !grouping.find.having.trim().is_empty() {
            let why = "Invalid having clause: groups of rows have no aggregates";
            return Err(ServiceError::new(code::INVALID_HAVING, why));
        }
        let table = accessible.table;
        let mut columns = Vec::new();
        for name in &grouping.columns {
            columns.push(Scalar::column(table, table.known_column(name)?));
        }
        Ok(Query {
            projection: grouping.find.projection(accessible)?,
            grouping,
            connection,
            accessible,
            columns,
            remaining: MAX_ITEMS,
            size: ResultSize::default(),
        })
    }

    /// Returns a page of the groups of the column at `level`, or of rows below the last column.
    fn page(
        &mut self,
        level: usize,
        conditions: &[Sql],
        size: i64,
        offset: i64,
    ) -> Result<GroupPage, ServiceError> {
        let Some(column) = self.columns.get(level).cloned() else {
            return self.rows(conditions, size, offset);
        };
        if level - self.grouping.path.len() >= self.grouping.depth {
            // These levels are not requested.
            return Ok(GroupPage {
                has_next_page: true,
                items: Vec::new(),
            });
        }
        let mut values = self.values(&column, conditions, size, offset)?;
        let has_next_page = self.take_page(&mut values, size)?;
        let (size, mut items) = (self.size_below(level), Vec::new());
        for (stored, value) in values {
            let mut conditions = conditions.to_vec();
            conditions.push(equal(column.sql.clone(), stored));
            items.push(Item::Group(Group {
                group_by: GroupedBy {
                    column: column.name.clone(),
                    value,
                },
                page: self.page(level + 1, &conditions, size, 0)?,
            }));
        }
        Ok(GroupPage {
            has_next_page,
            items,
        })
    }

    /// Returns the size of the pages within the groups of the column at `level`.
    fn size_below(&self, level: usize) -> i64 {
        match level + 1 < self.columns.len() {
            true => self.grouping.group_page_size,
            false => self.grouping.records_page_size,
        }
    }

    /// Returns the values of a column, one more than the page has if others follow.
    fn values(
        &mut self,
        column: &Scalar,
        conditions: &[Sql],
        size: i64,
        offset: i64,
    ) -> Result<Vec<(Stored, Value)>, ServiceError> {
        let name = std::slice::from_ref(&column.name);
        let groups = Projection::new(
            self.accessible,
            &ProjectionParameters {
                properties: name,
                exclude: &[],
                group_by: name,
                distinct: false,
            },
        )?;
        let of_column = |item: &&String| item.split_whitespace().next() == Some(&column.name);
        let sort_by = self.grouping.find.sort_by.iter();
        let mut order: Vec<String> = sort_by.filter(of_column).cloned().collect();
        if order.is_empty() {
            order.push(column.name.clone());
        }
        let order = sort::order_by(self.accessible, &groups, &order)?;
        let sql = Sql::text("SELECT ")
            .append(groups.select())
            .then(" FROM ")
            .append(self.accessible.source())
            .append(where_all(conditions))
            .append(groups.group_by(None))
            .append(page_of(order, size, offset));
        sql.check()?;
        let mut statement = self.connection.prepare_cached(&sql.text)?;
        let mut selected = statement.query(params_from_iter(sql.values))?;
        let mut values = Vec::new();
        while let Some(row) = selected.next()? {
            let value = column.ty.read(row.get_ref(0)?)?;
            self.size.add(&value)?;
            values.push((row.get(0)?, value));
        }
        Ok(values)
    }

    fn rows(
        &mut self,
        conditions: &[Sql],
        size: i64,
        offset: i64,
    ) -> Result<GroupPage, ServiceError> {
        let order = sort::order_by(
            self.accessible,
            &self.projection,
            &self.grouping.find.sort_by,
        )?;
        let tail = where_all(conditions)
            .append(self.projection.group_by(None))
            .append(page_of(order, size, offset));
        let mut rows = select(
            self.connection,
            self.accessible,
            &self.projection,
            tail,
            &mut self.size,
        )?;
        let has_next_page = self.take_page(&mut rows, size)?;
        let find = &self.grouping.find;
        find.load_relations(self.connection, self.accessible, &mut rows, &mut self.size)?;
        Ok(GroupPage {
            has_next_page,
            items: rows.into_iter().map(Item::Row).collect(),
        })
    }

    /// Cuts items to the size of a page, counts them, and returns whether there were more.
    fn take_page<T>(&mut self, items: &mut Vec<T>, size: i64) -> Result<bool, ServiceError> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let has_more = items.len() > size;
        items.truncate(size);
        match self.remaining.checked_sub(items.len()) {
            Some(remaining) => self.remaining = remaining,
            None => {
                let why = format!(
                    "the result has more than {MAX_ITEMS} groups and objects: request smaller pages"
                );
                return Err(ServiceError::new(code::INVALID_PARAMETER, why));
            }
        }
        Ok(has_more)
    }
}

/// Returns the condition that a column has a value, which may be null.
fn equal(column: Sql, value: Stored) -> Sql {
    column.then(" IS ").append(Sql::value(value))
}

fn where_all(conditions: &[Sql]) -> Sql {
    match conditions.is_empty() {
        true => Sql::default(),
        false => Sql::text(" WHERE ").join(
            conditions
                .iter()
                .map(|condition| Sql::text("(").append(condition.clone()).then(")")),
            " AND ",
        ),
    }
}

/// Returns the order, and the limit of a page and one more item.
fn page_of(order: Sql, size: i64, offset: i64) -> Sql {
    Sql::text(" ORDER BY ")
        .append(order)
        .then(" LIMIT ")
        .append(Sql::value(Stored::Integer(size + 1)))
        .then(" OFFSET ")
        .append(Sql::value(Stored::Integer(offset)))
}

fn parse_depth(text: &str) -> Result<usize, ServiceError> {
    text.trim().parse::<u16>().map(usize::from).map_err(|_| {
        let why = "'groupDepth' must be an integer that is not negative";
        ServiceError::new(code::INVALID_PARAMETER, why)
    })
}

/// Reads the path to a group: an array of columns and values.
fn path(value: Option<Value>) -> Result<Vec<(String, Value)>, ServiceError> {
    let invalid = || {
        let why = "'groupPath' must be an array of objects with 'column' and 'value'";
        ServiceError::new(code::INVALID_PARAMETER, why)
    };
    let items = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(invalid()),
    };
    let mut path = Vec::new();
    for item in items {
        let Value::Object(mut item) = item else {
            return Err(invalid());
        };
        let (Some(Value::String(column)), Some(value)) =
            (item.remove("column"), item.remove("value"))
        else {
            return Err(invalid());
        };
        path.push((column, value));
    }
    Ok(path)
}
