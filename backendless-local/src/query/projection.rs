//! What a find answers of each row, or of each group of rows: columns, aliases, aggregates.

use super::condition::Sql;
use crate::http::reply::{Failure, code, shorten};
use crate::store::names;
use crate::store::schema::{CLASS, Column, OBJECT_ID, Table};
use crate::store::value::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

impl Aggregate {
    pub(crate) fn named(name: &str) -> Option<Aggregate> {
        [
            Aggregate::Count,
            Aggregate::Sum,
            Aggregate::Avg,
            Aggregate::Min,
            Aggregate::Max,
        ]
        .into_iter()
        .find(|aggregate| aggregate.key().eq_ignore_ascii_case(name))
    }

    /// The property that has the result, without an alias.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Aggregate::Count => "count",
            Aggregate::Sum => "sum",
            Aggregate::Avg => "avg",
            Aggregate::Min => "min",
            Aggregate::Max => "max",
        }
    }

    /// The SQL of this aggregate of a column (`*`: of rows, to be counted) and its kind.
    pub(crate) fn of(self, table: &Table, column: &str) -> Result<(String, Kind), Failure> {
        if column == "*" && self == Aggregate::Count {
            return Ok(("COUNT(*)".to_owned(), Kind::Int));
        }
        let Column { name, sql, kind } = table.known_column(column)?;
        let fits = match self {
            Aggregate::Count => true,
            Aggregate::Sum | Aggregate::Avg => kind.is_numeric() || *kind == Kind::Unknown,
            Aggregate::Min | Aggregate::Max => *kind != Kind::Json,
        };
        if !fits {
            let why = format!(
                "{}({name}): the column holds {} values",
                self.key(),
                kind.name()
            );
            return Err(Failure::new(code::WRONG_TYPE, why));
        }
        let result = match self {
            Aggregate::Count => Kind::Int,
            Aggregate::Avg => Kind::Double,
            // Of what never had a value the result is null, which any kind can be.
            Aggregate::Sum | Aggregate::Min | Aggregate::Max => *kind,
        };
        Ok((format!("{}({sql})", self.key()), result))
    }
}

/// One property of the answer.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) sql: String,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) outputs: Vec<Output>,
    /// `None` when the answer is of rows; else the SQL of what they are grouped by.
    pub(crate) groups: Option<Vec<String>>,
    /// The names of the columns that they are grouped by.
    grouped: Vec<String>,
    /// Whether groups that give the same results are one.
    distinct: bool,
}

/// What the caller asked for, as it came.
pub(crate) struct Asked<'a> {
    pub(crate) properties: &'a [String],
    pub(crate) exclude: &'a [String],
    pub(crate) group_by: &'a [String],
    pub(crate) distinct: bool,
}

impl Projection {
    /// Every column of every row.
    pub(crate) fn everything(table: &Table) -> Projection {
        let outputs = table.columns().iter().map(Output::column).collect();
        Projection {
            outputs,
            groups: None,
            grouped: Vec::new(),
            distinct: false,
        }
    }

    pub(crate) fn new(table: &Table, asked: &Asked<'_>) -> Result<Projection, Failure> {
        let mut items = Vec::new();
        for property in asked.properties {
            items.push(Item::parse(property)?);
        }
        for name in asked.group_by {
            table.known_column(name)?;
        }
        let aggregates = items
            .iter()
            .any(|item| matches!(item.what, What::Aggregate(..)));
        let grouped = aggregates || !asked.group_by.is_empty();
        let mut projection = Projection {
            outputs: Vec::new(),
            groups: None,
            grouped: asked.group_by.to_vec(),
            distinct: asked.distinct && grouped,
        };
        if grouped {
            projection.of_groups(table, &items)?;
        } else {
            projection.of_rows(table, &items, asked.distinct)?;
        }
        for name in asked.exclude {
            table.known_column(name)?;
            // Every plain row says which it is.
            let kept = name == OBJECT_ID && !grouped && !asked.distinct;
            projection
                .outputs
                .retain(|output| kept || output.key != *name);
        }
        if projection.outputs.is_empty() {
            return Err(invalid("no property is left to answer".to_owned()));
        }
        if asked.distinct && !grouped {
            let columns = projection.outputs.iter().map(|output| output.sql.clone());
            projection.groups = Some(columns.collect());
        }
        Ok(projection)
    }

