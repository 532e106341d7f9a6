//! Source of time of a client.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// Source of time of a client: deadlines are measured and retries are delayed by it.
///
/// The default is the clock of this machine. Tests set a clock whose sleeps return at once; see
/// [`ClientBuilder::clock`](crate::ClientBuilder::clock).
///
/// While a request waits for the network, a timer of tokio wakes it after the time until its deadline, which this clock
/// measured when the wait started.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the monotonic time.
    fn now(&self) -> Instant;

    /// Returns the calendar time, with which a date in `Retry-After` is compared.
    fn system_time(&self) -> SystemTime;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Clock of this machine.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        // A test may pause the time of tokio, which the sleeps below depend on.
        tokio::time::Instant::now().into_std()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}
