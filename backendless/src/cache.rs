//! Cache: values under a key, each for a limited time.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::generated::raw;
use crate::operations::{CACHE_EXPIRE_IN, CACHE_PUT};
use crate::request::{Request, RequestFuture, argument, sealed};
use crate::{Client, Error, ErrorCode, Profile, Result, Timestamp};

/// Handle of the cache of an application; created by [`Client::cache`].
///
/// A cheap handle: clone it and move it into tasks.
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

impl Client {
    /// Returns the handle of the key-value cache; see [`Cache`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let cache = client.cache();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn cache(&self) -> Cache {
        Cache::new(self.clone())
    }
}

impl Cache {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Stores `value` under `key`, replacing an existing value.
    ///
    /// `value` is any value that serializes to JSON, scalars included. It is kept for the [`ttl`](CachePut::ttl), or
    /// for the default of the service, two hours.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the key cannot be a path segment, the value cannot
    ///   be serialized, or the `ttl` is out of range.
    /// - [`Api`](crate::ErrorKind::Api) if the value is too large for the service.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
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
            value: argument("the value", value, &CACHE_PUT),
            ttl: None,
        };
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Reads the value under `key`; `None` if there is no value, it is expired, or it is null.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the key cannot be a path segment.
    /// - [`Decode`](crate::ErrorKind::Decode) if the value does not match `T`.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let cache = client.cache();
    /// cache.put("greeting", "good morning").await?;
    /// assert_eq!(cache.get::<String>("greeting").await?.as_deref(), Some("good morning"));
    /// assert_eq!(cache.get::<String>("missing").await?, None);
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

    /// Returns whether there is a value under `key`.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the key cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert!(!client.cache().contains("missing").await?);
    /// # });
    /// ```
    pub fn contains(&self, key: impl Into<String>) -> Request<bool> {
        Request::new(&self.client, raw::cache_contains(&key.into()))
    }

    /// Sets the time to live of the value under `key` to `time` from now, from one second to two hours.
    ///
    /// It is sent in whole seconds, the unit of the service, and rounded up. A second request sets the same time to live
    /// again, from then on.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/ut_extending_objects_life_in_cach.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the key cannot be a path segment, or `time` is zero.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if there is no value under the key.
    /// - [`Api`](crate::ErrorKind::Api) if `time` is longer than two hours.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::Duration;
    ///
    /// # let cache = client.cache();
    /// cache.put("greeting", "good morning").await?;
    /// cache.expire_in("greeting", Duration::from_secs(60)).await?;
    /// # });
    /// ```
    pub fn expire_in(&self, key: impl Into<String>, time: Duration) -> Request<()> {
        let request = seconds(time)
            .and_then(|seconds| raw::cache_expire_in(&key.into(), seconds, &EmptyObject {}));
        Request::new(&self.client, request)
    }

    /// Sets the time at which the value under `key` expires, a `SystemTime` or a [`Timestamp`], at most two hours from now.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/ut_extending_objects_life_in_cach.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the key cannot be a path segment.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if there is no value under the key.
    /// - [`Api`](crate::ErrorKind::Api) if `time` has passed, or is later than in two hours.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::{Duration, SystemTime};
    ///
    /// # let cache = client.cache();
    /// cache.put("greeting", "good morning").await?;
    /// let in_a_minute = SystemTime::now() + Duration::from_secs(60);
    /// cache.expire_at("greeting", in_a_minute).await?;
    /// # });
    /// ```
    pub fn expire_at(&self, key: impl Into<String>, time: impl Into<Timestamp>) -> Request<()> {
        Request::new(
            &self.client,
            raw::cache_expire_at(&key.into(), time.into().as_millis(), &EmptyObject {}),
        )
    }

    /// Deletes the value under `key`, if there is one.
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
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// use std::time::Duration;
///
/// client.cache().put("answer", &42).ttl(Duration::from_secs(600)).await?;
/// # });
/// ```
pub type CachePut = Request<(), CachePutParameters>;

/// Parameters of [`CachePut`].
pub struct CachePutParameters {
    key: String,
    value: Result<Box<RawValue>>,
    ttl: Option<Duration>,
}

impl CachePut {
    /// Sets how long the value is kept, from 1 ms to two hours. The default is two hours.
    ///
    /// It is sent in whole milliseconds, the unit of the document; [`Profile::Live`] sends whole seconds, rounded up.
    /// The service rejects more than two hours.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::Duration;
    ///
    /// client.cache().put("answer", &42).ttl(Duration::from_secs(60)).await?;
    /// # });
    /// ```
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

/// Returns whether `error` reports a missing value. The error of an unknown application does not, whatever its status.
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

/// Body of a request without parameters in its body.
#[derive(Serialize)]
struct EmptyObject {}

/// Returns a time to live in seconds, rounded up.
fn seconds(time: Duration) -> Result<i64> {
    let seconds = time.as_millis().div_ceil(1_000);
    match i64::try_from(seconds.max(1)) {
        Ok(seconds) if !time.is_zero() => Ok(seconds),
        Ok(_) => Err("time is zero"),
        Err(_) => Err("time exceeds the range of i64"),
    }
    .map_err(|problem| Error::invalid_argument(problem).with_operation(&CACHE_EXPIRE_IN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_profile_rounds_milliseconds_up_to_seconds() {
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
