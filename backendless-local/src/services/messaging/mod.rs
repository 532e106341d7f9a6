//! The Messaging service: channels, from which each subscription polls every message once, and an
//! outbox of e-mails. Nothing is pushed to a device or sent to a mail server: pushes are recorded.

mod devices;
pub(super) mod email;
mod inspection;
mod outbox;
mod schedule;
mod templates;

pub use outbox::Email;
pub(crate) use schedule::MIN_INTERVAL;
pub(crate) use templates::Templates;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::store::database::Database;
use crate::text::shorten;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS message (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        due INTEGER NOT NULL,
        content TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS message_by_channel ON message (channel, due);
    CREATE TABLE IF NOT EXISTS delivery (
        channel TEXT NOT NULL,
        subscription TEXT NOT NULL,
        message INTEGER NOT NULL REFERENCES message (seq) ON DELETE CASCADE,
        PRIMARY KEY (channel, subscription, message)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS channel (name TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS subscription (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        subtopic TEXT,
        after_message INTEGER NOT NULL,
        created INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS email (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL
    );
";

/// Time for which a message can be polled, in milliseconds.
const RETENTION: i64 = 60 * 1000;

/// Length of the messages that one poll returns, in bytes, unless the first one is longer. The next poll returns the others.
const MAX_POLLED_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    connection.execute_batch(TABLES)?;
    let has_subtopic = "SELECT 1 FROM pragma_table_info('message') WHERE name = 'subtopic'";
    if !connection.prepare(has_subtopic)?.exists([])? {
        connection.execute_batch("ALTER TABLE message ADD COLUMN subtopic TEXT")?;
    }
    schedule::create_tables(connection)?;
    devices::create_tables(connection)
}

#[derive(Clone, Debug)]
pub(crate) struct Messaging {
    database: Database,
    clock: Clock,
    templates: Arc<Templates>,
}

impl Messaging {
    pub(super) fn new(database: Database, clock: Clock, templates: Templates) -> Messaging {
        Messaging {
            database,
            clock,
            templates: Arc::new(templates),
        }
    }

    /// Publishes a message and returns its id.
    pub(crate) async fn publish(
        &self,
        channel: String,
        mut body: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        let data = body.remove("message");
        let data = data.ok_or_else(|| fields::missing("message"))?;
        check_options(&body)?;
        let headers = fields::object(&body, "headers")?.cloned();
        let now = self.clock.now();
        let due = parse_due(body.remove("publishAt"), now)?;
        let repetition = schedule::Repetition::parse(&body, due)?;
        let (is_published, is_pushed) = (!parse_push_only(&body)?, devices::is_pushed(&body)?);
        let subtopic = fields::text(&body, "subtopic")?.map(str::to_owned);
        let id = new_id();
        let publisher = body.get("publisherId").cloned().unwrap_or_default();
        let content = json!({
            "messageId": id, "data": data, "publishedAt": due,
            "publisherId": publisher, "headers": headers.unwrap_or_default(),
        });
        let message = schedule::NewMessage {
            id: id.clone(),
            channel,
            subtopic,
            due,
            content,
            repetition,
            is_published,
        };
        let write = self.database.write(move |transaction| {
            // Messages that can no longer be polled are deleted.
            transaction.execute("DELETE FROM message WHERE due <= ?", [now - RETENTION])?;
            create_channel(transaction, &message.channel)?;
            schedule::insert(transaction, &message)?;
            if is_pushed {
                devices::record_push(transaction, &message, &body, now)?;
            }
            Ok(())
        });
        write.await?;
        Ok(id)
    }

    /// Creates a subscription and returns its id.
    pub(crate) async fn subscribe(
        &self,
        channel: String,
        body: Option<Value>,
    ) -> Result<String, ServiceError> {
        let subtopic = check_subscription(body)?;
        let (id, now) = (new_id(), self.clock.now());
        let created = id.clone();
        let write = self.database.write(move |transaction| {
            create_channel(transaction, &channel)?;
            transaction.execute(
                "INSERT INTO subscription (id, channel, subtopic, after_message, created)
                 SELECT ?1, ?2, ?3, coalesce(max(seq), 0), ?4 FROM message",
                params![created, channel, subtopic, now],
            )?;
            Ok(())
        });
        write.await?;
        Ok(id)
    }

    /// Deletes a channel with its messages and subscriptions.
    pub(crate) async fn delete_channel(&self, channel: String) -> Result<(), ServiceError> {
        let write = self.database.write(move |transaction| {
            let deleted = transaction.execute("DELETE FROM channel WHERE name = ?", [&channel])?;
            if deleted == 0 {
                let message = format!("there is no channel '{}'", shorten(&channel));
                return Err(ServiceError::not_found(code::UNKNOWN_CHANNEL, message));
            }
            for table in ["delivery", "message", "subscription"] {
                let sql = format!("DELETE FROM {table} WHERE channel = ?");
                transaction.execute(&sql, [&channel])?;
            }
            schedule::cancel_all(transaction, &channel)
        });
        write.await
    }

    /// Returns the messages that the subscription has not polled yet.
    pub(crate) async fn poll(
        &self,
        channel: String,
        subscription: String,
    ) -> Result<Vec<Value>, ServiceError> {
        let now = self.clock.now();
        let write = self
            .database
            .write(move |transaction| deliver(transaction, &channel, &subscription, now));
        write.await
    }
}

/// Returns the time of publication: now, or `publishAt`. A time in the past becomes now, so that no
/// message expires before it can be polled.
fn parse_due(publish_at: Option<Value>, now: i64) -> Result<i64, ServiceError> {
    match publish_at {
        None | Some(Value::Null) => Ok(now),
        Some(time) => time.as_i64().map(|time| time.max(now)).ok_or_else(|| {
            let message = "publishAt is not a time in milliseconds";
            ServiceError::new(code::INVALID_PUBLISH_TIME, message)
        }),
    }
}

/// Checks the types of options that have no effect here, or only on recorded pushes.
fn check_options(body: &Map<String, Value>) -> Result<(), ServiceError> {
    for name in ["publisherId", "subtopic", "segmentQuery"] {
        fields::text(body, name)?;
    }
    fields::texts(body, "pushSinglecast")?;
    let expected = "a mask of devices, such as 3 or \"FOR_IOS|FOR_ANDROID\"";
    fields::typed(body, "pushBroadcast", expected, |mask| {
        (mask.as_u64().is_some() || mask.as_str().is_some_and(is_device_mask)).then_some(())
    })?;
    Ok(())
}

/// Whether the text has names of kinds of devices, separated by `|`.
fn is_device_mask(text: &str) -> bool {
    text.split('|').all(|name| {
        matches!(
            name.trim(),
            "FOR_ALL" | "FOR_NONE" | "FOR_IOS" | "FOR_ANDROID" | "FOR_WP" | "FOR_OSX"
        )
    })
}

/// Whether a message is pushed to devices only and therefore not added to the channel. The
/// specification has `pushPolicy`; the live service reads `publishPolicy`.
fn parse_push_only(body: &Map<String, Value>) -> Result<bool, ServiceError> {
    let document = fields::one_of(body, "pushPolicy", &["ONLY", "ALSO", "NONE"])?;
    let live = fields::one_of(body, "publishPolicy", &["PUSH", "BOTH", "PUBSUB"])?;
    let document = document.map(|policy| policy == "ONLY");
    let live = live.map(|policy| policy == "PUSH");
    if document.is_some() && live.is_some() {
        let message = "use either publishPolicy, as in the live service, or pushPolicy";
        return Err(ServiceError::new(code::INVALID_VALUE, message));
    }
    Ok(document.or(live).unwrap_or(false))
}

fn create_channel(connection: &Connection, name: &str) -> Result<(), ServiceError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO channel (name) VALUES (?)")?
        .execute([name])?;
    Ok(())
}

/// Checks the body of a subscription, which may be empty, and returns its subtopic. Rejects a selector, without which the
/// subscription would receive more messages.
fn check_subscription(body: Option<Value>) -> Result<Option<String>, ServiceError> {
    let body = match body {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(body)) => body,
        Some(_) => {
            let message = "Unable to parse the request body: it is not a JSON object";
            return Err(ServiceError::new(code::UNPARSABLE_BODY, message));
        }
    };
    fields::text(&body, "subscriberId")?;
    if fields::text(&body, "selector")?.is_some() {
        let option = "the option 'selector' of a subscription";
        return Err(ServiceError::not_implemented(option));
    }
    Ok(fields::text(&body, "subtopic")?.map(str::to_owned))
}

/// What a subscription receives. A name that was not created by a subscription receives every message of its channel.
#[derive(Default)]
struct Subscription {
    subtopic: Option<String>,
    /// The last message before the subscription, and its time.
    start: Option<(i64, i64)>,
}

impl Subscription {
    fn load(connection: &Connection, id: &str, channel: &str) -> Result<Self, ServiceError> {
        let sql = "SELECT subtopic, after_message, created FROM subscription WHERE id = ? AND channel = ?";
        let found = connection
            .prepare_cached(sql)?
            .query_row([id, channel], |row| {
                Ok(Subscription {
                    subtopic: row.get(0)?,
                    start: Some((row.get(1)?, row.get(2)?)),
                })
            });
        Ok(found.optional()?.unwrap_or_default())
    }

    /// Whether a message is delivered. Messages that were published before are not.
    fn receives(&self, seq: i64, due: i64, subtopic: Option<&str>) -> bool {
        let is_later = self
            .start
            .is_none_or(|(after, created)| seq > after || due > created);
        is_later
            && self
                .subtopic
                .as_deref()
                .is_none_or(|own| is_subtopic(own, subtopic))
    }
}

/// Whether a subtopic is that of a subscription, or below one that ends with `*`, such as `news.*`.
fn is_subtopic(own: &str, subtopic: Option<&str>) -> bool {
    let subtopic = subtopic.unwrap_or_default();
    match own.strip_suffix('*') {
        Some(start) => subtopic.starts_with(start),
        None => subtopic == own,
    }
}

/// Returns the messages that the subscription has not received and marks them as delivered.
fn deliver(
    transaction: &Connection,
    channel: &str,
    subscription: &str,
    now: i64,
) -> Result<Vec<Value>, ServiceError> {
    schedule::repeat(transaction, channel, now)?;
    let own = Subscription::load(transaction, subscription, channel)?;
    let mut statement = transaction.prepare_cached(
        "SELECT seq, content, due, subtopic FROM message WHERE channel = ?1 AND due <= ?3 AND due > ?4
         AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.channel = ?1
                         AND subscription = ?2 AND message = seq)
         ORDER BY due, seq",
    )?;
    let mut rows = statement.query(params![channel, subscription, now, now - RETENTION])?;
    let (mut messages, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let (seq, subtopic): (i64, Option<String>) = (row.get(0)?, row.get(3)?);
        if !own.receives(seq, row.get(2)?, subtopic.as_deref()) {
            continue;
        }
        let content: String = row.get(1)?;
        bytes += content.len();
        if bytes > MAX_POLLED_BYTES && !messages.is_empty() {
            break;
        }
        transaction
            .prepare_cached(
                "INSERT INTO delivery (channel, subscription, message) VALUES (?, ?, ?)",
            )?
            .execute(params![channel, subscription, seq])?;
        messages.push(serde_json::from_str(&content).map_err(ServiceError::internal)?);
    }
    Ok(messages)
}
