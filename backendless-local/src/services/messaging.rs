//! The Messaging service: channels, from which each subscription polls every message once, and an
//! outbox of e-mails. Nothing is pushed to a device or sent to a mail server.

use rusqlite::{Connection, Transaction, params};
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::store::database::Database;

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
    CREATE TABLE IF NOT EXISTS email (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL
    );
";

/// Time for which a message can be polled, in milliseconds.
const RETENTION: i64 = 60 * 1000;

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(super) fn reset(connection: &Connection) -> Result<(), ServiceError> {
    let tables = "DELETE FROM delivery; DELETE FROM message; DELETE FROM email;";
    Ok(connection.execute_batch(tables)?)
}

#[derive(Clone, Debug)]
pub(crate) struct Messaging {
    database: Database,
    clock: Clock,
}

impl Messaging {
    pub(super) fn new(database: Database, clock: Clock) -> Messaging {
        Messaging { database, clock }
    }

    /// Publishes a message and returns its id.
    pub(crate) async fn publish(
        &self,
        channel: String,
        mut body: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        let Some(data) = body.remove("message") else {
            let message = "the property 'message' is missing";
            return Err(ServiceError::new(code::MISSING_PARAMETER, message));
        };
        check_options(&body)?;
        let headers = fields::object(&body, "headers")?.cloned();
        let now = self.clock.now();
        let due = parse_due(body.remove("publishAt"), now)?;
        let push_only = parse_push_only(&body)?;
        let id = new_id();
        let content = json!({
            "messageId": id, "data": data, "publishedAt": due,
            "publisherId": body.remove("publisherId").unwrap_or_default(), "headers": headers.unwrap_or_default(),
        });
        if !push_only {
            let write = self.database.write(move |transaction| {
                // Messages that can no longer be polled are deleted.
                transaction.execute("DELETE FROM message WHERE due <= ?", [now - RETENTION])?;
                transaction.execute(
                    "INSERT INTO message (channel, due, content) VALUES (?, ?, ?)",
                    params![channel, due, content.to_string()],
                )?;
                Ok(())
            });
            write.await?;
        }
        Ok(id)
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

    /// Adds an e-mail to the outbox and returns the id of its message.
    pub(crate) async fn send_email(
        &self,
        body: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        check_email(&body)?;
        let content = Value::from(body);
        let write = self
            .database
            .write(move |transaction| add_email(transaction, &content));
        write.await?;
        Ok(new_id())
    }

    /// Returns all e-mails in the order in which they were sent, as request bodies.
    pub(crate) async fn outbox(&self) -> Result<Vec<Value>, ServiceError> {
        let read = self.database.read(|connection| {
            let mut statement = connection.prepare("SELECT content FROM email ORDER BY seq")?;
            let contents = statement.query_map([], |row| row.get::<_, String>(0))?;
            let mut emails = Vec::new();
            for content in contents {
                emails.push(serde_json::from_str(&content?).map_err(ServiceError::internal)?);
            }
            Ok(emails)
        });
        read.await
    }
}

/// Adds an e-mail to the outbox.
pub(super) fn add_email(connection: &Connection, content: &Value) -> Result<(), ServiceError> {
    connection.execute(
        "INSERT INTO email (content) VALUES (?)",
        [content.to_string()],
    )?;
    Ok(())
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

/// Checks the options that have no effect here, because nothing is pushed and subscriptions have no
/// selectors. Rejects options without which the message would be published differently.
fn check_options(body: &Map<String, Value>) -> Result<(), ServiceError> {
    for name in ["publisherId", "subtopic", "segmentQuery"] {
        fields::text(body, name)?;
    }
    fields::texts(body, "pushSinglecast")?;
    let expected = "a mask of devices, such as 3 or \"FOR_IOS|FOR_ANDROID\"";
    fields::typed(body, "pushBroadcast", expected, |mask| {
        (mask.as_u64().is_some() || mask.as_str().is_some_and(is_device_mask)).then_some(())
    })?;
    for name in ["repeatEvery", "repeatExpiresAt"] {
        if fields::typed(body, name, "an integer", Value::as_i64)?.is_some() {
            let option = format!("the option '{name}' of a message");
            return Err(ServiceError::not_implemented(option));
        }
    }
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

/// Checks the body of a subscription, which may be empty. Rejects options by which the subscription
/// would receive fewer messages than those of its channel.
pub(crate) fn check_subscription(body: Option<Value>) -> Result<(), ServiceError> {
    let body = match body {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(body)) => body,
        Some(_) => {
            let message = "Unable to parse the request body: it is not a JSON object";
            return Err(ServiceError::new(code::UNPARSABLE_BODY, message));
        }
    };
    for name in ["selector", "subtopic"] {
        if fields::text(&body, name)?.is_some() {
            let option = format!("the option '{name}' of a subscription");
            return Err(ServiceError::not_implemented(option));
        }
    }
    Ok(())
}

/// Returns the messages that the subscription has not received and marks them as delivered.
fn deliver(
    transaction: &Transaction<'_>,
    channel: &str,
    subscription: &str,
    now: i64,
) -> Result<Vec<Value>, ServiceError> {
    let mut statement = transaction.prepare_cached(
        "SELECT seq, content FROM message WHERE channel = ?1 AND due <= ?3 AND due > ?4
         AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.channel = ?1
                         AND subscription = ?2 AND message = seq)
         ORDER BY due, seq",
    )?;
    let mut rows = statement.query(params![channel, subscription, now, now - RETENTION])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        transaction
            .prepare_cached(
                "INSERT INTO delivery (channel, subscription, message) VALUES (?, ?, ?)",
            )?
            .execute(params![channel, subscription, row.get::<_, i64>(0)?])?;
        let content: String = row.get(1)?;
        messages.push(serde_json::from_str(&content).map_err(ServiceError::internal)?);
    }
    Ok(messages)
}

fn check_email(body: &Map<String, Value>) -> Result<(), ServiceError> {
    if !body.get("subject").is_some_and(Value::is_string) {
        return Err(ServiceError::new(
            code::MISSING_PARAMETER,
            "the property 'subject' is missing",
        ));
    }
    let recipients = body
        .get("to")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    if recipients.is_empty() {
        return Err(ServiceError::new(
            code::RECIPIENT_MISSING,
            "the e-mail has no recipient",
        ));
    }
    if !recipients
        .iter()
        .all(|to| to.as_str().is_some_and(is_address))
    {
        return Err(ServiceError::new(
            code::INVALID_RECIPIENT,
            "a recipient is not an e-mail address",
        ));
    }
    for name in ["cc", "bcc", "attachment"] {
        fields::texts(body, name)?;
    }
    let parts = fields::object(body, "bodyparts")?;
    let mut has_body = false;
    for name in ["textmessage", "htmlmessage"] {
        let part = parts.map(|parts| fields::text(parts, name)).transpose()?;
        has_body |= part.flatten().is_some();
    }
    match has_body {
        true => Ok(()),
        false => Err(ServiceError::new(
            code::EMAIL_BODY_MISSING,
            "the e-mail has no body",
        )),
    }
}

/// Whether the text has the form `name@host`.
fn is_address(text: &str) -> bool {
    let is_invalid = |c: char| c.is_whitespace() || c.is_control();
    match text.split_once('@') {
        Some((name, host)) => {
            !name.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !text.contains(is_invalid)
        }
        None => false,
    }
}
