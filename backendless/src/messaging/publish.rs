//! Publishing a message.

use std::fmt;

use serde::Serialize;

use super::MessageStatus;
use crate::data::Record;
use crate::generated::raw;
use crate::operations::PUBLISH_MESSAGE;
use crate::request::{CallFuture, Request, sendable};
use crate::transport::{CallOptions, finish};
use crate::{Client, Timestamp};

/// Whether a message is pushed to devices, published in its channel, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum PushPolicy {
    /// Only pushed.
    Only,
    /// Pushed and published.
    Also,
    /// Only published.
    None,
}

/// A message that is about to be published; made by [`Messaging::publish`].
///
/// [`Messaging::publish`]: super::Messaging::publish
#[must_use = "a message is published when the call is awaited"]
pub struct Publish<'a, M: ?Sized> {
    client: Client,
    channel: String,
    body: Body<'a, M>,
    options: CallOptions,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a, M: ?Sized> {
    message: &'a M,
    #[serde(skip_serializing_if = "Record::is_empty")]
    headers: Record,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_policy: Option<PushPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_broadcast: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    push_singlecast: Vec<String>,
}

impl<'a, M: Serialize + Sync + ?Sized> Publish<'a, M> {
    pub(super) fn new(client: Client, channel: String, message: &'a M) -> Self {
        Self {
            client,
            channel,
            body: Body {
                message,
                headers: Record::new(),
                publish_at: None,
                push_policy: None,
                push_broadcast: None,
                push_singlecast: Vec::new(),
            },
            options: CallOptions::default(),
        }
    }

    /// Publishes a header with the message, such as `android-content-title` for push notifications.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.body.headers.insert(name.into(), value.into().into());
        self
    }

    /// Publishes the message at `time` instead of now; a `SystemTime` or a [`Timestamp`].
    pub fn publish_at(mut self, time: impl Into<Timestamp>) -> Self {
        self.body.publish_at = Some(time.into());
        self
    }

    /// Whether the message is pushed to devices.
    pub fn push_policy(mut self, policy: PushPolicy) -> Self {
        self.body.push_policy = Some(policy);
        self
    }

    /// Pushes to all devices of these systems: the sum of 1 for iOS, 2 for Android, 4 for Windows
    /// Phone and 8 for macOS.
    pub fn push_broadcast(mut self, systems: u32) -> Self {
        self.body.push_broadcast = Some(systems);
        self
    }

    /// Pushes to the devices with these ids.
    pub fn push_singlecast<D: Into<String>>(mut self, ids: impl IntoIterator<Item = D>) -> Self {
        let ids = ids.into_iter().map(Into::into);
        self.body.push_singlecast.extend(ids);
        self
    }

    fn call(self) -> CallFuture<'a, MessageStatus> {
        let Self { channel, body, .. } = self;
        let request = Request::new(self.client, move |raw: raw::Client| async move {
            let answer = raw.publish_message(&channel, &body).await;
            // The message is published, whether the service tells more of it or not.
            let status: Option<MessageStatus> = finish(answer, &PUBLISH_MESSAGE)?;
            Ok(status.unwrap_or_default())
        });
        request.with_options(self.options).call()
    }
}

sendable!(['a, M: Serialize + Sync + ?Sized] Publish<'a, M>, 'a, MessageStatus);

/// Tells the channel; the message is the caller's.
impl<M: ?Sized> fmt::Debug for Publish<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
