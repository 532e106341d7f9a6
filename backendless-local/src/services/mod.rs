//! The services: what each operation does, without HTTP.
//!
//! Each service is a handle that is cheap to clone. [`Services`] contains all of them, on one
//! database and one clock.

pub(crate) mod access;
pub(crate) mod cache;
pub(crate) mod caller;
pub(crate) mod cloud_code;
pub(crate) mod columns;
pub(crate) mod counters;
pub(crate) mod data;
pub(crate) mod deep_save;
pub(crate) mod fields;
pub(crate) mod files;
pub(crate) mod geo;
pub(crate) mod log;
pub(crate) mod messaging;
pub(crate) mod parameters;
pub(crate) mod relations;
pub(crate) mod row_access;
pub(crate) mod rows;
pub(crate) mod system_properties;
pub(crate) mod transactions;
pub(crate) mod users;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::limits::Limits;
use crate::permissions::Permissions;
use crate::service_error::{ServiceError, code};
use crate::services::access::AccessControl;
use crate::services::cache::Cache;
use crate::services::caller::Caller;
use crate::services::cloud_code::CloudCode;
use crate::services::counters::Counters;
use crate::services::data::Data;
use crate::services::files::{ContentStore, Files, RemoteFiles};
use crate::services::geo::Geo;
use crate::services::log::Log;
use crate::services::messaging::{Messaging, Templates};
use crate::services::relations::Relations;
use crate::services::transactions::Transactions;
use crate::services::users::{UserOptions, UserSettings, Users};
use crate::store::database::{self, Database, DatabaseThread};
use crate::store::folder::DataFolder;
use crate::store::query_limit::QueryLimit;
use crate::store::{functions, schema, settings};

/// Settings of the services.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) app_id: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) session_life: Duration,
    pub(crate) query_timeout: Duration,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) cloud_code: CloudCode,
    pub(crate) cloud_code_key: Option<String>,
    pub(crate) users: UserSettings,
    pub(crate) permissions: Permissions,
    /// Scheme, host and port of the server.
    pub(crate) origin: String,
    pub(crate) remote_files: RemoteFiles,
    pub(crate) templates: Templates,
}

/// The path of the API at the domain of the application, where no path contains the app id and the key.
pub(crate) const DOMAIN_PATH: &str = "/api";

/// All services of a running server.
#[derive(Clone)]
pub(crate) struct Services {
    /// Scheme, host and port of the server.
    pub(crate) origin: Arc<str>,
    /// The URL that precedes the path of every operation, also in the URLs of responses.
    pub(crate) base_url: Arc<str>,
    /// Whether `base_url` is that of the domain of the application.
    pub(crate) is_domain: bool,
    pub(crate) app_id: String,
    pub(crate) api_key: String,
    pub(crate) cloud_code_key: String,
    pub(crate) data: Data,
    pub(crate) relations: Relations,
    pub(crate) transactions: Transactions,
    pub(crate) users: Users,
    pub(crate) files: Files,
    pub(crate) messaging: Messaging,
    pub(crate) geo: Geo,
    pub(crate) cache: Cache,
    pub(crate) counters: Counters,
    pub(crate) cloud_code: CloudCode,
    pub(crate) log: Log,
    database: Database,
}

