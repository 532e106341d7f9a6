//! The Files service: a tree of files.
//!
//! SQLite stores the paths; `content` stores the bytes under random names. An upload writes its
//! bytes first and its path last, so a path never refers to an incomplete file. `unused_content` lists
//! the content files that have no path: those of running uploads and those that a killed server did
//! not remove. The next start removes these, and never a file that the database does not list.

mod content;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::fs::File;

pub(crate) use content::{ContentStore, NewContent};

use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::store::database::Database;
use crate::text::shorten;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS file (
        path TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        media_type TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS unused_content (name TEXT PRIMARY KEY);
";

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(super) fn reset(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch("DELETE FROM file")?)
}

/// Lists the content files of all paths as unused and returns their names.
pub(super) fn release_all(connection: &Connection) -> Result<Vec<String>, ServiceError> {
    let mut statement = connection.prepare("SELECT content FROM file")?;
    let names = statement.query_map([], |row| row.get(0))?;
    let names = names.collect::<Result<Vec<String>, _>>()?;
    for name in &names {
        release(connection, name)?;
    }
    Ok(names)
}

/// Returns the names of the content files that no path refers to.
pub(super) fn unused_contents(connection: &Connection) -> Result<Vec<String>, ServiceError> {
    let mut statement = connection
        .prepare("SELECT name FROM unused_content WHERE name NOT IN (SELECT content FROM file)")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Lists a content file as unused, before it is created or after its path was deleted.
fn release(connection: &Connection, name: &str) -> Result<(), ServiceError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO unused_content (name) VALUES (?)")?
        .execute([name])?;
    Ok(())
}

fn forget(connection: &Connection, name: &str) -> Result<(), ServiceError> {
    connection
        .prepare_cached("DELETE FROM unused_content WHERE name = ?")?
        .execute([name])?;
    Ok(())
}

/// A valid path: segments separated by `/`, none of them empty, `.` or `..`, without backslashes
/// and control characters.
#[derive(Clone, Debug)]
pub(crate) struct FilePath(String);

impl FilePath {
    pub(crate) fn parse(path: String) -> Result<FilePath, ServiceError> {
        let is_valid = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && !segment.contains(|c: char| c == '\\' || c.is_control())
        };
        if path.split('/').all(is_valid) {
            return Ok(FilePath(path));
        }
        let message = format!("'{}' is not a valid path of a file", shorten(&path));
        Err(ServiceError::new(code::INVALID_PATH, message))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// An open file.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) file: File,
    pub(crate) length: u64,
    pub(crate) media_type: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Files {
    database: Database,
    content: ContentStore,
}

impl Files {
    pub(super) fn new(database: Database, content: ContentStore) -> Files {
        Files { database, content }
    }

    /// Checks, before anything is received, that an upload may write the path.
    pub(crate) async fn check_upload(
        &self,
        path: &FilePath,
        overwrite: bool,
    ) -> Result<(), ServiceError> {
        if overwrite {
            return Ok(());
        }
        let checked = path.clone();
        let read = self
            .database
            .read(move |connection| is_file(connection, checked.as_str()));
        match read.await? {
            true => Err(file_exists(path.as_str())),
            false => Ok(()),
        }
    }

    /// Creates the content file of an upload.
    pub(crate) async fn new_content(&self) -> Result<NewContent, ServiceError> {
        let name = new_id();
        let (listed, removed) = (name.clone(), self.content.take_removed());
        let write = self.database.write(move |transaction| {
            for name in &removed {
                forget(transaction, name)?;
            }
            release(transaction, &listed)
        });
        write.await?;
        self.content.create(name).map_err(ServiceError::internal)
    }

    /// Stores the path with its content file, and removes the content file that it replaces.
    pub(crate) async fn store(
        &self,
        path: FilePath,
        content: NewContent,
        media_type: String,
        overwrite: bool,
    ) -> Result<(), ServiceError> {
        let name = content.name().to_owned();
        let write = self.database.write(move |transaction| {
            let replaced = write_path(transaction, path.as_str(), &name, &media_type, overwrite)?;
            forget(transaction, &name)?;
            if let Some(replaced) = &replaced {
                release(transaction, replaced)?;
            }
            Ok(replaced)
        });
        // If this fails, the content file is removed when `content` is dropped.
        let replaced = write.await?;
        content.keep();
        if let Some(replaced) = replaced {
            self.content.remove(&replaced).await;
        }
        Ok(())
    }

