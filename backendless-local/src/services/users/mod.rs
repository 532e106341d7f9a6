//! The Users service: registration, login, logout, password recovery.
//!
//! A user is a row of the table `Users`, which the Data service reads like any other. `credentials`
//! and `sessions` store hashes in tables that no query can read, so no clause, projection or row
//! ever exposes a password or a token.

mod bulk;
mod checks;
pub(crate) mod confirmation;
mod credentials;
mod guests;
mod inspection;
mod login_by_id;
mod passwords;
mod properties;
mod registration;
pub(crate) mod roles;
mod sessions;
mod social;
mod status;
pub(crate) mod unit_of_work;
mod update;

pub(crate) use self::passwords::is_password_hash;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::id::new_id;
use crate::multiple_logins::MultipleLogins;
use crate::query::row::Row;
use crate::query::select::complete_row;
use crate::service_error::{ServiceError, code};
use crate::services::caller::{Caller, CallerSession};
use crate::services::cloud_code::Handler;
use crate::services::rows;
use crate::store::database::Database;
use crate::store::schema::Table;
use crate::store::value::Kind;
use properties::{IDENTITY, LAST_LOGIN, SOCIAL_ACCOUNT, USER_STATUS, USER_TOKEN};

/// The table whose rows are the users.
pub(crate) const TABLE: &str = "Users";

/// Checks in the transaction of a change of users whether it is permitted to the caller. `data` checks the permissions of the table.
pub(crate) type Check = Box<dyn FnOnce(&Connection) -> Result<(), ServiceError> + Send>;

/// The value of `socialAccount` of a user who has no account at another service.
const OWN_ACCOUNT: &str = "BACKENDLESS";

/// Settings of this service.
#[derive(Clone, Default)]
pub(crate) struct UserSettings {
    /// The roles of the application.
    pub(crate) roles: Vec<String>,
    /// Whether a user must confirm the e-mail address before the first login.
    pub(crate) email_confirmation: bool,
    /// The providers of social logins, by their codes.
    pub(crate) providers: HashMap<String, Handler>,
    pub(crate) multiple_logins: MultipleLogins,
}

/// Settings that a running service needs.
#[derive(Clone)]
pub(super) struct UserOptions {
    /// The URL that precedes the paths of the addresses for users.
    pub(super) base_url: Arc<str>,
    pub(super) email_confirmation: bool,
    pub(super) providers: HashMap<String, Handler>,
    pub(super) multiple_logins: MultipleLogins,
}

impl UserOptions {
    /// Sets the properties of a new user that only the server writes.
    fn complete(&self, fields: &mut Map<String, Value>) {
        let status = match self.email_confirmation {
            true => status::EMAIL_CONFIRMATION_PENDING,
            false => status::ENABLED,
        };
        fields.insert(USER_STATUS.to_owned(), Value::from(status));
        fields.insert(SOCIAL_ACCOUNT.to_owned(), Value::from(OWN_ACCOUNT));
    }

    /// Sends the e-mail that a new user must confirm, if the settings demand it.
    fn request_confirmation(
        &self,
        connection: &Connection,
        user_id: &str,
    ) -> Result<(), ServiceError> {
        match self.email_confirmation {
            true => confirmation::send(connection, &self.base_url, user_id),
            false => Ok(()),
        }
    }
}

/// Prints nothing but the name: the URL contains the key.
impl fmt::Debug for UserOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserOptions").finish_non_exhaustive()
    }
}

/// Creates the tables of this service, including the table of users.
pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    for tables in [
        credentials::TABLES,
        sessions::TABLES,
        roles::TABLES,
        confirmation::TABLES,
        social::TABLES,
    ] {
        connection.execute_batch(tables)?;
    }
    let columns = [
        (IDENTITY, Kind::String),
        ("name", Kind::String),
        (USER_STATUS, Kind::String),
        (SOCIAL_ACCOUNT, Kind::String),
        (LAST_LOGIN, Kind::Int),
    ];
    Table::ensure(connection, TABLE, &columns)
}

/// Creates the roles of the application.
pub(super) fn create_roles(connection: &Connection, names: &[String]) -> Result<(), ServiceError> {
    roles::create(connection, names)
}

#[derive(Clone, Debug)]
pub(crate) struct Users {
    database: Database,
    clock: Clock,
    session_life: Duration,
    options: Arc<UserOptions>,
}

impl Users {
    pub(super) fn new(
        database: Database,
        clock: Clock,
        session_life: Duration,
        options: UserOptions,
    ) -> Users {
        Users {
            database,
            clock,
            session_life,
            options: Arc::new(options),
        }
    }

