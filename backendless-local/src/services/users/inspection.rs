//! The sessions of users, for the console. It never has a token: only hashes are stored.

use std::collections::HashMap;

use rusqlite::params;

use super::{Users, check_user, sessions};
use crate::service_error::ServiceError;

/// A session of a user.
pub(crate) struct SessionSummary {
    /// The beginning of the hash of the token, which distinguishes the sessions of a user.
    pub(crate) fingerprint: String,
    /// Time of the expiry, in milliseconds since 1970.
    pub(crate) expires: i64,
}

impl Users {
    /// Returns the sessions of a user that have not expired, the next to expire first.
    pub(crate) async fn sessions(
        &self,
        user_id: String,
    ) -> Result<Vec<SessionSummary>, ServiceError> {
        let now = self.clock.now();
        let read = self.database.read(move |connection| {
            let mut statement = connection.prepare(
                "SELECT lower(hex(substr(token_hash, 1, 4))), expires FROM session
                 WHERE user_id = ? AND expires > ? ORDER BY expires",
            )?;
            let sessions = statement.query_map(params![user_id, now], |row| {
                Ok(SessionSummary {
                    fingerprint: row.get(0)?,
                    expires: row.get(1)?,
                })
            })?;
            Ok(sessions.collect::<Result<_, _>>()?)
        });
        read.await
    }

    /// Returns the number of sessions of each user who has one.
    pub(crate) async fn session_counts(&self) -> Result<HashMap<String, i64>, ServiceError> {
        let now = self.clock.now();
        let read = self.database.read(move |connection| {
            let sql = "SELECT user_id, count(*) FROM session WHERE expires > ? GROUP BY user_id";
            let mut statement = connection.prepare(sql)?;
            let counts = statement.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(counts.collect::<Result<_, _>>()?)
        });
        read.await
    }

    /// Ends all sessions of a user.
    pub(crate) async fn end_sessions(&self, user_id: String) -> Result<(), ServiceError> {
        let write = self.database.write(move |transaction| {
            check_user(transaction, &user_id)?;
            sessions::close_all(transaction, &user_id)
        });
        write.await
    }
}
