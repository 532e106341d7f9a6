//! Subscriptions to channels.

use std::fmt;
use std::future::IntoFuture;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Message, MessageStream, Messaging};
use crate::generated::raw;
use crate::request::{Request, RequestFuture, sealed};

/// Request that subscribes to a channel; created by [`Messaging::subscribe`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let subscription = client.messaging().subscribe("news").subtopic("sport.*").await?;
/// # });
/// ```
pub type Subscribe = Request<Subscription, SubscribeParameters>;

/// Parameters of [`Subscribe`].
#[derive(Clone)]
pub struct SubscribeParameters {
    channel: String,
    body: Body,
}

#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    subscriber_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtopic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selector: Option<String>,
}

/// Response to a subscription.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscribed {
    subscription_id: String,
}

/// Subscription to a channel, from which messages are polled.
///
/// The service has no operation that ends a subscription: stop polling it. It keeps a message for 60 seconds.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let messaging = client.messaging();
/// let subscription = messaging.subscribe("news").await?;
/// messaging.publish("news", "the shop opens").await?;
/// let messages = subscription.poll::<String>().await?;
/// assert_eq!(messages[0].data, "the shop opens");
/// # });
/// ```
#[derive(Clone)]
pub struct Subscription {
    messaging: Messaging,
    channel: String,
    id: String,
}

impl Messaging {
    /// Subscribes to a channel, which is created if it does not exist.
    ///
    /// The request is not idempotent: sent twice, it creates two subscriptions.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/pubsub_subscribe_for_all_messages.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the channel cannot be a path segment.
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) with code 5008 if the user may not subscribe.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// let subscription = messaging.subscribe("news").await?;
    /// messaging.publish("news", "the shop opens").await?;
    /// let mut messages = subscription.messages::<String>();
    /// let message = messages.try_next().await?.expect("a stream of messages does not end");
    /// assert_eq!(message.data, "the shop opens");
    /// # });
    /// ```
    pub fn subscribe(&self, channel: impl Into<String>) -> Subscribe {
        let parameters = SubscribeParameters {
            channel: channel.into(),
            body: Body::default(),
        };
        Request::with_parameters(self.client.clone(), parameters)
    }
}

impl Subscribe {
    /// Sets the id of the subscriber, any text by which the application recognizes it. By default there is none.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().subscribe("news").subscriber_id("shop-1").await?;
    /// # });
    /// ```
    pub fn subscriber_id(mut self, id: impl Into<String>) -> Self {
        self.parameters.body.subscriber_id = Some(id.into());
        self
    }

    /// Receives only messages with this [subtopic](crate::Publish::subtopic), in which `*` at the end matches any text.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.messaging().subscribe("news").subtopic("sport.*").await?;
    /// # });
    /// ```
    pub fn subtopic(mut self, subtopic: impl Into<String>) -> Self {
        self.parameters.body.subtopic = Some(subtopic.into());
        self
    }

    /// Receives only messages whose headers match an SQL expression, such as `city = 'Dallas'`. The local server rejects
    /// selectors.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let request = client.messaging().subscribe("news").selector("city = 'Dallas'");
    /// assert!(request.await.is_err());
    /// # });
    /// ```
    pub fn selector(mut self, expression: impl Into<String>) -> Self {
        self.parameters.body.selector = Some(expression.into());
        self
    }
}

impl sealed::Sendable<Subscription> for SubscribeParameters {
    fn send(request: Request<Subscription, Self>) -> RequestFuture<Subscription> {
        let (client, parameters, settings) = request.into_parts();
        let Self { channel, body } = parameters;
        let request = raw::subscribe(&channel, &body);
        let messaging = client.messaging();
        Request::map(&client, request, |Subscribed { subscription_id }| {
            Subscription {
                messaging,
                channel,
                id: subscription_id,
            }
        })
        .with_settings(settings)
        .into_future()
    }
}

impl Subscription {
    /// Returns the name of the channel.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let subscription = client.messaging().subscribe("news").await?;
    /// assert_eq!(subscription.channel(), "news");
    /// # });
    /// ```
    #[must_use]
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// Returns the id of the subscription, for [`Messaging::poll`] and [`Messaging::messages`] of another process. Whoever
    /// knows it receives the messages.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let subscription = client.messaging().subscribe("news").await?;
    /// let messages = client.messaging().poll::<String>("news", subscription.id()).await?;
    /// # });
    /// ```
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Receives the pending messages; see [`Messaging::poll`].
    ///
    /// # Errors
    ///
    /// As [`Messaging::poll`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let subscription = client.messaging().subscribe("news").await?;
    /// assert!(subscription.poll::<String>().await?.is_empty());
    /// # });
    /// ```
    pub fn poll<M>(&self) -> Request<Vec<Message<M>>>
    where
        M: DeserializeOwned + Send + 'static,
    {
        self.messaging.poll(&self.channel, &self.id)
    }

    /// Returns a stream of the messages; see [`Messaging::messages`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let subscription = client.messaging().subscribe("news").await?;
    /// let messages = subscription.messages::<String>();
    /// # });
    /// ```
    pub fn messages<M>(&self) -> MessageStream<M> {
        self.messaging.messages(&self.channel, &self.id)
    }
}

/// Prints the channel.
impl fmt::Debug for SubscribeParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// Prints the channel; whoever knows the id receives the messages.
impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
