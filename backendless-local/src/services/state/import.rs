//! Builds a database from an export. Everything is checked here, before the state of the server changes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::archive::Archive;
use super::export::{
    FILE_LIST, FILES, LAST_MESSAGE, LINKS, LONG_NAMES, ListedFile, SERVICES, TABLES,
};
use super::lines::Lines;
use super::manifest::MANIFEST;
use super::replace::{Content, Source};
use super::service_tables::{SERVICE_TABLES, set_last_message};
use super::table_rows::{RowWriter, Schema, check_links, insert_link};
use super::target::locate;
use crate::error::Error;
use crate::service_error::ServiceError;
use crate::services::DATABASE_TABLES;
use crate::services::files::{self, FilePath};
use crate::store::database;
use crate::store::query_limit::{MAX_TIME, QueryLimit};
use crate::text::{shorten, shorten_message};

/// The export of an import.
pub(crate) struct Export {
    folder: PathBuf,
    /// What messages call it.
    name: String,
}

impl Export {
    /// The export in a folder, or, if that one does not exist, the earlier export that a killed process has left beside it.
    pub(crate) fn of(folder: PathBuf) -> Export {
        let folder = locate(&folder).unwrap_or(folder);
        Export {
            name: folder.display().to_string(),
            folder,
        }
    }

    /// As [`of`](Self::of); `None` if there is neither.
    pub(crate) fn find(folder: PathBuf) -> Option<Export> {
        let has_export = locate(&folder).is_some();
        has_export.then(|| Export::of(folder))
    }

    /// An export in a folder whose path means nothing to the user.
    pub(crate) fn named(folder: PathBuf, name: &str) -> Export {
        Export {
            folder,
            name: name.to_owned(),
        }
    }

    /// Returns the error of an import that changes nothing.
    pub(super) fn rejected(&self, cause: impl std::fmt::Display) -> Error {
        let why = format!("cannot import {}, and nothing was changed", self.name);
        Error::with_cause(why, shorten_message(&cause.to_string()))
    }
}

/// A state that does not belong to a server yet.
pub(super) struct Built {
    pub(super) database: Connection,
    pub(super) contents: Vec<Content>,
}

/// Builds the state of an export, or an empty one, which `complete` may change. `now` is the time of the import. The database
/// is in memory, of at most `max_memory` bytes, or, without this maximum, in a temporary file.
pub(super) fn build(
    export: Option<&Export>,
    now: i64,
    max_memory: Option<u64>,
    complete: impl FnOnce(&Connection, &mut Vec<Content>) -> Result<(), Error>,
) -> Result<Built, Error> {
    let read = |connection: &Connection| match export {
        None => Ok(Vec::new()),
        Some(export) => {
            let archive = Archive::open(&export.folder).map(Arc::new);
            let filled = archive.and_then(|archive| fill(connection, &archive, now));
            filled.map_err(|problem| export.rejected(problem))
        }
    };
    // No task begins, so there is no limit of time.
    let limit = QueryLimit::new(MAX_TIME);
    let mut rejected = None;
    let created = database::create(max_memory, &limit, &DATABASE_TABLES, |connection| {
        let filled = read(connection).and_then(|mut contents| {
            complete(connection, &mut contents)?;
            Ok(contents)
        });
        filled.map_err(|error| {
            rejected = Some(error);
            ServiceError::internal("the state is rejected")
        })
    });
    match rejected {
        Some(error) => Err(error),
        None => created.map(|(database, contents)| Built { database, contents }),
    }
}

fn fill(connection: &Connection, archive: &Arc<Archive>, now: i64) -> Result<Vec<Content>, String> {
    let mut known = BTreeSet::new();
    let files = read_tables(connection, archive)?;
    let schemas: Vec<&Schema> = files.iter().map(|(_, schema)| schema).collect();
    known.extend(files.iter().map(|(path, _)| path.clone()));
    each_line(archive, LINKS, &mut known, |link| {
        insert_link(connection, &link)
    })?;
    for schema in schemas {
        check_links(connection, schema)?;
    }
    for table in SERVICE_TABLES {
        let path = format!("{SERVICES}/{}.jsonl", table.file);
        table
            .clear(connection)
            .map_err(ServiceError::into_message)?;
        each_line(archive, &path, &mut known, |row: Map<String, Value>| {
            table.insert(connection, row, now)
        })?;
    }
    each_line(archive, LAST_MESSAGE, &mut known, |number: i64| {
        set_last_message(connection, number)
    })?;
    let mut contents = Vec::new();
    let mut content_paths = BTreeSet::new();
    each_line(archive, FILE_LIST, &mut known, |file: ListedFile| {
        // Many paths with one large content would need any amount of disk.
        if !content_paths.insert(file.content.clone()) {
            let content = shorten(&file.content);
            return Err(format!("the content '{content}' is that of another path"));
        }
        contents.push(add_file(connection, archive, &file)?);
        Ok(())
    })?;
    known.extend(content_paths);
    match archive.paths().iter().find(|path| !known.contains(*path)) {
        None => Ok(contents),
        Some(path) => Err(format!(
            "the file '{}' has no meaning in an export; remove it from {MANIFEST}",
            shorten(path)
        )),
    }
}

