//! Writes the files of an export.

use std::io::Write;
use std::path::Path;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::StateCopy;
use super::manifest::{MAX_ROWS, check_line};
use super::service_tables::{SERVICE_TABLES, last_message};
use super::table_rows::{Schema, read_links, read_rows};
use super::writer::Writer;
use crate::service_error::ServiceError;
use crate::services::files::{self, FilePath};
use crate::store::schema;
use crate::text::shorten;

/// Folders of an export.
pub(super) const TABLES: &str = "tables";
pub(super) const SERVICES: &str = "services";
pub(super) const FILES: &str = "files";
/// Has the contents of files whose paths a file system may not accept.
pub(super) const LONG_NAMES: &str = "long-names";

/// Files in the folder of services, besides those of tables.
pub(super) const LINKS: &str = "services/links.jsonl";
pub(super) const FILE_LIST: &str = "services/files.jsonl";
pub(super) const LAST_MESSAGE: &str = "services/last-message.jsonl";

/// Maximum length of a path and of its segments in an export, in bytes. Systems and their tools accept these.
pub(crate) const MAX_PATH: usize = 1_000;
const MAX_SEGMENT: usize = 200;

/// A file of the Files service in the list of files.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedFile {
    pub(super) path: String,
    /// The path of its content in the export.
    pub(super) content: String,
    pub(super) media_type: String,
    pub(super) created: i64,
}

/// Writes a copy of the state to a folder.
pub(super) fn write(copy: &StateCopy, target: &Path, now: i64) -> Result<(), ServiceError> {
    let connection = &copy.database;
    let mut writer = Writer::new(target).map_err(ServiceError::internal)?;
    write_tables(connection, &mut writer)?;
    writer.lines(LINKS, |lines| {
        read_links(connection, |link| lines.add(&link))
    })?;
    for table in SERVICE_TABLES {
        writer.lines(&format!("{SERVICES}/{}.jsonl", table.file), |lines| {
            table.read(connection, now, |row| lines.add(&row))
        })?;
    }
    let last_message = last_message(connection)?;
    writer.lines(LAST_MESSAGE, |lines| lines.add(&last_message))?;
    let files = write_files(copy, &mut writer)?;
    writer.lines(FILE_LIST, |lines| {
        files.iter().try_for_each(|file| lines.add(file))
    })?;
    writer.finish(now).map_err(ServiceError::internal)
}

fn write_tables(connection: &Connection, writer: &mut Writer) -> Result<(), ServiceError> {
    let tables = schema::tables(connection)?;
    if tables.len() > schema::MAX_TABLES {
        let max = schema::MAX_TABLES;
        return Err(ServiceError::internal(format!(
            "the state has more than {max} tables, which no import accepts; delete some"
        )));
    }
    for (at, table) in tables.iter().enumerate() {
        let schema = Schema::of(table)?;
        // A name may have any letters, and names may differ only in case.
        let name: String = table
            .name()
            .chars()
            .map(|c| if c.is_ascii() { c } else { '_' })
            .collect();
        let path = format!("{TABLES}/{:04}-{name}.jsonl", at + 1);
        writer.lines(&path, |lines| {
            lines.add(&schema)?;
            read_rows(connection, table, |row| lines.add(&row))
        })?;
    }
    Ok(())
}

/// Writes the contents of all files and returns the list of files.
fn write_files(copy: &StateCopy, writer: &mut Writer) -> Result<Vec<ListedFile>, ServiceError> {
    let mut listed = Vec::new();
    files::each_file(&copy.database, |file| {
        // An earlier version may have stored it; no import accepts it.
        FilePath::parse(file.path.clone())?;
        let mut in_export = format!("{FILES}/{}", file.path);
        if !is_portable(&in_export) || !writer.is_free(&in_export) {
            in_export = format!("{LONG_NAMES}/{:06}", listed.len() + 1);
        }
        let source = copy.contents.open(&file.content);
        let mut source = source.map_err(ServiceError::internal)?;
        let written = writer.write(&in_export, u64::MAX, |output| {
            std::io::copy(&mut source, output).map(drop)
        });
        written.map_err(ServiceError::internal)?;
        listed.push(ListedFile {
            path: file.path,
            content: in_export,
            media_type: file.media_type,
            created: file.created,
        });
        Ok(())
    })?;
    Ok(listed)
}

/// Whether common file systems and an import accept a path of the Files service, in the folder of an export.
fn is_portable(path: &str) -> bool {
    let is_portable = |segment: &str| {
        segment.len() <= MAX_SEGMENT
            && !segment.ends_with(['.', ' '])
            && !segment.contains([':', '*', '?', '"', '<', '>', '|'])
    };
    path.len() <= MAX_PATH
        && path.split('/').all(is_portable)
        && FilePath::parse(path.to_owned()).is_ok()
}

/// The lines of a file.
pub(super) struct Lines<'w> {
    output: &'w mut dyn Write,
    path: &'w str,
    number: usize,
    /// The JSON of the last one.
    line: Vec<u8>,
}

impl Lines<'_> {
    /// Adds a line. Rejects one that no import accepts, before an earlier export is replaced.
    pub(super) fn add(&mut self, value: &impl Serialize) -> Result<(), ServiceError> {
        self.number += 1;
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).map_err(ServiceError::internal)?;
        check_line(&self.line).map_err(|problem| {
            let (number, path) = (self.number, self.path);
            let id = Identified::parse(&self.line);
            let row = id.map_or_else(String::new, |id| format!(" (row '{id}')"));
            ServiceError::internal(format!(
                "no import would accept line {number} of '{path}'{row}: {problem}; delete or shorten it on the server"
            ))
        })?;
        self.line.push(b'\n');
        let written = self.output.write_all(&self.line);
        written.map_err(ServiceError::internal)
    }
}

/// A row of the Data service, without its other columns.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identified {
    object_id: String,
}

impl Identified {
    /// Returns the id of the row of a line, if it is one.
    fn parse(line: &[u8]) -> Option<String> {
        let row = serde_json::from_slice::<Identified>(line);
        row.ok().map(|row| shorten(&row.object_id).to_string())
    }
}

/// The error of a file or of a row.
struct WriteError(ServiceError);

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> WriteError {
        WriteError(ServiceError::internal(error))
    }
}

impl Writer {
    fn lines(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut Lines<'_>) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let written = self.write(path, MAX_ROWS, |output| {
            let mut lines = Lines {
                output,
                path,
                number: 0,
                line: Vec::new(),
            };
            write(&mut lines).map_err(WriteError)
        });
        written.map_err(|WriteError(error)| error)
    }
}