    /// Whether there are files below the path.
    pub(crate) async fn is_directory(&self, path: &FilePath) -> Result<bool, ServiceError> {
        let path = path.clone();
        let read = self
            .database
            .read(move |connection| is_directory(connection, path.as_str()));
        read.await
    }

    /// Deletes a file or a directory and returns the number of deleted files.
    pub(crate) async fn delete(&self, path: FilePath) -> Result<usize, ServiceError> {
        let write = self.database.write(move |transaction| {
            let mut statement = transaction.prepare(
                "DELETE FROM file WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'
                 RETURNING content",
            )?;
            let contents = statement.query_map([path.as_str()], |row| row.get::<_, String>(0))?;
            let contents = contents.collect::<Result<Vec<_>, _>>()?;
            for content in &contents {
                release(transaction, content)?;
            }
            match contents.is_empty() {
                true => Err(not_found(path.as_str())),
                false => Ok(contents),
            }
        });
        let contents = write.await?;
        for content in &contents {
            self.remove_content(content).await;
        }
        Ok(contents.len())
    }

    pub(super) async fn remove_content(&self, name: &str) {
        self.content.remove(name).await;
    }

    pub(crate) async fn open(&self, path: FilePath) -> Result<OpenFile, ServiceError> {
        let wanted = path.clone();
        let read = self.database.read(move |connection| {
            let file = connection
                .prepare_cached("SELECT content, media_type FROM file WHERE path = ?")?
                .query_row([wanted.as_str()], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                });
            Ok(file.optional()?)
        });
        let Some((content, media_type)) = read.await? else {
            return Err(not_found(path.as_str()));
        };
        let opened = self.content.open(&content).await;
        match opened.map_err(ServiceError::internal)? {
            Some((file, length)) => Ok(OpenFile {
                file,
                length,
                media_type,
            }),
            // It was deleted after the path was read.
            None => Err(not_found(path.as_str())),
        }
    }
}

/// Writes the path and returns the name of the content file that it replaces.
fn write_path(
    connection: &Connection,
    path: &str,
    content: &str,
    media_type: &str,
    overwrite: bool,
) -> Result<Option<String>, ServiceError> {
    let replaced: Option<String> = connection
        .query_row("SELECT content FROM file WHERE path = ?", [path], |row| {
            row.get(0)
        })
        .optional()?;
    if replaced.is_some() && !overwrite {
        return Err(file_exists(path));
    }
    let is_blocked = is_directory(connection, path)?
        || path.match_indices('/').try_fold(false, |found, (end, _)| {
            Ok::<_, ServiceError>(found || is_file(connection, &path[..end])?)
        })?;
    if is_blocked {
        let message = "the path is that of a directory, or a part of it is that of a file";
        return Err(ServiceError::new(code::INVALID_PATH, message));
    }
    connection.execute(
        "INSERT OR REPLACE INTO file (path, content, media_type) VALUES (?, ?, ?)",
        params![path, content, media_type],
    )?;
    Ok(replaced)
}

fn is_file(connection: &Connection, path: &str) -> Result<bool, ServiceError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM file WHERE path = ?")?;
    Ok(statement.exists([path])?)
}

/// Whether there are files below the path.
fn is_directory(connection: &Connection, path: &str) -> Result<bool, ServiceError> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM file WHERE substr(path, 1, length(?1) + 1) = ?1 || '/'")?;
    Ok(statement.exists([path])?)
}

fn file_exists(path: &str) -> ServiceError {
    let message = format!(
        "the file '{}' already exists; set overwrite to replace it",
        shorten(path)
    );
    ServiceError::new(code::FILE_EXISTS, message)
}

fn not_found(path: &str) -> ServiceError {
    let message = format!("there is no file or directory '{}'", shorten(path));
    ServiceError::not_found(code::FILE_NOT_FOUND, message)
}
