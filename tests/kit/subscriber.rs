//! Subscribers of one test.

use std::sync::OnceLock;

use tracing::subscriber::{self, DefaultGuard, NoSubscriber};
use tracing::{Dispatch, Subscriber};

/// Sets the subscriber of this thread until the guard is dropped.
///
/// While `tracing` knows one subscriber only, it asks the thread that reaches a span or an event first whether it is
/// enabled, and keeps the result for all threads. A test without a subscriber would disable it for this one. So this
/// function keeps two more subscribers, which record nothing.
pub fn set_subscriber(subscriber: impl Subscriber + Send + Sync + 'static) -> DefaultGuard {
    static OTHERS: OnceLock<[Dispatch; 2]> = OnceLock::new();
    OTHERS.get_or_init(|| [(); 2].map(|()| Dispatch::new(NoSubscriber::new())));
    subscriber::set_default(subscriber)
}
