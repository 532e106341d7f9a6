//! Cache: values on the server under a key, each for a time.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::generated::raw;
use crate::operations::CACHE_PUT;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Client, Error, ErrorCode, Profile, Result};

/// The cache of an application; made by [`Client::cache`].
///
/// A handle like the client: cheap to clone, and free to move into tasks.
///
/// ```
/// use std::time::Duration;
///
/// # backendless_local::doc_example!(|client| {
/// let cache = client.cache();
/// cache.put("greeting", "good morning").ttl(Duration::from_secs(600)).await?;
/// assert_eq!(cache.get::<String>("greeting").await?.as_deref(), Some("good morning"));
/// assert_eq!(cache.get::<String>("other").await?, None);
/// # });
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
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a key that cannot be one, a value that
    /// JSON cannot hold, or a time that cannot be sent; [`Api`](crate::ErrorKind::Api) if the service finds
    /// the value too large; and what every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// client.cache().put("answer", &42).await?;
    /// assert_eq!(client.cache().get::<u8>("answer").await?, Some(42));
    /// # });
    /// ```
    pub fn put<V>(&self, key: impl Into<String>, value: &V) -> CachePut
    where
        V: Serialize + ?Sized,
    {
        let parameters = CachePutParameters {
            key: key.into(),
            value: to_raw_value(value).map_err(|error| {
                let problem = format!("the value cannot be serialized: {error}");
                Error::invalid_argument(problem).with_operation(&CACHE_PUT)
            }),
            ttl: None,
        };
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Reads the value under `key`; `None` if there is none, its time is over, or it is null.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a key that cannot be one;
    /// [`Decode`](crate::ErrorKind::Decode) for a value that is no `T`; and what every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert_eq!(client.cache().get::<String>("nothing").await?, None);
    /// # });
    /// ```
    pub fn get<T>(&self, key: impl Into<String>) -> Request<Option<T>>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let request = raw::cache_get::<Option<T>>(&key.into());
        Request::then(&self.client, request, |result, _| match result {
            // The document specifies 404 for a miss; the service sends 200 and null.
            Err(error) if is_miss(&error) => Ok(None),
            result => result,
        })
    }

    /// Whether there is a value under `key`.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a key that cannot be one; and what every
    /// call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert!(!client.cache().contains("nothing").await?);
    /// # });
    /// ```
    pub fn contains(&self, key: impl Into<String>) -> Request<bool> {
        Request::new(&self.client, raw::cache_contains(&key.into()))
    }

    /// Removes the value under `key`, if there is one.
    ///
    /// # Errors
    ///
    /// As [`contains`](Self::contains).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let cache = client.cache();
    /// cache.put("answer", &42).await?;
    /// cache.delete("answer").await?;
    /// assert!(!cache.contains("answer").await?);
    /// # });
    /// ```
    pub fn delete(&self, key: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::cache_delete(&key.into()))
    }
}

/// Request that caches a value; created by [`Cache::put`].
pub type CachePut = Request<(), CachePutParameters>;

/// Parameters of [`CachePut`].
pub struct CachePutParameters {
    key: String,
    value: Result<Box<RawValue>>,
    ttl: Option<Duration>,
}

impl CachePut {
    /// Sets how long the value is kept: at least 1 ms, in whole milliseconds, which is the unit of the document. The service
    /// rejects more than two hours. [`Profile::Live`] sends whole seconds, rounded up.
    pub fn ttl(mut self, time: Duration) -> Self {
        self.parameters.ttl = Some(time);
        self
    }
}

impl sealed::Sendable<()> for CachePutParameters {
    fn send(request: Request<(), Self>) -> RequestFuture<()> {
        let (client, parameters, settings) = request.into_parts();
        let timeout = parameters
            .ttl
            .map(|ttl| timeout(ttl, client.profile))
            .transpose();
        let request = timeout
            .and_then(|timeout| raw::cache_put(&parameters.key, timeout, &*parameters.value?));
        Request::new(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

/// Prints the key; the value is the caller's data.
impl fmt::Debug for CachePutParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachePut")
            .field("key", &self.key)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}

/// Whether `error` reports a missing value. An unknown application does not, whatever its status.
fn is_miss(error: &Error) -> bool {
    error.is_not_found() && error.code() != Some(ErrorCode::UNKNOWN_APPLICATION)
}

/// Returns the parameter `timeout`: milliseconds in the document, seconds at the live service. Seconds are rounded up, so
/// that no value expires early and a fraction of a second does not become zero.
fn timeout(ttl: Duration, profile: Profile) -> Result<i64> {
    let millis = ttl.as_millis();
    let timeout = profile.select(millis, millis.div_ceil(1_000));
    match i64::try_from(timeout) {
        Ok(timeout) if millis > 0 => Ok(timeout),
        Ok(_) => Err("ttl is less than 1 ms"),
        Err(_) => Err("ttl exceeds the range of i64"),
    }
    .map_err(|problem| Error::invalid_argument(problem).with_operation(&CACHE_PUT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_live_profile_rounds_milliseconds_up_to_seconds() {
        for (millis, seconds) in [(1, 1), (1_000, 1), (1_001, 2), (7_200_000, 7_200)] {
            let ttl = Duration::from_millis(millis);
            assert_eq!(timeout(ttl, Profile::Live).unwrap(), seconds);
            assert_eq!(
                timeout(ttl, Profile::Document).unwrap(),
                i64::try_from(millis).unwrap()
            );
        }
        let max = Duration::from_millis(u64::MAX);
        assert!(timeout(max, Profile::Document).is_err());
        assert!(timeout(Duration::from_micros(999), Profile::Live).is_err());
    }
}
