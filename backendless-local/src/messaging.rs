//! The Messaging service: messages that wait in a channel for each of its subscriptions, and an
//! outbox of e-mails. Nothing is ever pushed to a device or sent to a mail server.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::{App, new_id};
use crate::http::input::{Named, Object, PathOf};
use crate::http::reply::{Failure, Json, code};

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

/// How long a message waits for the subscriptions of its channel, in milliseconds.
const KEPT: i64 = 60 * 1000;

pub(crate) fn prepare(connection: &Connection) -> Result<(), Failure> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/messaging/email", post(send_email))
        .route("/messaging/{name}", post(publish))
        .route("/messaging/{name}/subscribe", post(subscribe))
        .route("/messaging/{name}/{subscription}", get(poll))
}

fn status(message_id: &str) -> Json<Value> {
    Json(json!({ "messageId": message_id, "status": "scheduled", "errorMessage": null }))
}

async fn publish(
    State(app): State<App>,
    PathOf(Named { name: channel }): PathOf<Named>,
    Object(mut body): Object,
) -> Result<Json<Value>, Failure> {
    let Some(data) = body.remove("message") else {
        return Err(Failure::new(
            code::MISSING_PARAMETER,
            "the property 'message' is missing",
        ));
    };
    let headers = match body.remove("headers") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(headers)) => headers,
        Some(_) => return Err(Failure::new(code::INVALID_VALUE, "headers is no object")),
    };
    let now = app.clock.now();
    let due = due(body.remove("publishAt"), now)?;
    let only_pushed = only_pushed(&body)?;
    let id = new_id();
    let content = json!({
        "messageId": id, "data": data, "publishedAt": due,
        "publisherId": body.remove("publisherId").unwrap_or_default(), "headers": headers,
    });
    if !only_pushed {
        let write = app.database.write(move |transaction| {
            // A message that is due is dropped once nobody can read it any more.
            transaction.execute("DELETE FROM message WHERE due <= ?", [now - KEPT])?;
            transaction.execute(
                "INSERT INTO message (channel, due, content) VALUES (?, ?, ?)",
                params![channel, due, content.to_string()],
            )?;
            Ok(())
        });
        write.await?;
    }
    Ok(status(&id))
}

/// When a message is published: at once, unless it says when. A time that is past is now, so that
/// nothing is dropped before anybody could read it.
fn due(publish_at: Option<Value>, now: i64) -> Result<i64, Failure> {
    match publish_at {
        None | Some(Value::Null) => Ok(now),
        Some(time) => time.as_i64().map(|time| time.max(now)).ok_or_else(|| {
            let message = "publishAt is no time in milliseconds";
            Failure::new(code::INVALID_PUBLISH_TIME, message)
        }),
    }
}

/// Whether a message goes to devices alone, and so into no channel.
fn only_pushed(body: &Map<String, Value>) -> Result<bool, Failure> {
    let policy = body.get("pushPolicy").filter(|policy| !policy.is_null());
    match policy.map(Value::as_str) {
        None | Some(Some("ALSO" | "NONE")) => Ok(false),
        Some(Some("ONLY")) => Ok(true),
        Some(_) => {
            let message = "pushPolicy is one of ONLY, ALSO and NONE";
            Err(Failure::new(code::INVALID_VALUE, message))
        }
    }
}

/// Every name of a subscription is one: it receives what waits in its channel. This call, which
/// the specification does not have, only invents a name.
async fn subscribe() -> Json<Value> {
    Json(json!({ "subscriptionId": new_id() }))
}

#[derive(Deserialize)]
struct SubscriptionPath {
    #[serde(rename = "name")]
    channel: String,
    subscription: String,
}

async fn poll(
    State(app): State<App>,
    PathOf(path): PathOf<SubscriptionPath>,
) -> Result<Json<Value>, Failure> {
    let now = app.clock.now();
    let messages = app
        .database
        .write(move |transaction| hand_out(transaction, &path, now));
    Ok(Json(json!({ "messages": messages.await? })))
}

/// The messages that wait for a subscription; from now on they wait for it no more.
fn hand_out(
    transaction: &Transaction<'_>,
    path: &SubscriptionPath,
    now: i64,
) -> Result<Vec<Value>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT seq, content FROM message WHERE channel = ?1 AND due <= ?3 AND due > ?4
         AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.channel = ?1
                         AND subscription = ?2 AND message = seq)
         ORDER BY due, seq",
    )?;
    let mut rows = statement.query(params![path.channel, path.subscription, now, now - KEPT])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        transaction
            .prepare_cached(
                "INSERT INTO delivery (channel, subscription, message) VALUES (?, ?, ?)",
            )?
            .execute(params![
                path.channel,
                path.subscription,
                row.get::<_, i64>(0)?
            ])?;
        let content: String = row.get(1)?;
        messages.push(serde_json::from_str(&content).map_err(Failure::internal)?);
    }
    Ok(messages)
}

async fn send_email(State(app): State<App>, Object(body): Object) -> Result<Json<Value>, Failure> {
    check_email(&body)?;
    let content = Value::from(body).to_string();
    let write = app.database.write(move |transaction| {
        transaction.execute("INSERT INTO email (content) VALUES (?)", [content])?;
        Ok(())
    });
    write.await?;
    Ok(status(&new_id()))
}

fn check_email(body: &Map<String, Value>) -> Result<(), Failure> {
    if !body.get("subject").is_some_and(Value::is_string) {
        return Err(Failure::new(
            code::MISSING_PARAMETER,
            "the property 'subject' is missing",
        ));
    }
    let recipients = body
        .get("to")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    if recipients.is_empty() {
        return Err(Failure::new(
            code::NO_RECIPIENT,
            "the e-mail has no recipient",
        ));
    }
    if !recipients
        .iter()
        .all(|to| to.as_str().is_some_and(is_address))
    {
        return Err(Failure::new(
            code::WRONG_RECIPIENT,
            "a recipient is no e-mail address",
        ));
    }
    let body_part = |name: &str| {
        let parts = body.get("bodyparts");
        parts
            .and_then(|parts| parts.get(name))
            .is_some_and(Value::is_string)
    };
    match body_part("textmessage") || body_part("htmlmessage") {
        true => Ok(()),
        false => Err(Failure::new(code::NO_EMAIL_BODY, "the e-mail has no body")),
    }
}

/// Whether it has the form `name@host`. Whether mail arrives is not for a form to say.
fn is_address(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    match text.split_once('@') {
        Some((name, host)) => {
            !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(odd)
        }
        None => false,
    }
}

/// All e-mails that were sent, in order, as the request bodies they came in.
pub(crate) async fn outbox(app: &App) -> Result<Vec<Value>, Failure> {
    let emails = app.database.read(|connection| {
        let mut emails = Vec::new();
        let mut seq = 0;
        while let Some((next, content)) = email_after(connection, seq)? {
            emails.push(serde_json::from_str(&content).map_err(Failure::internal)?);
            seq = next;
        }
        Ok(emails)
    });
    emails.await
}

fn email_after(connection: &Connection, seq: i64) -> Result<Option<(i64, String)>, Failure> {
    let next = connection
        .prepare_cached("SELECT seq, content FROM email WHERE seq > ? ORDER BY seq LIMIT 1")?
        .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(next)
}
