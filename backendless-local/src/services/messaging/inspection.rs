//! Channels, messages and devices, for the console. Reading a message here does not deliver it.

use rusqlite::params;
use serde_json::{Value, json};

use super::{MAX_POLLED_BYTES, Messaging, RETENTION};
use crate::service_error::ServiceError;

/// Maximum number of messages of a channel that are returned.
const MAX_MESSAGES: i64 = 200;

impl Messaging {
    /// Returns the channels by name, with the number of their messages and subscriptions.
    pub(crate) async fn channels(&self) -> Result<Vec<Value>, ServiceError> {
        let since = self.clock.now() - RETENTION;
        let read = self.database.read(move |connection| {
            let mut statement = connection.prepare(
                "SELECT name, (SELECT count(*) FROM message WHERE channel = name AND due > ?1),
                        (SELECT count(*) FROM subscription WHERE channel = name)
                 FROM channel ORDER BY name",
            )?;
            let channels = statement.query_map([since], |row| {
                Ok(json!({
                    "name": row.get::<_, String>(0)?, "messages": row.get::<_, i64>(1)?,
                    "subscriptions": row.get::<_, i64>(2)?,
                }))
            })?;
            Ok(channels.collect::<Result<_, _>>()?)
        });
        read.await
    }

    /// Returns the last messages of a channel that can still be polled or are published later, the newest first.
    pub(crate) async fn messages(&self, channel: String) -> Result<Vec<Value>, ServiceError> {
        let since = self.clock.now() - RETENTION;
        let read = self.database.read(move |connection| {
            let mut statement = connection.prepare(
                "SELECT content, due, subtopic,
                        (SELECT count(*) FROM delivery WHERE delivery.channel = ?1 AND message = seq)
                 FROM message WHERE channel = ?1 AND due > ?2 ORDER BY due DESC, seq DESC LIMIT ?3",
            )?;
            let mut rows = statement.query(params![channel, since, MAX_MESSAGES])?;
            let (mut messages, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let content: String = row.get(0)?;
                bytes += content.len();
                if bytes > MAX_POLLED_BYTES && !messages.is_empty() {
                    break;
                }
                let content: Value =
                    serde_json::from_str(&content).map_err(ServiceError::internal)?;
                messages.push(json!({
                    "content": content, "due": row.get::<_, i64>(1)?,
                    "subtopic": row.get::<_, Option<String>>(2)?,
                    "deliveries": row.get::<_, i64>(3)?,
                }));
            }
            Ok(messages)
        });
        read.await
    }

    /// Returns the number of e-mails.
    pub(crate) async fn email_count(&self) -> Result<i64, ServiceError> {
        let sql = "SELECT count(*) FROM email";
        let read = self
            .database
            .read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?));
        read.await
    }

    /// Returns the number of channels.
    pub(crate) async fn channel_count(&self) -> Result<i64, ServiceError> {
        let sql = "SELECT count(*) FROM channel";
        let read = self
            .database
            .read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?));
        read.await
    }

    /// Returns the number of push notifications.
    pub(crate) async fn push_count(&self) -> Result<i64, ServiceError> {
        let sql = "SELECT count(*) FROM push";
        let read = self
            .database
            .read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?));
        read.await
    }
}
