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
pub(crate) mod recorded;
pub(crate) mod relations;
pub(crate) mod row_access;
pub(crate) mod rows;
pub(crate) mod seed;
pub(crate) mod state;
pub(crate) mod system_properties;
pub(crate) mod transactions;
pub(crate) mod users;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::clock::Clock;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::limits::Limits;
use crate::permissions::Permissions;
use crate::service_error::ServiceError;
use crate::services::access::AccessControl;
use crate::services::cache::Cache;
use crate::services::cloud_code::CloudCode;
use crate::services::counters::Counters;
use crate::services::data::Data;
use crate::services::files::{ContentStore, Files, RemoteFiles};
use crate::services::geo::Geo;
use crate::services::log::Log;
use crate::services::messaging::{Messaging, Templates};
use crate::services::relations::Relations;
use crate::services::seed::SeedData;
use crate::services::transactions::Transactions;
use crate::services::users::{UserOptions, UserSettings, Users};
use crate::store::database::{self, Database, DatabaseThread};
use crate::store::folder::DataFolder;
use crate::store::query_limit::{MAX_TIME, QueryLimit};
use crate::store::tables::Tables;
use crate::store::{functions, settings};

/// Lifetime of a session, unless the builder sets another one.
const SESSION_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

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

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            app_id: None,
            api_key: None,
            data_dir: None,
            session_life: SESSION_LIFE,
            query_timeout: MAX_TIME,
            dialect: None,
            cloud_code: CloudCode::default(),
            cloud_code_key: None,
            users: UserSettings::default(),
            permissions: Permissions::new(),
            origin: String::new(),
            remote_files: RemoteFiles::default(),
            templates: Templates::default(),
        }
    }
}

/// The path of the API at the domain of the application, where no path contains the app id and the key.
pub(crate) const DOMAIN_PATH: &str = "/api";

/// All services of a running server. Each route and each layer of the routers has a clone.
#[derive(Clone)]
pub(crate) struct Services(Arc<Parts>);

#[derive(Clone)]
pub(crate) struct Parts {
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
    pub(crate) cloud_code: Arc<CloudCode>,
    pub(crate) log: Log,
    /// The roles of the settings.
    roles: Arc<[String]>,
    /// Maximum size of the database in bytes, if it is in memory.
    max_memory: Option<u64>,
    clock: Clock,
    database: Database,
}

impl Deref for Services {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Services {
    /// Opens the database, creates missing tables, and loads or creates the app id and the key.
    pub(crate) async fn open(
        settings: Settings,
        clock: Clock,
        limits: Limits,
    ) -> Result<(Services, DatabaseThread), Error> {
        let identifiers = IdentifierSettings {
            app_id: settings.app_id.clone(),
            api_key: settings.api_key.clone(),
            cloud_code_key: settings.cloud_code_key.clone(),
            roles: settings.users.roles.clone(),
        };
        let now = clock.clone();
        let prepare =
            move |connection: &Connection| StoredIdentifiers::load(connection, now, identifiers);
        let data_dir = settings.data_dir.as_deref();
        let folder = data_dir.map(DataFolder::open).transpose()?.map(Arc::new);
        let limit = QueryLimit::new(settings.query_timeout);
        let (database, thread, stored) = database::open(
            folder.clone(),
            limits.memory,
            limit,
            &DATABASE_TABLES,
            prepare,
        )
        .await?;
        let content = match ContentStore::open_folder(folder.as_deref(), &stored.unused_contents) {
            Ok(content) => content,
            Err(error) => {
                // Its thread has locked the folder, which the caller may open again.
                drop(database);
                thread.wait();
                return Err(error);
            }
        };
        let max_memory = folder.is_none().then_some(limits.memory);
        let parts = Parts::new(settings, stored, database, content, clock, max_memory);
        Ok((Services(Arc::new(parts)), thread))
    }

