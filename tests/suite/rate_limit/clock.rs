//! Clocks whose sleeps end at once and advance the time.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use backendless::Clock;
use backendless_local::Server;

/// A virtual clock, which advances by 1 µs each time it is read. Clones share the time.
#[derive(Clone, Debug)]
pub(super) struct VirtualClock {
    start: Instant,
    nanoseconds: Arc<AtomicU64>,
}

impl VirtualClock {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            nanoseconds: Arc::default(),
        }
    }

    /// The time since the clock was created.
    pub(super) fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.fetch_add(1_000, Ordering::SeqCst))
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        self.start + self.elapsed()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let end = self.elapsed() + duration;
        let end = u64::try_from(end.as_nanos()).unwrap();
        self.nanoseconds.fetch_max(end, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}

/// The real time, which sleeps advance together with the clock of a local server.
#[derive(Clone, Debug)]
pub(super) struct ServerClock {
    server: Arc<Server>,
    milliseconds: Arc<AtomicU64>,
}

impl ServerClock {
    pub(super) fn new(server: &Arc<Server>) -> Self {
        Self {
            server: Arc::clone(server),
            milliseconds: Arc::default(),
        }
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Instant {
        Instant::now() + Duration::from_millis(self.milliseconds.load(Ordering::SeqCst))
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // The clock of the server has milliseconds, and must not be slower than this one.
        let milliseconds = u64::try_from(duration.as_millis()).unwrap() + 1;
        self.server
            .advance_clock(Duration::from_millis(milliseconds));
        self.milliseconds.fetch_add(milliseconds, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}
