//! What every service of one running server shares: the database, the clock, the settings.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::clock::Clock;
use crate::cloud_code::Services;
use crate::error::Error;
use crate::files::Content;
use crate::store::{self, Database, DatabaseThread};
use crate::{cache, counters, files, geo, messaging, users};

/// The settings a server starts with.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) app_id: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) session_life: Duration,
    pub(crate) services: Services,
}

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) app_id: String,
    pub(crate) api_key: String,
    pub(crate) session_life: Duration,
    pub(crate) services: Services,
    pub(crate) content: Content,
    /// The origin at which files are served.
    pub(crate) origin: String,
}

/// Opens the database, creates what is missing in it and settles the app id and the key.
pub(crate) async fn open(
    settings: Settings,
    clock: Clock,
    origin: String,
) -> Result<(App, DatabaseThread), Error> {
    let (app_id, api_key) = (settings.app_id, settings.api_key);
    let prepare = move |connection: &Connection| {
        connection.execute_batch(store::TABLES)?;
        users::prepare(connection)?;
        messaging::prepare(connection)?;
        geo::prepare(connection)?;
        cache::prepare(connection)?;
        counters::prepare(connection)?;
        let contents = files::prepare(connection)?;
        let app_id = identity(connection, "app-id", app_id)?;
        let api_key = identity(connection, "api-key", api_key)?;
        Ok((app_id, api_key, contents))
    };
    let data_dir = settings.data_dir;
    let (database, thread, (app_id, api_key, contents)) =
        store::open(data_dir.clone(), prepare).await?;
    let content = Content::open_folder(data_dir.as_deref(), &contents)
        .map_err(|error| Error::caused("cannot use the folder for files", error))?;
    let app = App {
        database,
        clock,
        app_id,
        api_key,
        session_life: settings.session_life,
        services: settings.services,
        content,
        origin,
    };
    Ok((app, thread))
}

/// The app id or the key: the given one, else the stored one, else a new one. What it is from now
/// on is stored, so that the next start with the same data folder has the same.
fn identity(
    connection: &Connection,
    name: &str,
    given: Option<String>,
) -> Result<String, rusqlite::Error> {
    let stored = connection
        .query_row("SELECT value FROM setting WHERE name = ?", [name], |row| {
            row.get(0)
        })
        .optional()?;
    let value = given.or(stored).unwrap_or_else(new_id);
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = ?2",
        params![name, value],
    )?;
    Ok(value)
}

/// A new random identifier in the service's form: a UUID in upper case.
pub(crate) fn new_id() -> String {
    Uuid::new_v4()
        .hyphenated()
        .encode_upper(&mut Uuid::encode_buffer())
        .to_owned()
}

/// Whether the text has the form of what [`new_id`] makes.
pub(crate) fn is_id(text: &str) -> bool {
    let parsed = Uuid::try_parse(text);
    parsed.is_ok_and(|id| *id.hyphenated().encode_upper(&mut Uuid::encode_buffer()) == *text)
}
