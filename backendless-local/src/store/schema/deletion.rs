//! Deletes a table.

use rusqlite::Connection;

use super::Table;
use crate::service_error::ServiceError;
use crate::store::relation;

impl Table {
    /// Deletes the table, its rows, and all relations from it and to it.
    pub(crate) fn delete(self, connection: &Connection) -> Result<(), ServiceError> {
        relation::delete_of_table(connection, self.id)?;
        connection.execute_batch(&format!("DROP TABLE {}", self.sql()))?;
        connection.execute("DELETE FROM data_column WHERE table_id = ?", [self.id])?;
        connection.execute("DELETE FROM data_table WHERE id = ?", [self.id])?;
        Ok(())
    }
}
