//! Received messages, and the status of published ones.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::operations::POLL_MESSAGES;
use crate::{Client, Error, ErrorKind, Result, Timestamp, decode};

/// A message from a channel, with a payload of type `M`.
///
/// The serialized form is that of the service.
///
/// ```
/// let message: backendless::Message<String> =
///     serde_json::from_str(r#"{"messageId": "1", "data": "the shop opens"}"#)?;
/// assert_eq!(message.data, "the shop opens");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(description = "A message from a channel.")
)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Message<M> {
    /// The id of the message, unique in the application.
    #[serde(default, deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub message_id: Option<String>,
    /// The payload.
    pub data: M,
    /// When the message was published.
    #[serde(default)]
    pub published_at: Option<Timestamp>,
    /// The id of the publisher, if the publisher set one.
    #[serde(default, deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub publisher_id: Option<String>,
    /// The headers: those of the publisher, and those that the service adds.
    #[serde(default, deserialize_with = "null_is_empty")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "Option<BTreeMap<String, Value>>")
    )]
    pub headers: BTreeMap<String, Value>,
}

/// The messages of one response. The list is empty if the response or its `messages` is null or missing.
///
/// Each message is still JSON, so that a message which does not match the caller's type does not affect the others. The
/// service delivers a message once, so a response of another form is not rejected as a whole: a list is the list of
/// messages, and anything else is a single message, whose error contains it if it is none.
pub(super) struct Messages(pub(super) Vec<Value>);

impl Messages {
    /// Decodes each message. The error of a message that does not match `M` names it and contains it as its data,
    /// because the service does not deliver it again.
    pub(super) fn decode<M: DeserializeOwned>(
        self,
        client: &Client,
        attempts: u32,
    ) -> Vec<Result<Message<M>>> {
        let count = self.0.len();
        let numbered = self.0.into_iter().zip(1..);
        numbered
            .map(|(message, number)| {
                decode(client, &message, (number, count), attempts)
                    .map_err(|error| error.with_data(undelivered(client, message)))
            })
            .collect()
    }

    /// Decodes all messages. The error of the first that does not match `M` contains all of them as its data.
    pub(super) fn decode_all<M: DeserializeOwned>(
        self,
        client: &Client,
        attempts: u32,
    ) -> Result<Vec<Message<M>>> {
        let count = self.0.len();
        let numbered = self.0.iter().zip(1..);
        let decoded: Result<Vec<_>> = numbered
            .map(|(message, number)| decode(client, message, (number, count), attempts))
            .collect();
        decoded.map_err(|error| error.with_data(undelivered(client, Value::Array(self.0))))
    }
}

/// Returns received messages as the data of an error, unless they repeat a secret of the client.
fn undelivered(client: &Client, messages: Value) -> Option<Value> {
    (!client.transport.is_secret_in(&messages.to_string())).then_some(messages)
}

/// Decodes the message that is number `number` of `count` in a response.
fn decode<M: DeserializeOwned>(
    client: &Client,
    message: &Value,
    (number, count): (usize, usize),
    attempts: u32,
) -> Result<Message<M>> {
    decode::from_value(message).map_err(|problem| {
        let problem = format!("{}{problem}", Id::of(message));
        let problem = client.transport.without_secrets(problem);
        let text = format!("message {number} of {count} {problem}");
        Error::new(ErrorKind::Decode, text)
            .with_operation(&POLL_MESSAGES)
            .with_attempts(attempts)
    })
}

/// The id of a message, for error messages.
struct Id<'m>(Option<&'m Value>);

impl<'m> Id<'m> {
    fn of(message: &'m Value) -> Self {
        Self(message.get("messageId"))
    }
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// The ids of the service are shorter.
        const MAX_LENGTH: usize = 64;
        match self.0 {
            Some(Value::String(id)) if (1..=MAX_LENGTH).contains(&id.len()) => {
                write!(f, "(messageId {}) ", id.escape_debug())
            }
            Some(Value::Number(id)) => write!(f, "(messageId {id}) "),
            _ => Ok(()),
        }
    }
}

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let messages = match Value::deserialize(deserializer)? {
            Value::Object(mut body) => body.remove("messages").unwrap_or_default(),
            other => other,
        };
        Ok(Self(match messages {
            Value::Null => Vec::new(),
            Value::Array(messages) => messages,
            message => Vec::from([message]),
        }))
    }
}

/// The status of a published message.
///
/// The serialized form is that of the service.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let status = client.messaging().publish("news", "the shop opens").await?;
/// assert!(status.message_id.is_some() && status.error_message.is_none());
/// # });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(description = "The status of a published message.")
)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct MessageStatus {
    /// The id of the message.
    #[serde(deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub message_id: Option<String>,
    /// The status, such as `scheduled` for a message that was accepted.
    #[serde(deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub status: Option<String>,
    /// Why the message was not published; `None` if there was no error.
    #[serde(deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub error_message: Option<String>,
}

/// A string, or a number as older servers send it.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

fn null_is_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Value>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_is_read_with_null_and_missing_fields() {
        let full = json!({"messageId": "M1", "data": {"a": 1}, "publishedAt": 5,
            "publisherId": null, "headers": {"BL_APPLICATION_ID": "x"}, "more": true});
        let message: Message<Value> = serde_json::from_value(full).unwrap();
        assert_eq!(message.data, json!({"a": 1}));
        assert_eq!(message.published_at, Some(Timestamp::from_millis(5)));
        assert_eq!(message.headers["BL_APPLICATION_ID"], "x");

        let bare = json!({"messages": [{"data": "x", "headers": null}]});
        let read: Messages = serde_json::from_value(bare).unwrap();
        let message: Message<String> = serde_json::from_value(read.0[0].clone()).unwrap();
        assert_eq!(message.data, "x");
        for empty in [json!(null), json!({}), json!({"messages": null})] {
            let read: Messages = serde_json::from_value(empty).unwrap();
            assert!(read.0.is_empty());
        }
    }

    #[test]
    fn a_status_of_any_form_is_read() {
        let read = |json| serde_json::from_value::<MessageStatus>(json).unwrap();
        let status = read(json!({"messageId": "M1", "status": 2, "errorMessage": null}));
        assert_eq!(status.status.as_deref(), Some("2"));
        assert_eq!(status.error_message, None);
        assert_eq!(read(json!({})), MessageStatus::default());
    }

    #[test]
    fn a_round_trip_keeps_the_form_of_the_service() {
        let message = json!({"messageId": "M1", "data": {"a": 1}, "publishedAt": 5,
            "publisherId": null, "headers": {"BL_APPLICATION_ID": "x"}});
        let status = json!({"messageId": "M1", "status": "scheduled", "errorMessage": null});
        let read: Message<Value> = serde_json::from_value(message.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), message);
        let read: MessageStatus = serde_json::from_value(status.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), status);
    }
}