    /// Returns the same service with another base URL.
    pub(super) fn with_base_url(&self, base_url: Arc<str>) -> Users {
        let options = UserOptions::clone(&self.options);
        Users {
            options: Arc::new(UserOptions {
                base_url,
                ..options
            }),
            ..self.clone()
        }
    }

    /// Creates a user, or turns the guest with the objectId of the body into one.
    pub(crate) async fn register(
        &self,
        check: Check,
        mut body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        let guest = self.take_guest(&mut body).await?;
        let registration = registration::parse(body)?;
        let hash = passwords::hash(registration.password).await?;
        let (identity, mut fields) = (registration.identity, registration.fields);
        let is_guest = guest.is_some();
        let object_id = guest.unwrap_or_else(new_id);
        let new = rows::NewRow {
            object_id: object_id.clone(),
            owner_id: Some(object_id),
            created: self.clock.now(),
        };
        let options = Arc::clone(&self.options);
        let write = self.database.write(move |transaction| {
            check(transaction)?;
            let user_id = new.object_id.as_str();
            credentials::create(transaction, user_id, &identity, &hash)?;
            options.complete(&mut fields);
            let mut table = Table::existing(transaction, TABLE)?;
            let user = match is_guest {
                true => rows::update(transaction, &mut table, user_id, fields, new.created)?,
                false => rows::insert(transaction, &mut table, fields, &new)?,
            };
            options.request_confirmation(transaction, user_id)?;
            Ok(user)
        });
        write.await
    }

    /// Returns the user with a new token.
    pub(crate) async fn login(
        &self,
        caller: &Caller,
        body: &Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        if caller.is_cloud_code()
            && let Some(object_id) = registration::only_object_id(body)
        {
            return self.login_by_id(object_id.to_owned()).await;
        }
        let (login, password) = registration::parse_login(body)?;
        let identity = registration::identity_key(&login);
        let credential = self
            .database
            .read(move |connection| credentials::find(connection, &identity))
            .await?;
        // A hash is computed for an unknown user too, so that the time does not reveal who is
        // registered.
        let (user_id, hash) = credential.unzip();
        let matches = passwords::verify(password, hash.clone()).await?;
        let (true, Some(user_id), Some(hash)) = (matches, user_id, hash) else {
            return Err(invalid_login());
        };
        let (life, now) = (self.session_life, self.clock.now());
        let multiple_logins = self.options.multiple_logins;
        let write = self.database.write(move |transaction| {
            // The password may have been changed while it was verified.
            if !credentials::is_current(transaction, &user_id, &hash)? {
                return Err(invalid_login());
            }
            open_session(transaction, &user_id, life, now, multiple_logins)
        });
        write.await
    }

    /// Ends the session of the caller. Succeeds without a session, because users of official clients
    /// log out after a registration, which returns no token.
    pub(crate) async fn logout(&self, caller: Caller) -> Result<(), ServiceError> {
        let Some(session) = caller.session else {
            return Ok(());
        };
        self.database
            .write(move |transaction| sessions::close(transaction, &session.token))
            .await
    }

    /// Returns the session of this token. The account of its user must not be disabled, except for a logout.
    pub(crate) async fn session(
        &self,
        token: &str,
        is_logout: bool,
    ) -> Result<CallerSession, ServiceError> {
        let (token, now) = (sessions::hash(token), self.clock.now());
        let read = self.database.read(move |connection| {
            let Some(user_id) = sessions::find_user(connection, &token, now)? else {
                // The live service's message contains the token; this one must not.
                return Err(ServiceError::new(
                    code::UNKNOWN_TOKEN,
                    "Not existing user token. Relogin user to update your user token",
                ));
            };
            match !is_logout && status::is_disabled(connection, &user_id)? {
                true => Err(status::disabled()),
                false => Ok(CallerSession { user_id, token }),
            }
        });
        read.await
    }

    /// Checks that the identity is registered. No e-mail is sent.
    pub(crate) async fn restore_password(&self, identity: &str) -> Result<(), ServiceError> {
        let identity = registration::identity_key(identity);
        let credential = self
            .database
            .read(move |connection| credentials::find(connection, &identity))
            .await?;
        match credential {
            Some(_) => Ok(()),
            None => Err(ServiceError::new(
                code::UNKNOWN_IDENTITY,
                "Unable to restore the password: no user has this identity",
            )),
        }
    }

