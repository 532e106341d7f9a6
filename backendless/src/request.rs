//! A call that is about to be made: its settings, and the moment when it is sent.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::generated::raw;
use crate::transport::CallOptions;
use crate::{Client, Result};

/// The future of a call.
pub(crate) type CallFuture<'a, R> = Pin<Box<dyn Future<Output = Result<R>> + Send + 'a>>;

/// A call that has not been sent yet. Await it, or [`send`](Self::send) it.
///
/// ```
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let client = backendless::Client::builder(server.app_id(), server.api_key())
/// #     .api_url(server.url()).build()?;
/// # let notes = client.data::<backendless::Record>("Note");
/// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
/// notes.delete(&note.object_id).timeout(Duration::from_secs(5)).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent when it is awaited"]
pub struct Request<'a, R> {
    client: Client,
    options: CallOptions,
    call: Box<dyn FnOnce(raw::Client) -> CallFuture<'a, R> + Send + 'a>,
}

impl<'a, R: 'a> Request<'a, R> {
    pub(crate) fn new<C, F>(client: Client, call: C) -> Self
    where
        C: FnOnce(raw::Client) -> F + Send + 'a,
        F: Future<Output = Result<R>> + Send + 'a,
    {
        Self {
            client,
            options: CallOptions::default(),
            call: Box::new(|raw| Box::pin(call(raw))),
        }
    }

    /// The most that this call may take as a whole, in place of the client's
    /// [`timeout`](crate::ClientBuilder::timeout).
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.options.timeout = Some(limit);
        self
    }

    /// Sends the request; the same as awaiting it.
    ///
    /// # Errors
    ///
    /// As the method that made the request.
    pub fn send(self) -> impl Future<Output = Result<R>> + Send + 'a {
        self.into_future()
    }

    /// Names what the request sends and no text may repeat.
    pub(crate) fn secret(mut self, secret: Arc<SecretString>) -> Self {
        self.options.secret = Some(secret);
        self
    }
}

impl<'a, R: 'a> IntoFuture for Request<'a, R> {
    type Output = Result<R>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<R>> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        (self.call)(self.client.raw_with(self.options))
    }
}

impl<R> fmt::Debug for Request<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("timeout", &self.options.timeout)
            .finish_non_exhaustive()
    }
}
