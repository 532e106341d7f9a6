//! Copies of a whole database, by the backup function of SQLite.

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::service_error::ServiceError;
use crate::store::ownership::LAYOUT;

/// Returns a copy in memory.
pub(crate) fn copy(source: &Connection) -> Result<Connection, ServiceError> {
    let mut copy = Connection::open_in_memory()?;
    transfer(source, &mut copy)?;
    Ok(copy)
}

/// Replaces the content of a database in one transaction. When this returns, it is on disk (if the database has a file).
pub(crate) fn replace(target: &mut Connection, source: &Connection) -> Result<(), ServiceError> {
    source.pragma_update(None, "user_version", LAYOUT)?;
    transfer(source, target)
}

/// Replaces the content of a database, whose layout becomes that of the source.
pub(super) fn transfer(source: &Connection, target: &mut Connection) -> Result<(), ServiceError> {
    const ALL_PAGES: i32 = -1;
    match Backup::new(source, target)?.step(ALL_PAGES)? {
        StepResult::Done => Ok(()),
        // Dropping the backup has rolled back.
        _ => Err(ServiceError::internal(
            "another program writes to the database",
        )),
    }
}
