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
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/ut_increment_by_1__return_previou.html)).
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

    /// Adds `value`, which may be negative, to the counter `name`, and returns the value before.
    ///
    /// The request is not idempotent: sent twice, it adds the value twice. Requests that are processed at the same time may
    /// receive the same value ([documentation](https://backendless.com/docs/rest/ut_increment_by_n__return_previou.html)).
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/ut_increment_by_n__return_previou.html)).
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let counters = client.counters();
    /// assert_eq!(counters.get_and_increment_by("stock", 40).await?, 0);
    /// assert_eq!(counters.get_and_increment_by("stock", -3).await?, 40);
    /// assert_eq!(counters.get("stock").await?, 37);
    /// # });
    /// ```
    pub fn get_and_increment_by(&self, name: impl Into<String>, value: i64) -> Request<i64> {
        Request::new(&self.client, raw::get_and_increment_by(&name.into(), value))
    }

    /// Subtracts 1 from the counter `name`, and returns the difference.
    ///
    /// The request is not idempotent: sent twice, it subtracts 2.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/ut_decrement_by_1__return_current.html)).
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert_eq!(client.counters().decrement("seats").await?, -1);
    /// # });
    /// ```
    pub fn decrement(&self, name: impl Into<String>) -> Request<i64> {
        Request::new(&self.client, raw::decrement_and_get(&name.into()))
    }

    /// Subtracts 1 from the counter `name`, and returns the value before.
    ///
    /// The request is not idempotent: sent twice, it subtracts 2. Requests that are processed at the same time may receive
    /// the same value ([documentation](https://backendless.com/docs/rest/ut_decrement_by_1__return_previou.html)).
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/ut_decrement_by_1__return_previou.html)).
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let counters = client.counters();
    /// assert_eq!(counters.get_and_decrement("seats").await?, 0);
    /// assert_eq!(counters.get("seats").await?, -1);
    /// # });
    /// ```
    pub fn get_and_decrement(&self, name: impl Into<String>) -> Request<i64> {
        Request::new(&self.client, raw::get_and_decrement(&name.into()))
    }

    /// Sets the counter `name` to `value` if it is `expected`, and returns whether it was set.
    ///
    /// The request is not idempotent: a repeated one finds `value`, and returns `false` although the first one set it.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/ut_conditional_update.html)).
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let counters = client.counters();
    /// assert!(counters.compare_and_set("leader", 0, 7).await?);
    /// assert!(!counters.compare_and_set("leader", 0, 8).await?);
    /// assert_eq!(counters.get("leader").await?, 7);
    /// # });
    /// ```
    pub fn compare_and_set(
        &self,
        name: impl Into<String>,
        expected: i64,
        value: i64,
    ) -> Request<bool> {
        Request::new(
            &self.client,
            raw::compare_and_set_counter(&name.into(), expected, value),
        )
    }

    /// Lists the names of the counters that match `pattern`, in which `*` represents any number of characters: `"*"` lists
    /// all counters, and `"visits-*"` those whose names start with `visits-`.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/counters/index.js)).
    ///
    /// # Errors
    ///
    /// As [`increment`](Self::increment).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let counters = client.counters();
    /// counters.increment("visits-home").await?;
    /// counters.increment("orders").await?;
    /// assert_eq!(counters.list("visits-*").await?, ["visits-home"]);
    /// # });
    /// ```
    pub fn list(&self, pattern: impl Into<String>) -> Request<Vec<String>> {
        let request = raw::list_counters(&pattern.into());
        Request::then(&self.client, request, |names, _| {
            names.map(Option::unwrap_or_default)
        })
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
