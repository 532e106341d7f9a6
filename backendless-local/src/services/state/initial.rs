//! New states of a server: that of an export, or an empty one, with a seed. A start adds its seed to the state of an earlier
//! start instead, if there is neither an import nor a reset.

use std::sync::Arc;

use rusqlite::Connection;

use super::import::{self, Export};
use super::replace::{Content, Source};
use crate::clock::Clock;
use crate::error::Error;
use crate::service_error::ServiceError;
use crate::services::data::Data;
use crate::services::files::{self, FilePath};
use crate::services::seed::{self, SeedData};
use crate::services::{Services, users};
use crate::store::functions;

/// What a server has when it starts.
pub(crate) struct InitialState {
    /// The export whose state replaces that of an earlier start.
    pub(crate) import: Option<Export>,
    /// Whether the data of an earlier start are deleted.
    pub(crate) is_reset: bool,
    pub(crate) seed: SeedData,
}

impl Services {
    /// Creates the state of a start. Nothing changes if a part of it is rejected, except that the files of a seed that is
    /// added to the data of an earlier start remain.
    pub(crate) async fn initialize(&self, state: InitialState) -> Result<(), Error> {
        let InitialState {
            import,
            is_reset,
            seed,
        } = state;
        if import.is_none() && !is_reset {
            return self.add_seed(seed).await;
        }
        self.install(import, seed).await
    }

    /// Replaces the state of all services by that of an export, or an empty one, with a seed. Nothing changes if a part is
    /// rejected.
    pub(in crate::services) async fn install(
        &self,
        import: Option<Export>,
        seed: SeedData,
    ) -> Result<(), Error> {
        let builder = StateBuilder {
            data: self.data.clone(),
            clock: self.clock.clone(),
            roles: Arc::clone(&self.roles),
            max_memory: self.max_memory,
        };
        let import = import.map(Arc::new);
        let read = import.clone();
        let built = tokio::task::spawn_blocking(move || builder.build(read.as_deref(), seed));
        let failed = |cause: ServiceError| match &import {
            Some(export) => export.rejected(cause),
            None => Error::with_cause("cannot create the state", cause),
        };
        let built = built
            .await
            .map_err(|error| failed(ServiceError::internal(error)))??;
        let replaced = self.replace(built.database, built.contents).await;
        replaced.map_err(failed)
    }
}

/// Builds a state.
struct StateBuilder {
    data: Data,
    clock: Clock,
    roles: Arc<[String]>,
    max_memory: Option<u64>,
}

impl StateBuilder {
    fn build(self, export: Option<&Export>, seed: SeedData) -> Result<import::Built, Error> {
        let now = self.clock.now();
        import::build(export, now, self.max_memory, |connection, contents| {
            seed.create(|tables, files| {
                let prepared = functions::install_now(connection, self.clock.clone())
                    .map_err(ServiceError::from)
                    .and_then(|()| users::create_roles(connection, &self.roles));
                prepared.map_err(|error| Error::with_cause("cannot prepare the seed", error))?;
                for (index, (path, bytes)) in files.into_iter().enumerate() {
                    add_file(connection, contents, index, &path, bytes, now)
                        .map_err(|error| seed::file_error(&path, error))?;
                }
                let created = seed::create_rows(&self.data, connection, tables, &self.clock);
                created.map_err(|(place, error)| Error::with_cause(place, error))
            })
        })
    }
}

/// Adds a file to the database, in place of one with its path.
fn add_file(
    connection: &Connection,
    contents: &mut Vec<Content>,
    index: usize,
    path: &str,
    bytes: Vec<u8>,
    now: i64,
) -> Result<(), ServiceError> {
    let path = FilePath::parse(path.to_owned())?;
    // No path contains a backslash, so this is not the name of a content of the export.
    let name = format!("\\{index}");
    let new = files::NewFile {
        path: path.as_str(),
        content: &name,
        media_type: seed::MEDIA_TYPE,
        size: i64::try_from(bytes.len()).ok(),
        created: now,
    };
    if let Some(replaced) = files::write_path(connection, &new, true)? {
        contents.retain(|content| content.name != replaced);
    }
    contents.push(Content {
        name,
        source: Source::Bytes(bytes.into()),
    });
    Ok(())
}
