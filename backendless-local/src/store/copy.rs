//! Copies of a whole database, by the backup function of SQLite.

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::service_error::ServiceError;
use crate::store::ownership::LAYOUT;

/// Returns a copy in memory.
pub(crate) fn to_memory(source: &Connection) -> Result<Connection, ServiceError> {
    let mut copy = Connection::open_in_memory()?;
    transfer(source, &mut copy)?;
    Ok(copy)
}

/// Returns a copy in a temporary file, of which SQLite keeps 2 MB in memory.
pub(crate) fn to_temporary_file(source: &Connection) -> Result<Connection, ServiceError> {
    let mut copy = open_temporary()?;
    transfer(source, &mut copy)?;
    Ok(copy)
}

/// Opens an empty database in a temporary file without a name: SQLite creates it private, once it needs it, and deletes it
/// at once.
pub(super) fn open_temporary() -> rusqlite::Result<Connection> {
    Connection::open("")
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the size of the deleted temporary files that SQLite has open in this process.
    #[cfg(target_os = "linux")]
    fn temporary_bytes() -> u64 {
        let files = std::fs::read_dir("/proc/self/fd").unwrap();
        let paths = files.filter_map(|file| file.ok().map(|file| file.path()));
        let temporary = paths.filter(|path| {
            let target = std::fs::read_link(path).unwrap_or_default();
            let target = target.to_string_lossy();
            target.contains("etilqs_") && target.ends_with("(deleted)")
        });
        let sizes = temporary.filter_map(|path| path.metadata().ok());
        sizes.map(|metadata| metadata.len()).sum()
    }

    /// No other test has temporary files of this size.
    #[cfg(target_os = "linux")]
    #[test]
    fn large_copy_is_not_kept_in_memory() {
        const BYTES: u32 = 32 * 1024 * 1024;
        let source = Connection::open_in_memory().unwrap();
        let sql = "CREATE TABLE t (bytes); INSERT INTO t VALUES (zeroblob(33554432))";
        source.execute_batch(sql).unwrap();
        let in_memory = to_memory(&source).unwrap();
        assert!(temporary_bytes() < u64::from(BYTES / 2));
        let copy = to_temporary_file(&source).unwrap();
        assert!(temporary_bytes() > u64::from(BYTES / 2));
        for copy in [in_memory, copy] {
            let length = copy.query_row("SELECT length(bytes) FROM t", [], |row| row.get(0));
            assert_eq!(length, Ok(BYTES));
        }
    }
}
