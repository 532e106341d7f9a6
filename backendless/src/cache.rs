//! Cache: values on the server under a key, each for a time.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::generated::raw;
use crate::operations::{CACHE_CONTAINS, CACHE_DELETE, CACHE_GET, CACHE_PUT};
use crate::request::{CallFuture, Request, sendable};
use crate::transport::{CallOptions, finish};
use crate::{Client, Error, ErrorCode, ErrorKind};

/// The cache of an application; made by [`Client::cache`].
///
/// A handle like the client: cheap to clone, and free to move into tasks.
///
/// ```
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let client = backendless::Client::builder(server.app_id(), server.api_key())
/// #     .api_url(server.url()).build()?;
/// let cache = client.cache();
/// cache.put("greeting", "good morning").ttl(Duration::from_secs(600)).await?;
/// assert_eq!(cache.get::<String>("greeting").await?.as_deref(), Some("good morning"));
/// assert_eq!(cache.get::<String>("other").await?, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cache {
    client: Client,
}

impl Cache {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Keeps `value` under `key`, in place of what was there.
    ///
    /// `value` is anything that serializes to JSON, a scalar too. It is kept for the time that
    /// [`ttl`](CachePut::ttl) says, or for the service's default, two hours.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a key that cannot be one, a value that
    /// JSON cannot hold, or a time that cannot be sent; [`Api`](ErrorKind::Api) if the service finds
    /// the value too large; and what every call may answer.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// client.cache().put("answer", &42).await?;
    /// assert_eq!(client.cache().get::<u8>("answer").await?, Some(42));
    /// # Ok(())
    /// # }
    /// ```
    pub fn put<'a, V>(&self, key: impl Into<String>, value: &'a V) -> CachePut<'a, V>
    where
        V: Serialize + Sync + ?Sized,
    {
        CachePut {
            client: self.client.clone(),
            key: key.into(),
            value,
            ttl: None,
            options: CallOptions::default(),
        }
    }

    /// Reads the value under `key`; `None` if there is none, its time is over, or it is null.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a key that cannot be one;
    /// [`Decode`](ErrorKind::Decode) for a value that is no `T`; and what every call may answer.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// assert_eq!(client.cache().get::<String>("nothing").await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get<T>(&self, key: impl Into<String>) -> Request<'static, Option<T>>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let key = key.into();
        Request::new(self.client.clone(), move |raw: raw::Client| async move {
            match finish(raw.cache_get::<Option<T>>(&key).await, &CACHE_GET) {
                // The document says 404 for a miss; the service says 200 and null.
                Err(error) if is_miss(&error) => Ok(None),
                answer => answer,
            }
        })
    }

    /// Whether there is a value under `key`.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a key that cannot be one; and what every
    /// call may answer.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// assert!(!client.cache().contains("nothing").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains(&self, key: impl Into<String>) -> Request<'static, bool> {
        let key = key.into();
        Request::new(self.client.clone(), move |raw: raw::Client| async move {
            finish(raw.cache_contains(&key).await, &CACHE_CONTAINS)
        })
    }

    /// Removes the value under `key`, if there is one.
    ///
    /// # Errors
    ///
    /// As [`contains`](Self::contains).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// # let cache = client.cache();
    /// cache.put("answer", &42).await?;
    /// cache.delete("answer").await?;
    /// assert!(!cache.contains("answer").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, key: impl Into<String>) -> Request<'static, ()> {
        let key = key.into();
        Request::new(self.client.clone(), move |raw: raw::Client| async move {
            finish(raw.cache_delete(&key).await, &CACHE_DELETE)
        })
    }
}

/// A value that is about to be cached; made by [`Cache::put`].
#[must_use = "a value is cached when the call is awaited"]
pub struct CachePut<'a, V: ?Sized> {
    client: Client,
    key: String,
    value: &'a V,
    ttl: Option<Duration>,
    options: CallOptions,
}

impl<'a, V: Serialize + Sync + ?Sized> CachePut<'a, V> {
    /// Keeps the value for `time`: at least a millisecond, in whole milliseconds, which is the unit
    /// of the document. A longer time than two hours is refused by the service.
    /// [`Profile::Live`](crate::Profile::Live) sends whole seconds, rounded up.
    pub fn ttl(mut self, time: Duration) -> Self {
        self.ttl = Some(time);
        self
    }

    fn call(self) -> CallFuture<'a, ()> {
        let Self {
            key, value, ttl, ..
        } = self;
        let request = Request::new(self.client, move |raw: raw::Client| async move {
            let timeout = ttl.map(milliseconds).transpose()?;
            finish(raw.cache_put(&key, timeout, value).await, &CACHE_PUT)
        });
        request.with_options(self.options).call()
    }
}

sendable!(['a, V: Serialize + Sync + ?Sized] CachePut<'a, V>, 'a, ());

/// Tells the key; the value is the caller's.
impl<V: ?Sized> fmt::Debug for CachePut<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachePut")
            .field("key", &self.key)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}

/// An application that is not known is no miss, whatever its status.
fn is_miss(error: &Error) -> bool {
    error.is_not_found() && error.code() != Some(ErrorCode::UNKNOWN_APPLICATION)
}

fn milliseconds(time: Duration) -> crate::Result<i64> {
    match i64::try_from(time.as_millis()) {
        Ok(millis) if millis > 0 => Ok(millis),
        Ok(_) => Err("ttl is less than a millisecond"),
        Err(_) => Err("ttl is more than i64 milliseconds"),
    }
    .map_err(|problem| Error::new(ErrorKind::InvalidArgument, problem).with_operation(&CACHE_PUT))
}
