//! Lists, creates and deletes tables, for the console.

use super::Data;
use crate::service_error::{ServiceError, code};
use crate::services::{access, users};
use crate::store::schema::{self, Table};
use crate::text::shorten;

/// A table and its sizes.
pub(crate) struct TableSummary {
    pub(crate) name: String,
    pub(crate) rows: i64,
    pub(crate) columns: usize,
}

impl Data {
    /// Returns all tables in the order of their creation.
    pub(crate) async fn tables(&self) -> Result<Vec<TableSummary>, ServiceError> {
        let read = self.database.read(|connection| {
            let tables = schema::tables(connection)?.into_iter();
            let summaries = tables.map(|table| {
                let sql = format!("SELECT count(*) FROM {}", table.sql());
                Ok(TableSummary {
                    rows: connection.query_row(&sql, [], |row| row.get(0))?,
                    columns: table.columns().len() + table.relations().len(),
                    name: table.name().to_owned(),
                })
            });
            summaries.collect()
        });
        read.await
    }

    /// Creates a table without rows. The clients create tables with their first rows.
    pub(crate) async fn create_table(&self, name: String) -> Result<(), ServiceError> {
        let write = self.database.write(move |transaction| {
            if schema::tables(transaction)?
                .iter()
                .any(|table| table.name() == name)
            {
                let message = format!("there is a table '{}' already", shorten(&name));
                return Err(ServiceError::new(code::DUPLICATE_ENTRY, message));
            }
            Table::existing_or_new(transaction, &name).map(drop)
        });
        write.await
    }

    /// Deletes a table with its rows, and the relations of other tables to it.
    pub(crate) async fn delete_table(&self, name: String) -> Result<(), ServiceError> {
        if name == users::TABLE {
            let what = "the deletion of the table of users, whose rows can be deleted,";
            return Err(ServiceError::not_implemented(what));
        }
        let write = self.database.write(move |transaction| {
            let table = Table::existing(transaction, &name)?;
            access::delete_all(transaction, &name)?;
            table.delete(transaction)
        });
        write.await
    }
}
