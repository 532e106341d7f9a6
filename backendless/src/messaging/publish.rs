//! Request that publishes a message.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;

use super::MessageStatus;
use crate::data::Record;
use crate::generated::raw;
use crate::operations::PUBLISH_MESSAGE;
use crate::request::{Request, RequestFuture, argument, sealed};
use crate::{Profile, Result, Timestamp};

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
///     .message_header("topic", "shop")
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
    push_broadcast: Option<Systems>,
    push_singlecast: Vec<String>,
    options: Options,
}

/// Devices of a broadcast: a sum of numbers, or names that `|` separates.
#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Systems {
    Mask(u32),
    Names(String),
}

/// Options that the OpenAPI document lacks.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtopic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment_query: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_expires_at: Option<Timestamp>,
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
    push_broadcast: Option<Systems>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    push_singlecast: Vec<String>,
    #[serde(flatten)]
    options: Options,
}

impl PublishParameters {
    pub(super) fn new<M: Serialize + ?Sized>(channel: String, message: &M) -> Self {
        Self {
            channel,
            message: argument("the message", message, &PUBLISH_MESSAGE),
            headers: Record::new(),
            publish_at: None,
            push_policy: None,
            push_broadcast: None,
            push_singlecast: Vec::new(),
            options: Options::default(),
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
            options: self.options,
        })
    }
}

impl Publish {
    /// Adds a header to the message, such as `android-content-title` for push notifications. Receivers find it in
    /// [`Message::headers`](crate::Message::headers). An HTTP header of the request is added with
    /// [`header`](Request::header).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().publish("news", "the shop opens").message_header("topic", "shop").await?;
    /// # });
    /// ```
    pub fn message_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
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
        self.parameters.push_broadcast = Some(Systems::Mask(systems));
        self
    }

    /// Pushes the message to all devices with the operating systems of these names, in place of a sum as in
    /// [`push_broadcast`](Self::push_broadcast): `FOR_ALL`, `FOR_NONE`, or some of `FOR_IOS`, `FOR_ANDROID`, `FOR_WP` and
    /// `FOR_OSX`, separated by `|`.
    ///
    /// The official Swift SDK sends names; the OpenAPI document has numbers.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().publish("news", "the shop opens").push_broadcast_names("FOR_IOS|FOR_ANDROID").await?;
    /// # });
    /// ```
    pub fn push_broadcast_names(mut self, systems: impl Into<String>) -> Self {
        self.parameters.push_broadcast = Some(Systems::Names(systems.into()));
        self
    }

    /// Sets the id of the publisher, which receivers find in [`Message::publisher_id`](crate::Message::publisher_id).
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `src/messaging/helpers/publish-options.js`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().publish("news", "the shop opens").publisher_id("shop-1").await?;
    /// # });
    /// ```
    pub fn publisher_id(mut self, id: impl Into<String>) -> Self {
        self.parameters.options.publisher_id = Some(id.into());
        self
    }

    /// Sets the subtopic, by which [subscriptions](crate::Subscribe::subtopic) select messages.
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `src/messaging/helpers/publish-options.js`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().publish("news", "the shop opens").subtopic("shops.open").await?;
    /// # });
    /// ```
    pub fn subtopic(mut self, subtopic: impl Into<String>) -> Self {
        self.parameters.options.subtopic = Some(subtopic.into());
        self
    }

    /// Pushes the message to the devices that match a where clause, which is sent unchanged: never insert untrusted
    /// text into it.
    ///
    /// The OpenAPI document lacks this parameter of the live service (Swift-SDK, `segmentQuery` of `DeliveryOptions`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().publish("news", "the shop opens").segment_query("user.age > 18").await?;
    /// # });
    /// ```
    pub fn segment_query(mut self, clause: impl Into<String>) -> Self {
        self.parameters.options.segment_query = Some(clause.into());
        self
    }

    /// Publishes the message again after each `interval`, rounded up to seconds and at least 1 s, until
    /// [`repeat_until`](Self::repeat_until) or until it is [cancelled](crate::Messaging::cancel).
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `src/messaging/helpers/delivery-options.js`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::Duration;
    ///
    /// let hour = Duration::from_secs(3600);
    /// client.messaging().publish("news", "the shop is open").repeat_every(hour).await?;
    /// # });
    /// ```
    pub fn repeat_every(mut self, interval: Duration) -> Self {
        let partial = u64::from(interval.subsec_nanos() > 0);
        let seconds = interval.as_secs().saturating_add(partial);
        self.parameters.options.repeat_every = Some(seconds.max(1));
        self
    }

    /// Sets the end of the repetition: a `SystemTime` or a [`Timestamp`].
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `src/messaging/helpers/delivery-options.js`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::{Duration, SystemTime};
    ///
    /// let hour = Duration::from_secs(3600);
    /// client.messaging()
    ///     .publish("news", "the shop is open")
    ///     .repeat_every(hour)
    ///     .repeat_until(SystemTime::now() + 8 * hour)
    ///     .await?;
    /// # });
    /// ```
    pub fn repeat_until(mut self, time: impl Into<Timestamp>) -> Self {
        self.parameters.options.repeat_expires_at = Some(time.into());
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
