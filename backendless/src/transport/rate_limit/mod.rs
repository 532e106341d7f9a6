//! Rate limit of a client: the maximum number of requests in any 60 seconds.
//!
//! A request counts from its admission, immediately before it is sent, until 60 seconds after its response started. The
//! service received it between these two times. So no more than the limit arrive in any 60 seconds, however long each of
//! them takes to arrive, be it a connection that must be opened first. If there is no response, the request ends when the
//! client stops waiting for it. This is the only case in which it may arrive after its end.
//!
//! Each attempt is admitted separately, and no layer below sends a request twice: reqwest follows no redirect and retries
//! nothing. The connection pool of hyper only sends a request on another connection if the first one was closed before
//! any of it was written.
//!
//! - [`RateLimiter`] admits requests; one for all handles of a client;
//! - `window`: which requests count;
//! - `queue`: which requests wait, in order of arrival;
//! - `waiting`: the wait of one request;
//! - `timer`: the task that ends the waits, with one timer for all of them;
//! - `acquire`: the admission of an attempt, and the error if it would have to wait beyond its deadline.

mod acquire;
mod queue;
#[cfg(test)]
mod tests;
mod timer;
mod usage;
mod waiting;
mod window;

use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

pub(super) use acquire::acquire;
pub use usage::Usage;

use super::http::HttpErrorKind;
use crate::Clock;
use queue::Queue;
use waiting::Waiting;
use window::Window;

/// Limits the number of requests in any 60 seconds.
pub(crate) struct RateLimiter {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Notified when the timer must be set to another time.
    changed: Notify,
}

struct State {
    window: Window,
    queue: Queue,
    /// The runtimes on which a task with a timer runs.
    timers: Vec<tokio::runtime::Id>,
}

/// Admission of one request. It ends, and counts for 60 more seconds, when this is dropped.
#[must_use = "the request ends when its slot is dropped"]
pub(super) struct Slot {
    limiter: Arc<RateLimiter>,
    /// How many requests counted when it was admitted, with it; `None` after its end.
    used: Option<NonZero<u32>>,
}

/// Admission of a request that was put into the queue.
enum Admission {
    Admitted(Slot),
    /// The request waits, at least for this time.
    Waiting(Waiting, Duration),
}

/// The minimum wait of a request that exceeds its deadline.
struct TooLate {
    wait: Duration,
}

impl RateLimiter {
    /// The maximum limit. The memory of a limiter is 8 bytes for each request that counts.
    pub(crate) const MAX: u32 = 1_000_000;

