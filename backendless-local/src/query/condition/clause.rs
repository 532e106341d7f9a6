//! The kind of a clause: the names that it may contain, and its error messages.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Location;

use crate::query::aggregate::Aggregate;
use crate::query::projection::Projection;
use crate::service_error::{ServiceError, code};
use crate::store::schema::Table;
use crate::store::value::Kind;
use crate::text::shorten;

/// A name or an aggregate of a clause, resolved.
pub(super) struct Term {
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) kind: Kind,
}

/// A where or a having clause, with the table and the results that its names refer to.
pub(super) enum Clause<'a> {
    /// Filters rows: names are the table's columns.
    Where(&'a Table),
    /// Filters groups: names are results and grouped columns; aggregates are allowed.
    Having(&'a Table, &'a Projection),
}

impl Clause<'_> {
    pub(super) fn column(&self, name: &str) -> Result<Term, ServiceError> {
        match self {
            Clause::Where(table) => {
                let column = table.known_column(name)?;
                Ok(Term {
                    name: name.to_owned(),
                    sql: column.sql.clone(),
                    kind: column.kind,
                })
            }
            Clause::Having(table, projection) => {
                let (sql, kind) = projection.group_term(table, name)?;
                Ok(Term {
                    name: name.to_owned(),
                    sql,
                    kind,
                })
            }
        }
    }

    /// Resolves an aggregate. Returns `None` in a where clause, which has no aggregates.
    pub(super) fn aggregate(
        &self,
        function: Aggregate,
        column: &str,
    ) -> Result<Option<Term>, ServiceError> {
        let Clause::Having(table, _) = self else {
            return Ok(None);
        };
        let (sql, kind) = function.of(table, column)?;
        Ok(Some(Term {
            name: function.key().to_owned(),
            sql,
            kind,
        }))
    }

    pub(super) fn parse_error(&self, error: &ParserError) -> ServiceError {
        let message = match error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
            ParserError::RecursionLimitExceeded => {
                return self.error("it is nested too deeply");
            }
        };
        // sqlparser's messages end with the position; this server's begin with it.
        let positioned = message
            .rsplit_once(" at Line: ")
            .and_then(|(what, position)| {
                let (line, column) = position.split_once(", Column: ")?;
                Some((
                    what,
                    Location::new(line.parse().ok()?, column.parse().ok()?),
                ))
            });
        match positioned {
            Some((what, at)) => self.error_at(at, reword(what)),
            None => self.error(&reword(message)),
        }
    }

    /// Creates an error with a position in the clause.
    pub(super) fn error_at(&self, at: Location, why: impl std::fmt::Display) -> ServiceError {
        let (line, column) = (at.line.max(1), at.column.max(1));
        self.service_error(format!(" at line {line}, column {column}: {why}"))
    }

    /// Creates an error without a position.
    pub(super) fn error(&self, why: &str) -> ServiceError {
        self.service_error(format!(": {why}"))
    }

    fn service_error(&self, why: String) -> ServiceError {
        match self {
            Clause::Where(_) => {
                ServiceError::new(code::INVALID_WHERE, format!("Invalid where clause{why}"))
            }
            Clause::Having(..) => {
                ServiceError::new(code::INVALID_HAVING, format!("Invalid having clause{why}"))
            }
        }
    }
}

/// Rewrites sqlparser's "Expected: x, found: y" as "found y, expected x" of bounded length.
fn reword(message: &str) -> String {
    match message.split_once(", found: ") {
        Some((expected, found)) => {
            let expected = expected.trim_start_matches("Expected: ");
            format!("found {}, expected {}", shorten(found), shorten(expected))
        }
        None => shorten(message),
    }
}
