//! Requests that wait for the rate limit, in order of arrival.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::window::Window;

/// Instant in which an admitted request must be polled: its slot is for the next request afterwards.
const COLLECTION_TIME: Duration = Duration::from_secs(1);

/// Number of a waiting request, in order of arrival.
pub(super) type Ticket = u64;

/// Requests that wait, and those that no longer wait but do not know it yet.
#[derive(Default)]
pub(super) struct Queue {
    next: Ticket,
    waiting: BTreeMap<Ticket, Waiter>,
    /// The deadlines of the waiting requests; no entry for one without a deadline.
    deadlines: BTreeSet<(Instant, Ticket)>,
    decided: BTreeMap<Ticket, Outcome>,
    /// When the slot of each admitted request is withdrawn, unless it was polled before.
    uncollected: BTreeSet<(Instant, Ticket)>,
}

struct Waiter {
    deadline: Option<Instant>,
    /// `None` until it is polled.
    waker: Option<Waker>,
}

/// End of the wait of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The request is admitted; the number of requests that count with it.
    Admitted { used: u32 },
    /// Its deadline has passed.
    Expired,
}

/// Outcome of a wait until the request is polled.
enum Outcome {
    Admitted {
        used: u32,
        deadline: Option<Instant>,
        /// When the slot is withdrawn.
        until: Instant,
    },
    /// The slot was withdrawn, because the request was not polled in time. Its next poll puts it back to its place.
    Withdrawn {
        deadline: Option<Instant>,
    },
    Expired,
}

/// State of a request in the queue. Wakers are returned, because dropping one may drop another request.
pub(super) enum Status {
    Waiting {
        _replaced: Option<Waker>,
    },
    /// It waits again, because its slot was withdrawn.
    Requeued,
    Decided(Decision),
}

impl Queue {
    /// Returns whether no request waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Returns the number of waiting requests.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Adds a request, which is woken after it was polled.
    pub(super) fn push(&mut self, deadline: Option<Instant>) -> Ticket {
        let ticket = self.next;
        self.next += 1;
        self.insert(ticket, deadline, None);
        ticket
    }

    fn insert(&mut self, ticket: Ticket, deadline: Option<Instant>, waker: Option<Waker>) {
        self.waiting.insert(ticket, Waiter { deadline, waker });
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, ticket));
        }
    }

    /// Returns the state of a request, which leaves the queue if it is decided, and else is woken with `waker`.
    pub(super) fn poll(&mut self, ticket: Ticket, waker: &Waker) -> Status {
        match self.collect(ticket) {
            Some(Outcome::Admitted { used, .. }) => {
                return Status::Decided(Decision::Admitted { used });
            }
            Some(Outcome::Expired) => return Status::Decided(Decision::Expired),
            Some(Outcome::Withdrawn { deadline }) => {
                self.insert(ticket, deadline, Some(waker.clone()));
                return Status::Requeued;
            }
            None => {}
        }
        let waiter = self
            .waiting
            .get_mut(&ticket)
            .map(|waiter| &mut waiter.waker);
        let waiter = waiter.filter(|last| !last.as_ref().is_some_and(|last| last.will_wake(waker)));
        let _replaced = waiter.and_then(|last| last.replace(waker.clone()));
        Status::Waiting { _replaced }
    }

    /// Removes a request that is dropped, and returns what was decided about it.
    pub(super) fn remove(&mut self, ticket: Ticket) -> (Option<Decision>, Option<Waker>) {
        let waiter = self.take(ticket);
        let decision = match self.collect(ticket) {
            Some(Outcome::Admitted { used, .. }) => Some(Decision::Admitted { used }),
            Some(Outcome::Expired) => Some(Decision::Expired),
            Some(Outcome::Withdrawn { .. }) | None => None,
        };
        (decision, waiter.and_then(|waiter| waiter.waker))
    }

    /// Returns the earliest deadline of a waiting request, or the time at which a slot is withdrawn.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let first = [self.deadlines.first(), self.uncollected.first()];
        first.into_iter().flatten().map(|(time, _)| *time).min()
    }

    /// Withdraws the slots that were not collected in time, so that a request that is not polled delays no other. Then ends
    /// the wait of each request whose deadline has passed, and of the first ones that `window` admits. Their wakers
    /// are added to `woken`.
    pub(super) fn dispatch(&mut self, window: &mut Window, woken: &mut Vec<Waker>) {
        while let Some(&(until, ticket)) = self.uncollected.first()
            && until <= window.time()
        {
            if let Some(Outcome::Admitted { deadline, .. }) = self.collect(ticket) {
                self.decided.insert(ticket, Outcome::Withdrawn { deadline });
                window.cancel();
            }
        }
        while let Some(&(deadline, ticket)) = self.deadlines.first()
            && deadline <= window.time()
        {
            self.decide(ticket, |_| Outcome::Expired, woken);
        }
        while let Some(&ticket) = self.waiting.keys().next()
            && let Some(used) = window.admit()
        {
            let until = window.time().checked_add(COLLECTION_TIME);
            let until = until.unwrap_or(window.time());
            self.uncollected.insert((until, ticket));
            let admitted = |deadline| Outcome::Admitted {
                used,
                deadline,
                until,
            };
            self.decide(ticket, admitted, woken);
        }
    }

    /// Adds the wakers of all waiting requests to `woken`.
    pub(super) fn wake_all(&self, woken: &mut Vec<Waker>) {
        woken.extend(
            self.waiting
                .values()
                .filter_map(|waiter| waiter.waker.clone()),
        );
    }

    /// Ends the wait of a request, whose deadline the outcome depends on.
    fn decide(
        &mut self,
        ticket: Ticket,
        outcome: impl FnOnce(Option<Instant>) -> Outcome,
        woken: &mut Vec<Waker>,
    ) {
        if let Some(waiter) = self.take(ticket) {
            self.decided.insert(ticket, outcome(waiter.deadline));
            woken.extend(waiter.waker);
        }
    }

    /// Removes the outcome of a wait; a slot is no longer withdrawn.
    fn collect(&mut self, ticket: Ticket) -> Option<Outcome> {
        let outcome = self.decided.remove(&ticket)?;
        if let Outcome::Admitted { until, .. } = outcome {
            self.uncollected.remove(&(until, ticket));
        }
        Some(outcome)
    }

    fn take(&mut self, ticket: Ticket) -> Option<Waiter> {
        let waiter = self.waiting.remove(&ticket)?;
        if let Some(deadline) = waiter.deadline {
            self.deadlines.remove(&(deadline, ticket));
        }
        Some(waiter)
    }
}
