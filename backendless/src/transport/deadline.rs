//! Time limits, measured by the clock of the client.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use tokio::task::unconstrained;
use tokio::time::sleep;

use crate::Clock;
use crate::prepared::Progress;

/// Deadline of a request or an attempt, and its maximum time without progress.
#[derive(Clone)]
pub(super) struct Deadline {
    clock: Arc<dyn Clock>,
    /// `None` if the limit is unlimited, or too far away for an `Instant`.
    expires: Option<Instant>,
    /// The maximum time without progress of the body.
    idle: Option<(Duration, Progress)>,
    /// The timeout that error messages name.
    reported: Duration,
}

impl Deadline {
    /// Creates a deadline that expires `limit` after `now`.
    pub(super) fn after(clock: &Arc<dyn Clock>, now: Instant, limit: Duration) -> Self {
        Self {
            expires: now.checked_add(limit),
            clock: Arc::clone(clock),
            idle: None,
            reported: limit,
        }
    }

    /// Returns the same deadline, which also expires after `limit` without progress.
    pub(super) fn with_idle_limit(self, limit: Duration, progress: Progress) -> Self {
        Self {
            idle: Some((limit, progress)),
            ..self
        }
    }

    /// Returns the same deadline, reported as `timeout` in error messages.
    pub(super) fn reported_as(self, timeout: Duration) -> Self {
        Self {
            reported: timeout,
            ..self
        }
    }

    /// Runs `future`; `None` if the deadline expires first.
    pub(super) async fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        // Set when the future is pending.
        let mut timer = pin!(None);
        let mut chunks = 0;
        poll_fn(|task| {
            if let Poll::Ready(output) = future.as_mut().poll(task) {
                return Poll::Ready(Some(output));
            }
            loop {
                let Some(running) = timer.as_mut().as_pin_mut() else {
                    chunks = self.chunks();
                    timer.set(Some(sleep(self.remaining())));
                    continue;
                };
                // Polled even if the future has used up the budget of its task.
                ready!(Pin::new(&mut unconstrained(running)).poll(task));
                if self.chunks() == chunks || self.is_expired() {
                    return Poll::Ready(None);
                }
                // Progress during the wait has moved the deadline.
                timer.set(None);
            }
        })
        .await
    }

    /// Returns the time until the deadline.
    pub(super) fn remaining(&self) -> Duration {
        let total = self.total_remaining();
        match &self.idle {
            Some((limit, progress)) => {
                let now = self.clock.now();
                let last = progress.last().unwrap_or(now);
                let waited = now.saturating_duration_since(last);
                total.min(limit.saturating_sub(waited))
            }
            None => total,
        }
    }

    /// Returns the time until the deadline, whatever progress is made.
    fn total_remaining(&self) -> Duration {
        self.expires.map_or(Duration::MAX, |expires| {
            expires.saturating_duration_since(self.clock.now())
        })
    }

    /// Returns whether the deadline has passed, whatever progress is made.
    pub(super) fn is_expired(&self) -> bool {
        self.expires
            .is_some_and(|expires| expires <= self.clock.now())
    }

    /// Records progress.
    pub(super) fn step(&self) {
        if let Some((_, progress)) = &self.idle {
            progress.step();
        }
    }

    fn chunks(&self) -> u64 {
        self.idle
            .as_ref()
            .map_or(0, |(_, progress)| progress.chunks())
    }
}

/// Names the limit that expired, or expires first.
impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.idle {
            Some((limit, _)) if self.remaining() < self.total_remaining() => {
                write!(f, "the idle timeout of {limit:?}")
            }
            _ => write!(f, "the timeout of {:?}", self.reported),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn the_reported_timeout_is_the_one_that_expires_first() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let progress = Progress::default();
        progress.start(&clock);
        let reported = |total: u64, idle: u64| {
            let total = Duration::from_secs(total);
            let deadline = Deadline::after(&clock, clock.now(), total).reported_as(total);
            let idle = Duration::from_secs(idle);
            deadline.with_idle_limit(idle, progress.clone()).to_string()
        };
        assert_eq!(reported(3_600, 30), "the idle timeout of 30s");
        assert_eq!(reported(3_600, 0), "the idle timeout of 0ns");
        assert_eq!(reported(20, 30), "the timeout of 20s");
        assert_eq!(reported(0, 0), "the timeout of 0ns");
    }

    #[test]
    fn a_deadline_is_expired_from_its_time_on() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let after = |seconds| Deadline::after(&clock, clock.now(), Duration::from_secs(seconds));
        assert!(after(0).is_expired());
        assert!(!after(3_600).is_expired());
    }
}
