//! Settings of retries.
//!
//! Whether a failed request may be retried at all is not a setting: it follows from the failure and from the operation; see
//! [`RetryPolicy`]. The loop that applies the policy is in `transport::retry`.

use std::time::Duration;

/// Retry policy of a client or of a single request.
///
/// A request is retried only if the service did not process it, or if it is idempotent:
///
/// - after a failed connection (nothing was sent), after a rate limit (the service processed nothing), and after HTTP/2
///   rejected the request before it was processed (`REFUSED_STREAM`, or `GOAWAY` with a lower stream id), for every
///   operation;
/// - after status 502, 503 or 504, a lost connection, and an attempt that timed out, if the operation is idempotent
///   (see [`Operation::idempotency`](crate::operations::Operation::idempotency)) or the request is marked with
///   `.idempotent(true)`. An update with a `BackendlessExpression` or a JSON operation is not idempotent, because its result
///   depends on the stored value.
///
/// A certificate that is not trusted is never retried, and neither is a body that is a stream, because it can be sent only
/// once. The n-th retry waits for a random time between zero and `base_delay` · 2ⁿ⁻¹, limited to `max_delay`. If the
/// service sends a longer `Retry-After`, the retry waits for that time. A wait that would exceed the
/// [`timeout`](crate::ClientBuilder::timeout) of the request is not started.
///
/// All requests of a client share a [retry budget](crate::ClientBuilder::retry_budget), which limits the additional
/// load during an outage.
///
/// ```
/// use backendless::{Client, RetryPolicy};
/// use std::time::Duration;
///
/// let client = Client::builder("A0F5", "9C41")
///     .retry(RetryPolicy::default().max_attempts(5).max_delay(Duration::from_secs(3)))
///     .build()?;
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy has no effect until it is set on a client or a request"]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Returns a policy of 3 attempts, a base delay of 200 ms and a maximum delay of 10 s.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(10),
        }
    }
}

impl RetryPolicy {
    /// Returns a policy without retries.
    ///
    /// ```
    /// let policy = backendless::RetryPolicy::none();
    /// ```
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first. 0 is treated as 1.
    ///
    /// ```
    /// let policy = backendless::RetryPolicy::default().max_attempts(5);
    /// ```
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the maximum delay of the first retry. It doubles with each further retry.
    ///
    /// ```
    /// let policy = backendless::RetryPolicy::default().base_delay(std::time::Duration::from_millis(50));
    /// ```
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the maximum delay of every retry. A `Retry-After` of the service may be longer.
    ///
    /// ```
    /// let policy = backendless::RetryPolicy::default().max_delay(std::time::Duration::from_secs(3));
    /// ```
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }
}
