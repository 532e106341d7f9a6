//! A piece of SQL with its parameters.

use rusqlite::types::Value as Stored;

use crate::service_error::{ServiceError, code};

/// Maximum length of a statement in bytes. SQLite allows 1,000,000.
const MAX_BYTES: usize = 900_000;

/// Maximum number of parameters. SQLite allows 32,766.
const MAX_VALUES: usize = 32_000;

/// SQL text and the values of its `?` parameters, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Stored>,
}

impl Sql {
    /// SQL without parameters.
    pub(crate) fn text(text: impl Into<String>) -> Sql {
        Sql {
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// One parameter.
    pub(crate) fn value(value: Stored) -> Sql {
        Sql {
            text: "?".to_owned(),
            values: vec![value],
        }
    }

    /// The call of an SQL function.
    pub(crate) fn call(function: &str, arguments: impl IntoIterator<Item = Sql>) -> Sql {
        Sql::text(function)
            .then("(")
            .join(arguments, ", ")
            .then(")")
    }

    pub(crate) fn then(mut self, text: &str) -> Sql {
        self.text.push_str(text);
        self
    }

    pub(crate) fn append(mut self, other: Sql) -> Sql {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }

    /// Appends pieces with a separator between them.
    pub(crate) fn join(mut self, pieces: impl IntoIterator<Item = Sql>, separator: &str) -> Sql {
        for (at, piece) in pieces.into_iter().enumerate() {
            if at > 0 {
                self.text.push_str(separator);
            }
            self = self.append(piece);
        }
        self
    }

    /// Rejects a statement that SQLite would not accept.
    pub(crate) fn check(&self) -> Result<(), ServiceError> {
        if self.text.len() <= MAX_BYTES && self.values.len() <= MAX_VALUES {
            return Ok(());
        }
        let why = "the query is too long: use fewer conditions, properties and constants";
        Err(ServiceError::new(code::INVALID_PARAMETER, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statement_within_both_limits_is_accepted() {
        let longest = Sql::text("x".repeat(MAX_BYTES));
        assert!(longest.check().is_ok());
        let values = Sql {
            text: String::new(),
            values: vec![Stored::Null; MAX_VALUES],
        };
        assert!(values.check().is_ok());
    }

    #[test]
    fn statement_beyond_one_limit_is_rejected() {
        let too_long = Sql::text("x".repeat(MAX_BYTES + 1));
        let too_many = Sql {
            text: String::new(),
            values: vec![Stored::Null; MAX_VALUES + 1],
        };
        for sql in [too_long, too_many] {
            let error = sql.check().unwrap_err();
            assert!(
                error.message().starts_with("the query is too long"),
                "{error}"
            );
        }
    }
}