    fn of_rows(&mut self, table: &Table, items: &[Item], distinct: bool) -> Result<(), Failure> {
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

    fn of_groups(&mut self, table: &Table, items: &[Item]) -> Result<(), Failure> {
        let columns = self.grouped.iter().map(|name| table.known_column(name));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        self.groups = Some(columns.iter().map(|column| column.sql.clone()).collect());
        if items.is_empty() {
            self.outputs.extend(columns.into_iter().map(Output::column));
        }
        for item in items {
            match &item.what {
                What::Column(name) if self.grouped.contains(name) => {}
                What::Column(name) => {
                    table.known_column(name)?;
                    return Err(not_grouped(name));
                }
                What::All => return Err(not_grouped("*")),
                What::Aggregate(..) => {}
            }
            self.add_item(table, item)?;
        }
        Ok(())
    }

    fn add_item(&mut self, table: &Table, item: &Item) -> Result<(), Failure> {
        let alias = item.alias.clone();
        match &item.what {
            What::All => table
                .columns()
                .iter()
                .try_for_each(|column| self.add(Output::column(column))),
            // It is in every answer.
            What::Column(name) if name == CLASS && alias.is_none() => Ok(()),
            What::Column(name) => {
                let output = Output::column(table.known_column(name)?);
                self.add(Output {
                    key: alias.unwrap_or(output.key),
                    ..output
                })
            }
            What::Aggregate(aggregate, column) => {
                let (sql, kind) = aggregate.of(table, column)?;
                let key = alias.unwrap_or_else(|| aggregate.key().to_owned());
                self.add(Output { key, sql, kind })
            }
        }
    }

    /// Adds a property; the same one twice is one.
    fn add(&mut self, output: Output) -> Result<(), Failure> {
        match self.outputs.iter().find(|other| other.key == output.key) {
            None => {
                self.outputs.push(output);
                Ok(())
            }
            Some(other) if other.sql == output.sql => Ok(()),
            Some(_) => Err(invalid(format!(
                "two results would be called '{}': give one of them an alias",
                shorten(&output.key)
            ))),
        }
    }

    /// What a name stands for where groups are sorted or filtered: a result, or a column that they
    /// are grouped by.
    pub(crate) fn group_term(&self, table: &Table, name: &str) -> Result<(String, Kind), Failure> {
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

    /// The results, as SQL selects them.
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

    /// `GROUP BY`, with the condition that a group must meet.
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
    what: What,
    alias: Option<String>,
}

enum What {
    All,
    Column(String),
    Aggregate(Aggregate, String),
}

impl Item {
    fn parse(text: &str) -> Result<Item, Failure> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            [what @ .., word, alias] if word.eq_ignore_ascii_case("as") && !what.is_empty() => {
                if !names::is_name(alias) || *alias == CLASS {
                    return Err(invalid(format!("'{}' cannot be an alias", shorten(alias))));
                }
                let what = What::parse(&what.join(" "))?;
                if matches!(what, What::All) {
                    return Err(invalid("'*' cannot have an alias".to_owned()));
                }
                Ok(Item {
                    what,
                    alias: Some((*alias).to_owned()),
                })
            }
            _ => Ok(Item {
                what: What::parse(text.trim())?,
                alias: None,
            }),
        }
    }
}

impl What {
    fn parse(text: &str) -> Result<What, Failure> {
        if text == "*" {
            return Ok(What::All);
        }
        match parse_aggregate(text)? {
            Some((aggregate, column)) => Ok(What::Aggregate(aggregate, column.to_owned())),
            None => Ok(What::Column(text.to_owned())),
        }
    }
}

/// `Count(name)`; `None` for what does not look like a call.
pub(crate) fn parse_aggregate(text: &str) -> Result<Option<(Aggregate, &str)>, Failure> {
    let Some((function, rest)) = text.split_once('(') else {
        return Ok(None);
    };
    let Some(column) = rest.strip_suffix(')') else {
        return Ok(None);
    };
    match Aggregate::named(function.trim()) {
        Some(aggregate) => Ok(Some((aggregate, column.trim()))),
        None => Err(invalid(format!(
            "the function '{}' is not supported",
            shorten(function)
        ))),
    }
}

fn not_grouped(name: &str) -> Failure {
    invalid(format!(
        "'{}' is one value per row: with aggregates it must be in groupBy",
        shorten(name)
    ))
}

fn invalid(why: String) -> Failure {
    Failure::new(code::UNKNOWN_COLUMN, format!("Invalid property: {why}"))
}
