//! The status of messages, and messages that are published later or repeatedly.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};

use super::{Messaging, RETENTION};
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::text::shorten;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS message_status (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        due INTEGER NOT NULL,
        is_cancelled INTEGER NOT NULL DEFAULT 0,
        next INTEGER,
        every INTEGER,
        until INTEGER,
        content TEXT,
        subtopic TEXT
    );
";

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

/// A message to be published.
pub(super) struct NewMessage {
    pub(super) id: String,
    pub(super) channel: String,
    pub(super) subtopic: Option<String>,
    pub(super) due: i64,
    pub(super) content: Value,
    pub(super) repetition: Option<Repetition>,
    /// Whether it is added to the channel.
    pub(super) is_published: bool,
}

/// The shortest time between two repetitions, in milliseconds: requests state it in seconds.
pub(crate) const MIN_INTERVAL: i64 = 1000;

/// The repetition of a message, in milliseconds.
pub(super) struct Repetition {
    every: i64,
    until: Option<i64>,
}

impl Repetition {
    /// Reads `repeatEvery`, in seconds, and `repeatExpiresAt`, in milliseconds.
    pub(super) fn parse(
        body: &Map<String, Value>,
        due: i64,
    ) -> Result<Option<Repetition>, ServiceError> {
        let every = fields::typed(body, "repeatEvery", "a positive integer", |every| {
            let every = every.as_i64().filter(|every| *every > 0)?;
            every.checked_mul(MIN_INTERVAL)
        })?;
        let until = fields::typed(body, "repeatExpiresAt", "an integer", Value::as_i64)?;
        if until.is_some_and(|until| until < due) {
            let message = "repeatExpiresAt is before the publication";
            return Err(ServiceError::new(code::INVALID_PUBLISH_TIME, message));
        }
        Ok(every.map(|every| Repetition { every, until }))
    }
}

/// Stores a message and its status.
pub(super) fn insert(connection: &Connection, message: &NewMessage) -> Result<(), ServiceError> {
    let content = message.content.to_string();
    let repetition = message.repetition.as_ref().filter(|_| message.is_published);
    connection.execute(
        "INSERT INTO message_status (id, channel, due, next, every, until, content, subtopic)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            message.id,
            message.channel,
            message.due,
            repetition.map(|repetition| message.due.saturating_add(repetition.every)),
            repetition.map(|repetition| repetition.every),
            repetition.and_then(|repetition| repetition.until),
            repetition.map(|_| &content),
            message.subtopic,
        ],
    )?;
    if message.is_published {
        publish(
            connection,
            &message.channel,
            message.due,
            &content,
            message.subtopic.as_deref(),
        )?;
    }
    Ok(())
}

fn publish(
    connection: &Connection,
    channel: &str,
    due: i64,
    content: &str,
    subtopic: Option<&str>,
) -> Result<(), ServiceError> {
    connection
        .prepare_cached(
            "INSERT INTO message (channel, due, content, subtopic) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![channel, due, content, subtopic])?;
    Ok(())
}

/// A message that is repeated, at its next time.
struct Repeated {
    id: String,
    next: i64,
    every: i64,
    until: i64,
    content: Value,
    subtopic: Option<String>,
}

/// Publishes the repetitions of a channel that are due. Those that could not be polled any longer are skipped.
pub(super) fn repeat(connection: &Connection, channel: &str, now: i64) -> Result<(), ServiceError> {
    for repeated in repeated(connection, channel, now)? {
        let Repeated {
            id, every, until, ..
        } = &repeated;
        let oldest = now.saturating_sub(RETENTION);
        let mut next = skip_missed(repeated.next, *every, oldest);
        while next <= now && next <= *until {
            let mut content = repeated.content.clone();
            content["messageId"] = new_id().into();
            content["publishedAt"] = next.into();
            let subtopic = repeated.subtopic.as_deref();
            publish(connection, channel, next, &content.to_string(), subtopic)?;
            next = next.saturating_add(*every);
        }
        let next = Some(next).filter(|next| next <= until);
        connection
            .prepare_cached("UPDATE message_status SET next = ? WHERE id = ?")?
            .execute(params![next, id])?;
    }
    Ok(())
}

/// Returns the last repetition that is not after `oldest`, or the next one if it is later.
fn skip_missed(next: i64, every: i64, oldest: i64) -> i64 {
    match next < oldest {
        // Unsigned: the next time of an edited database can be more than `i64::MAX` milliseconds before.
        true => {
            let since_last = oldest.abs_diff(next) % every.unsigned_abs();
            oldest.saturating_sub_unsigned(since_last)
        }
        false => next,
    }
}

fn repeated(
    connection: &Connection,
    channel: &str,
    now: i64,
) -> Result<Vec<Repeated>, ServiceError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, next, every, coalesce(until, ?3), content, subtopic FROM message_status
         WHERE channel = ?1 AND next <= ?2 AND NOT is_cancelled AND every >= ?4 AND content IS NOT NULL",
    )?;
    // The database may have been edited: a shorter time could be repeated without end.
    let mut rows = statement.query(params![channel, now, i64::MAX, MIN_INTERVAL])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let content: String = row.get(4)?;
        found.push(Repeated {
            id: row.get(0)?,
            next: row.get(1)?,
            every: row.get(2)?,
            until: row.get(3)?,
            content: serde_json::from_str(&content).map_err(ServiceError::internal)?,
            subtopic: row.get(5)?,
        });
    }
    Ok(found)
}

