//! Creates and updates users, if the permissions of their table and of the user allow it. They are rows, but `users` writes
//! them, because their passwords and identities are stored in other tables.

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::permissions::Operation;
use crate::query::row::Row;
use crate::service_error::ServiceError;
use crate::services::caller::Caller;
use crate::services::data::Data;
use crate::services::users::{self, Check};
use crate::store::schema::Table;

impl Data {
    /// Creates a user, or turns a guest into one.
    pub(crate) async fn register_user(
        &self,
        caller: Caller,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        self.users.register(self.creation(caller), body).await
    }

    /// Creates users and returns their objectIds in order.
    pub(super) async fn register_users(
        &self,
        caller: Caller,
        bodies: Vec<Map<String, Value>>,
    ) -> Result<Vec<String>, ServiceError> {
        self.users
            .register_many(self.creation(caller), bodies)
            .await
    }

    /// Creates a guest, and returns it with a token.
    pub(crate) async fn register_guest(&self, caller: Caller) -> Result<Row, ServiceError> {
        self.users.register_guest(self.creation(caller)).await
    }

    /// Updates a user.
    pub(crate) async fn update_user(
        &self,
        caller: Caller,
        object_id: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        let (access, updating, id) = (self.access.clone(), caller.clone(), object_id.clone());
        let check = Box::new(move |connection: &Connection| {
            let table = Table::existing(connection, users::TABLE)?;
            access.check_row(connection, &updating, &table, Operation::Update, &id)
        });
        self.users.update(check, caller, object_id, body).await
    }

    /// Checks that the caller may create users.
    fn creation(&self, caller: Caller) -> Check {
        let access = self.access.clone();
        Box::new(move |connection| access.check_create(connection, &caller, users::TABLE))
    }
}
