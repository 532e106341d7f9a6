//! Identities and password hashes of users, in a table that no query can read. `passwords` creates
//! the hashes.

use rusqlite::{Connection, OptionalExtension, params};

use crate::service_error::{ServiceError, code};
use crate::services::users::properties::IDENTITY;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS credential (
        user_id TEXT PRIMARY KEY,
        identity TEXT NOT NULL UNIQUE,
        password_hash TEXT NOT NULL
    );
";

/// Returns the objectId and the password hash of the user with this identity.
pub(super) fn find(
    connection: &Connection,
    identity: &str,
) -> Result<Option<(String, String)>, ServiceError> {
    let found = connection
        .prepare_cached("SELECT user_id, password_hash FROM credential WHERE identity = ?")?
        .query_row([identity], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

/// Returns the password hash of a user; `None` for a guest and for a user of a social login.
pub(super) fn hash_of(
    connection: &Connection,
    user_id: &str,
) -> Result<Option<String>, ServiceError> {
    let hash = connection
        .prepare_cached("SELECT password_hash FROM credential WHERE user_id = ?")?
        .query_row([user_id], |row| row.get(0))
        .optional()?;
    Ok(hash)
}

/// Whether this is still the user's password hash.
pub(super) fn is_current(
    connection: &Connection,
    user_id: &str,
    hash: &str,
) -> Result<bool, ServiceError> {
    let current = connection
        .prepare_cached("SELECT 1 FROM credential WHERE user_id = ? AND password_hash = ?")?
        .exists([user_id, hash])?;
    Ok(current)
}

pub(super) fn create(
    connection: &Connection,
    user_id: &str,
    identity: &str,
    hash: &str,
) -> Result<(), ServiceError> {
    if find(connection, identity)?.is_some() {
        let message = format!("User already exists: the {IDENTITY} is registered");
        return Err(ServiceError::new(code::USER_EXISTS, message));
    }
    connection.execute(
        "INSERT INTO credential (user_id, identity, password_hash) VALUES (?, ?, ?)",
        [user_id, identity, hash],
    )?;
    Ok(())
}

/// Changes the identity, the password hash or both.
pub(super) fn change(
    connection: &Connection,
    user_id: &str,
    identity: Option<&str>,
    hash: Option<&str>,
) -> Result<(), ServiceError> {
    if let Some(identity) = identity
        && find(connection, identity)?.is_some_and(|(other, _)| other != user_id)
    {
        let message = format!("The {IDENTITY} belongs to another user");
        return Err(ServiceError::new(code::IDENTITY_TAKEN, message));
    }
    connection.execute(
        "UPDATE credential SET identity = ifnull(?2, identity),
                password_hash = ifnull(?3, password_hash)
         WHERE user_id = ?1",
        params![user_id, identity, hash],
    )?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, user_id: &str) -> Result<(), ServiceError> {
    connection.execute("DELETE FROM credential WHERE user_id = ?", [user_id])?;
    Ok(())
}
