//! Messaging: messages in channels, push notifications and e-mail.

mod device;
mod email;
mod message;
mod publish;
mod status;
mod stream;
mod subscription;
mod template;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use device::Device;
pub use email::Email;
pub use message::{Message, MessageStatus};
pub use publish::{Publish, PublishParameters, PushPolicy};
pub use stream::MessageStream;
pub use subscription::{Subscribe, SubscribeParameters, Subscription};
pub use template::TemplateEmail;

use message::Messages;

use crate::Client;
use crate::generated::raw;
use crate::operations::SEND_EMAIL;
use crate::request::Request;

/// Handle of the messaging of an application; created by [`Client::messaging`].
///
/// A cheap handle: clone it and move it into tasks.
///
/// ```
/// use serde_json::json;
///
/// # backendless_local::doc_example!(|client| {
/// let messaging = client.messaging();
/// let status = messaging.publish("news", &json!({"text": "hello"})).await?;
/// assert!(status.message_id.is_some());
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Messaging {
    client: Client,
}

impl Client {
    /// Returns the handle of channels, push notifications and e-mail; see [`Messaging`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let messaging = client.messaging();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn messaging(&self) -> Messaging {
        Messaging::new(self.clone())
    }
}

impl Messaging {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Publishes `message`, which is any value that serializes to JSON, in a channel.
    ///
    /// The request is not idempotent: sent twice, it publishes two messages.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the channel cannot be a path segment, or is `email`,
    ///   which is the path of another operation, or if the message cannot be serialized.
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 5010 if the channel does not exist.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let status = client.messaging()
    ///     .publish("news", "the shop opens")
    ///     .header("topic", "shop")
    ///     .publish_at(SystemTime::now() + Duration::from_secs(3600))
    ///     .await?;
    /// assert!(status.message_id.is_some());
    /// # });
    /// ```
    pub fn publish<M>(&self, channel: impl Into<String>, message: &M) -> Publish
    where
        M: Serialize + ?Sized,
    {
        let parameters = PublishParameters::new(channel.into(), message);
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Receives the pending messages of a subscription, with payloads of type `M`. The list is empty if there are none.
    ///
    /// The id is that of a [`Subscription`], which [`subscribe`](Self::subscribe) creates. [`Subscription::poll`] does the
    /// same without the names.
    ///
    /// The request is not idempotent: the service delivers each message once, so the messages of a lost response are
    /// lost. If one message does not match `M`, the request fails; [`Error::data`](crate::Error::data) is then an array
    /// of all received messages. Use `serde_json::Value` as `M` where payloads of another form are possible.
    /// [`messages`](Self::messages) polls repeatedly, and returns one message or error after the other.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the channel or the subscription id cannot be a path
    ///   segment.
    /// - [`Decode`](crate::ErrorKind::Decode), with the JSON path, if a message does not match `M`.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// let subscription = messaging.subscribe("news").await?;
    /// messaging.publish("news", "the shop opens").await?;
    /// let messages = messaging.poll::<String>("news", subscription.id()).await?;
    /// assert_eq!(messages[0].data, "the shop opens");
    /// # });
    /// ```
    pub fn poll<M>(
        &self,
        channel: impl Into<String>,
        subscription_id: impl Into<String>,
    ) -> Request<Vec<Message<M>>>
    where
        M: DeserializeOwned + Send + 'static,
    {
        let request = raw::poll_messages::<Messages>(&channel.into(), &subscription_id.into());
        let client = self.client.clone();
        Request::then(&self.client, request, move |messages, attempts| {
            messages?.decode_all(&client, attempts)
        })
    }

    /// Returns a stream of the messages of a subscription, with payloads of type `M`; see [`MessageStream`].
    ///
    /// The id is that of a [`Subscription`], which [`subscribe`](Self::subscribe) creates. [`Subscription::messages`] does
    /// the same without the names.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// let subscription = messaging.subscribe("news").await?;
    /// messaging.publish("news", "the shop opens").await?;
    ///
    /// let mut messages = messaging.messages::<String>("news", subscription.id());
    /// let message = messages.try_next().await?.expect("a stream of messages does not end");
    /// assert_eq!(message.data, "the shop opens");
    /// # });
    /// ```
    pub fn messages<M>(
        &self,
        channel: impl Into<String>,
        subscription_id: impl Into<String>,
    ) -> MessageStream<M> {
        MessageStream::new(self.client.clone(), channel.into(), subscription_id.into())
    }

    /// Sends an e-mail, which must have at least one recipient and at least one body.
    ///
    /// The request is not idempotent: sent twice, it sends two e-mails.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the e-mail has no recipient or no body.
    /// - [`Api`](crate::ErrorKind::Api) with code 5047 if an address is invalid, and with code 5050 if the application
    ///   has no mail server.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Email;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let email = Email::new("Welcome").to("ann@example.com").text("Good to have you here.");
    /// client.messaging().send_email(email).await?;
    /// # });
    /// ```
    pub fn send_email(&self, email: Email) -> Request<()> {
        let body = email.into_request();
        let body = body.map_err(|error| error.with_operation(&SEND_EMAIL));
        Request::new(&self.client, body.and_then(|body| raw::send_email(&body)))
    }
}
