//! A call that is about to be made: its settings, and the moment when it is sent.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

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

    pub(crate) fn with_options(self, options: CallOptions) -> Self {
        Self { options, ..self }
    }

    /// Names what the request sends and no text may repeat.
    pub(crate) fn secret(mut self, secret: Arc<SecretString>) -> Self {
        self.options.secret = Some(secret);
        self
    }
}

impl<'a, R: 'a> Request<'a, R> {
    pub(crate) fn call(self) -> CallFuture<'a, R> {
        (self.call)(self.client.raw_with(self.options))
    }
}

/// Gives a builder with `options` and a `call(self)` what every builder of a call has: the settings of
/// a single call, `send`, and that it can be awaited.
macro_rules! sendable {
    ([$($generics:tt)*] $builder:ty, $life:lifetime, $answer:ty $(, where $($bounds:tt)+)?) => {
        impl<$($generics)*> $builder $(where $($bounds)+)? {
            /// The most that this call may take as a whole, in place of the client's
            /// [`timeout`](crate::ClientBuilder::timeout) and
            /// [`attempt_timeout`](crate::ClientBuilder::attempt_timeout).
            pub fn timeout(mut self, limit: std::time::Duration) -> Self {
                self.options.timeout = Some(limit);
                self
            }

            /// How this call is tried again, in place of the client's
            /// [`retry`](crate::ClientBuilder::retry).
            pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
                self.options.retry = Some(policy);
                self
            }

            /// Whether this request may be sent again after it may have been carried out, whatever
            /// the [operation](crate::operation::Operation::idempotency) says: `true` where doing it
            /// twice does no harm here, `false` where it would.
            pub fn idempotent(mut self, idempotent: bool) -> Self {
                self.options.idempotent = Some(idempotent);
                self
            }

            /// Sends the request; the same as awaiting it.
            ///
            /// # Errors
            ///
            /// As the method that made the request.
            pub fn send(
                self,
            ) -> impl Future<Output = crate::Result<$answer>> + Send + $life {
                self.call()
            }
        }

        impl<$($generics)*> std::future::IntoFuture for $builder $(where $($bounds)+)? {
            type Output = crate::Result<$answer>;
            type IntoFuture = crate::request::CallFuture<$life, $answer>;

            fn into_future(self) -> Self::IntoFuture {
                self.call()
            }
        }
    };
}

pub(crate) use sendable;

sendable!(['a, R: 'a] Request<'a, R>, 'a, R);

impl<R> fmt::Debug for Request<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("timeout", &self.options.timeout)
            .finish_non_exhaustive()
    }
}
