//! Messages that come, and what becomes of those that go.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::Timestamp;

/// A message from a channel, with a payload of type `M`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Message<M> {
    /// The id of the message, unique in the application.
    #[serde(default, deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub message_id: Option<String>,
    /// What was published.
    pub data: M,
    /// When it was published.
    #[serde(default)]
    pub published_at: Option<Timestamp>,
    /// Who published it, if they said so.
    #[serde(default, deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub publisher_id: Option<String>,
    /// The headers that were published with it, and those that the service adds.
    #[serde(default, deserialize_with = "null_is_empty")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "Option<BTreeMap<String, Value>>")
    )]
    pub headers: BTreeMap<String, Value>,
}

/// The messages of one answer, not read any further, so that one which does not fit spoils no other.
/// There are none if the answer is null, or has null or nothing in their place.
pub(super) struct Messages(pub(super) Vec<Value>);

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Answer {
            messages: Option<Vec<Value>>,
        }
        let answer = Option::<Answer>::deserialize(deserializer)?;
        let messages = answer.and_then(|answer| answer.messages);
        Ok(Self(messages.unwrap_or_default()))
    }
}

/// What the service says of a message that was published.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct MessageStatus {
    /// The id of the message.
    #[serde(deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub message_id: Option<String>,
    /// How far it has come: `scheduled` for one that was taken on.
    #[serde(deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub status: Option<String>,
    /// Why it was not published, if it was not.
    #[serde(deserialize_with = "text")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub error_message: Option<String>,
}

/// A text or a number, which older servers send.
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
    fn a_message_is_read_with_nulls_and_with_parts_missing() {
        let whole = json!({"messageId": "M1", "data": {"a": 1}, "publishedAt": 5,
            "publisherId": null, "headers": {"BL_APPLICATION_ID": "x"}, "more": true});
        let message: Message<Value> = serde_json::from_value(whole).unwrap();
        assert_eq!(message.data, json!({"a": 1}));
        assert_eq!(message.published_at, Some(Timestamp::from_millis(5)));
        assert_eq!(message.headers["BL_APPLICATION_ID"], "x");

        let bare = json!({"messages": [{"data": "x", "headers": null}]});
        let read: Messages = serde_json::from_value(bare).unwrap();
        let message: Message<String> = serde_json::from_value(read.0[0].clone()).unwrap();
        assert_eq!(message.data, "x");
        for none in [json!(null), json!({}), json!({"messages": null})] {
            let read: Messages = serde_json::from_value(none).unwrap();
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
}
