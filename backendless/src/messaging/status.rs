//! Published messages: their status and their cancellation, and the deletion of channels.

use super::{MessageStatus, Messaging};
use crate::generated::raw;
use crate::request::Request;

impl Messaging {
    /// Returns the status of a published message: `scheduled`, `published`, `cancelled`, `failed` or `unknown`.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/push_get_message_status_2.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the id cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// let published = messaging.publish("news", "the shop opens").await?;
    /// let id = published.message_id.unwrap_or_default();
    /// assert_eq!(messaging.status(id).await?.status.as_deref(), Some("published"));
    /// # });
    /// ```
    pub fn status(&self, message_id: impl Into<String>) -> Request<MessageStatus> {
        let request = raw::get_message_status::<Option<MessageStatus>>(&message_id.into());
        Request::map(&self.client, request, Option::unwrap_or_default)
    }

    /// Cancels a message that is scheduled or repeated, and returns its status: `failed`, or `canceled`, which other pages
    /// of the documentation and the local server spell `cancelled`.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/pubsub_cancel_scheduled_message.html)).
    ///
    /// # Errors
    ///
    /// - [`Api`](crate::ErrorKind::Api) with code 5040 if the message does not exist, or cannot be cancelled, because it was
    ///   published or cancelled already.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the id cannot be a path segment, or is the name of another
    ///   operation.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// let tomorrow = SystemTime::now() + Duration::from_secs(24 * 3600);
    /// let scheduled = messaging.publish("news", "the shop opens").publish_at(tomorrow).await?;
    /// let id = scheduled.message_id.unwrap_or_default();
    /// assert_eq!(messaging.cancel(id).await?.status.as_deref(), Some("cancelled"));
    /// # });
    /// ```
    pub fn cancel(&self, message_id: impl Into<String>) -> Request<MessageStatus> {
        let request = raw::cancel_message::<Option<MessageStatus>>(&message_id.into());
        Request::map(&self.client, request, Option::unwrap_or_default)
    }

    /// Deletes a channel with its subscriptions and messages.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/messaging/index.js)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 5010 if the channel does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the channel cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let messaging = client.messaging();
    /// messaging.publish("news", "the shop opens").await?;
    /// messaging.delete_channel("news").await?;
    /// # });
    /// ```
    pub fn delete_channel(&self, name: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::delete_channel(&name.into()))
    }
}