impl Services {
    /// Opens the database, creates missing tables, and loads or creates the app id and the key.
    pub(crate) async fn open(
        settings: Settings,
        clock: Clock,
        limits: Limits,
    ) -> Result<(Services, DatabaseThread), Error> {
        let (app_id, api_key) = (settings.app_id, settings.api_key);
        let (code_key, roles) = (settings.cloud_code_key, settings.users.roles.clone());
        let now = clock.clone();
        let prepare = move |connection: &Connection| {
            functions::install_now(connection, now)?;
            create_tables(connection)?;
            let unused_contents = files::unused_contents(connection)?;
            let app_id = settings::load_or_create(connection, "app-id", app_id)?;
            let api_key = settings::load_or_create(connection, "api-key", api_key)?;
            let code_key = settings::load_or_create(connection, "cloud-code-key", code_key)?;
            users::create_roles(connection, &roles)?;
            Ok((app_id, api_key, code_key, unused_contents))
        };
        let data_dir = settings.data_dir.as_deref();
        let folder = data_dir.map(DataFolder::open).transpose()?.map(Arc::new);
        let limit = QueryLimit::new(settings.query_timeout);
        let (database, thread, (app_id, api_key, cloud_code_key, unused_contents)) =
            database::open(folder.clone(), limits.memory, limit, prepare).await?;
        let content = ContentStore::open_folder(folder.as_deref(), &unused_contents)?;
        let origin: Arc<str> = settings.origin.into();
        let base_url: Arc<str> = format!("{origin}/{app_id}/{api_key}").into();
        let users = Users::new(
            database.clone(),
            clock.clone(),
            settings.session_life,
            UserOptions {
                base_url: Arc::clone(&base_url),
                email_confirmation: settings.users.email_confirmation,
                providers: settings.users.providers,
                multiple_logins: settings.users.multiple_logins,
            },
        );
        let access = AccessControl::new(settings.permissions);
        let services = Services {
            origin,
            base_url,
            is_domain: false,
            app_id,
            api_key,
            relations: Relations::new(database.clone(), access.clone()),
            transactions: Transactions::new(
                database.clone(),
                clock.clone(),
                access.clone(),
                users.clone(),
            ),
            cloud_code_key,
            data: Data::new(
                database.clone(),
                clock.clone(),
                users.clone(),
                access.clone(),
            ),
            users,
            files: Files::new(
                database.clone(),
                content,
                clock.clone(),
                settings.remote_files,
                access,
            ),
            messaging: Messaging::new(database.clone(), clock.clone(), settings.templates),
            geo: Geo::new(database.clone()),
            cache: Cache::new(database.clone(), clock, settings.dialect),
            counters: Counters::new(database.clone()),
            cloud_code: settings.cloud_code,
            log: Log::new(database.clone()),
            database,
        };
        Ok((services, thread))
    }

    /// Returns the same services for requests to the domain of the application: their responses contain its URLs.
    pub(crate) fn at_domain(&self) -> Services {
        let base_url: Arc<str> = format!("{}{DOMAIN_PATH}", self.origin).into();
        let users = self.users.with_base_url(Arc::clone(&base_url));
        Services {
            base_url,
            is_domain: true,
            data: self.data.with_users(users.clone()),
            users,
            ..self.clone()
        }
    }

    /// Deletes the data of every service. The app id, the key and the Cloud Code methods remain.
    pub(crate) async fn reset(&self) -> Result<(), ServiceError> {
        let contents = self.database.write(|transaction| {
            let contents = files::release_all(transaction)?;
            schema::reset(transaction)?;
            users::reset(transaction)?;
            access::reset(transaction)?;
            files::reset(transaction)?;
            messaging::reset(transaction)?;
            geo::reset(transaction)?;
            cache::reset(transaction)?;
            counters::reset(transaction)?;
            log::reset(transaction)?;
            create_tables(transaction)?;
            Ok(contents)
        });
        for content in contents.await? {
            self.files.remove_content(&content).await;
        }
        Ok(())
    }

    /// Creates the rows of a seed, a JSON object with an array of rows per table. Rows of the table
    /// `Users` are registrations.
    pub(crate) async fn seed(&self, seed: Value) -> Result<(), Error> {
        let Value::Object(tables) = seed else {
            return Err(Error::new(
                "invalid seed: expected a JSON object of tables, such as {\"Person\": [{..}]}",
            ));
        };
        for (table, rows) in tables {
            let Value::Array(rows) = rows else {
                return Err(Error::new(format!(
                    "invalid seed: table '{table}' is not an array of rows"
                )));
            };
            for (index, row) in rows.into_iter().enumerate() {
                self.seed_row(&table, row).await.map_err(|error| {
                    let row = format!("cannot seed row {index} of table '{table}'");
                    Error::with_cause(row, error)
                })?;
            }
        }
        Ok(())
    }

    async fn seed_row(&self, table: &str, row: Value) -> Result<(), ServiceError> {
        let row: Map<String, Value> = match row {
            Value::Object(row) => row,
            _ => {
                let message = "the row is not a JSON object";
                return Err(ServiceError::new(code::UNPARSABLE_BODY, message));
            }
        };
        if table == users::TABLE {
            let unchecked = Box::new(|_: &Connection| Ok(()));
            self.users.register(unchecked, row).await?;
        } else {
            let anonymous = Caller::anonymous();
            self.data.create(anonymous, table.to_owned(), row).await?;
        }
        Ok(())
    }
}

fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    users::create_tables(connection)?;
    access::create_tables(connection)?;
    files::create_tables(connection)?;
    messaging::create_tables(connection)?;
    geo::create_tables(connection)?;
    cache::create_tables(connection)?;
    log::create_tables(connection)?;
    counters::create_tables(connection)
}
