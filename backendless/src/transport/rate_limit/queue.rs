//! Requests that wait for the rate limit, in order of arrival.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;

use super::window::{Time, Window};

/// Number of a waiting request, in order of arrival.
pub(super) type Ticket = u64;

/// Requests that wait, and those that no longer wait but do not know it yet.
#[derive(Default)]
pub(super) struct Queue {
    next: Ticket,
    waiting: BTreeMap<Ticket, Waiter>,
    /// The deadlines of the waiting requests; no entry for one without a deadline.
    deadlines: BTreeSet<(Time, Ticket)>,
    decided: BTreeMap<Ticket, Decision>,
}

struct Waiter {
    deadline: Option<Time>,
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

/// State of a request in the queue. Wakers are returned, because dropping one may drop another request.
pub(super) enum Status {
    Waiting { _replaced: Option<Waker> },
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
    pub(super) fn push(&mut self, deadline: Option<Time>) -> Ticket {
        let ticket = self.next;
        self.next += 1;
        let waker = None;
        self.waiting.insert(ticket, Waiter { deadline, waker });
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, ticket));
        }
        ticket
    }

    /// Returns the state of a request, which leaves the queue if it is decided, and else is woken with `waker`.
    pub(super) fn poll(&mut self, ticket: Ticket, waker: &Waker) -> Status {
        if let Some(decision) = self.decided.remove(&ticket) {
            return Status::Decided(decision);
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
        let decision = self.decided.remove(&ticket);
        (decision, waiter.and_then(|waiter| waiter.waker))
    }

    /// Returns the earliest deadline of a waiting request.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Ends the wait of each request whose deadline has passed, and of the first ones that `window` admits. Their wakers
    /// are added to `woken`.
    pub(super) fn dispatch(&mut self, window: &mut Window, woken: &mut Vec<Waker>) {
        while let Some(&(deadline, ticket)) = self.deadlines.first()
            && deadline <= window.time()
        {
            self.decide(ticket, Decision::Expired, woken);
        }
        while let Some(&ticket) = self.waiting.keys().next()
            && let Some(used) = window.admit()
        {
            self.decide(ticket, Decision::Admitted { used }, woken);
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

    fn decide(&mut self, ticket: Ticket, decision: Decision, woken: &mut Vec<Waker>) {
        if let Some(waiter) = self.take(ticket) {
            self.decided.insert(ticket, decision);
            woken.extend(waiter.waker);
        }
    }

    fn take(&mut self, ticket: Ticket) -> Option<Waiter> {
        let waiter = self.waiting.remove(&ticket)?;
        if let Some(deadline) = waiter.deadline {
            self.deadlines.remove(&(deadline, ticket));
        }
        Some(waiter)
    }
}
