//! What every service of one running server shares: the database, the clock, the settings.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Error;
use crate::http::reply::Failure;
use crate::store::{self, Database, DatabaseThread};
use crate::users;

/// The settings a server starts with.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) app_id: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) session_life: Duration,
}

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) app_id: String,
    pub(crate) api_key: String,
    pub(crate) session_life: Duration,
}

/// Opens the database, creates what is missing in it and settles the app id and the key.
pub(crate) async fn open(settings: Settings, clock: Clock) -> Result<(App, DatabaseThread), Error> {
    let (app_id, api_key) = (settings.app_id, settings.api_key);
    let prepare = move |connection: &Connection| -> Result<(String, String), Failure> {
        connection.execute_batch(store::TABLES)?;
        users::prepare(connection)?;
        let app_id = identity(connection, "app-id", app_id)?;
        let api_key = identity(connection, "api-key", api_key)?;
        Ok((app_id, api_key))
    };
    let (database, thread, (app_id, api_key)) = store::open(settings.data_dir, prepare).await?;
    let app = App {
        database,
        clock,
        app_id,
        api_key,
        session_life: settings.session_life,
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
