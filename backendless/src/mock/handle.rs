//! Handle of a mock, for assertions about the requests that it received.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

use super::lock;
use super::matcher::Expectation;
use super::received::Received;

/// A mock of one operation; created by the methods of [`MockServer`](super::MockServer).
///
/// Its assertions print what the mock expects, each request that the server received, and how it differs. It
/// dereferences to the mock of httpmock, which has further methods, such as `up_to_n_times`.
///
/// ```should_panic
/// use backendless::mock::MockServer;
///
/// let server = MockServer::start();
/// let count = server.count_objects(|when, then| {
///     when.table_name("Person");
///     then.ok(&1);
/// });
/// // the mock of countObjects received 0 requests, expected 1
/// //   expected: GET /data/{table-name}/count: countObjects, table-name = Person
/// //   the server received no request
/// count.assert();
/// ```
pub struct Mock<'s> {
    inner: httpmock::Mock<'s>,
    expectation: Arc<Mutex<Expectation>>,
    received: Received,
}

impl<'s> Mock<'s> {
    pub(super) fn new(
        inner: httpmock::Mock<'s>,
        expectation: Arc<Mutex<Expectation>>,
        received: Received,
    ) -> Self {
        Self {
            inner,
            expectation,
            received,
        }
    }

    /// Asserts that the mock responded to exactly one request.
    ///
    /// # Panics
    ///
    /// If it responded to another number of requests.
    #[track_caller]
    pub fn assert(&self) {
        self.assert_calls(1);
    }

    /// Asserts that the mock responded to exactly one request.
    ///
    /// # Panics
    ///
    /// If it responded to another number of requests.
    pub async fn assert_async(&self) {
        self.assert_calls_async(1).await;
    }

    /// Asserts that the mock responded to exactly `count` requests.
    ///
    /// # Panics
    ///
    /// If it responded to another number of requests.
    #[track_caller]
    pub fn assert_calls(&self, count: usize) {
        self.compare(count, self.inner.calls());
    }

    /// Asserts that the mock responded to exactly `count` requests.
    ///
    /// # Panics
    ///
    /// If it responded to another number of requests.
    pub async fn assert_calls_async(&self, count: usize) {
        self.compare(count, self.inner.calls_async().await);
    }

    /// Returns the mock of httpmock.
    #[must_use]
    pub fn into_inner(self) -> httpmock::Mock<'s> {
        self.inner
    }

    #[track_caller]
    fn compare(&self, expected: usize, calls: usize) {
        let expectation = lock(&self.expectation);
        let text =
            (calls != expected).then(|| self.received.describe(&expectation, expected, calls));
        drop(expectation);
        if let Some(text) = text {
            panic!("{text}");
        }
    }
}

impl<'s> Deref for Mock<'s> {
    type Target = httpmock::Mock<'s>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl DerefMut for Mock<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}

impl fmt::Debug for Mock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mock({})", lock(&self.expectation))
    }
}
