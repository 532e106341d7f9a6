//! Updates of a user, which are permitted to other users and to server-side code as well, except that other users may change neither
//! the password nor the identity.

use rusqlite::Connection;
use serde_json::{Map, Value};

use super::properties::{IDENTITY, MANAGED, PASSWORD};
use super::{Change, TABLE, check_self, credentials, registration, sessions};
use crate::query::row::Row;
use crate::service_error::ServiceError;
use crate::services::caller::Caller;
use crate::services::rows;
use crate::services::system_properties;
use crate::store::schema::{OBJECT_ID, Table};

/// The changes of an update, without the password.
pub(super) struct Changes {
    /// The normalized identity.
    identity: Option<String>,
    /// Properties to store in the user's row.
    fields: Map<String, Value>,
}

/// Checks a body, and returns the changes and the new password.
pub(super) fn parse(
    caller: &Caller,
    object_id: &str,
    mut body: Map<String, Value>,
) -> Result<(Changes, Option<String>), ServiceError> {
    system_properties::check_types(&body)?;
    check_self(caller, object_id, Change::Update)?;
    body.remove(OBJECT_ID);
    body.retain(|name, _| !MANAGED.contains(&name.as_str()));
    let password = body.remove(PASSWORD);
    let password = password.map(|password| registration::password(Some(password)));
    let identity = match body.get(IDENTITY) {
        Some(email) => {
            let email = registration::identity(Some(email))?;
            Some(registration::identity_key(&email))
        }
        None => None,
    };
    let changes = Changes {
        identity,
        fields: rows::writable(body),
    };
    Ok((changes, password.transpose()?))
}

impl Changes {
    /// Writes the changes and, if it is given, the hash of the new password, which ends the other sessions of the user.
    /// Returns the user.
    pub(super) fn apply(
        self,
        connection: &Connection,
        caller: &Caller,
        object_id: &str,
        hash: Option<&str>,
        now: i64,
    ) -> Result<Row, ServiceError> {
        let mut table = Table::existing(connection, TABLE)?;
        let identity = self.identity.as_deref();
        let is_same = match identity {
            Some(identity) => credentials::find(connection, identity)?
                .is_some_and(|(user_id, _)| user_id == object_id),
            None => true,
        };
        if hash.is_some() || !is_same {
            check_self(caller, object_id, Change::Access)?;
        }
        credentials::change(connection, object_id, identity, hash)?;
        if hash.is_some() {
            let kept = caller.session.as_ref().map(|session| &session.token);
            sessions::close_others(connection, object_id, kept)?;
        }
        if self.fields.is_empty() && hash.is_some() {
            return rows::touch(connection, &table, object_id, now);
        }
        rows::update(connection, &mut table, object_id, self.fields, now)
    }
}