    /// Updates a user, which other users and server-side code may do as well, except that other users may change neither
    /// the password nor the identity. The identity stays unique. A change of the
    /// password ends the other sessions of the user.
    pub(crate) async fn update(
        &self,
        check: Check,
        caller: Caller,
        object_id: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        let (changes, password) = update::parse(&caller, &object_id, body)?;
        let hash = match password {
            Some(password) => Some(passwords::hash(password).await?),
            None => None,
        };
        let now = self.clock.now();
        let write = self.database.write(move |transaction| {
            check(transaction)?;
            changes.apply(transaction, &caller, &object_id, hash.as_deref(), now)
        });
        write.await
    }
}

fn invalid_login() -> ServiceError {
    ServiceError::unauthorized(code::INVALID_LOGIN, "Invalid login or password")
}

/// Logs in a user, unless the status of the account prevents it, and returns its row with a new token.
fn open_session(
    connection: &Connection,
    user_id: &str,
    life: Duration,
    now: i64,
    multiple_logins: MultipleLogins,
) -> Result<Row, ServiceError> {
    status::check_login(connection, user_id)?;
    let token = sessions::open(connection, user_id, life, now, multiple_logins)?;
    let mut user = record_login(connection, user_id, now)?;
    user.push(USER_TOKEN, token);
    Ok(user)
}

/// Sets `lastLogin` and returns the user's row. The column `updated` does not change.
fn record_login(connection: &Connection, user_id: &str, now: i64) -> Result<Row, ServiceError> {
    let mut table = Table::existing(connection, TABLE)?;
    let column = table.column_for(connection, LAST_LOGIN, &Value::from(now))?;
    connection.execute(
        &format!(
            "UPDATE {} SET {column} = ? WHERE object_id = ?",
            table.sql()
        ),
        params![now, user_id],
    )?;
    complete_row(connection, &table, user_id)?.ok_or_else(invalid_login)
}

/// Deletes the credentials and the sessions of a user before its row is deleted. Only the user
/// itself may do this.
pub(super) fn revoke_access(
    connection: &Connection,
    caller: &Caller,
    object_id: &str,
) -> Result<(), ServiceError> {
    check_self(caller, object_id, Change::Delete)?;
    credentials::delete(connection, object_id)?;
    roles::unassign_all(connection, object_id)?;
    confirmation::delete_all(connection, object_id)?;
    social::delete_all(connection, object_id)?;
    sessions::close_all(connection, object_id)
}

/// Returns the objectId of the user with this identity or objectId.
fn find_id(connection: &Connection, identity: &str) -> Result<Option<String>, ServiceError> {
    let key = registration::identity_key(identity);
    if let Some((user_id, _)) = credentials::find(connection, &key)? {
        return Ok(Some(user_id));
    }
    let table = Table::existing(connection, TABLE)?;
    let exists = rows::exists(connection, &table, identity)?;
    Ok(exists.then(|| identity.to_owned()))
}

/// Checks that a user with this objectId exists.
pub(super) fn check_user(connection: &Connection, user_id: &str) -> Result<(), ServiceError> {
    let table = Table::existing(connection, TABLE)?;
    match rows::exists(connection, &table, user_id)? {
        true => Ok(()),
        false => Err(unknown_user()),
    }
}

fn unknown_user() -> ServiceError {
    let message = "There is no user with this identity or objectId";
    ServiceError::not_found(code::UNKNOWN_USER, message)
}

/// A change of a user that is not permitted to every client.
#[derive(Clone, Copy)]
enum Change {
    /// Of properties, by any user.
    Update,
    /// Of the password or the identity, by the user itself.
    Access,
    Delete,
}

/// Checks that the caller may change the user: it is the user itself or server-side code, or the change is of properties.
fn check_self(caller: &Caller, object_id: &str, change: Change) -> Result<(), ServiceError> {
    if caller.is_cloud_code() {
        return Ok(());
    }
    let (code, message) = match (caller.user_id(), change) {
        (Some(caller), _) if caller == object_id => return Ok(()),
        (Some(_), Change::Access) => (
            code::UPDATE_OF_ANOTHER_USER,
            "The password and the e-mail address of a user can be changed by itself only",
        ),
        (Some(_), Change::Update) => return Ok(()),
        (Some(_), Change::Delete) => (
            code::DELETE_OF_ANOTHER_USER,
            "A user can be deleted by itself only",
        ),
        (None, Change::Update | Change::Access) => (
            code::UPDATE_NOT_LOGGED_IN,
            "A user can be updated by users only: log in and send the user-token",
        ),
        (None, Change::Delete) => (
            code::DELETE_OF_ANOTHER_USER,
            "A user can be deleted by itself only: log in and send the user-token",
        ),
    };
    Err(ServiceError::new(code, message))
}
