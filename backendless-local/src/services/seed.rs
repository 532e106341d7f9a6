//! Seeds: rows and files that a server gets when it starts. The rows of a seed are created in one transaction, so that a
//! corrected seed creates none twice.

use std::sync::{Arc, OnceLock};

use rusqlite::Connection;
use serde_json::Value;

use super::{Services, files, users};
use crate::clock::Clock;
use crate::error::Error;
use crate::service_error::{ServiceError, code};
use crate::services::data::Data;
use crate::text::shorten;

/// The rows of tables, in the order of their creation.
pub(crate) type SeedTables = Vec<(String, Vec<Value>)>;

/// Paths and contents of files.
pub(crate) type SeedFiles = Vec<(String, Vec<u8>)>;

/// The media type of the files of a seed.
pub(crate) const MEDIA_TYPE: &str = "application/octet-stream";

/// What a seed creates.
#[derive(Default)]
pub(crate) struct SeedData {
    /// What messages call the seed, if it was read from a file.
    pub(crate) name: Option<String>,
    pub(crate) tables: SeedTables,
    pub(crate) files: SeedFiles,
}

impl SeedData {
    /// Creates the tables and the files, and adds the name to the error.
    pub(crate) fn create(
        self,
        create: impl FnOnce(SeedTables, SeedFiles) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let created = create(self.tables, self.files);
        created.map_err(|error| named(self.name.as_deref(), error))
    }
}

/// Adds the name of a seed to an error.
fn named(name: Option<&str>, error: Error) -> Error {
    match name {
        Some(name) => Error::with_cause(format!("cannot use the seed {name}"), error),
        None => error,
    }
}

/// Returns the error of a file of a seed.
pub(crate) fn file_error(path: &str, cause: impl std::fmt::Display) -> Error {
    Error::with_cause(format!("cannot seed the file '{}'", shorten(path)), cause)
}

/// Returns the tables of a JSON object with an array of rows per table.
pub(crate) fn tables(seed: Value) -> Result<SeedTables, Error> {
    let Value::Object(tables) = seed else {
        return Err(Error::new(
            "invalid seed: expected a JSON object of tables, such as {\"Person\": [{..}]}",
        ));
    };
    let tables = tables.into_iter().map(|(table, rows)| match rows {
        Value::Array(rows) => Ok((table, rows)),
        _ => Err(Error::new(format!(
            "invalid seed: table '{table}' is not an array of rows, such as [{{\"name\": \"Bob\"}}]"
        ))),
    });
    tables.collect()
}

impl Services {
    /// Creates the files and the rows of a seed. Files are first: stored again, they are the same.
    pub(super) async fn add_seed(&self, seed: SeedData) -> Result<(), Error> {
        let SeedData {
            name,
            tables,
            files,
        } = seed;
        let add = async {
            for (path, content) in files {
                let stored = self.seed_file(path.clone(), &content).await;
                stored.map_err(|error| file_error(&path, error))?;
            }
            match tables.is_empty() {
                true => Ok(()),
                false => self.seed_tables(tables).await,
            }
        };
        add.await.map_err(|error| named(name.as_deref(), error))
    }

    /// Creates rows, or none if one is rejected.
    pub(crate) async fn seed_tables(&self, tables: SeedTables) -> Result<(), Error> {
        let (data, clock) = (self.data.clone(), self.clock.clone());
        let rejected = Arc::new(OnceLock::new());
        let place = Arc::clone(&rejected);
        let write = self.database.write(move |transaction| {
            let created = create_rows(&data, transaction, tables, &clock);
            created.map_err(|(place, error)| {
                // It is set once: the first error is the last one.
                let _ = rejected.set(place);
                error
            })
        });
        write.await.map_err(|error| {
            let unknown = || "cannot write the seed".to_owned();
            let place = place.get().cloned().unwrap_or_else(unknown);
            Error::with_cause(place, error)
        })
    }

    /// Stores a file of a seed.
    async fn seed_file(&self, path: String, content: &[u8]) -> Result<(), ServiceError> {
        let path = files::FilePath::parse(path)?;
        let content = self.files.written(None, content).await?;
        let media_type = MEDIA_TYPE.to_owned();
        self.files.store(path, content, media_type, true).await
    }
}

/// Creates rows in a transaction of the caller. Rows of the table `Users` are registrations. An error has the text of the row.
pub(crate) fn create_rows(
    data: &Data,
    transaction: &Connection,
    tables: SeedTables,
    clock: &Clock,
) -> Result<(), (String, ServiceError)> {
    for (table, rows) in tables {
        for (index, row) in rows.into_iter().enumerate() {
            create(data, transaction, &table, &row, clock.now()).map_err(|error| {
                let number = index + 1;
                let value = type_mismatch(&error, &row);
                let place = format!("cannot seed row {number} of table '{table}'{value}");
                (place, error)
            })?;
        }
    }
    Ok(())
}

fn create(
    data: &Data,
    transaction: &Connection,
    table: &str,
    row: &Value,
    now: i64,
) -> Result<(), ServiceError> {
    let Value::Object(row) = row else {
        let row = shorten(&row.to_string());
        let message = format!("the row is {row}, not a JSON object");
        return Err(ServiceError::new(code::UNPARSABLE_BODY, message));
    };
    data.create_within(transaction, table, row.clone(), now)
}

/// Returns which value of a row has a type that its column has not, to be appended to a message. The value of a user may be
/// secret.
fn type_mismatch(error: &ServiceError, row: &Value) -> String {
    let text = |name: &str| error.data().get(name).and_then(Value::as_str);
    let (Some(table), Some(column)) = (text("table"), text("column")) else {
        return String::new();
    };
    let (Some(expected), Some(found)) = (text("columnType"), text("valueType")) else {
        return String::new();
    };
    let value = match table == users::TABLE {
        true => String::new(),
        false => format!(" {}", shorten(&row[column].to_string())),
    };
    format!(
        ": the value{value} of '{column}' is of type {found}, and the column has type {expected}"
    )
}
