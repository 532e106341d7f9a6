//! The properties that a find returns for each row or each group of rows: columns, aliases,
//! aggregates.

use crate::query::aggregate::{Aggregate, parse_aggregate};
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::names;
use crate::store::schema::{CLASS, Column, OBJECT_ID, Table};
use crate::store::value::Kind;
use crate::text::shorten;

/// One property of the result.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) sql: String,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) outputs: Vec<Output>,
    /// SQL of the terms that rows are grouped by; `None` if the result is rows.
    pub(crate) groups: Option<Vec<String>>,
    /// Names of the columns that rows are grouped by.
    grouped: Vec<String>,
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
        let outputs = table.columns().iter().map(Output::column).collect();
        Projection {
            outputs,
            groups: None,
            grouped: Vec::new(),
            distinct: false,
        }
    }

    pub(crate) fn new(
        table: &Table,
        parameters: &ProjectionParameters<'_>,
    ) -> Result<Projection, ServiceError> {
        let mut items = Vec::new();
        for property in parameters.properties {
            items.push(Item::parse(property)?);
        }
        for name in parameters.group_by {
            table.known_column(name)?;
        }
        let has_aggregates = items
            .iter()
            .any(|item| matches!(item.source, Source::Aggregate(..)));
        let is_grouped = has_aggregates || !parameters.group_by.is_empty();
        let mut projection = Projection {
            outputs: Vec::new(),
            groups: None,
            grouped: parameters.group_by.to_vec(),
            distinct: parameters.distinct && is_grouped,
        };
        if is_grouped {
            projection.select_groups(table, &items)?;
        } else {
            projection.select_rows(table, &items, parameters.distinct)?;
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
            let columns = projection.outputs.iter().map(|output| output.sql.clone());
            projection.groups = Some(columns.collect());
        }
        Ok(projection)
    }

    fn select_rows(
        &mut self,
        table: &Table,
        items: &[Item],
        distinct: bool,
    ) -> Result<(), ServiceError> {
        if items.is_empty() {
            self.outputs
                .extend(table.columns().iter().map(Output::column));
            return Ok(());
        }
        if !distinct {
            self.add(Output::column(table.known_column(OBJECT_ID)?))?;
        }
        for item in items {
            self.add_item(table, item)?;
        }
        Ok(())
    }

    fn select_groups(&mut self, table: &Table, items: &[Item]) -> Result<(), ServiceError> {
        let columns = self.grouped.iter().map(|name| table.known_column(name));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        self.groups = Some(columns.iter().map(|column| column.sql.clone()).collect());
        if items.is_empty() {
            self.outputs.extend(columns.into_iter().map(Output::column));
        }
        for item in items {
            match &item.source {
                Source::Column(name) if self.grouped.contains(name) => {}
                Source::Column(name) => {
                    table.known_column(name)?;
                    return Err(not_grouped(name));
                }
                Source::All => return Err(not_grouped("*")),
                Source::Aggregate(..) => {}
            }
            self.add_item(table, item)?;
        }
        Ok(())
    }

    fn add_item(&mut self, table: &Table, item: &Item) -> Result<(), ServiceError> {
        let alias = item.alias.clone();
        match &item.source {
            Source::All => table
                .columns()
                .iter()
                .try_for_each(|column| self.add(Output::column(column))),
            // Every row has it.
            Source::Column(name) if name == CLASS && alias.is_none() => Ok(()),
            Source::Column(name) => {
                let output = Output::column(table.known_column(name)?);
                self.add(Output {
                    key: alias.unwrap_or(output.key),
                    ..output
                })
            }
            Source::Aggregate(aggregate, column) => {
                let (sql, kind) = aggregate.of(table, column)?;
                let key = alias.unwrap_or_else(|| aggregate.key().to_owned());
                self.add(Output { key, sql, kind })
            }
        }
    }

    /// Adds a property. Adding an equal property again has no effect.
    fn add(&mut self, output: Output) -> Result<(), ServiceError> {
        match self.outputs.iter().find(|other| other.key == output.key) {
            None => {
                self.outputs.push(output);
                Ok(())
            }
            Some(other) if other.sql == output.sql => Ok(()),
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
        table: &Table,
        name: &str,
    ) -> Result<(String, Kind), ServiceError> {
        if let Some(output) = self.output(name) {
            return Ok((output.sql.clone(), output.kind));
        }
        let column = table.known_column(name)?;
        if self.grouped.iter().any(|grouped| grouped == name) {
            return Ok((column.sql.clone(), column.kind));
        }
        Err(not_grouped(name))
    }

    pub(crate) fn output(&self, key: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| output.key == key)
    }

    /// Returns the terms of SQL's `SELECT`.
    pub(crate) fn select(&self) -> String {
        let outputs = self
            .outputs
            .iter()
            .map(|output| output.sql.as_str())
            .collect::<Vec<_>>();
        format!(
            "{}{}",
            if self.distinct { "DISTINCT " } else { "" },
            outputs.join(", ")
        )
    }

    /// Returns `GROUP BY` and `HAVING`, or an empty text.
    pub(crate) fn group_by(&self, having: Option<Sql>) -> Sql {
        let mut sql = Sql::default();
        if let Some(groups) = &self.groups
            && !groups.is_empty()
        {
            sql.text = format!(" GROUP BY {}", groups.join(", "));
        }
        if let Some(having) = having {
            sql.text = format!("{} HAVING {}", sql.text, having.text);
            sql.values = having.values;
        }
        sql
    }
}

impl Output {
    fn column(column: &Column) -> Output {
        Output {
            key: column.name.clone(),
            sql: column.sql.clone(),
            kind: column.kind,
        }
    }
}

/// One item of `property`: `name`, `name as alias`, `Count(name)`, `Count(name) as alias`, `*`.
struct Item {
    source: Source,
    alias: Option<String>,
}

enum Source {
    All,
    Column(String),
    Aggregate(Aggregate, String),
}

impl Item {
    fn parse(text: &str) -> Result<Item, ServiceError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            [source @ .., word, alias] if word.eq_ignore_ascii_case("as") && !source.is_empty() => {
                if !names::is_name(alias) || *alias == CLASS {
                    return Err(invalid(format!("'{}' cannot be an alias", shorten(alias))));
                }
                let source = Source::parse(&source.join(" "))?;
                if matches!(source, Source::All) {
                    return Err(invalid("'*' cannot have an alias".to_owned()));
                }
                Ok(Item {
                    source,
                    alias: Some((*alias).to_owned()),
                })
            }
            _ => Ok(Item {
                source: Source::parse(text.trim())?,
                alias: None,
            }),
        }
    }
}

impl Source {
    fn parse(text: &str) -> Result<Source, ServiceError> {
        if text == "*" {
            return Ok(Source::All);
        }
        match parse_aggregate(text)? {
            Some((aggregate, column)) => Ok(Source::Aggregate(aggregate, column.to_owned())),
            None => Ok(Source::Column(text.to_owned())),
        }
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
