//! Confirmation of e-mail addresses: addresses that a user opens, and the e-mails that contain them. The e-mails are added
//! to the outbox.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::properties::IDENTITY;
use super::{Users, find_id, sessions, status, unknown_user};
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::messaging;
use crate::token_paths::CONFIRMATION_PATH;

/// Only hashes of the tokens in the addresses are stored.
pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS email_confirmation (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL
    );
";

/// Creates an address for a user.
pub(super) fn create_url(
    connection: &Connection,
    base_url: &str,
    user_id: &str,
) -> Result<String, ServiceError> {
    let token = new_id();
    connection.execute(
        "INSERT INTO email_confirmation (token_hash, user_id) VALUES (?, ?)",
        params![sessions::hash(&token), user_id],
    )?;
    Ok(format!("{base_url}{CONFIRMATION_PATH}/{token}"))
}

/// Adds an e-mail with a new address to the outbox.
pub(super) fn send(
    connection: &Connection,
    base_url: &str,
    user_id: &str,
) -> Result<(), ServiceError> {
    let url = create_url(connection, base_url, user_id)?;
    let address = status::text_column(connection, user_id, IDENTITY)?.ok_or_else(unknown_user)?;
    let email = json!({
        "subject": "Confirm your e-mail address",
        "to": [address],
        "bodyparts": {"textmessage": format!("Open this address to confirm your e-mail address: {url}")},
    });
    messaging::email::add(connection, &email)
}

/// Deletes the addresses of a user.
pub(super) fn delete_all(connection: &Connection, user_id: &str) -> Result<(), ServiceError> {
    connection.execute(
        "DELETE FROM email_confirmation WHERE user_id = ?",
        [user_id],
    )?;
    Ok(())
}

impl Users {
    /// Sends the e-mail again, to a user whose address is not confirmed. The codes are those of
    /// https://backendless.com/docs/rest/users_resend_email_confirmation.html.
    pub(crate) async fn resend_confirmation(&self, identity: String) -> Result<(), ServiceError> {
        if !self.options.email_confirmation {
            let message = "The application does not require a confirmation of e-mail addresses";
            return Err(ServiceError::new(code::CONFIRMATION_NOT_REQUIRED, message));
        }
        let base_url = self.options.base_url.clone();
        let write = self.database.write(move |transaction| {
            let Some(user_id) = find_id(transaction, &identity)? else {
                let message = "There is no user with this identity";
                return Err(ServiceError::not_found(code::NO_USER_TO_CONFIRM, message));
            };
            match status::of(transaction, &user_id)?.as_deref() {
                Some(status::EMAIL_CONFIRMATION_PENDING) => send(transaction, &base_url, &user_id),
                _ => {
                    let message = "The e-mail address of the user is confirmed already";
                    Err(ServiceError::new(code::ALREADY_CONFIRMED, message))
                }
            }
        });
        write.await
    }

    /// Returns a new address with which a user confirms its e-mail address.
    pub(crate) async fn confirmation_url(&self, identity: String) -> Result<String, ServiceError> {
        let base_url = self.options.base_url.clone();
        let write = self.database.write(move |transaction| {
            let user_id = find_id(transaction, &identity)?.ok_or_else(unknown_user)?;
            create_url(transaction, &base_url, &user_id)
        });
        write.await
    }

    /// Confirms the e-mail address of the user whom an address was created for. Each address can be used once.
    pub(crate) async fn confirm_email(&self, token: &str) -> Result<(), ServiceError> {
        let hash = sessions::hash(token);
        let write = self.database.write(move |transaction| {
            let user_id: Option<String> = transaction
                .prepare_cached("SELECT user_id FROM email_confirmation WHERE token_hash = ?")?
                .query_row([hash], |row| row.get(0))
                .optional()?;
            let Some(user_id) = user_id else {
                let message = "The address of the confirmation is unknown, or was used already";
                return Err(ServiceError::not_found(code::UNKNOWN_USER, message));
            };
            delete_all(transaction, &user_id)?;
            match status::of(transaction, &user_id)?.as_deref() {
                Some(status::EMAIL_CONFIRMATION_PENDING) => {
                    status::set(transaction, &user_id, status::ENABLED)
                }
                _ => Ok(()),
            }
        });
        write.await
    }
}
