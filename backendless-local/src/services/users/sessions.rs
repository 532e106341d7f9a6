//! Sessions: the user of each token and the time of its expiry. Only SHA-256 hashes of tokens are
//! stored, so the database contains no valid token. A session expires a fixed time after its login;
//! use does not extend it.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::clock::millis;
use crate::id::new_id;
use crate::multiple_logins::MultipleLogins;
use crate::service_error::{ServiceError, code};
use crate::services::caller::TokenHash;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS session (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL,
        expires INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS session_by_user ON session (user_id);
    CREATE INDEX IF NOT EXISTS session_by_expiry ON session (expires);
";

pub(super) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// Creates a session, if the user may have another one, and returns its token. Deletes expired sessions.
pub(super) fn open(
    connection: &Connection,
    user_id: &str,
    life: Duration,
    now: i64,
    multiple_logins: MultipleLogins,
) -> Result<String, ServiceError> {
    let token = new_id();
    let expires = now.saturating_add(millis(life));
    connection.execute("DELETE FROM session WHERE expires <= ?", [now])?;
    make_room(connection, user_id, multiple_logins)?;
    connection.execute(
        "INSERT INTO session (token_hash, user_id, expires) VALUES (?, ?, ?)",
        params![hash(&token), user_id, expires],
    )?;
    Ok(token)
}

/// Ends the sessions of a user that a login ends, or rejects the login.
fn make_room(
    connection: &Connection,
    user_id: &str,
    multiple_logins: MultipleLogins,
) -> Result<(), ServiceError> {
    let count = || -> Result<u32, ServiceError> {
        let mut sessions =
            connection.prepare_cached("SELECT count(*) FROM session WHERE user_id = ?")?;
        Ok(sessions.query_row([user_id], |row| row.get(0))?)
    };
    match multiple_logins {
        MultipleLogins::Unlimited => Ok(()),
        MultipleLogins::EndEarlier => close_all(connection, user_id),
        MultipleLogins::Reject if count()? > 0 => Err(ServiceError::new(
            code::ALREADY_LOGGED_IN,
            "User is already logged in: multiple logins of a user are disabled",
        )),
        MultipleLogins::AtMost(max) if count()? >= max => {
            let message = format!("The user has {max} sessions, and no user may have more");
            Err(ServiceError::new(code::TOO_MANY_LOGINS, message))
        }
        MultipleLogins::Reject | MultipleLogins::AtMost(_) => Ok(()),
    }
}

pub(super) fn close(connection: &Connection, token: &TokenHash) -> Result<(), ServiceError> {
    connection.execute("DELETE FROM session WHERE token_hash = ?", [token])?;
    Ok(())
}

pub(super) fn close_all(connection: &Connection, user_id: &str) -> Result<(), ServiceError> {
    connection.execute("DELETE FROM session WHERE user_id = ?", [user_id])?;
    Ok(())
}

/// Ends the sessions of a user except the one with the token `kept`.
pub(super) fn close_others(
    connection: &Connection,
    user_id: &str,
    kept: Option<&TokenHash>,
) -> Result<(), ServiceError> {
    connection.execute(
        "DELETE FROM session WHERE user_id = ?1 AND token_hash IS NOT ?2",
        params![user_id, kept],
    )?;
    Ok(())
}

/// Returns the objectId of the session's user; `None` if the token is unknown or expired.
pub(super) fn find_user(
    connection: &Connection,
    token: &TokenHash,
    now: i64,
) -> Result<Option<String>, ServiceError> {
    let user_id = connection
        .prepare_cached("SELECT user_id FROM session WHERE token_hash = ? AND expires > ?")?
        .query_row(params![token, now], |row| row.get(0))
        .optional()?;
    Ok(user_id)
}
