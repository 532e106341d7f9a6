//! The wait of one request.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::runtime::Handle;

use super::queue::{Decision, Status, Ticket};
use super::{RateLimiter, Slot, timer, wake};

/// Wait of one request for its admission; `None` if its deadline passes first.
///
/// If it is dropped, its place in the queue, or the slot that it was admitted to, is free for the next request.
#[must_use = "a request that does not wait loses its place"]
pub(super) struct Waiting {
    limiter: Arc<RateLimiter>,
    deadline: Option<Instant>,
    /// `None` after the end of the wait.
    ticket: Option<Ticket>,
}

impl Waiting {
    /// Creates the wait of a request that is in the queue.
    pub(super) fn new(
        limiter: Arc<RateLimiter>,
        ticket: Ticket,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            limiter,
            deadline,
            ticket: Some(ticket),
        }
    }
}

impl Future for Waiting {
    type Output = Option<Slot>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let limiter = Arc::clone(&self.limiter);
        let Some(ticket) = self.ticket else {
            return Poll::Ready(None);
        };
        let runtime = Handle::current();
        let now = limiter.now();
        let mut woken = Vec::new();
        let mut state = limiter.lock();
        state.window.advance(now);
        state.dispatch(&mut woken);
        let mut status = state.queue.poll(ticket, context.waker());
        // Whether the timer may have to be set to an earlier time.
        let mut is_changed = matches!(status, Status::Requeued);
        if is_changed {
            // It may be the first that waits, or its deadline may have passed.
            state.dispatch(&mut woken);
            status = state.queue.poll(ticket, context.waker());
        }
        let is_late = self
            .deadline
            .is_some_and(|deadline| deadline <= state.window.time());
        let mut starts_timer = false;
        match &status {
            Status::Waiting { .. } | Status::Requeued => {
                starts_timer = !state.timers.contains(&runtime.id());
                if starts_timer {
                    state.timers.push(runtime.id());
                }
            }
            Status::Decided(Decision::Admitted { .. }) if is_late => {
                state.window.cancel();
                state.dispatch(&mut woken);
                is_changed = true;
            }
            Status::Decided(_) => {}
        }
        drop(state);
        wake(woken);
        if is_changed {
            limiter.changed.notify_waiters();
        }
        if starts_timer {
            timer::start(&limiter, &runtime);
        }
        let Status::Decided(decision) = status else {
            return Poll::Pending;
        };
        self.ticket = None;
        Poll::Ready(match decision {
            Decision::Admitted { used } if !is_late => Some(limiter.slot(used)),
            Decision::Admitted { .. } | Decision::Expired => None,
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else {
            return;
        };
        // The waker is dropped after the state was unlocked.
        let _waker = self.limiter.update(|state| {
            let (decision, waker) = state.queue.remove(ticket);
            if matches!(decision, Some(Decision::Admitted { .. })) {
                state.window.cancel();
            }
            waker
        });
    }
}
