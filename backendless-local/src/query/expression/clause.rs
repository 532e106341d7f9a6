//! The role of a text: the names that it may contain, and its error messages.

use std::cell::{Cell, RefCell};
use std::fmt;

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Location;

use crate::query::accessible::Accessible;
use crate::query::expression::joins::Joins;
use crate::query::expression::related;
use crate::query::expression::scalar::Scalar;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::schema::Table;
use crate::text::shorten;

/// Maximum length of the SQL that the names of a clause become, in bytes. SQLite allows 1,000,000.
const MAX_SQL_BYTES: usize = 500_000;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role<'a> {
    /// Filters rows.
    Where,
    /// Filters groups; aggregates are allowed.
    Having,
    /// A property, a sort key or a term to group by; aggregates are allowed.
    Property,
    /// A computed value of this column.
    Update(&'a str),
}

/// Resolves a name.
type Names<'a> = &'a dyn Fn(&str) -> Result<Scalar, ServiceError>;

/// A text with its role and the table that its names refer to.
pub(crate) struct Clause<'a> {
    pub(crate) table: &'a Table,
    role: Role<'a>,
    /// The rows, if the text may name columns of related rows.
    accessible: Option<&'a Accessible<'a>>,
    /// Resolves names outside of aggregates; `None` if they are the table's columns.
    names: Option<Names<'a>>,
    inside_aggregate: Cell<bool>,
    has_aggregate: Cell<bool>,
    sql_bytes: Cell<usize>,
    joins: RefCell<Joins>,
}

impl<'a> Clause<'a> {
    /// A text in which names are columns.
    pub(crate) fn new(table: &'a Table, role: Role<'a>) -> Clause<'a> {
        Clause {
            table,
            role,
            accessible: None,
            names: None,
            inside_aggregate: Cell::new(false),
            has_aggregate: Cell::new(false),
            sql_bytes: Cell::new(0),
            joins: RefCell::default(),
        }
    }

    /// A where clause.
    pub(crate) fn for_rows(accessible: &'a Accessible<'a>) -> Clause<'a> {
        Clause {
            accessible: Some(accessible),
            ..Clause::new(accessible.table, Role::Where)
        }
    }

    /// A property, a sort key or a term to group by.
    pub(crate) fn for_properties(accessible: &'a Accessible<'a>) -> Clause<'a> {
        Clause {
            accessible: Some(accessible),
            ..Clause::new(accessible.table, Role::Property)
        }
    }

    /// A condition for groups.
    pub(crate) fn for_groups(accessible: &'a Accessible<'a>) -> Clause<'a> {
        Clause {
            accessible: Some(accessible),
            ..Clause::new(accessible.table, Role::Having)
        }
    }

    /// Resolves names outside of aggregates by a function.
    pub(crate) fn with_names(self, names: Names<'a>) -> Clause<'a> {
        Clause {
            names: Some(names),
            ..self
        }
    }

    pub(crate) fn resolve(&self, name: &str) -> Result<Scalar, ServiceError> {
        let scalar = match self.names {
            Some(names) if !self.inside_aggregate.get() => names(name)?,
            _ => Scalar::column(self.table, self.table.known_column(name)?),
        };
        self.limit_length(&scalar)?;
        Ok(scalar)
    }

    fn limit_length(&self, scalar: &Scalar) -> Result<(), ServiceError> {
        let bytes = self.sql_bytes.get() + scalar.sql.text.len();
        self.sql_bytes.set(bytes);
        if bytes > MAX_SQL_BYTES {
            return Err(self.error("it is too long, with the aliases that it contains"));
        }
        Ok(())
    }

    /// Resolves `address.city`: names of relations, then a column of the last related table. Returns `None` if the text
    /// cannot name columns of related rows. In a where clause the row may have several related rows, else at most one.
    pub(super) fn resolve_path(&self, path: &[&str]) -> Result<Option<Scalar>, ServiceError> {
        let Some(accessible) = self.accessible else {
            return Ok(None);
        };
        let scalar = match (self.role, self.names) {
            (Role::Where, _) => {
                let scalar = self.joins.borrow_mut().resolve(accessible, path)?;
                scalar.ok_or_else(|| self.error("it has too many different relations"))?
            }
            (_, Some(names)) if !self.inside_aggregate.get() => names(&path.join("."))?,
            _ => related::column(accessible, &path.join("."))?,
        };
        self.limit_length(&scalar)?;
        Ok(Some(scalar))
    }

    /// Returns the condition with the tables of the relations that it contains.
    pub(crate) fn with_joins(&self, condition: Sql) -> Sql {
        self.joins.borrow().around(condition)
    }

    pub(crate) fn allows_aggregates(&self) -> bool {
        matches!(self.role, Role::Having | Role::Property)
    }

    /// Runs the translation of an aggregate's argument. Aggregates cannot be nested.
    pub(crate) fn in_aggregate<T>(
        &self,
        translate: impl FnOnce() -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        if self.inside_aggregate.replace(true) {
            return Err(self.error("an aggregate inside of an aggregate is not supported"));
        }
        self.has_aggregate.set(true);
        let result = translate();
        self.inside_aggregate.set(false);
        result
    }

    /// Whether an aggregate was translated.
    pub(crate) fn has_aggregate(&self) -> bool {
        self.has_aggregate.get()
    }

    /// Whether an error of a calculation must be reported, because its result would be stored.
    pub(crate) fn is_update(&self) -> bool {
        matches!(self.role, Role::Update(_))
    }

    pub(crate) fn parse_error(&self, error: &ParserError) -> ServiceError {
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
    pub(crate) fn error_at(&self, at: Location, why: impl fmt::Display) -> ServiceError {
        let (line, column) = (at.line.max(1), at.column.max(1));
        self.service_error(format!(" at line {line}, column {column}: {why}"))
    }

    /// Creates an error without a position.
    pub(crate) fn error(&self, why: &str) -> ServiceError {
        self.service_error(format!(": {why}"))
    }

    fn service_error(&self, why: String) -> ServiceError {
        let (code, what) = match self.role {
            Role::Where => (code::INVALID_WHERE, "Invalid where clause".to_owned()),
            Role::Having => (code::INVALID_HAVING, "Invalid having clause".to_owned()),
            Role::Property => (code::UNKNOWN_COLUMN, "Invalid property".to_owned()),
            Role::Update(column) => (
                code::INVALID_VALUE,
                format!("Invalid expression of '{}'", shorten(column)),
            ),
        };
        ServiceError::new(code, format!("{what}{why}"))
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
