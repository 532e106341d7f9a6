//! A clock without real waits.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use backendless::Clock;

/// A clock that follows real time and whose sleeps complete at once and advance it. Clones share the time.
///
/// The calendar time advances by sleeps only, so that dates in tests are exact.
#[derive(Clone, Debug)]
pub struct TestClock {
    start_system_time: SystemTime,
    sleeps: Arc<Mutex<Vec<Duration>>>,
}

impl TestClock {
    /// A clock whose calendar time starts at `time`.
    pub fn at(time: SystemTime) -> Self {
        Self {
            start_system_time: time,
            sleeps: Arc::default(),
        }
    }

    /// The duration of each sleep so far.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.lock().clone()
    }

    fn elapsed(&self) -> Duration {
        self.lock().iter().sum()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.sleeps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts at the current time.
impl Default for TestClock {
    fn default() -> Self {
        Self::at(SystemTime::now())
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::now() + self.elapsed()
    }

    fn system_time(&self) -> SystemTime {
        self.start_system_time + self.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.lock().push(duration);
        Box::pin(std::future::ready(()))
    }
}
