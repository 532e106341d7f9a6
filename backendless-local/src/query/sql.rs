//! A piece of SQL with its parameters.

use rusqlite::types::Value as Stored;

/// SQL text and the values of its `?` parameters, in order.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Stored>,
}
