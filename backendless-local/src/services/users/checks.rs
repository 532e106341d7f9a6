//! Checks of tokens and passwords, and the description of the properties of users.

use serde_json::{Map, Value, json};

use super::properties::{IDENTITY, LAST_LOGIN, PASSWORD};
use super::{TABLE, Users, credentials, passwords, sessions, status};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::fields;
use crate::store::schema::{CREATED, Table, UPDATED};

impl Users {
    /// Whether a token belongs to a session of a user whose account is not disabled.
    pub(crate) async fn is_valid_token(&self, token: &str) -> Result<bool, ServiceError> {
        let (token, now) = (sessions::hash(token), self.clock.now());
        let read = self.database.read(move |connection| {
            match sessions::find_user(connection, &token, now)? {
                Some(user_id) => Ok(!status::is_disabled(connection, &user_id)?),
                None => Ok(false),
            }
        });
        read.await
    }

    /// Whether this is the password of the caller, for server-side code.
    pub(crate) async fn verify_password(
        &self,
        caller: Caller,
        body: Map<String, Value>,
    ) -> Result<bool, ServiceError> {
        if !caller.is_cloud_code() {
            let message = "Password verification allowed only from CloudCode";
            return Err(ServiceError::new(code::VERIFICATION_NOT_ALLOWED, message));
        }
        let Some(user_id) = caller.user_id().map(str::to_owned) else {
            let message = "No authenticated user is associated with request";
            return Err(ServiceError::new(code::NO_AUTHENTICATED_USER, message));
        };
        let password = fields::required_text(&body, PASSWORD)?.to_owned();
        let hash = self
            .database
            .read(move |connection| credentials::hash_of(connection, &user_id));
        let hash = hash.await?;
        let has_password = hash.is_some();
        Ok(passwords::verify(password, hash).await? && has_password)
    }

    /// Returns the properties that a user can have: the columns of the table of users, and the password.
    pub(crate) async fn describe(&self) -> Result<Vec<Value>, ServiceError> {
        let read = self.database.read(|connection| {
            let table = Table::existing(connection, TABLE)?;
            let columns = table.columns().iter().map(|column| {
                let kind = match column.name.as_str() {
                    CREATED | UPDATED | LAST_LOGIN => "DATETIME",
                    _ => column.kind.name(),
                };
                property(&column.name, kind)
            });
            Ok(columns.chain([property(PASSWORD, "STRING")]).collect())
        });
        read.await
    }
}

fn property(name: &str, kind: &str) -> Value {
    let is_identity = name == IDENTITY;
    json!({
        "name": name, "type": kind, "required": is_identity || name == PASSWORD, "identity": is_identity,
        "defaultValue": null, "relatedTable": null, "customRegex": null, "autoLoad": false,
    })
}
