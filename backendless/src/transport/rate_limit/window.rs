//! The requests that count in the current 60 seconds.

use std::collections::VecDeque;

/// Nanoseconds since the limiter was created.
pub(super) type Time = u64;

/// Length of the window for which a limit applies.
pub(super) const WINDOW: Time = 60_000_000_000;

/// Requests that count: those that are open, and those that ended in the last 60 seconds.
#[derive(Debug)]
pub(super) struct Window {
    limit: u32,
    /// The latest known time. It never decreases, whatever the clock does.
    time: Time,
    /// The number of requests that were admitted and have not ended.
    open: u32,
    /// When each request of the last 60 seconds ended, in ascending order: at most `limit` times.
    ended: VecDeque<Time>,
    busiest: u32,
}

impl Window {
    pub(super) fn new(limit: u32) -> Self {
        Self {
            limit,
            time: 0,
            open: 0,
            ended: VecDeque::new(),
            busiest: 0,
        }
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    pub(super) fn time(&self) -> Time {
        self.time
    }

    /// Sets the time, and removes the requests that no longer count.
    pub(super) fn advance(&mut self, time: Time) {
        self.time = self.time.max(time);
        while let Some(ended) = self.ended.front()
            // At the maximum time, no later one ends the wait.
            && (self.time.saturating_sub(*ended) >= WINDOW || self.time == Time::MAX)
        {
            self.ended.pop_front();
        }
    }

    /// Returns the number of requests that count now.
    pub(super) fn used(&self) -> u32 {
        // There are at most `limit` of them.
        self.open + self.ended.len() as u32
    }

    /// Returns the maximum of [`used`](Self::used) so far. A request that was not sent has no part in it, unless it was
    /// open when another one was sent.
    pub(super) fn busiest(&self) -> u32 {
        self.busiest.max(self.used())
    }

    /// Admits a request, and returns how many count with it; `None` if the limit is reached.
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
    pub(super) fn end(&mut self, used: u32) {
        self.open -= 1;
        self.ended.push_back(self.time);
        self.busiest = self.busiest.max(used);
    }

    /// Returns when the next request may be admitted; `None` if that depends on when an open request ends.
    pub(super) fn next_release(&self) -> Option<Time> {
        if self.used() < self.limit {
            return Some(self.time);
        }
        let ended = self.ended.front();
        ended.map(|ended| ended.saturating_add(WINDOW))
    }

    /// Returns the minimum time after which a request is admitted that `ahead` others precede.
    pub(super) fn min_wait(&self, ahead: usize) -> Time {
        let free = self.limit - self.used();
        let Some(index) = (ahead as u64).checked_sub(free.into()) else {
            return 0;
        };
        let limit = u64::from(self.limit);
        // Each further round of `limit` requests takes at least 60 seconds.
        let rounds = (index / limit).saturating_mul(WINDOW);
        let ended = self.ended.get((index % limit) as usize);
        // An open request counts for at least 60 more seconds.
        let wait = ended.map_or(WINDOW, |ended| {
            ended.saturating_add(WINDOW).saturating_sub(self.time)
        });
        rounds.saturating_add(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Time = 1_000_000_000;

    #[test]
    fn a_request_counts_until_60_seconds_after_its_end() {
        let mut window = Window::new(2);
        let first = window.admit().unwrap();
        window.advance(10 * SECOND);
        let second = window.admit().unwrap();
        assert_eq!(window.admit(), None);
        window.end(second);
        window.advance(30 * SECOND);
        window.end(first);
        assert_eq!(window.next_release(), Some(70 * SECOND));
        window.advance(70 * SECOND - 1);
        assert_eq!(window.admit(), None);
        window.advance(70 * SECOND);
        assert_eq!(window.admit(), Some(2));
        assert_eq!(window.admit(), None);
        window.advance(90 * SECOND);
        assert_eq!(window.admit(), Some(2));
        assert_eq!((window.used(), window.busiest()), (2, 2));
    }

    #[test]
    fn a_request_that_was_not_sent_does_not_count() {
        let mut window = Window::new(3);
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
        let mut window = Window::new(1);
        let used = window.admit().unwrap();
        window.advance(10 * SECOND);
        window.end(used);
        window.advance(0);
        assert_eq!(window.next_release(), Some(70 * SECOND));
        window.advance(Time::MAX);
        assert_eq!(window.admit(), Some(1));
    }

    #[test]
    fn a_request_that_ends_at_the_maximum_time_does_not_wait_for_a_later_one() {
        let mut window = Window::new(1);
        for time in [Time::MAX - 1, Time::MAX] {
            let used = window.admit().unwrap();
            window.advance(time);
            window.end(used);
            assert_eq!(window.next_release(), Some(Time::MAX));
            assert!(window.min_wait(0) <= 1);
            window.advance(Time::MAX);
            assert_eq!(window.used(), 0);
        }
        assert_eq!(window.next_release(), Some(Time::MAX));
    }

    #[test]
    fn the_minimum_wait_is_that_of_the_position_in_the_queue() {
        let mut window = Window::new(3);
        let used = [(); 3].map(|()| window.admit().unwrap());
        assert_eq!(window.min_wait(0), WINDOW, "all are open");
        assert_eq!(window.next_release(), None);
        window.end(used[0]);
        window.advance(20 * SECOND);
        window.end(used[1]);
        window.advance(50 * SECOND);
        let waits = [0, 1, 2, 3, 4, 5, 6].map(|ahead| window.min_wait(ahead) / SECOND);
        assert_eq!(waits, [10, 30, 60, 70, 90, 120, 130]);
        window.advance(60 * SECOND);
        let waits = [0, 1, 2, 3].map(|ahead| window.min_wait(ahead) / SECOND);
        assert_eq!(waits, [0, 20, 60, 60]);
    }
}
