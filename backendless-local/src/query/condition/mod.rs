//! Where- and having-clauses: text in, SQL with bound parameters out.
//!
//! `tokens` reads and bounds the text, `sqlparser` gives it its structure, `translate` walks that
//! and writes SQL from what it knows, refusing everything else; `literal` gives each constant the
//! type of the column it meets. No piece of a clause is ever copied into SQL.

mod literal;
mod tokens;
mod translate;

use rusqlite::types::Value as Stored;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};

use crate::http::reply::{Failure, code, shorten};
use crate::query::projection::{Aggregate, Projection};
use crate::store::schema::Table;
use crate::store::value::Kind;

/// SQL and the values of its `?`s, in order.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Stored>,
}

/// What a name or an aggregate in a clause stands for.
pub(super) struct Term {
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) kind: Kind,
}

/// Which clause it is, and with it what its names may be.
pub(super) enum Clause<'a> {
    /// Filters rows: names are the table's columns.
    Where(&'a Table),
    /// Filters groups: names are what is selected or grouped by; aggregates are allowed.
    Having(&'a Table, &'a Projection),
}

/// The condition that a row must meet; `None` for a blank clause, which every row meets.
pub(crate) fn where_clause(table: &Table, text: &str) -> Result<Option<Sql>, Failure> {
    Clause::Where(table).read(text)
}

/// The condition that a group of rows must meet.
pub(crate) fn having_clause(
    table: &Table,
    projection: &Projection,
    text: &str,
) -> Result<Option<Sql>, Failure> {
    Clause::Having(table, projection).read(text)
}

/// How deep the parser may go: more than the parentheses that `tokens` lets through need.
const RECURSION: usize = 2 * tokens::DEEPEST;

impl Clause<'_> {
    fn read(&self, text: &str) -> Result<Option<Sql>, Failure> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let tokens = tokens::read(self, text)?;
        let mut parser = Parser::new(&tokens::WhereDialect)
            .with_recursion_limit(RECURSION)
            .with_tokens_with_locations(tokens);
        let expression = parser
            .parse_expr()
            .map_err(|error| self.not_parsed(&error))?;
        let rest = parser.next_token();
        if rest.token != Token::EOF {
            let found = shorten(&rest.token.to_string());
            return Err(self.refuse(
                rest.span.start,
                format!("found {found}, expected an operator or the end"),
            ));
        }
        translate::condition(self, expression).map(Some)
    }

    fn column(&self, name: &str) -> Result<Term, Failure> {
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

    /// An aggregate, or `None` where there can be none.
    fn aggregate(&self, function: Aggregate, column: &str) -> Result<Option<Term>, Failure> {
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

    fn not_parsed(&self, error: &ParserError) -> Failure {
        let message = match error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
            ParserError::RecursionLimitExceeded => {
                return self.refuse_whole("it is nested too deeply");
            }
        };
        // sqlparser ends its messages with the place; this server's say it first.
        let place = message.rsplit_once(" at Line: ").and_then(|(what, place)| {
            let (line, column) = place.split_once(", Column: ")?;
            Some((
                what,
                Location::new(line.parse().ok()?, column.parse().ok()?),
            ))
        });
        match place {
            Some((what, at)) => self.refuse(at, found_first(what)),
            None => self.refuse_whole(&found_first(message)),
        }
    }

    /// What is wrong, and where.
    fn refuse(&self, at: Location, why: impl std::fmt::Display) -> Failure {
        let (line, column) = (at.line.max(1), at.column.max(1));
        self.failure(format!(" at line {line}, column {column}: {why}"))
    }

    /// What is wrong with the clause as a whole.
    fn refuse_whole(&self, why: &str) -> Failure {
        self.failure(format!(": {why}"))
    }

    fn failure(&self, why: String) -> Failure {
        match self {
            Clause::Where(_) => {
                Failure::new(code::INVALID_WHERE, format!("Invalid where clause{why}"))
            }
            Clause::Having(..) => {
                Failure::new(code::INVALID_HAVING, format!("Invalid having clause{why}"))
            }
        }
    }
}

/// sqlparser's "Expected: x, found: y", with what the caller knows first, and of bounded length.
fn found_first(message: &str) -> String {
    match message.split_once(", found: ") {
        Some((expected, found)) => {
            let expected = expected.trim_start_matches("Expected: ");
            format!("found {}, expected {}", shorten(found), shorten(expected))
        }
        None => shorten(message),
    }
}
