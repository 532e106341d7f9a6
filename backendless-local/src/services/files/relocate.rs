//! Files and directories are renamed, copied and moved. A copy shares the content file of its source: content files never
//! change.

use rusqlite::{Connection, params};

use super::{FilePath, Files, Permission, TREE, access, blocked, directories, not_found, slashes};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;

/// What happens to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Copy,
    Move,
    /// A move within the directory.
    Rename,
}

impl Mode {
    /// Returns the permission that the caller needs for the source and everything in it.
    fn permission(self) -> Permission {
        match self {
            Mode::Copy => Permission::Read,
            Mode::Move => Permission::Delete,
            Mode::Rename => Permission::Write,
        }
    }
}

impl Files {
    /// Renames a file or a directory, and returns the new path.
    pub(crate) async fn rename(
        &self,
        caller: Caller,
        path: FilePath,
        new_name: String,
    ) -> Result<FilePath, ServiceError> {
        if new_name.contains('/') {
            let message = "the new name is not a name: it contains a '/'";
            return Err(ServiceError::new(code::INVALID_PATH, message));
        }
        let target = match path.as_str().rsplit_once('/') {
            Some((directory, _)) => format!("{directory}/{new_name}"),
            None => new_name,
        };
        let target = FilePath::parse(target)?;
        self.relocate(caller, path, target.clone(), Mode::Rename)
            .await?;
        Ok(target)
    }

    /// Copies or moves a file or a directory.
    pub(crate) async fn relocate(
        &self,
        caller: Caller,
        source: FilePath,
        target: FilePath,
        mode: Mode,
    ) -> Result<(), ServiceError> {
        let now = self.clock.now();
        // Limited in time: copies of copies double the number of files.
        let write = self.database.write_by_clause(move |transaction| {
            let (source, target) = (source.as_str(), target.as_str());
            access::check_all(transaction, source, mode.permission(), &caller)?;
            access::check(transaction, target, Permission::Write, &caller)?;
            if !directories::exists(transaction, source)? {
                return Err(not_found(code::RESOURCE_NOT_FOUND, source));
            }
            if directories::exists(transaction, target)? {
                return Err(directories::path_exists(target));
            }
            if target.starts_with(&format!("{source}/")) {
                return Err(blocked());
            }
            directories::create_parents(transaction, target, now)?;
            check_sizes(transaction, source, target)?;
            match mode {
                Mode::Copy => copy_rows(transaction, source, target, now),
                Mode::Move | Mode::Rename => move_rows(transaction, source, target),
            }
        });
        write.await
    }
}

/// Rejects a target below which the paths of the entries of the source would be too long or have too many segments.
fn check_sizes(connection: &Connection, source: &str, target: &str) -> Result<(), ServiceError> {
    let max = |size: &str| {
        let sql = format!(
            "SELECT coalesce(max({size}), 0) FROM (SELECT path FROM file UNION ALL SELECT path FROM directory)
             WHERE {TREE}"
        );
        let max = connection.query_row(&sql, [source], |row| row.get::<_, i64>(0))?;
        Ok::<_, ServiceError>(usize::try_from(max).unwrap_or(usize::MAX))
    };
    let length = max("length(CAST(path AS BLOB))")?.saturating_sub(source.len());
    let below =
        max("length(path) - length(replace(path, '/', ''))")?.saturating_sub(slashes(source));
    FilePath::check_size(target, length + target.len(), below + slashes(target))
}

fn copy_rows(
    connection: &Connection,
    source: &str,
    target: &str,
    now: i64,
) -> Result<(), ServiceError> {
    let files = format!(
        "INSERT INTO file (path, content, media_type, size, created)
         SELECT ?2 || substr(path, length(?1) + 1), content, media_type, size, ?3 FROM file WHERE {TREE}"
    );
    connection.execute(&files, params![source, target, now])?;
    let directories = format!(
        "INSERT INTO directory (path, created)
         SELECT ?2 || substr(path, length(?1) + 1), ?3 FROM directory WHERE {TREE}"
    );
    connection.execute(&directories, params![source, target, now])?;
    Ok(())
}

fn move_rows(connection: &Connection, source: &str, target: &str) -> Result<(), ServiceError> {
    for table in ["file", "directory", "file_permission"] {
        let sql =
            format!("UPDATE {table} SET path = ?2 || substr(path, length(?1) + 1) WHERE {TREE}");
        connection.execute(&sql, params![source, target])?;
    }
    Ok(())
}
