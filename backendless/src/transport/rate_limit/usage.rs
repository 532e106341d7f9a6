//! What a client reports about the number of its requests.

/// Numbers of requests of a client with a rate limit; returned by [`Client::usage`](crate::Client::usage).
///
/// A request counts from when it is sent until 60 seconds after its response started, or after it failed. A request that
/// did not get a connection does not count. So the numbers are at least those that the service counted for this client.
///
/// ```
/// # backendless_local::doc_example!(|client, server| {
/// let client = backendless::Client::builder(server.app_id(), server.api_key())
///     .api_url(server.url())
///     .requests_per_minute(1_000)
///     .build()?;
/// client.counters().increment("visits").await?;
/// client.counters().increment("visits").await?;
/// let usage = client.usage().ok_or("the client has no limit")?;
/// assert_eq!((usage.current_minute(), usage.busiest_minute()), (2, 2));
/// assert_eq!((usage.waiting(), usage.limit()), (0, 1_000));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub(super) limit: u32,
    pub(super) current_minute: u32,
    pub(super) busiest_minute: u32,
    pub(super) waiting: usize,
}

impl Usage {
    /// Returns how many requests count now: those of the last 60 seconds, and those that are in progress.
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").requests_per_minute(50).build()?;
    /// assert_eq!(client.usage().map(|usage| usage.current_minute()), Some(0));
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn current_minute(&self) -> u32 {
        self.current_minute
    }

    /// Returns the maximum of [`current_minute`](Self::current_minute) since the client was created: any 60 seconds, not
    /// only full minutes of the clock. It never exceeds the limit.
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").requests_per_minute(50).build()?;
    /// assert_eq!(client.usage().map(|usage| usage.busiest_minute()), Some(0));
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn busiest_minute(&self) -> u32 {
        self.busiest_minute
    }

    /// Returns how many requests wait for the rate limit.
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").requests_per_minute(50).build()?;
    /// assert_eq!(client.usage().map(|usage| usage.waiting()), Some(0));
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Returns the limit of the client; see [`requests_per_minute`](crate::ClientBuilder::requests_per_minute).
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").requests_per_minute(50).build()?;
    /// assert_eq!(client.usage().map(|usage| usage.limit()), Some(50));
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }
}