/// Cancels the messages of a channel that is deleted.
pub(super) fn cancel_all(connection: &Connection, channel: &str) -> Result<(), ServiceError> {
    let sql = "UPDATE message_status SET is_cancelled = 1, next = NULL
               WHERE channel = ? AND next IS NOT NULL";
    connection.execute(sql, [channel])?;
    Ok(())
}

impl Messaging {
    /// Returns the status of a message: `unknown`, `scheduled`, `published` or `cancelled`.
    pub(crate) async fn status(&self, id: String) -> Result<Value, ServiceError> {
        let now = self.clock.now();
        let read = self.database.read(move |connection| {
            let status = match find(connection, &id)? {
                None => "unknown",
                Some(found) => found.status(now),
            };
            Ok(status_of(&id, status))
        });
        read.await
    }

    /// Cancels a message that is not published yet, or that is repeated, and returns its status.
    pub(crate) async fn cancel(&self, id: String) -> Result<Value, ServiceError> {
        let now = self.clock.now();
        let write = self.database.write(move |transaction| {
            let Some(found) = find(transaction, &id)? else {
                let message = format!("there is no message '{}'", shorten(&id));
                return Err(ServiceError::new(code::CANNOT_CANCEL, message));
            };
            if found.is_cancelled {
                return Ok(status_of(&id, "cancelled"));
            }
            if found.due <= now && found.next.is_none() {
                let message = format!("the message '{}' is published already", shorten(&id));
                return Err(ServiceError::new(code::CANNOT_CANCEL, message));
            }
            transaction.execute(
                "UPDATE message_status SET is_cancelled = 1, next = NULL WHERE id = ?",
                [&id],
            )?;
            transaction.execute(
                "DELETE FROM message WHERE due > ? AND json_extract(content, '$.messageId') = ?",
                params![now, id],
            )?;
            Ok(status_of(&id, "cancelled"))
        });
        write.await
    }
}

struct Found {
    due: i64,
    is_cancelled: bool,
    next: Option<i64>,
}

impl Found {
    fn status(&self, now: i64) -> &'static str {
        match self {
            Found {
                is_cancelled: true, ..
            } => "cancelled",
            Found { due, .. } if *due > now => "scheduled",
            Found { .. } => "published",
        }
    }
}

fn find(connection: &Connection, id: &str) -> Result<Option<Found>, ServiceError> {
    let sql = "SELECT due, is_cancelled, next FROM message_status WHERE id = ?";
    let found = connection.prepare_cached(sql)?.query_row([id], |row| {
        Ok(Found {
            due: row.get(0)?,
            is_cancelled: row.get(1)?,
            next: row.get(2)?,
        })
    });
    Ok(found.optional()?)
}

fn status_of(id: &str, status: &str) -> Value {
    json!({ "messageId": id, "status": status, "errorMessage": null })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_before_the_oldest_are_skipped() {
        for (next, every, oldest, expected) in [
            (5000, 1000, 4000, 5000),
            (4000, 1000, 4000, 4000),
            (3500, 1000, 4000, 3500),
            (500, 1000, 4000, 3500),
            (-500, 1000, 4000, 3500),
            (0, 5000, 4000, 0),
            (i64::MIN, 1000, 4000, 3192),
            (i64::MIN, i64::MAX, i64::MAX, i64::MAX - 1),
        ] {
            let first = skip_missed(next, every, oldest);
            assert_eq!(first, expected, "{next} {every} {oldest}");
        }
    }
}
