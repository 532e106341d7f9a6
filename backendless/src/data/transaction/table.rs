//! The table of an operation.

use std::sync::Arc;

use crate::data::{Record, Table};

/// Table of an operation: its name, or a [`Table`], whose rows are then the results.
///
/// The trait is implemented for `&str` and `&Table<T>` and cannot be implemented outside this crate.
pub trait TransactionTable: sealed::Named {
    /// The type of the rows that the operation returns.
    type Row;
}

mod sealed {
    pub trait Named {
        fn name(&self) -> std::sync::Arc<str>;
    }
}

impl sealed::Named for &str {
    fn name(&self) -> Arc<str> {
        (*self).into()
    }
}

impl TransactionTable for &str {
    type Row = Record;
}

impl<T> sealed::Named for &Table<T> {
    fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }
}

impl<T> TransactionTable for &Table<T> {
    type Row = T;
}
