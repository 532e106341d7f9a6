//! A clock that nobody waits for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use backendless::Clock;

/// A clock whose sleeps end at once and move its time on. Its clones are one clock.
#[derive(Clone, Debug)]
pub struct TestClock {
    began_at: SystemTime,
    sleeps: Arc<Mutex<Vec<Duration>>>,
}

impl TestClock {
    /// A clock that shows `time` and stands still but for sleeps.
    pub fn at(time: SystemTime) -> Self {
        Self {
            began_at: time,
            sleeps: Arc::default(),
        }
    }

    /// How long each sleep so far was to take.
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

/// Shows the time at which it is made.
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
        self.began_at + self.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.lock().push(duration);
        Box::pin(std::future::ready(()))
    }
}