    /// Returns the same services for requests to the domain of the application: their responses contain its URLs.
    pub(crate) fn at_domain(&self) -> Services {
        let base_url: Arc<str> = format!("{}{DOMAIN_PATH}", self.origin).into();
        let users = self.users.with_base_url(Arc::clone(&base_url));
        Services(Arc::new(Parts {
            base_url,
            is_domain: true,
            data: self.data.with_users(users.clone()),
            users,
            ..Parts::clone(self)
        }))
    }

    /// Deletes the data of every service. The app id, the key and the Cloud Code methods remain.
    pub(crate) async fn reset(&self) -> Result<(), ServiceError> {
        let installed = self.install(None, SeedData::default()).await;
        installed.map_err(ServiceError::internal)
    }
}

impl Parts {
    fn new(
        settings: Settings,
        stored: StoredIdentifiers,
        database: Database,
        content: ContentStore,
        clock: Clock,
        max_memory: Option<u64>,
    ) -> Parts {
        let StoredIdentifiers {
            app_id,
            api_key,
            cloud_code_key,
            ..
        } = stored;
        let origin: Arc<str> = settings.origin.into();
        let base_url: Arc<str> = format!("{origin}/{app_id}/{api_key}").into();
        let options = UserOptions {
            base_url: Arc::clone(&base_url),
            email_confirmation: settings.users.email_confirmation,
            providers: settings.users.providers,
            multiple_logins: settings.users.multiple_logins,
        };
        let access = AccessControl::new(settings.permissions);
        let (db, time) = (|| database.clone(), || clock.clone());
        let users = Users::new(db(), time(), settings.session_life, options);
        Parts {
            origin,
            base_url,
            is_domain: false,
            app_id,
            api_key,
            cloud_code_key,
            data: Data::new(db(), time(), users.clone(), access.clone()),
            relations: Relations::new(db(), access.clone()),
            transactions: Transactions::new(db(), time(), access.clone(), users.clone()),
            users,
            files: Files::new(db(), content, time(), settings.remote_files, access),
            messaging: Messaging::new(db(), time(), settings.templates),
            geo: Geo::new(db()),
            cache: Cache::new(db(), time(), settings.dialect),
            counters: Counters::new(db()),
            cloud_code: Arc::new(settings.cloud_code),
            log: Log::new(db()),
            roles: settings.users.roles.into(),
            max_memory,
            clock: time(),
            database: db(),
        }
    }
}

/// The identifiers and the roles of the settings.
struct IdentifierSettings {
    app_id: Option<String>,
    api_key: Option<String>,
    cloud_code_key: Option<String>,
    roles: Vec<String>,
}

/// The identifiers of the database, and what else a start reads from it.
struct StoredIdentifiers {
    app_id: String,
    api_key: String,
    cloud_code_key: String,
    /// Names of content files to be removed.
    unused_contents: Vec<String>,
}

impl StoredIdentifiers {
    /// Loads or creates the app id and the keys.
    fn load(
        connection: &Connection,
        clock: Clock,
        given: IdentifierSettings,
    ) -> Result<StoredIdentifiers, ServiceError> {
        functions::install_now(connection, clock)?;
        let unused_contents = files::unused_contents(connection)?;
        let app_id = settings::load_or_create(connection, "app-id", given.app_id)?;
        if app_id == DOMAIN_PATH.trim_start_matches('/') {
            let message = format!(
                "the stored app-id is that of the paths below {DOMAIN_PATH}: set another one (--app-id)"
            );
            return Err(ServiceError::internal(message));
        }
        let api_key = settings::load_or_create(connection, "api-key", given.api_key)?;
        let code_key =
            settings::load_or_create(connection, "cloud-code-key", given.cloud_code_key)?;
        users::create_roles(connection, &given.roles)?;
        Ok(StoredIdentifiers {
            app_id,
            api_key,
            cloud_code_key: code_key,
            unused_contents,
        })
    }
}

/// The tables of every database.
pub(crate) static DATABASE_TABLES: Tables = Tables::new(create_tables);

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

#[cfg(test)]
mod tests;
