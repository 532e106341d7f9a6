//! The clock of one server, in milliseconds since 1970: the machine's clock plus the offset that
//! [`advance`](Clock::advance) adds. The machine's clock is never changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    offset: Arc<AtomicU64>,
}

impl Clock {
    pub(crate) fn now(&self) -> i64 {
        // A machine clock before 1970 reads as 1970.
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        millis(since_epoch).saturating_add_unsigned(self.offset.load(Ordering::Relaxed))
    }

    /// Returns the sum of all advances.
    pub(crate) fn offset(&self) -> Duration {
        Duration::from_millis(self.offset.load(Ordering::Relaxed))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let by = millis(by).unsigned_abs();
        // The closure always returns a value, so the update cannot fail.
        let _ = self
            .offset
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |offset| {
                Some(offset.saturating_add(by))
            });
    }
}

/// Converts a duration to milliseconds, saturating at `i64::MAX`.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advance_adds_its_argument_to_the_time() {
        let (advanced, plain) = (Clock::default(), Clock::default());
        advanced.clone().advance(Duration::from_secs(3600));
        let difference = advanced.now() - plain.now();
        assert!(
            (3_599_000..=3_601_000).contains(&difference),
            "{difference}"
        );
    }

    #[test]
    fn advance_saturates() {
        let clock = Clock::default();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), i64::MAX);
    }
}
