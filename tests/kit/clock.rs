//! A clock without real waits.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use backendless::Clock;

/// A clock whose sleeps complete at once and advance its time. Clones share the time.
#[derive(Clone, Debug)]
pub struct TestClock {
    start: Instant,
    start_system_time: SystemTime,
    sleeps: Arc<Mutex<Vec<Duration>>>,
}

impl TestClock {
    /// A clock that starts at `time` and advances only by sleeps.
    pub fn at(time: SystemTime) -> Self {
        Self {
            start: Instant::now(),
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
        self.start + self.elapsed()
    }

    fn system_time(&self) -> SystemTime {
        self.start_system_time + self.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.lock().push(duration);
        Box::pin(std::future::ready(()))
    }
}
