//! The state of a server as a whole: snapshots in memory, and exports, which are folders of readable files.
//!
//! A snapshot is a copy of the database in memory with the contents of files. An export is written from a read transaction of
//! a second connection, or, if the database is in memory, from a copy in a temporary file. An import builds a database, which
//! replaces that of the server in one transaction. Requests wait while a database is copied or replaced, and not while files
//! are read or written. The app id, the keys and the settings of a server are not part of its state.

mod archive;
mod export;
mod form;
mod import;
mod initial;
mod lines;
mod manifest;
mod replace;
mod service_tables;
mod table_rows;
mod target;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

pub(crate) use self::export::MAX_PATH;
pub(crate) use self::import::Export;
pub(crate) use self::initial::InitialState;
pub(crate) use self::manifest::MAX_FILES;
use self::replace::{Content, Source};
pub(crate) use self::target::check_replaceable;
use crate::error::Error;
use crate::service_error::ServiceError;
use crate::services::Services;
use crate::services::files::{self, ContentLease};
use crate::services::seed::SeedData;
use crate::store::copy;

/// The database at a time, and the contents of its files.
struct StateCopy {
    database: Connection,
    contents: ContentLease,
}

/// The state of a server at a time: the data of all services.
///
/// Returned by [`Server::snapshot`](crate::Server::snapshot), for [`Server::restore`](crate::Server::restore). It is in
/// memory, and cloning it is cheap.
#[derive(Clone)]
pub struct Snapshot {
    shared: Arc<Shared>,
}

struct Shared {
    database: Mutex<Connection>,
    contents: BTreeMap<String, Arc<[u8]>>,
}

/// Prints the number of files only: the data may be secret.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("files", &self.shared.contents.len())
            .finish_non_exhaustive()
    }
}

impl Services {
    /// Returns the state of all services.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, Error> {
        let database = self
            .database
            .run_alone(|connection| copy::to_memory(connection));
        let copy = StateCopy::of(self.files.retain_contents(), database);
        let copy = copy.await.map_err(|error| {
            Error::with_cause("cannot copy the database of the local server", error)
        })?;
        let read = tokio::task::spawn_blocking(move || copy.into_snapshot()).await;
        let read = read.map_err(|error| Error::with_cause("cannot take a snapshot", error))?;
        read.map_err(|error| Error::with_cause("cannot read the files of the snapshot", error))
    }

    /// Replaces the state of all services by that of a snapshot.
    pub(crate) async fn restore(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let failed =
            |cause: &dyn fmt::Display| Error::with_cause("cannot restore the snapshot", cause);
        let shared = Arc::clone(&snapshot.shared);
        let copied = tokio::task::spawn_blocking(move || {
            let database = shared.database.lock();
            copy::to_memory(&database.unwrap_or_else(PoisonError::into_inner))
        });
        let database = copied
            .await
            .map_err(|error| failed(&error))?
            .map_err(|error| failed(&error))?;
        let contents = snapshot.shared.contents.iter();
        let contents = contents.map(|(name, bytes)| Content {
            name: name.clone(),
            source: Source::Bytes(Arc::clone(bytes)),
        });
        let replaced = self.replace(database, contents.collect()).await;
        replaced.map_err(|error| failed(&error))
    }

    /// Writes the state of all services to a folder, in place of an earlier export.
    pub(crate) async fn export(&self, folder: PathBuf) -> Result<(), Error> {
        let failed = |cause: &dyn fmt::Display| {
            Error::with_cause(format!("cannot export to {}", folder.display()), cause)
        };
        let now = self.clock.now();
        let copy = StateCopy::of(self.files.retain_contents(), self.database.reader());
        let copy = copy.await.map_err(|error| failed(&error))?;
        let target = folder.clone();
        let write = move || export::write(&copy, &target, now);
        let written = tokio::task::spawn_blocking(write).await;
        written
            .map_err(|error| failed(&error))?
            .map_err(|error| failed(&error))
    }

    /// Replaces the state of all services by that of an export. Nothing changes if a part of the export is invalid.
    pub(crate) async fn import(&self, folder: PathBuf) -> Result<(), Error> {
        self.import_export(Export::of(folder)).await
    }

    /// As [`import`](Self::import).
    pub(crate) async fn import_export(&self, export: Export) -> Result<(), Error> {
        self.install(Some(export), SeedData::default()).await
    }
}

impl StateCopy {
    /// Awaits `database` once the contents are retained, so that none of its files is removed.
    async fn of(
        contents: ContentLease,
        database: impl Future<Output = Result<Connection, ServiceError>>,
    ) -> Result<StateCopy, ServiceError> {
        Ok(StateCopy {
            database: database.await?,
            contents,
        })
    }

    /// Reads the contents of all files.
    fn into_snapshot(self) -> Result<Snapshot, ServiceError> {
        let mut contents = BTreeMap::new();
        for name in files::content_names(&self.database)? {
            let mut bytes = Vec::new();
            let read = self.contents.open(&name);
            read.and_then(|mut file| file.read_to_end(&mut bytes))
                .map_err(ServiceError::internal)?;
            contents.insert(name, bytes.into());
        }
        Ok(Snapshot {
            shared: Arc::new(Shared {
                database: Mutex::new(self.database),
                contents,
            }),
        })
    }
}
