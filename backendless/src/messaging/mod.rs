//! Messaging: messages in channels, push notifications and e-mail.

mod email;
mod message;
mod publish;
mod stream;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use email::Email;
pub use message::{Message, MessageStatus};
pub use publish::{Publish, PublishParameters, PushPolicy};
pub use stream::MessageStream;

use crate::Client;
use crate::generated::raw;
use crate::operations::SEND_EMAIL;
use crate::request::Request;

/// The messages of an application; made by [`Client::messaging`].
///
/// A handle like the client: cheap to clone, and free to move into tasks.
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

impl Messaging {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Publishes `message`, which is anything that serializes to JSON, in a channel.
    ///
    /// The call is not idempotent: done twice, it publishes two messages.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a channel that cannot be one, or
    /// is `email`, which is another operation's path, and for a header or message that cannot be
    /// sent; [`NotFound`](crate::ErrorKind::NotFound) with code 5010 for a channel that the service
    /// does not know; and what every call may answer.
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

    /// Takes the messages that wait for a subscription, as the service answers them.
    ///
    /// The call is not idempotent: the service hands each message out once, and what a lost answer
    /// held is gone. [`messages`](Self::messages) reads one message after the other.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a channel or subscription id that
    /// cannot be one; [`Decode`](crate::ErrorKind::Decode) for an answer that is no `R`; and what
    /// every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// let answer: backendless::Record = messaging.poll("news", "my-subscription").await?;
    /// assert!(answer.contains_key("messages"));
    /// # });
    /// ```
    pub fn poll<R>(
        &self,
        channel: impl Into<String>,
        subscription_id: impl Into<String>,
    ) -> Request<R>
    where
        R: DeserializeOwned + 'static,
    {
        let request = raw::poll_messages(&channel.into(), &subscription_id.into());
        Request::new(&self.client, request)
    }

    /// Reads the messages of a subscription as they come, with the payload as an `M`.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// # messaging.poll::<backendless::Record>("news", "my-subscription").await?;
    /// messaging.publish("news", "the shop opens").await?;
    ///
    /// let mut messages = messaging.messages::<String>("news", "my-subscription");
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

    /// Sends an e-mail, to at least one recipient and with at least one body.
    ///
    /// The call is not idempotent: done twice, it sends two e-mails.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an e-mail without recipient or
    /// body; [`Api`](crate::ErrorKind::Api) with code 5047 for an address that is none, with 5050 if
    /// the application has no mail server; and what every call may answer.
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
