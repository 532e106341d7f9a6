//! Aggregate functions: `Count`, `Sum`, `Avg`, `Min`, `Max`.

use crate::service_error::{ServiceError, code};
use crate::store::schema::{Column, Table};
use crate::store::value::Kind;
use crate::text::shorten;

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

    /// Name of the property with the result if it has no alias.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Aggregate::Count => "count",
            Aggregate::Sum => "sum",
            Aggregate::Avg => "avg",
            Aggregate::Min => "min",
            Aggregate::Max => "max",
        }
    }

    /// Returns the SQL of this aggregate of a column, and the kind of its result. The column `*`
    /// counts rows.
    pub(crate) fn of(self, table: &Table, column: &str) -> Result<(String, Kind), ServiceError> {
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
                "{}({name}) is not possible: the column has the type {}",
                self.key(),
                kind.name()
            );
            return Err(ServiceError::new(code::TYPE_MISMATCH, why));
        }
        let result = match self {
            Aggregate::Count => Kind::Int,
            Aggregate::Avg => Kind::Double,
            // For a column without values the result is null, which fits every kind.
            Aggregate::Sum | Aggregate::Min | Aggregate::Max => *kind,
        };
        Ok((format!("{}({sql})", self.key()), result))
    }
}

/// Parses `Count(name)`. Returns `None` for text that is not a function call.
pub(crate) fn parse_aggregate(text: &str) -> Result<Option<(Aggregate, &str)>, ServiceError> {
    let Some((function, rest)) = text.split_once('(') else {
        return Ok(None);
    };
    let Some(column) = rest.strip_suffix(')') else {
        return Ok(None);
    };
    match Aggregate::named(function.trim()) {
        Some(aggregate) => Ok(Some((aggregate, column.trim()))),
        None => {
            let name = shorten(function);
            let message = format!("Invalid property: the function '{name}' is not supported");
            Err(ServiceError::new(code::UNKNOWN_COLUMN, message))
        }
    }
}
