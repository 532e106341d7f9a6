//! The time of one server, in milliseconds since 1970. It runs with the machine's clock, plus what
//! a test moved it forward; it never moves the machine's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    ahead: Arc<AtomicU64>,
}

impl Clock {
    pub(crate) fn now(&self) -> i64 {
        // A machine set before 1970 reads as 1970.
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        millis(since_epoch).saturating_add_unsigned(self.ahead.load(Ordering::Relaxed))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let by = millis(by).unsigned_abs();
        // The closure always gives a value, so the update cannot be refused.
        let _ = self
            .ahead
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| {
                Some(ahead.saturating_add(by))
            });
    }
}

/// A duration in whole milliseconds; what does not fit is the longest that does.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advanced_clock_is_ahead_of_another_by_that_much() {
        let (ahead, plain) = (Clock::default(), Clock::default());
        ahead.clone().advance(Duration::from_secs(3600));
        let lead = ahead.now() - plain.now();
        assert!((3_599_000..=3_601_000).contains(&lead), "{lead}");
    }

    #[test]
    fn advancing_beyond_the_end_of_time_stays_there() {
        let clock = Clock::default();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), i64::MAX);
    }
}
