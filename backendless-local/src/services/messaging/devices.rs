//! Devices that are registered for push notifications, and a record of the notifications. Nothing is pushed.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};

use super::schedule::NewMessage;
use super::{Messaging, create_channel};
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::services::recorded::{self, MaxItems, RecordTable, Recorded};
use crate::text::shorten;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS device (
        id TEXT PRIMARY KEY,
        registration TEXT NOT NULL,
        expires INTEGER,
        content TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS push (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL
    );
";

/// The channel of devices that name none.
const DEFAULT_CHANNEL: &str = "default";

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

impl Messaging {
    /// Registers a device, in place of an earlier registration, and returns the id of the registration.
    pub(crate) async fn register_device(
        &self,
        mut body: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        let id = required(&body, "deviceId")?.to_owned();
        for name in ["deviceToken", "os"] {
            required(&body, name)?;
        }
        fields::text(&body, "osVersion")?;
        let channels = fields::texts(&body, "channels")?.filter(|names| !names.is_empty());
        let channels: Vec<String> = match channels {
            Some(names) => names.into_iter().map(str::to_owned).collect(),
            None => vec![DEFAULT_CHANNEL.to_owned()],
        };
        let expires = fields::typed(&body, "expiration", "a time in seconds", |time| {
            time.as_i64()?.checked_mul(1000)
        })?;
        body.insert("channels".to_owned(), channels.clone().into());
        let content = Value::from(body).to_string();
        let registration = new_id();
        let returned = registration.clone();
        let write = self.database.write(move |transaction| {
            for channel in &channels {
                create_channel(transaction, channel)?;
            }
            transaction.execute(
                "INSERT OR REPLACE INTO device (id, registration, expires, content) VALUES (?, ?, ?, ?)",
                params![id, registration, expires, content],
            )?;
            Ok(())
        });
        write.await?;
        Ok(returned)
    }

    /// Returns the registration of a device.
    pub(crate) async fn device(&self, id: String) -> Result<Value, ServiceError> {
        let now = self.clock.now();
        let read = self.database.read(move |connection| {
            let sql = "SELECT content FROM device WHERE id = ? AND coalesce(expires > ?, 1)";
            let content = connection
                .prepare_cached(sql)?
                .query_row(params![id, now], |row| row.get::<_, String>(0));
            let content = content.optional()?.ok_or_else(|| unknown_device(&id))?;
            serde_json::from_str(&content).map_err(ServiceError::internal)
        });
        read.await
    }

    /// Deletes the registration of a device.
    pub(crate) async fn unregister_device(&self, id: String) -> Result<(), ServiceError> {
        let write = self.database.write(move |transaction| {
            match transaction.execute("DELETE FROM device WHERE id = ?", [&id])? {
                0 => Err(unknown_device(&id)),
                _ => Ok(()),
            }
        });
        write.await
    }

    /// Records the notifications of a template, and returns the id of the message.
    pub(crate) async fn push_with_template(
        &self,
        name: String,
        body: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        self.templates.check_push(&name)?;
        let values = fields::object(&body, "templateValues")?.cloned();
        let content = json!({ "template": name, "templateValues": values });
        let (id, now) = (new_id(), self.clock.now());
        let message = NewMessage {
            id: id.clone(),
            channel: DEFAULT_CHANNEL.to_owned(),
            subtopic: None,
            due: now,
            content: Value::Null,
            repetition: None,
            is_published: false,
        };
        let write = self.database.write(move |transaction| {
            super::schedule::insert(transaction, &message)?;
            record(transaction, content)
        });
        write.await?;
        Ok(id)
    }

    /// Returns all recorded notifications, in order.
    pub(crate) async fn pushes(&self) -> Result<Vec<Value>, ServiceError> {
        let sql = "SELECT content FROM push ORDER BY seq";
        self.database.read_json(sql).await
    }

    /// Returns the last notifications, the newest first.
    pub(crate) async fn newest_pushes(
        &self,
        max: u32,
    ) -> Result<Vec<Recorded<Value>>, ServiceError> {
        let max = MaxItems::complete(max);
        recorded::newest(&self.database, RecordTable::Pushes, max, |push| push).await
    }
}

fn required<'b>(body: &'b Map<String, Value>, name: &str) -> Result<&'b str, ServiceError> {
    let value = fields::text(body, name)?.filter(|value| !value.is_empty());
    value.ok_or_else(|| fields::missing(name))
}

fn unknown_device(id: &str) -> ServiceError {
    let message = format!("there is no registration of the device '{}'", shorten(id));
    ServiceError::not_found(code::UNKNOWN_DEVICE, message)
}

/// Whether a published message is pushed to devices.
pub(super) fn is_pushed(body: &Map<String, Value>) -> Result<bool, ServiceError> {
    let document = fields::text(body, "pushPolicy")?;
    let live = fields::text(body, "publishPolicy")?;
    let is_published_only = document == Some("NONE") || live == Some("PUBSUB");
    let has_policy = document.is_some() || live.is_some();
    let has_target = ["pushSinglecast", "pushBroadcast", "segmentQuery"]
        .iter()
        .any(|name| body.get(*name).is_some_and(|value| !value.is_null()));
    Ok(!is_published_only && (has_policy || has_target))
}

/// Records the notification of a message: its channel, its data and headers, its options, and the ids of its devices.
pub(super) fn record_push(
    connection: &Connection,
    message: &NewMessage,
    options: &Map<String, Value>,
    now: i64,
) -> Result<(), ServiceError> {
    let devices = match fields::texts(options, "pushSinglecast")? {
        Some(ids) => ids.into_iter().map(str::to_owned).collect(),
        None => devices_of(connection, &message.channel, now)?,
    };
    let content = json!({
        "channel": message.channel, "messageId": message.id, "data": message.content["data"],
        "headers": message.content["headers"], "options": options, "devices": devices,
    });
    record(connection, content)
}

fn record(connection: &Connection, content: Value) -> Result<(), ServiceError> {
    let sql = "INSERT INTO push (content) VALUES (?)";
    connection.execute(sql, [content.to_string()])?;
    Ok(())
}

/// Returns the ids of the devices that are registered with a channel.
fn devices_of(
    connection: &Connection,
    channel: &str,
    now: i64,
) -> Result<Vec<String>, ServiceError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM device WHERE coalesce(expires > ?2, 1)
         AND EXISTS (SELECT 1 FROM json_each(content, '$.channels') WHERE value = ?1) ORDER BY id",
    )?;
    let ids = statement.query_map(params![channel, now], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