    /// Creates a limiter of `limit` requests in any 60 seconds, from 1 to [`MAX`](Self::MAX).
    pub(crate) fn new(limit: u32, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                window: Window::new(limit, clock.now()),
                queue: Queue::default(),
                timers: Vec::new(),
            }),
            changed: Notify::new(),
            clock,
        })
    }

    pub(super) fn usage(&self) -> Usage {
        let now = self.now();
        let mut state = self.lock();
        state.window.advance(now);
        Usage {
            limit: state.window.limit(),
            current_minute: state.window.used(),
            busiest_minute: state.window.busiest(),
            waiting: state.queue.len(),
        }
    }

    /// Admits a request if the limit allows it and no other request waits. This is the path of almost every request, so
    /// its cost matters: it uses the time that the caller has read, and locks the state once.
    #[inline]
    pub(super) fn admit(self: &Arc<Self>, now: Instant) -> Option<Slot> {
        let mut state = self.lock();
        state.window.release(now);
        if !state.queue.is_empty() {
            return None;
        }
        let used = state.window.admit()?;
        drop(state);
        Some(self.slot(used))
    }

    /// Puts a request at the end of the queue, unless it would wait for `limit` or longer.
    ///
    /// The wait is the minimum if each request that waits already is sent.
    #[cold]
    fn enqueue(self: &Arc<Self>, limit: Duration) -> Result<Admission, TooLate> {
        let now = self.now();
        let mut woken = Vec::new();
        let mut state = self.lock();
        state.window.advance(now);
        // Slots that have become free are for those that wait already.
        state.dispatch(&mut woken);
        let admission = if state.queue.is_empty()
            && let Some(used) = state.window.admit()
        {
            Ok(Admission::Admitted(self.slot(used)))
        } else {
            let wait = state.window.min_wait(state.queue.len());
            match wait < limit {
                true => {
                    let deadline = state.window.time().checked_add(limit);
                    let ticket = state.queue.push(deadline);
                    let waiting = Waiting::new(Arc::clone(self), ticket, deadline);
                    Ok(Admission::Waiting(waiting, wait))
                }
                false => Err(TooLate { wait }),
            }
        };
        drop(state);
        wake(woken);
        // The deadline may be earlier than the time to which the timer is set.
        self.changed.notify_waiters();
        admission
    }

    /// Returns the minimum time after which a request that waits from now on is admitted.
    fn min_wait(&self) -> Duration {
        let now = self.now();
        let mut state = self.lock();
        state.window.advance(now);
        state.window.min_wait(state.queue.len())
    }

    fn limit(&self) -> u32 {
        self.lock().window.limit()
    }

    #[inline]
    fn slot(self: &Arc<Self>, used: u32) -> Slot {
        Slot {
            limiter: Arc::clone(self),
            used: NonZero::new(used),
        }
    }

    #[inline]
    fn now(&self) -> Instant {
        self.clock.now()
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of a caller runs while the state is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends an admitted request whose response did not start. It may have been sent.
    #[cold]
    fn end_interrupted(&self, used: NonZero<u32>) {
        self.update(|state| state.window.end(used.get()));
    }

    /// Changes the state, and then wakes the requests whose wait ends by it.
    #[inline]
    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let now = self.now();
        let mut state = self.lock();
        state.window.set_time(now);
        if state.queue.is_empty() {
            return change(&mut state);
        }
        self.update_queue(state, change)
    }

    #[cold]
    fn update_queue<T>(
        &self,
        mut state: MutexGuard<'_, State>,
        change: impl FnOnce(&mut State) -> T,
    ) -> T {
        let now = state.window.time();
        state.window.advance(now);
        let next = state.next_event();
        let output = change(&mut state);
        let mut woken = Vec::new();
        state.dispatch(&mut woken);
        // A request that was admitted instead of another one has to be polled soon.
        let is_changed = state.next_event() != next;
        drop(state);
        wake(woken);
        if is_changed {
            self.changed.notify_waiters();
        }
        output
    }
}

impl State {
    /// Decides which waits end at the time of the window. The caller wakes the requests after it unlocked the state.
    fn dispatch(&mut self, woken: &mut Vec<Waker>) {
        self.queue.dispatch(&mut self.window, woken);
    }

    /// Returns when the next wait may end; `None` if that depends on other requests.
    fn next_event(&self) -> Option<Instant> {
        let release = self.window.next_release();
        let deadline = self.queue.next_deadline();
        release.into_iter().chain(deadline).min()
    }
}

impl Slot {
    /// Ends the request: its response started.
    #[inline]
    pub(super) fn end(mut self) {
        if let Some(used) = self.used.take() {
            self.limiter.update(|state| state.window.end(used.get()));
        }
    }

    /// Ends the request, which failed before its response started.
    #[cold]
    pub(super) fn fail(mut self, failure: HttpErrorKind) {
        let was_sent = !matches!(
            failure,
            HttpErrorKind::Connect { .. } | HttpErrorKind::InvalidRequest
        );
        if !was_sent && self.used.take().is_some() {
            self.limiter.update(|state| state.window.cancel());
        }
    }
}

impl Drop for Slot {
    #[inline]
    fn drop(&mut self) {
        if let Some(used) = self.used.take() {
            self.limiter.end_interrupted(used);
        }
    }
}

fn wake(woken: Vec<Waker>) {
    for waker in woken {
        waker.wake();
    }
}
