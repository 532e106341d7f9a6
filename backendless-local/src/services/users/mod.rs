//! The Users service: registration, login, logout, password recovery.
//!
//! A user is a row of the table `Users`, which the Data service reads like any other. `credentials`
//! and `sessions` store hashes in tables that no query can read, so no clause, projection or row
//! ever exposes a password or a token.

mod credentials;
mod passwords;
mod properties;
mod registration;
mod sessions;

use std::time::Duration;

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::id::new_id;
use crate::query::row::Row;
use crate::query::select::complete_row;
use crate::service_error::{ServiceError, code};
use crate::services::caller::{Caller, CallerSession};
use crate::services::rows;
use crate::services::system_properties;
use crate::store::database::Database;
use crate::store::schema::{OBJECT_ID, Table};
use crate::store::value::Kind;
use properties::{
    IDENTITY, LAST_LOGIN, MANAGED, PASSWORD, SOCIAL_ACCOUNT, USER_STATUS, USER_TOKEN,
};

/// The table whose rows are the users.
pub(crate) const TABLE: &str = "Users";

/// Creates the tables of this service, including the table of users.
pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    connection.execute_batch(credentials::TABLES)?;
    connection.execute_batch(sessions::TABLES)?;
    let mut table = Table::existing_or_new(connection, TABLE)?;
    for name in [IDENTITY, "name", USER_STATUS, SOCIAL_ACCOUNT] {
        table.ensure_column(connection, name, Kind::String)?;
    }
    table.ensure_column(connection, LAST_LOGIN, Kind::Int)
}

/// Deletes credentials and sessions. The rows of users belong to the schema.
pub(super) fn reset(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch("DELETE FROM credential; DELETE FROM session;")?)
}

#[derive(Clone, Debug)]
pub(crate) struct Users {
    database: Database,
    clock: Clock,
    session_life: Duration,
}

impl Users {
    pub(super) fn new(database: Database, clock: Clock, session_life: Duration) -> Users {
        Users {
            database,
            clock,
            session_life,
        }
    }

    pub(crate) async fn register(&self, body: Map<String, Value>) -> Result<Row, ServiceError> {
        let registration = registration::parse(body)?;
        let hash = passwords::hash(registration.password).await?;
        let (identity, mut fields) = (registration.identity, registration.fields);
        let object_id = new_id();
        let new = rows::NewRow {
            object_id: object_id.clone(),
            owner_id: Some(object_id),
            created: self.clock.now(),
        };
        let write = self.database.write(move |transaction| {
            credentials::create(transaction, &new.object_id, &identity, &hash)?;
            fields.insert(USER_STATUS.to_owned(), Value::from("ENABLED"));
            fields.insert(SOCIAL_ACCOUNT.to_owned(), Value::from("BACKENDLESS"));
            let mut table = Table::existing(transaction, TABLE)?;
            rows::insert(transaction, &mut table, fields, &new)
        });
        write.await
    }

    /// Returns the user with a new token.
    pub(crate) async fn login(&self, body: &Map<String, Value>) -> Result<Row, ServiceError> {
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
        let now = self.clock.now();
        let (token, session) = sessions::new(&user_id, now, self.session_life);
        let write = self.database.write(move |transaction| {
            // The password may have been changed while it was verified.
            if !credentials::is_current(transaction, &user_id, &hash)? {
                return Err(invalid_login());
            }
            sessions::open(transaction, &session, now)?;
            record_login(transaction, &user_id, now)
        });
        let mut user = write.await?;
        user.push(USER_TOKEN, token);
        Ok(user)
    }

    /// Ends the session of the caller. Succeeds without a session, because users of official clients
    /// log out after a registration, which returns no token.
    pub(crate) async fn logout(&self, caller: Caller) -> Result<(), ServiceError> {
        let Some(session) = caller.0 else {
            return Ok(());
        };
        self.database
            .write(move |transaction| sessions::close(transaction, &session.token))
            .await
    }

    /// Returns the user of the session of this token.
    pub(crate) async fn caller(&self, token: &str) -> Result<Caller, ServiceError> {
        let (token, now) = (sessions::hash(token), self.clock.now());
        let read = self
            .database
            .read(move |connection| sessions::find_user(connection, &token, now));
        match read.await? {
            Some(user_id) => Ok(Caller(Some(CallerSession { user_id, token }))),
            // The live service's message contains the token; this one must not.
            None => Err(ServiceError::new(
                code::UNKNOWN_TOKEN,
                "Not existing user token. Relogin user to update your user token",
            )),
        }
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

    /// Updates a user, which only the user itself may do. The identity stays unique. A change of the
    /// password ends the other sessions of the user.
    pub(crate) async fn update(
        &self,
        caller: Caller,
        object_id: String,
        mut body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        system_properties::check_types(&body)?;
        check_self(&caller, &object_id, Change::Update)?;
        body.remove(OBJECT_ID);
        body.retain(|name, _| !MANAGED.contains(&name.as_str()));
        let hash = match body.remove(PASSWORD) {
            Some(password) => {
                let password = registration::password(Some(password))?;
                Some(passwords::hash(password).await?)
            }
            None => None,
        };
        let identity = match body.get(IDENTITY) {
            Some(email) => {
                let email = registration::identity(Some(email))?;
                Some(registration::identity_key(&email))
            }
            None => None,
        };
        let fields = rows::writable(body);
        let now = self.clock.now();
        let write = self.database.write(move |transaction| {
            let mut table = Table::existing(transaction, TABLE)?;
            let (identity, hash) = (identity.as_deref(), hash.as_deref());
            credentials::change(transaction, &object_id, identity, hash)?;
            if hash.is_some() {
                let kept = caller.0.as_ref().map(|session| &session.token);
                sessions::close_others(transaction, &object_id, kept)?;
            }
            if fields.is_empty() && hash.is_some() {
                return rows::touch(transaction, &table, &object_id, now);
            }
            rows::update(transaction, &mut table, &object_id, fields, now)
        });
        write.await
    }
}

fn invalid_login() -> ServiceError {
    ServiceError::unauthorized(code::INVALID_LOGIN, "Invalid login or password")
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
    sessions::close_all(connection, object_id)
}

/// A change of a user that only the user itself may make.
#[derive(Clone, Copy)]
enum Change {
    Update,
    Delete,
}

/// Checks that the caller is the user.
fn check_self(caller: &Caller, object_id: &str, change: Change) -> Result<(), ServiceError> {
    let (code, message) = match (caller.user_id(), change) {
        (Some(caller), _) if caller == object_id => return Ok(()),
        (Some(_), Change::Update) => (
            code::UPDATE_OF_ANOTHER_USER,
            "A user can be updated by itself only",
        ),
        (Some(_), Change::Delete) => (
            code::DELETE_OF_ANOTHER_USER,
            "A user can be deleted by itself only",
        ),
        (None, Change::Update) => (
            code::UPDATE_NOT_LOGGED_IN,
            "A user can be updated by itself only: log in and send the user-token",
        ),
        (None, Change::Delete) => (
            code::DELETE_OF_ANOTHER_USER,
            "A user can be deleted by itself only: log in and send the user-token",
        ),
    };
    Err(ServiceError::new(code, message))
}
