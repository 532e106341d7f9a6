//! How many requests arrive in 60 seconds, and the limit of their number.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::clock::Clock;

/// Nanoseconds since the start of the server.
type Time = u64;

const SECOND: Time = 1_000_000_000;

const MINUTE: Time = 60 * SECOND;

/// Seconds between two points of the history.
pub(crate) const HISTORY_STEP: u64 = 5;

/// Number of points of the history, which covers 15 minutes.
pub(crate) const HISTORY_POINTS: u64 = 180;

/// Numbers of requests; returned by [`Server::usage`](crate::Server::usage).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    current_minute: usize,
    busiest_minute: usize,
    rejected: u64,
}

impl Usage {
    /// Returns how many requests arrived in the last 60 seconds.
    #[must_use]
    pub fn current_minute(&self) -> usize {
        self.current_minute
    }

    /// Returns the maximum number of requests that arrived in any 60 seconds, not only in full minutes of the clock.
    #[must_use]
    pub fn busiest_minute(&self) -> usize {
        self.busiest_minute
    }

    /// Returns how many requests were rejected because of
    /// [`Builder::requests_per_minute`](crate::Builder::requests_per_minute).
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected
    }
}

/// Counts the requests of a server and limits their number.
#[derive(Debug)]
pub(crate) struct RequestCounter {
    limit: Option<u32>,
    clock: Clock,
    started: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The times of the requests of the last 60 seconds, in ascending order.
    arrived: VecDeque<Time>,
    /// The times of those that were not rejected; empty without a limit.
    accepted: VecDeque<Time>,
    busiest: usize,
    rejected: u64,
    /// Number of requests per second of the history: the second and the number, in ascending order.
    seconds: VecDeque<(u64, usize)>,
}

impl RequestCounter {
    pub(crate) fn new(limit: Option<u32>, clock: Clock) -> RequestCounter {
        RequestCounter {
            limit,
            clock,
            started: Instant::now(),
            state: Mutex::default(),
        }
    }

    pub(crate) fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// Counts a request, and returns whether the limit allows it.
    ///
    /// A rejected request does not count for the limit, so that a client that repeats it is accepted again.
    pub(crate) fn admit(&self) -> bool {
        let (mut state, now) = self.state();
        state.arrived.push_back(now);
        state.count_second(now / SECOND);
        state.busiest = state.busiest.max(state.arrived.len());
        let Some(limit) = self.limit else {
            return true;
        };
        let is_allowed = state.accepted.len() < limit as usize;
        match is_allowed {
            true => state.accepted.push_back(now),
            false => state.rejected += 1,
        }
        is_allowed
    }

    pub(crate) fn usage(&self) -> Usage {
        let (state, _) = self.state();
        Usage {
            current_minute: state.arrived.len(),
            busiest_minute: state.busiest,
            rejected: state.rejected,
        }
    }

    /// Returns how many requests arrived in the 60 seconds before each point of the history, the last of which is now.
    pub(crate) fn history(&self) -> Vec<usize> {
        let (state, now) = self.state();
        let now = now / SECOND;
        let point = |back: u64| {
            let end = now.checked_sub(back * HISTORY_STEP)?;
            let seconds = state.seconds.iter();
            let minute = seconds.filter(|(second, _)| *second <= end && *second + 60 > end);
            Some(minute.map(|(_, requests)| requests).sum())
        };
        (0..HISTORY_POINTS).rev().filter_map(point).collect()
    }

    /// Returns the requests of the last 60 seconds, and the time.
    fn state(&self) -> (MutexGuard<'_, State>, Time) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Read while the state is locked, so that the times are in ascending order.
        let now = self.started.elapsed().saturating_add(self.clock.offset());
        let now = Time::try_from(now.as_nanos()).unwrap_or(Time::MAX);
        let State {
            arrived, accepted, ..
        } = &mut *state;
        for times in [arrived, accepted] {
            while let Some(time) = times.front()
                && now.saturating_sub(*time) >= MINUTE
            {
                times.pop_front();
            }
        }
        (state, now)
    }
}

impl State {
    /// Adds a request to the history.
    fn count_second(&mut self, now: u64) {
        match self.seconds.back_mut() {
            Some((second, requests)) if *second == now => *requests += 1,
            _ => self.seconds.push_back((now, 1)),
        }
        let covered = HISTORY_STEP * HISTORY_POINTS + 60;
        while let Some((second, _)) = self.seconds.front()
            && *second + covered < now
        {
            self.seconds.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_busiest_minute_is_not_that_of_the_clock() {
        let clock = Clock::default();
        let counter = RequestCounter::new(None, clock.clone());
        for (seconds, requests) in [(0, 1), (30, 2), (20, 3), (20, 1)] {
            clock.advance(Duration::from_secs(seconds));
            for _ in 0..requests {
                assert!(counter.admit());
            }
        }
        // At 0, 30, 50 and 70 seconds: six from 0 to 50, and six from 30 to 70.
        let usage = counter.usage();
        assert_eq!((usage.busiest_minute(), usage.rejected()), (6, 0));
        clock.advance(Duration::from_nanos(MINUTE));
        assert_eq!(counter.usage().current_minute(), 0);
    }

    #[test]
    fn a_rejected_request_does_not_count_for_the_limit() {
        let clock = Clock::default();
        let counter = RequestCounter::new(Some(2), clock.clone());
        assert_eq!(
            [(); 4].map(|()| counter.admit()),
            [true, true, false, false]
        );
        clock.advance(Duration::from_nanos(MINUTE / 2));
        assert!(!counter.admit());
        clock.advance(Duration::from_nanos(MINUTE / 2));
        assert_eq!([(); 3].map(|()| counter.admit()), [true, true, false]);
        let usage = counter.usage();
        assert_eq!((usage.busiest_minute(), usage.rejected()), (5, 4));
    }

    #[test]
    fn the_history_has_the_requests_of_each_minute() {
        let clock = Clock::default();
        let counter = RequestCounter::new(None, clock.clone());
        let end = |points: usize| {
            let history = counter.history();
            history[history.len() - points..].to_vec()
        };
        for _ in 0..3 {
            counter.admit();
        }
        assert_eq!(end(1), [3]);
        clock.advance(Duration::from_secs(30));
        counter.admit();
        assert_eq!(end(3), [3, 3, 4]);
        // The points are 50, 55, 60 and 65 seconds after the first requests, which at 60 are a minute ago.
        clock.advance(Duration::from_secs(35));
        assert_eq!(end(4), [4, 4, 1, 1]);
        clock.advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(counter.history(), [0; HISTORY_POINTS as usize]);
    }
}
