//! Registrations and updates of users as operations of a transaction. They follow the rules of the single requests; no
//! source states those of the service. Passwords are hashed on the thread of the database, because the operations are
//! known only when the references between them are resolved.

use rusqlite::Connection;
use serde_json::{Map, Value};

use super::{TABLE, Users, credentials, passwords, registration, update};
use crate::id::new_id;
use crate::query::row::Row;
use crate::service_error::ServiceError;
use crate::services::caller::Caller;
use crate::services::rows;
use crate::store::schema::Table;

/// The property of a user that is no column.
pub(crate) use super::properties::PASSWORD;

impl Users {
    /// Creates a user.
    pub(crate) fn register_within(
        &self,
        connection: &Connection,
        body: Map<String, Value>,
        now: i64,
    ) -> Result<Row, ServiceError> {
        let registration = registration::parse(body)?;
        let hash = passwords::hash_now(&registration.password)?;
        let object_id = new_id();
        let new = rows::NewRow {
            object_id: object_id.clone(),
            owner_id: Some(object_id.clone()),
            created: now,
        };
        credentials::create(connection, &object_id, &registration.identity, &hash)?;
        let mut fields = registration.fields;
        self.options.complete(&mut fields);
        let mut table = Table::existing(connection, TABLE)?;
        let user = rows::insert(connection, &mut table, fields, &new)?;
        self.options.request_confirmation(connection, &object_id)?;
        Ok(user)
    }

    /// Updates a user.
    pub(crate) fn update_within(
        &self,
        connection: &Connection,
        caller: &Caller,
        object_id: &str,
        body: Map<String, Value>,
        now: i64,
    ) -> Result<Row, ServiceError> {
        let (changes, password) = update::parse(caller, object_id, body)?;
        let hash = password.map(|password| passwords::hash_now(&password));
        changes.apply(
            connection,
            caller,
            object_id,
            hash.transpose()?.as_deref(),
            now,
        )
    }
}
