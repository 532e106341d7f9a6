//! The properties that a find returns for each row or each group of rows: columns, aliases,
//! aggregates.

use crate::query::accessible::Accessible;
use crate::query::expression::{self, Clause, Form, Scalar, column};
use crate::query::items::{is_expression, split_alias};
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::schema::{CLASS, Column, OBJECT_ID, Table};
use crate::text::shorten;

/// One property of the result.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) scalar: Scalar,
}

#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) outputs: Vec<Output>,
    /// SQL of the terms that rows are grouped by; `None` if the result is rows.
    pub(crate) groups: Option<Vec<Sql>>,
    /// The terms of `groupBy`.
    grouped: Vec<Scalar>,
    /// Whether groups with equal results are returned once.
    distinct: bool,
}

/// The unparsed parameters of a projection.
pub(crate) struct ProjectionParameters<'a> {
    pub(crate) properties: &'a [String],
    pub(crate) exclude: &'a [String],
    pub(crate) group_by: &'a [String],
    pub(crate) distinct: bool,
}

impl Projection {
    /// Selects every column of every row.
    pub(crate) fn all_columns(table: &Table) -> Projection {
        let columns = table.columns().iter();
        let outputs = columns.map(|column| Output::column(table, column));
        let outputs = outputs.collect();
        Projection {
            outputs,
            groups: None,
            grouped: Vec::new(),
            distinct: false,
        }
    }

    pub(crate) fn new(
        accessible: &Accessible<'_>,
        parameters: &ProjectionParameters<'_>,
    ) -> Result<Projection, ServiceError> {
        let table = accessible.table;
        let mut items = Vec::new();
        for property in parameters.properties {
            items.push(Item::parse(accessible, property)?);
        }
        let has_aggregates = items.iter().any(|item| item.has_aggregate);
        let is_grouped = has_aggregates || !parameters.group_by.is_empty();
        let mut projection = Projection {
            outputs: Vec::new(),
            groups: None,
            grouped: Vec::new(),
            distinct: parameters.distinct && is_grouped,
        };
        for text in parameters.group_by {
            let term = group_by_term(accessible, &items, text)?;
            projection.grouped.push(term);
        }
        if is_grouped {
            projection.select_groups(accessible, &items)?;
        } else {
            projection.select_rows(table, items, parameters.distinct)?;
        }
        for name in parameters.exclude {
            table.known_column(name)?;
            // Rows always have their objectId.
            let kept = name == OBJECT_ID && !is_grouped && !parameters.distinct;
            projection
                .outputs
                .retain(|output| kept || output.key != *name);
        }
        if projection.outputs.is_empty() {
            return Err(invalid("every property is excluded".to_owned()));
        }
        if parameters.distinct && !is_grouped {
            let columns = projection
                .outputs
                .iter()
                .map(|output| output.scalar.sql.clone());
            projection.groups = Some(columns.collect());
        }
        Ok(projection)
    }

    fn select_rows(
        &mut self,
        table: &Table,
        items: Vec<Item>,
        distinct: bool,
    ) -> Result<(), ServiceError> {
        if items.is_empty() {
            let columns = table.columns().iter();
            self.outputs
                .extend(columns.map(|column| Output::column(table, column)));
            return Ok(());
        }
        if !distinct {
            self.add(Output::column(table, table.known_column(OBJECT_ID)?))?;
        }
        for item in items {
            match item.source {
                Source::All => table
                    .columns()
                    .iter()
                    .try_for_each(|column| self.add(Output::column(table, column)))?,
                // Every row has it.
                Source::Class => {}
                Source::Term(scalar) => {
                    let key = item.alias.map_or_else(|| default_key(&scalar), Ok)?;
                    self.add(Output { key, scalar })?;
                }
            }
        }
        Ok(())
    }

    fn select_groups(
        &mut self,
        accessible: &Accessible<'_>,
        items: &[Item],
    ) -> Result<(), ServiceError> {
        self.groups = Some(self.grouped.iter().map(|term| term.sql.clone()).collect());
        if items.is_empty() {
            for scalar in self.grouped.clone() {
                let key = default_key(&scalar)?;
                self.add(Output { key, scalar })?;
            }
        }
        for item in items {
            let scalar = match &item.source {
                Source::All => return Err(not_grouped("*")),
                Source::Class => continue,
                Source::Term(scalar) => self.in_group(accessible, item, scalar)?,
            };
            let key = item.alias.clone();
            let key = key.map_or_else(|| default_key(&scalar), Ok)?;
            self.add(Output { key, scalar })?;
        }
        Ok(())
    }

    /// Returns the value of an item for a group: as it is if rows are grouped by it, else with each
    /// column outside of aggregates replaced by the value that all rows of the group have.
    fn in_group(
        &self,
        accessible: &Accessible<'_>,
        item: &Item,
        scalar: &Scalar,
    ) -> Result<Scalar, ServiceError> {
        if self.grouped.iter().any(|term| term.is_same(scalar)) {
            return Ok(scalar.clone());
        }
        let names = |name: &str| {
            let scalar = column(accessible, name)?;
            let by_id = self.grouped.iter().any(|term| term.name == OBJECT_ID);
            let is_grouped = by_id || self.grouped.iter().any(|term| term.is_same(&scalar));
            Ok(if is_grouped { scalar } else { single(scalar) })
        };
        match &item.text {
            Some(text) => {
                let clause = Clause::for_properties(accessible).with_names(&names);
                expression::value(&clause, text)
            }
            None => names(&item.name),
        }
    }

