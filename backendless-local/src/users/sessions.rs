//! Sessions: which user a token stands for, until when. Tokens are stored as SHA-256 only, so the
//! database lets nobody in. A session lives a fixed time from its login; use does not prolong it.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::app::{App, new_id};
use crate::clock::millis;
use crate::http::reply::{Failure, code};

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS session (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL,
        expires INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS session_by_user ON session (user_id);
    CREATE INDEX IF NOT EXISTS session_by_expiry ON session (expires);
";

pub(super) type TokenHash = [u8; 32];

pub(super) struct Session {
    token_hash: TokenHash,
    user_id: String,
    expires: i64,
}

/// A new token and its session, which [`open`] makes valid.
pub(super) fn new(user_id: &str, now: i64, life: Duration) -> (String, Session) {
    let token = new_id();
    let session = Session {
        token_hash: hash(&token),
        user_id: user_id.to_owned(),
        expires: now.saturating_add(millis(life)),
    };
    (token, session)
}

pub(super) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// Makes a session valid, and clears away those that are over.
pub(super) fn open(connection: &Connection, session: &Session, now: i64) -> Result<(), Failure> {
    connection.execute("DELETE FROM session WHERE expires <= ?", [now])?;
    connection.execute(
        "INSERT INTO session (token_hash, user_id, expires) VALUES (?, ?, ?)",
        params![session.token_hash, session.user_id, session.expires],
    )?;
    Ok(())
}

pub(super) fn close(connection: &Connection, token: &TokenHash) -> Result<(), Failure> {
    connection.execute("DELETE FROM session WHERE token_hash = ?", [token])?;
    Ok(())
}

pub(super) fn close_all(connection: &Connection, user_id: &str) -> Result<(), Failure> {
    connection.execute("DELETE FROM session WHERE user_id = ?", [user_id])?;
    Ok(())
}

/// The objectId of the user whose session the token is of.
pub(crate) async fn user(app: &App, token: &str) -> Result<String, Failure> {
    let (hash, now) = (hash(token), app.clock.now());
    let found = app.database.read(move |connection| {
        let user_id = connection
            .prepare_cached("SELECT user_id FROM session WHERE token_hash = ? AND expires > ?")?
            .query_row(params![hash, now], |row| row.get(0))
            .optional()?;
        Ok(user_id)
    });
    // The service's message has the token in it; a token has no place in a message.
    found.await?.ok_or_else(|| {
        Failure::new(
            code::UNKNOWN_TOKEN,
            "Not existing user token. Relogin user to update your user token",
        )
    })
}
