//! Request that publishes a message.

use std::fmt;
use std::future::IntoFuture;

use serde::Serialize;
use serde_json::value::RawValue;

use super::MessageStatus;
use crate::data::Record;
use crate::encode::to_raw_value;
use crate::generated::raw;
use crate::operations::PUBLISH_MESSAGE;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Error, Profile, Result, Timestamp};

/// Whether a message is pushed to devices, published in its channel, or both.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// use backendless::PushPolicy;
///
/// client.messaging().publish("news", "the shop opens").push_policy(PushPolicy::Also).await?;
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(
        description = "Whether a message is pushed to devices, published in its channel, or both."
    )
)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum PushPolicy {
    /// Push only.
    Only,
    /// Push and publish.
    Also,
    /// Publish only.
    None,
}

impl PushPolicy {
    /// Returns the value of `publishPolicy`, which the live service reads in place of `pushPolicy`.
    fn publish_policy(self) -> &'static str {
        match self {
            Self::Only => "PUSH",
            Self::Also => "BOTH",
            Self::None => "PUBSUB",
        }
    }
}

/// Request that publishes a message; created by [`Messaging::publish`](super::Messaging::publish).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// use std::time::{Duration, SystemTime};
///
/// let request = client.messaging()
///     .publish("news", "the shop opens")
///     .header("topic", "shop")
///     .publish_at(SystemTime::now() + Duration::from_secs(3600));
/// assert!(request.await?.message_id.is_some());
/// # });
/// ```
pub type Publish = Request<MessageStatus, PublishParameters>;

/// Parameters of [`Publish`].
pub struct PublishParameters {
    channel: String,
    message: Result<Box<RawValue>>,
    headers: Record,
    publish_at: Option<Timestamp>,
    push_policy: Option<PushPolicy>,
    push_broadcast: Option<u32>,
    push_singlecast: Vec<String>,
}

/// Body of the request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    message: Box<RawValue>,
    #[serde(skip_serializing_if = "Record::is_empty")]
    headers: Record,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_policy: Option<PushPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_broadcast: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    push_singlecast: Vec<String>,
}

impl PublishParameters {
    pub(super) fn new<M: Serialize + ?Sized>(channel: String, message: &M) -> Self {
        Self {
            channel,
            message: to_raw_value(message).map_err(|error| {
                let problem = format!("the message cannot be serialized: {error}");
                Error::invalid_argument(problem).with_operation(&PUBLISH_MESSAGE)
            }),
            headers: Record::new(),
            publish_at: None,
            push_policy: None,
            push_broadcast: None,
            push_singlecast: Vec::new(),
        }
    }

    fn body(self, profile: Profile) -> Result<Body> {
        let is_live = profile == Profile::Live;
        Ok(Body {
            message: self.message?,
            headers: self.headers,
            publish_at: self.publish_at,
            push_policy: self.push_policy.filter(|_| !is_live),
            publish_policy: self
                .push_policy
                .filter(|_| is_live)
                .map(PushPolicy::publish_policy),
            push_broadcast: self.push_broadcast,
            push_singlecast: self.push_singlecast,
        })
    }
}

impl Publish {
    /// Adds a header to the message, such as `android-content-title` for push notifications.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().publish("news", "the shop opens").header("topic", "shop").await?;
    /// # });
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters
            .headers
            .insert(name.into(), value.into().into());
        self
    }

    /// Sets the time at which the service publishes the message: a `SystemTime` or a [`Timestamp`]. By default it is
    /// published at once.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::{Duration, SystemTime};
    ///
    /// let tomorrow = SystemTime::now() + Duration::from_secs(24 * 3600);
    /// client.messaging().publish("news", "the shop opens").publish_at(tomorrow).await?;
    /// # });
    /// ```
    pub fn publish_at(mut self, time: impl Into<Timestamp>) -> Self {
        self.parameters.publish_at = Some(time.into());
        self
    }

    /// Sets whether the message is pushed to devices, published in its channel, or both. Without it, the service
    /// decides.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use backendless::PushPolicy;
    ///
    /// client.messaging().publish("news", "the shop opens").push_policy(PushPolicy::None).await?;
    /// # });
    /// ```
    pub fn push_policy(mut self, policy: PushPolicy) -> Self {
        self.parameters.push_policy = Some(policy);
        self
    }

    /// Pushes the message to all devices with these operating systems: the sum of 1 for iOS, 2 for Android, 4 for
    /// Windows Phone and 8 for macOS.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// const IOS: u32 = 1;
    /// const ANDROID: u32 = 2;
    ///
    /// client.messaging().publish("news", "the shop opens").push_broadcast(IOS + ANDROID).await?;
    /// # });
    /// ```
    pub fn push_broadcast(mut self, systems: u32) -> Self {
        self.parameters.push_broadcast = Some(systems);
        self
    }

    /// Pushes the message to the devices with these ids.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().publish("news", "the shop opens").push_singlecast(["device-1", "device-2"]).await?;
    /// # });
    /// ```
    pub fn push_singlecast<D: Into<String>>(mut self, ids: impl IntoIterator<Item = D>) -> Self {
        let ids = ids.into_iter().map(Into::into);
        self.parameters.push_singlecast.extend(ids);
        self
    }
}

impl sealed::Sendable<MessageStatus> for PublishParameters {
    fn send(request: Request<MessageStatus, Self>) -> RequestFuture<MessageStatus> {
        let (client, mut parameters, settings) = request.into_parts();
        let channel = std::mem::take(&mut parameters.channel);
        let body = parameters.body(client.profile);
        let request = body.and_then(|body| raw::publish_message(&channel, &body));
        // The message is published even if the response contains no status.
        Request::map(&client, request, Option::unwrap_or_default)
            .with_settings(settings)
            .into_future()
    }
}

/// Prints the channel; the message is the caller's data.
impl fmt::Debug for PublishParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