    /// Adds a property. Adding an equal property again has no effect.
    fn add(&mut self, output: Output) -> Result<(), ServiceError> {
        match self.outputs.iter().find(|other| other.key == output.key) {
            None => {
                self.outputs.push(output);
                Ok(())
            }
            Some(other) if other.scalar.is_same(&output.scalar) => Ok(()),
            Some(_) => Err(invalid(format!(
                "two results have the name '{}': give one of them an alias",
                shorten(&output.key)
            ))),
        }
    }

    /// Resolves a name where groups are sorted or filtered: a result, or a column that rows are
    /// grouped by.
    pub(crate) fn group_term(
        &self,
        accessible: &Accessible<'_>,
        name: &str,
    ) -> Result<Scalar, ServiceError> {
        if let Some(output) = self.output(name) {
            return Ok(Scalar {
                name: name.to_owned(),
                ..output.scalar.clone()
            });
        }
        let term = column(accessible, name)?;
        if self.grouped.iter().any(|grouped| grouped.is_same(&term)) {
            return Ok(term);
        }
        Err(not_grouped(name))
    }

    pub(crate) fn output(&self, key: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| output.key == key)
    }

    /// Returns the terms of SQL's `SELECT`.
    pub(crate) fn select(&self) -> Sql {
        let outputs = self.outputs.iter().map(|output| output.scalar.sql.clone());
        Sql::text(if self.distinct { "DISTINCT " } else { "" }).join(outputs, ", ")
    }

    /// Returns `GROUP BY` and `HAVING`, or an empty text.
    pub(crate) fn group_by(&self, having: Option<Sql>) -> Sql {
        let mut sql = Sql::default();
        if let Some(groups) = &self.groups
            && !groups.is_empty()
        {
            sql = Sql::text(" GROUP BY ").join(groups.iter().cloned(), ", ");
        }
        match having {
            Some(having) => sql.then(" HAVING ").append(having),
            None => sql,
        }
    }
}

impl Output {
    fn column(table: &Table, column: &Column) -> Output {
        Output {
            key: column.name.clone(),
            scalar: Scalar::column(table, column),
        }
    }
}

/// Returns the value of a column that all rows of a group have. The query fails if they differ.
fn single(column: Scalar) -> Scalar {
    let of = |function: &str| Sql::call(function, [column.sql.clone()]);
    let name = rusqlite::types::Value::Text(shorten(&column.name));
    let arguments = [
        of("MIN"),
        of("MAX"),
        of("COUNT"),
        Sql::text("COUNT(*)"),
        Sql::value(name),
    ];
    Scalar {
        sql: Sql::call("local_single", arguments),
        ..column
    }
}

/// Parses an item of `groupBy`: a column, an alias of a property, or an expression.
fn group_by_term(
    accessible: &Accessible<'_>,
    items: &[Item],
    text: &str,
) -> Result<Scalar, ServiceError> {
    let of_alias = items
        .iter()
        .find(|item| item.alias.as_deref() == Some(text) && !item.has_aggregate);
    if accessible.table.column(text).is_none()
        && let Some(Item {
            source: Source::Term(scalar),
            ..
        }) = of_alias
    {
        return Ok(scalar.clone());
    }
    let item = Item::parse(accessible, text)?;
    match item.source {
        Source::Term(scalar) if !item.has_aggregate && item.alias.is_none() => Ok(scalar),
        _ => Err(invalid(format!(
            "rows cannot be grouped by '{}'",
            shorten(text)
        ))),
    }
}

/// Returns the name of a property without an alias.
fn default_key(scalar: &Scalar) -> Result<String, ServiceError> {
    match scalar.form {
        Form::Column => Ok(scalar.name.clone()),
        Form::Function(key) => Ok(key.to_owned()),
        Form::Element | Form::Calculation => Err(invalid(format!(
            "'{}' needs a name: add 'as name'",
            shorten(&scalar.name)
        ))),
    }
}

/// One item of `property`: `name`, `address.city`, `name as alias`, `Count(name)`, `UPPER(name) as alias`, `*`.
struct Item {
    /// The item without its alias.
    name: String,
    source: Source,
    alias: Option<String>,
    /// The text of an expression.
    text: Option<String>,
    has_aggregate: bool,
}

enum Source {
    /// `*`
    All,
    /// `___class`
    Class,
    Term(Scalar),
}

impl Item {
    fn parse(accessible: &Accessible<'_>, text: &str) -> Result<Item, ServiceError> {
        let (source, alias) = split_alias(text).map_err(invalid)?;
        let alias = alias.map(str::to_owned);
        let item = |of: Source| Item {
            name: source.to_owned(),
            source: of,
            alias: alias.clone(),
            text: None,
            has_aggregate: false,
        };
        if source == "*" && alias.is_some() {
            return Err(invalid("'*' cannot have an alias".to_owned()));
        }
        if source == "*" {
            return Ok(item(Source::All));
        }
        if source == CLASS && alias.is_none() {
            return Ok(item(Source::Class));
        }
        if !is_expression(source) {
            return Ok(item(Source::Term(column(accessible, source)?)));
        }
        let clause = Clause::for_properties(accessible);
        let scalar = expression::value(&clause, source)?;
        Ok(Item {
            text: Some(source.to_owned()),
            has_aggregate: clause.has_aggregate(),
            ..item(Source::Term(scalar))
        })
    }
}

fn not_grouped(name: &str) -> ServiceError {
    invalid(format!(
        "'{}' has one value per row; with aggregates it must be in groupBy",
        shorten(name)
    ))
}

fn invalid(why: String) -> ServiceError {
    ServiceError::new(code::UNKNOWN_COLUMN, format!("Invalid property: {why}"))
}
