//! The Files service: a tree of files.
//!
//! SQLite stores the paths; `content` stores the bytes under random names. An upload writes its
//! bytes first and its path last, so a path never refers to an incomplete file. `unused_content` lists
//! the content files that have no path: those of running uploads and those that a killed server did
//! not remove. The next start removes these, and never a file that the database does not list.

mod access;
mod append;
mod base64;
mod content;
mod directories;
mod grants;
mod pattern;
mod relocate;
mod remote;
mod stored;
#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::fs::File;

pub(crate) use access::{Grant, Permission};
pub(crate) use base64::decode as decode_base64;
pub(crate) use content::{ContentLease, ContentStore, NewContent};
pub(crate) use directories::{Count, Listing};
pub(crate) use relocate::Mode;
pub(crate) use remote::RemoteFiles;
pub(super) use stored::{
    content_names, each_file, rename_content, replace_unused, unused_contents,
};

use crate::clock::Clock;
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::access::AccessControl;
use crate::services::caller::Caller;
use crate::store::database::Database;
use crate::text::shorten;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS file (
        path TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER,
        created INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS directory (
        path TEXT PRIMARY KEY,
        created INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS file_permission (
        path TEXT NOT NULL,
        permission TEXT NOT NULL,
        kind TEXT NOT NULL,
        grantee TEXT NOT NULL,
        is_granted INTEGER NOT NULL,
        PRIMARY KEY (path, permission, kind, grantee)
    );
    CREATE TABLE IF NOT EXISTS unused_content (name TEXT PRIMARY KEY);
";

/// Columns that databases of earlier versions lack.
const ADDED_COLUMNS: &str = "
    ALTER TABLE file ADD COLUMN size INTEGER;
    ALTER TABLE file ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
";

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    connection.execute_batch(TABLES)?;
    let has_size = "SELECT 1 FROM pragma_table_info('file') WHERE name = 'size'";
    if !connection.prepare(has_size)?.exists([])? {
        connection.execute_batch(ADDED_COLUMNS)?;
        let mut statement = connection.prepare("SELECT path FROM file")?;
        let paths = statement.query_map([], |row| row.get::<_, String>(0))?;
        for path in paths {
            directories::create_parents(connection, &path?, 0)?;
        }
    }
    Ok(())
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

/// The condition of the rows of the path `?1` and of everything below it.
const TREE: &str = "path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'";

/// Maximum length of a path in bytes, as that of common operating systems.
const MAX_PATH_BYTES: usize = 4_096;

/// Maximum number of the segments of a path, which has a directory for each of its slashes.
const MAX_SEGMENTS: usize = 128;

/// A valid path: segments separated by `/`, none of them empty, `.` or `..`, without backslashes
/// and control characters.
#[derive(Clone, Debug)]
pub(crate) struct FilePath(String);

impl FilePath {
    /// Rejects a path with this length and this number of slashes, which begins with `path`.
    fn check_size(path: &str, length: usize, slashes: usize) -> Result<(), ServiceError> {
        let limit = match () {
            () if length > MAX_PATH_BYTES => format!("is longer than {MAX_PATH_BYTES} bytes"),
            () if slashes >= MAX_SEGMENTS => format!("has more than {MAX_SEGMENTS} segments"),
            () => return Ok(()),
        };
        let message = format!("the path '{}' {limit}", shorten(path));
        Err(ServiceError::new(code::INVALID_PATH, message))
    }

    pub(crate) fn parse(path: String) -> Result<FilePath, ServiceError> {
        FilePath::check_size(&path, path.len(), slashes(&path))?;
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

fn slashes(path: &str) -> usize {
    path.matches('/').count()
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
    clock: Clock,
    remote: Arc<RemoteFiles>,
    /// Decides who may change the permissions of files.
    permissions: AccessControl,
    /// Held while a file is appended to, so that concurrent requests append one after the other.
    appending: Arc<tokio::sync::Mutex<()>>,
}

impl Files {
    pub(super) fn new(
        database: Database,
        content: ContentStore,
        clock: Clock,
        remote: RemoteFiles,
        permissions: AccessControl,
    ) -> Files {
        Files {
            database,
            content,
            clock,
            remote: Arc::new(remote),
            permissions,
            appending: Arc::default(),
        }
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
        let mut names = self.list_contents(1).await?;
        let name = names.pop();
        self.create_content(name.ok_or_else(|| ServiceError::internal("no name was listed"))?)
    }

    /// Returns names for content files, which are listed as unused.
    pub(crate) async fn list_contents(&self, count: usize) -> Result<Vec<String>, ServiceError> {
        let names: Vec<String> = std::iter::repeat_with(new_id).take(count).collect();
        let removed = self.content.take_removed();
        let write = self.database.write(move |transaction| {
            for name in &removed {
                forget(transaction, name)?;
            }
            for name in &names {
                release(transaction, name)?;
            }
            Ok(names)
        });
        write.await
    }

    /// Creates the content file of a listed name.
    pub(crate) fn create_content(&self, name: String) -> Result<NewContent, ServiceError> {
        self.content.create(name).map_err(ServiceError::internal)
    }

    /// Flushes the names of content files to disk.
    pub(crate) async fn sync_contents(&self) -> Result<(), ServiceError> {
        self.content.sync().await.map_err(ServiceError::internal)
    }

    /// Stores the path with its content file, and removes the content file that it replaces.
    pub(crate) async fn store(
        &self,
        path: FilePath,
        content: NewContent,
        media_type: String,
        overwrite: bool,
    ) -> Result<(), ServiceError> {
        let _appending = self.appending.lock().await;
        self.store_content(path, content, media_type, overwrite)
            .await
    }

    /// As [`store`](Self::store), while no file is appended to.
    async fn store_content(
        &self,
        path: FilePath,
        content: NewContent,
        media_type: String,
        overwrite: bool,
    ) -> Result<(), ServiceError> {
        let size = i64::try_from(content.length()).map_err(ServiceError::internal)?;
        let name = content.name().to_owned();
        let now = self.clock.now();
        // It owns the content: this function may be cancelled before its end, and a path refers to the content then.
        let write = self.database.write(move |transaction| {
            let file = NewFile {
                path: path.as_str(),
                content: content.name(),
                media_type: &media_type,
                size: Some(size),
                created: now,
            };
            let replaced = write_path(transaction, &file, overwrite)?;
            forget(transaction, content.name())?;
            let unused = release_unused(transaction, replaced.into_iter().collect())?;
            content.keep();
            Ok(unused)
        });
        match write.await {
            Ok(replaced) => self.remove_contents(&replaced).await,
            Err(error) => {
                // It was kept if the commit has failed.
                self.remove_content(&name).await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Delays the removal of content files; see [`ContentStore::retain`].
    pub(crate) fn retain_contents(&self) -> ContentLease {
        self.content.retain()
    }

    /// Waits until no file is stored or appended to, and prevents both until the returned value is dropped.
    pub(crate) async fn suspend(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.appending.lock().await
    }

    /// Whether the path is that of a directory.
    pub(crate) async fn is_directory(&self, path: &FilePath) -> Result<bool, ServiceError> {
        let path = path.clone();
        let read = self
            .database
            .read(move |connection| is_directory(connection, path.as_str()));
        read.await
    }

    /// Deletes a file or a directory and returns the number of deleted files.
    pub(crate) async fn delete(
        &self,
        caller: Caller,
        path: FilePath,
    ) -> Result<usize, ServiceError> {
        let write = self.database.write(move |transaction| {
            access::check_all(transaction, path.as_str(), Permission::Delete, &caller)?;
            let sql = format!("DELETE FROM file WHERE {TREE} RETURNING content");
            let mut statement = transaction.prepare(&sql)?;
            let contents = statement.query_map([path.as_str()], |row| row.get::<_, String>(0))?;
            let contents = contents.collect::<Result<Vec<_>, _>>()?;
            let sql = format!("DELETE FROM directory WHERE {TREE}");
            let directories = transaction.execute(&sql, [path.as_str()])?;
            if contents.is_empty() && directories == 0 {
                return Err(not_found(code::FILE_NOT_FOUND, path.as_str()));
            }
            let sql = format!("DELETE FROM file_permission WHERE {TREE}");
            transaction.execute(&sql, [path.as_str()])?;
            Ok((contents.len(), release_unused(transaction, contents)?))
        });
        let (files, contents) = write.await?;
        self.remove_contents(&contents).await;
        Ok(files)
    }

    async fn remove_contents(&self, contents: &[String]) {
        for content in contents {
            self.remove_content(content).await;
        }
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
            return Err(not_found(code::FILE_NOT_FOUND, path.as_str()));
        };
        let opened = self.content.open(&content).await;
        match opened.map_err(ServiceError::internal)? {
            Some((file, length)) => Ok(OpenFile {
                file,
                length,
                media_type,
            }),
            // It was deleted after the path was read.
            None => Err(not_found(code::FILE_NOT_FOUND, path.as_str())),
        }
    }
}

/// Lists the content files that no path refers to any longer as unused, and returns their names. Copies share a content
/// file.
fn release_unused(
    connection: &Connection,
    contents: Vec<String>,
) -> Result<Vec<String>, ServiceError> {
    let mut unused = Vec::new();
    let mut statement = connection.prepare_cached("SELECT 1 FROM file WHERE content = ?")?;
    for content in contents {
        if !statement.exists([&content])? {
            release(connection, &content)?;
            unused.push(content);
        }
    }
    Ok(unused)
}

/// A file to be stored.
pub(crate) struct NewFile<'f> {
    pub(crate) path: &'f str,
    pub(crate) content: &'f str,
    pub(crate) media_type: &'f str,
    pub(crate) size: Option<i64>,
    pub(crate) created: i64,
}

/// Writes the path and returns the name of the content file that it replaces.
pub(crate) fn write_path(
    connection: &Connection,
    file: &NewFile<'_>,
    overwrite: bool,
) -> Result<Option<String>, ServiceError> {
    let path = file.path;
    let replaced: Option<String> = connection
        .query_row("SELECT content FROM file WHERE path = ?", [path], |row| {
            row.get(0)
        })
        .optional()?;
    if replaced.is_some() && !overwrite {
        return Err(file_exists(path));
    }
    if is_directory(connection, path)? {
        return Err(blocked());
    }
    directories::create_parents(connection, path, file.created)?;
    connection.execute(
        "INSERT INTO file (path, content, media_type, size, created) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (path) DO UPDATE
         SET content = excluded.content, media_type = excluded.media_type, size = excluded.size",
        params![path, file.content, file.media_type, file.size, file.created],
    )?;
    Ok(replaced)
}

fn blocked() -> ServiceError {
    let message = "the path is that of a directory, or a part of it is that of a file";
    ServiceError::new(code::INVALID_PATH, message)
}

fn is_file(connection: &Connection, path: &str) -> Result<bool, ServiceError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM file WHERE path = ?")?;
    Ok(statement.exists([path])?)
}

fn is_directory(connection: &Connection, path: &str) -> Result<bool, ServiceError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM directory WHERE path = ?")?;
    Ok(statement.exists([path])?)
}

fn file_exists(path: &str) -> ServiceError {
    let message = format!(
        "the file '{}' already exists; set overwrite to replace it",
        shorten(path)
    );
    ServiceError::new(code::FILE_EXISTS, message)
}

fn not_found(code: i64, path: &str) -> ServiceError {
    let message = format!("there is no file or directory '{}'", shorten(path));
    ServiceError::not_found(code, message)
}