/// Creates all tables with their rows, and returns the schemas by path.
fn read_tables(
    connection: &Connection,
    archive: &Archive,
) -> Result<Vec<(String, Schema)>, String> {
    let paths = archive.paths().iter();
    let is_table = |path: &&String| {
        path.strip_prefix(TABLES)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    let mut files: Vec<(String, Schema)> = Vec::new();
    let mut tables = BTreeSet::new();
    for path in paths.filter(is_table) {
        let schema = archive.read(path, |lines| {
            let schema = read_table(connection, lines, path)?;
            match tables.insert(schema.table.clone()) {
                true => Ok(schema),
                false => Err(format!(
                    "two files have the table '{}'",
                    shorten(&schema.table)
                )),
            }
        })?;
        files.push((path.clone(), schema));
    }
    for (path, schema) in &files {
        let created = schema.create_relations(connection);
        created.map_err(|problem| format!("line 1 of '{}': {problem}", shorten(path)))?;
    }
    Ok(files)
}

/// Creates a table with its rows.
fn read_table(
    connection: &Connection,
    lines: &mut Lines<'_>,
    path: &str,
) -> Result<Schema, String> {
    let schema: Schema = lines
        .next_value()
        .ok_or_else(|| format!("the file '{}' has no schema", shorten(path)))??;
    let created = schema.create_table(connection);
    created.map_err(|problem| lines.problem(&problem))?;
    let mut rows = RowWriter::new(connection, &schema.table)?;
    while let Some(row) = lines.next_value() {
        let inserted = rows.insert(row?);
        inserted.map_err(|problem| lines.problem(&problem))?;
    }
    Ok(schema)
}

/// Passes each value of a file to `add`. The file may be missing.
fn each_line<T: DeserializeOwned>(
    archive: &Archive,
    path: &str,
    known: &mut BTreeSet<String>,
    mut add: impl FnMut(T) -> Result<(), String>,
) -> Result<(), String> {
    if !archive.paths().iter().any(|listed| listed == path) {
        return Ok(());
    }
    known.insert(path.to_owned());
    archive.read(path, |lines| {
        while let Some(value) = lines.next_value() {
            add(value?).map_err(|problem| lines.problem(&problem))?;
        }
        Ok(())
    })
}

/// Adds a file to the database. The path of its content is its name until the content has one.
fn add_file(
    connection: &Connection,
    archive: &Arc<Archive>,
    file: &ListedFile,
) -> Result<Content, String> {
    let path = FilePath::parse(file.path.clone()).map_err(ServiceError::into_message)?;
    let is_content = [FILES, LONG_NAMES].iter().any(|folder| {
        let below = file.content.strip_prefix(folder);
        below.is_some_and(|below| below.starts_with('/'))
    });
    if !is_content {
        return Err("the path of the content is not that of a content".to_owned());
    }
    let (content, _) = archive.file(&file.content)?;
    let length = content.metadata().map_err(|error| error.to_string())?.len();
    let size = i64::try_from(length).map_err(|error| error.to_string())?;
    let new = files::NewFile {
        path: path.as_str(),
        content: path.as_str(),
        media_type: &file.media_type,
        size: Some(size),
        created: file.created,
    };
    files::write_path(connection, &new, false).map_err(ServiceError::into_message)?;
    Ok(Content {
        name: path.as_str().to_owned(),
        // It is opened again when it is copied: an export may have more files than a process may open.
        source: Source::File {
            archive: Arc::clone(archive),
            path: file.content.clone(),
            length,
        },
    })
}
