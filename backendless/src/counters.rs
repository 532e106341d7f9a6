//! Counters: numbers on the server that are changed atomically.

use crate::Client;
use crate::generated::raw;
use crate::request::Request;

/// Handle of the atomic counters of an application; created by [`Client::counters`].
///
/// A counter that was never used is 0. A cheap handle: clone it and move it into tasks.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let counters = client.counters();
/// assert_eq!(counters.increment("visits").await?, 1);
/// assert_eq!(counters.increment_by("visits", 9).await?, 10);
/// assert_eq!(counters.get("visits").await?, 10);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Counters {
    client: Client,
}

impl Client {
    /// Returns the handle of the atomic counters; see [`Counters`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let counters = client.counters();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters::new(self.clone())
    }
}

impl Counters {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Adds 1 to the counter `name`, and returns the sum.
    ///
    /// The request is not idempotent: sent twice, it adds 2.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the name cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert_eq!(client.counters().increment("visits").await?, 1);
    /// # });
    /// ```
    pub fn increment(&self, name: impl Into<String>) -> Request<i64> {
        Request::new(&self.client, raw::increment_and_get(&name.into()))
    }

    /// Adds 1 to the counter `name`, and returns the value before.
    ///
    /// The request is not idempotent: sent twice, it adds 2. Requests that are processed at the same time may receive the
    /// same value ([documentation](https://backendless.com/docs/rest/ut_increment_by_1__return_previou.html)).
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let counters = client.counters();
    /// assert_eq!(counters.get_and_increment("visits").await?, 0);
    /// assert_eq!(counters.get("visits").await?, 1);
    /// # });
    /// ```
    pub fn get_and_increment(&self, name: impl Into<String>) -> Request<i64> {
        Request::new(&self.client, raw::get_and_increment(&name.into()))
    }

    /// Adds `value`, which may be negative, to the counter `name`, and returns the sum.
    ///
    /// The request is not idempotent: sent twice, it adds the value twice.
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert_eq!(client.counters().increment_by("stock", -3).await?, -3);
    /// # });
    /// ```
    pub fn increment_by(&self, name: impl Into<String>, value: i64) -> Request<i64> {
        Request::new(&self.client, raw::increment_by_and_get(&name.into(), value))
    }

    /// Reads the counter `name`. A counter that was never used is 0.
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert_eq!(client.counters().get("visits").await?, 0);
    /// # });
    /// ```
    pub fn get(&self, name: impl Into<String>) -> Request<i64> {
        Request::new(
            &self.client,
            raw::get_counter(self.client.profile, &name.into()),
        )
    }

    /// Sets the counter `name` to 0.
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let counters = client.counters();
    /// counters.increment("visits").await?;
    /// counters.reset("visits").await?;
    /// assert_eq!(counters.get("visits").await?, 0);
    /// # });
    /// ```
    pub fn reset(&self, name: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::reset_counter(&name.into()))
    }
}
