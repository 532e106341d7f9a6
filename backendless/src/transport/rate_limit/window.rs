//! The requests that count in the current 60 seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Length of the window for which a limit applies.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// Requests that count: those that are open, and those that ended in the last 60 seconds.
#[derive(Debug)]
pub(super) struct Window {
    limit: u32,
    /// The latest known time. It never decreases, whatever the clock does.
    time: Instant,
    /// The number of requests that were admitted and have not ended.
    open: u32,
    /// When each request that has ended no longer counts, in ascending order: at most `limit` times.
    releases: VecDeque<Instant>,
    busiest: u32,
}

impl Window {
    pub(super) fn new(limit: u32, time: Instant) -> Self {
        Self {
            limit,
            time,
            open: 0,
            releases: VecDeque::new(),
            busiest: 0,
        }
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    pub(super) fn time(&self) -> Instant {
        self.time
    }

    /// Sets the time. Requests that no longer count are removed by [`advance`](Self::advance).
    #[inline]
    pub(super) fn set_time(&mut self, time: Instant) {
        if time > self.time {
            self.time = time;
        }
    }

    /// Sets the time, and removes the requests that no longer count.
    pub(super) fn advance(&mut self, time: Instant) {
        self.set_time(time);
        self.release(self.time);
    }

    /// Removes the requests that no longer count at `time`, without setting the time.
    #[inline]
    pub(super) fn release(&mut self, time: Instant) {
        while let Some(release) = self.releases.front()
            && *release <= time
        {
            self.releases.pop_front();
        }
    }

    /// Returns the number of requests that count now.
    #[inline]
    pub(super) fn used(&self) -> u32 {
        // There are at most `limit` of them.
        self.open + self.releases.len() as u32
    }

    /// Returns the maximum of [`used`](Self::used) so far. A request that was not sent has no part in it, unless it was
    /// open when another one was sent.
    pub(super) fn busiest(&self) -> u32 {
        self.busiest.max(self.used())
    }

    /// Admits a request, and returns how many count with it; `None` if the limit is reached.
    #[inline]
    pub(super) fn admit(&mut self) -> Option<u32> {
        let used = self.used();
        (used < self.limit).then(|| {
            self.open += 1;
            used + 1
        })
    }

    /// Removes an admitted request that was not sent.
    pub(super) fn cancel(&mut self) {
        self.open -= 1;
    }

    /// Records that a request has ended; `used` is how many counted when it was admitted.
    #[inline]
    pub(super) fn end(&mut self, used: u32) {
        self.open -= 1;
        // There is no later time only at the maximum of an `Instant`, which is not that of a real clock.
        self.releases
            .push_back(self.time.checked_add(WINDOW).unwrap_or(self.time));
        self.busiest = self.busiest.max(used);
    }

    /// Returns when the next request may be admitted; `None` if that depends on when an open request ends.
    pub(super) fn next_release(&self) -> Option<Instant> {
        if self.used() < self.limit {
            return Some(self.time);
        }
        self.releases.front().copied()
    }

    /// Returns the minimum time after which a request is admitted that `ahead` others precede.
    pub(super) fn min_wait(&self, ahead: usize) -> Duration {
        let free = self.limit - self.used();
        let Some(index) = (ahead as u64).checked_sub(free.into()) else {
            return Duration::ZERO;
        };
        let limit = u64::from(self.limit);
        // Each further round of `limit` requests takes at least 60 seconds.
        let rounds = u32::try_from(index / limit).unwrap_or(u32::MAX);
        let release = self.releases.get((index % limit) as usize);
        // An open request counts for at least 60 more seconds.
        let wait = release.map_or(WINDOW, |release| {
            release.saturating_duration_since(self.time)
        });
        WINDOW.saturating_mul(rounds).saturating_add(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Returns the latest time that an `Instant` represents.
    fn maximum() -> Instant {
        let mut time = Instant::now();
        let mut step = Duration::MAX;
        while step > Duration::ZERO {
            match time.checked_add(step) {
                Some(later) => time = later,
                None => step /= 2,
            }
        }
        time
    }

    #[test]
    fn a_request_counts_until_60_seconds_after_its_end() {
        let start = Instant::now();
        let mut window = Window::new(2, start);
        let first = window.admit().unwrap();
        window.advance(start + 10 * SECOND);
        let second = window.admit().unwrap();
        assert_eq!(window.admit(), None);
        window.end(second);
        window.advance(start + 30 * SECOND);
        window.end(first);
        assert_eq!(window.next_release(), Some(start + 70 * SECOND));
        window.advance(start + 70 * SECOND - Duration::from_nanos(1));
        assert_eq!(window.admit(), None);
        window.advance(start + 70 * SECOND);
        assert_eq!(window.admit(), Some(2));
        assert_eq!(window.admit(), None);
        window.advance(start + 90 * SECOND);
        assert_eq!(window.admit(), Some(2));
        assert_eq!((window.used(), window.busiest()), (2, 2));
    }

    #[test]
    fn a_request_that_was_not_sent_does_not_count() {
        let mut window = Window::new(3, Instant::now());
        assert_eq!(window.admit(), Some(1));
        assert_eq!(window.admit(), Some(2));
        window.cancel();
        window.cancel();
        let used = window.admit().unwrap();
        window.end(used);
        assert_eq!((window.used(), window.busiest()), (1, 1));
    }

    #[test]
    fn the_time_never_decreases() {
        let start = Instant::now();
        let mut window = Window::new(1, start);
        let used = window.admit().unwrap();
        window.advance(start + 10 * SECOND);
        window.set_time(start);
        window.end(used);
        window.advance(start);
        assert_eq!(window.next_release(), Some(start + 70 * SECOND));
        window.advance(maximum());
        assert_eq!(window.admit(), Some(1));
    }

    #[test]
    fn a_request_that_ends_at_the_maximum_time_does_not_wait_for_a_later_one() {
        let maximum = maximum();
        for time in [maximum - SECOND, maximum] {
            let mut window = Window::new(1, time - SECOND);
            let used = window.admit().unwrap();
            window.advance(time);
            window.end(used);
            assert_eq!(window.next_release(), Some(time));
            assert_eq!(window.min_wait(0), Duration::ZERO);
            window.advance(time);
            assert_eq!(window.used(), 0);
        }
    }

    #[test]
    fn the_minimum_wait_is_that_of_the_position_in_the_queue() {
        let start = Instant::now();
        let mut window = Window::new(3, start);
        let used = [(); 3].map(|()| window.admit().unwrap());
        assert_eq!(window.min_wait(0), WINDOW, "all are open");
        assert_eq!(window.next_release(), None);
        window.end(used[0]);
        window.advance(start + 20 * SECOND);
        window.end(used[1]);
        window.advance(start + 50 * SECOND);
        let waits = [0, 1, 2, 3, 4, 5, 6].map(|ahead| window.min_wait(ahead).as_secs());
        assert_eq!(waits, [10, 30, 60, 70, 90, 120, 130]);
        window.advance(start + 60 * SECOND);
        let waits = [0, 1, 2, 3].map(|ahead| window.min_wait(ahead).as_secs());
        assert_eq!(waits, [0, 20, 60, 60]);
        assert_eq!(
            window.next_release(),
            Some(start + 60 * SECOND),
            "a slot is free"
        );
    }
}
