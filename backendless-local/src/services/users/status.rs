//! Status of accounts: who can log in, and whose tokens are accepted.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use super::properties::USER_STATUS;
use super::{TABLE, Users, unknown_user};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::fields;
use crate::store::schema::Table;

pub(super) const ENABLED: &str = "ENABLED";
pub(super) const GUEST: &str = "GUEST";
pub(super) const EMAIL_CONFIRMATION_PENDING: &str = "EMAIL_CONFIRMATION_PENDING";
const DISABLED: &str = "DISABLED";

/// Returns the status of a user; `None` if there is no such user.
pub(super) fn of(connection: &Connection, user_id: &str) -> Result<Option<String>, ServiceError> {
    text_column(connection, user_id, USER_STATUS)
}

/// Sets the status of a user; fails if there is no such user.
pub(super) fn set(
    connection: &Connection,
    user_id: &str,
    status: &str,
) -> Result<(), ServiceError> {
    let mut table = Table::existing(connection, TABLE)?;
    let column = table.column_for(connection, USER_STATUS, &Value::from(status))?;
    let sql = format!(
        "UPDATE {} SET {column} = ? WHERE object_id = ?",
        table.sql()
    );
    match connection.execute(&sql, params![status, user_id])? {
        0 => Err(unknown_user()),
        _ => Ok(()),
    }
}

/// Rejects the login of a user whose account is disabled, or whose e-mail address is not confirmed.
pub(super) fn check_login(connection: &Connection, user_id: &str) -> Result<(), ServiceError> {
    match of(connection, user_id)?.as_deref() {
        Some(DISABLED) => Err(disabled()),
        Some(EMAIL_CONFIRMATION_PENDING) => Err(ServiceError::new(
            code::EMAIL_NOT_CONFIRMED,
            "The login is not possible: the e-mail address is not confirmed",
        )),
        _ => Ok(()),
    }
}

/// Whether the account of this user is disabled.
pub(super) fn is_disabled(connection: &Connection, user_id: &str) -> Result<bool, ServiceError> {
    Ok(of(connection, user_id)?.as_deref() == Some(DISABLED))
}

pub(super) fn disabled() -> ServiceError {
    ServiceError::new(
        code::ACCOUNT_DISABLED,
        "The account of the user is disabled",
    )
}

impl Users {
    /// Enables or disables an account, for server-side code.
    pub(crate) async fn set_status(
        &self,
        caller: Caller,
        user_id: String,
        body: Map<String, Value>,
    ) -> Result<(), ServiceError> {
        if !caller.is_cloud_code() {
            let message = "Operation allowed only for BL logic.";
            return Err(ServiceError::new(code::STATUS_NOT_ALLOWED, message));
        }
        let status = fields::one_of(&body, USER_STATUS, &[ENABLED, DISABLED])?;
        let status = status
            .ok_or_else(|| fields::missing(USER_STATUS))?
            .to_owned();
        self.database
            .write(move |transaction| set(transaction, &user_id, &status))
            .await
    }
}

/// Returns the value of a text column of a user; `None` if it is null, or there is no such user.
pub(super) fn text_column(
    connection: &Connection,
    user_id: &str,
    name: &str,
) -> Result<Option<String>, ServiceError> {
    let table = Table::existing(connection, TABLE)?;
    let column = &table.known_column(name)?.sql;
    let sql = format!("SELECT {column} FROM {} WHERE object_id = ?", table.sql());
    let text = connection
        .prepare_cached(&sql)?
        .query_row([user_id], |row| row.get::<_, Option<String>>(0))
        .optional()?;
    Ok(text.flatten())
}
