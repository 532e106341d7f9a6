//! Directories: a row each, which exists until the directory is deleted, with or without files.

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::access::Below;
use super::pattern::{MAX_STEPS, Pattern};
use super::{FilePath, Files, Permission, blocked, is_directory, is_file, not_found};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::text::shorten;

/// What is listed: the entries of a directory, which is the root directory if it is `None`.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) directory: Option<FilePath>,
    pub(crate) pattern: Option<String>,
    pub(crate) is_recursive: bool,
    pub(crate) offset: usize,
    pub(crate) page_size: usize,
}

/// What is counted.
#[derive(Debug)]
pub(crate) struct Count {
    pub(crate) directory: Option<FilePath>,
    pub(crate) pattern: Option<String>,
    pub(crate) is_recursive: bool,
    pub(crate) has_directories: bool,
}

/// A file or a directory. Directories come first, and each kind is sorted by name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    is_file: bool,
    name: String,
    path: String,
    size: Option<i64>,
    created: i64,
}

impl Entry {
    fn json(self, url: impl Fn(&str) -> String) -> Value {
        let mut entry = json!({
            "name": self.name, "createdOn": self.created, "url": self.path, "publicUrl": url(&self.path),
        });
        if let (true, Some(size), Some(entry)) = (self.is_file, self.size, entry.as_object_mut()) {
            entry.insert("size".to_owned(), size.into());
        }
        entry
    }
}

impl Files {
    /// Returns the entries of a directory in the form of the service. `url` returns the URL of a path.
    pub(crate) async fn list(
        &self,
        caller: Caller,
        listing: Listing,
        url: impl Fn(&str) -> String,
    ) -> Result<Vec<Value>, ServiceError> {
        let Listing {
            directory,
            pattern,
            is_recursive,
            offset,
            page_size,
        } = listing;
        let read = self.database.read(move |connection| {
            let mut entries = entries(connection, &caller, directory.as_ref(), is_recursive)?;
            retain_matching(&mut entries, pattern.as_deref())?;
            entries.sort();
            Ok(entries)
        });
        let page = read.await?.into_iter().skip(offset).take(page_size);
        Ok(page.map(|entry| entry.json(&url)).collect())
    }

    /// Counts the entries of a directory.
    pub(crate) async fn count(&self, caller: Caller, count: Count) -> Result<usize, ServiceError> {
        let read = self.database.read(move |connection| {
            let directory = count.directory.as_ref();
            let mut entries = entries(connection, &caller, directory, count.is_recursive)?;
            retain_matching(&mut entries, count.pattern.as_deref())?;
            let counted = |entry: &&Entry| entry.is_file || count.has_directories;
            Ok(entries.iter().filter(counted).count())
        });
        read.await
    }

    /// Whether a file or a directory exists at the path.
    pub(crate) async fn exists(&self, path: FilePath) -> Result<bool, ServiceError> {
        let read = self
            .database
            .read(move |connection| exists(connection, path.as_str()));
        read.await
    }

    /// Creates a directory and the directories of its path.
    pub(crate) async fn create_directory(&self, path: FilePath) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let write = self.database.write(move |transaction| {
            if exists(transaction, path.as_str())? {
                return Err(path_exists(path.as_str()));
            }
            create_parents(transaction, path.as_str(), now)?;
            insert(transaction, path.as_str(), now)
        });
        write.await
    }
}

pub(super) fn exists(connection: &Connection, path: &str) -> Result<bool, ServiceError> {
    Ok(is_file(connection, path)? || is_directory(connection, path)?)
}

pub(super) fn path_exists(path: &str) -> ServiceError {
    let message = format!("there is a file or a directory '{}' already", shorten(path));
    ServiceError::new(code::PATH_EXISTS, message)
}

/// Creates the missing directories in which the path is. None of them may be a file.
pub(super) fn create_parents(
    connection: &Connection,
    path: &str,
    now: i64,
) -> Result<(), ServiceError> {
    for (end, _) in path.match_indices('/') {
        let parent = &path[..end];
        if is_file(connection, parent)? {
            return Err(blocked());
        }
        insert(connection, parent, now)?;
    }
    Ok(())
}

pub(super) fn insert(connection: &Connection, path: &str, now: i64) -> Result<(), ServiceError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO directory (path, created) VALUES (?, ?)")?
        .execute(params![path, now])?;
    Ok(())
}

/// Returns the entries of a directory that the caller may read, and those of all directories below if `is_recursive`.
fn entries(
    connection: &Connection,
    caller: &Caller,
    directory: Option<&FilePath>,
    is_recursive: bool,
) -> Result<Vec<Entry>, ServiceError> {
    let prefix = match directory {
        None => String::new(),
        Some(path) if is_directory(connection, path.as_str())? => format!("{}/", path.as_str()),
        Some(path) if is_file(connection, path.as_str())? => {
            let message = format!("'{}' is not a directory", shorten(path.as_str()));
            return Err(ServiceError::new(code::INVALID_PATH, message));
        }
        Some(path) => return Err(not_found(code::FILE_NOT_FOUND, path.as_str())),
    };
    let readable = Below::load(
        connection,
        directory.map(FilePath::as_str),
        Permission::Read,
        caller,
    )?;
    let mut statement = connection.prepare_cached(
        "SELECT 1, path, size, created FROM file WHERE substr(path, 1, length(?1)) = ?1
         UNION ALL
         SELECT 0, path, NULL, created FROM directory WHERE substr(path, 1, length(?1)) = ?1",
    )?;
    let mut rows = statement.query([&prefix])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let path: String = row.get(1)?;
        let below = path.get(prefix.len()..).unwrap_or_default();
        if !is_recursive && below.contains('/') || !readable.allows(&path) {
            continue;
        }
        let name = below.rsplit('/').next().unwrap_or_default().to_owned();
        entries.push(Entry {
            is_file: row.get(0)?,
            name,
            path,
            size: row.get(2)?,
            created: row.get(3)?,
        });
    }
    Ok(entries)
}

/// Keeps the entries whose names match a pattern. Fails if that takes too many steps.
fn retain_matching(entries: &mut Vec<Entry>, pattern: Option<&str>) -> Result<(), ServiceError> {
    let Some(pattern) = pattern.map(Pattern::new) else {
        return Ok(());
    };
    let mut steps = 0;
    entries.retain(|entry| pattern.matches(&entry.name, &mut steps));
    match steps > MAX_STEPS {
        true => {
            let message = "the comparison with the pattern takes too long: use fewer wildcards";
            Err(ServiceError::new(code::INVALID_PARAMETER, message))
        }
        false => Ok(()),
    }
}
