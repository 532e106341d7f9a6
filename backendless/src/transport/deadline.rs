//! Time limits, measured by the clock of the client.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::Clock;
use crate::prepared::Progress;

/// Point in time at which a request or an attempt fails.
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
    /// A deadline `limit` from now.
    pub(super) fn after(clock: &Arc<dyn Clock>, limit: Duration) -> Self {
        Self {
            expires: clock.now().checked_add(limit),
            clock: Arc::clone(clock),
            idle: None,
            reported: limit,
        }
    }

    /// The same deadline, which also expires after `limit` without progress.
    pub(super) fn with_idle_limit(self, limit: Duration, progress: Progress) -> Self {
        Self {
            idle: Some((limit, progress)),
            ..self
        }
    }

    /// The same deadline, reported as `timeout` in error messages.
    pub(super) fn reported_as(self, timeout: Duration) -> Self {
        Self {
            reported: timeout,
            ..self
        }
    }

    /// Runs `future`; `None` if the deadline expires first.
    pub(super) async fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        loop {
            let chunks = self.chunks();
            match timeout(self.remaining(), future.as_mut()).await {
                Ok(output) => return Some(output),
                // Progress during the wait has moved the deadline.
                Err(_) if self.chunks() != chunks && !self.is_expired() => {}
                Err(_) => return None,
            }
        }
    }

    /// Returns the time until the deadline.
    pub(super) fn remaining(&self) -> Duration {
        let now = self.clock.now();
        let total = match self.expires {
            Some(expires) => expires.saturating_duration_since(now),
            None => Duration::MAX,
        };
        match &self.idle {
            Some((limit, progress)) => {
                let last = progress.last().unwrap_or(now);
                let waited = now.saturating_duration_since(last);
                total.min(limit.saturating_sub(waited))
            }
            None => total,
        }
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

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the timeout of {:?}", self.reported)
    }
}
