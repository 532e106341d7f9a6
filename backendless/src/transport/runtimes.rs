//! Detection of a client that is used on several tokio runtimes.
//!
//! A pooled connection is driven by the runtime that opened it. A current-thread runtime drives nothing outside of
//! `block_on`, so a request on another runtime that gets such a connection waits until it times out.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::{Handle, Id, RuntimeFlavor};

/// Addition to the message of a timeout whose cause may be a runtime that is not running.
pub(super) const HINT: &str = "; the client is used on several tokio runtimes, and a connection belongs to the runtime that \
     opened it, which may not be running: create one client per runtime";

/// The runtimes on which a client was used.
#[derive(Default)]
pub(crate) struct Runtimes {
    first: OnceLock<Runtime>,
    /// Whether there are several, at least one of which is a current-thread runtime.
    may_stop_driving: AtomicBool,
}

struct Runtime {
    id: Id,
    is_current_thread: bool,
}

impl Runtimes {
    /// Records that a request is sent on the current runtime.
    pub(super) fn enter(&self) {
        let Ok(handle) = Handle::try_current() else {
            return;
        };
        let is_current_thread =
            |handle: &Handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread;
        let first = self.first.get_or_init(|| Runtime {
            id: handle.id(),
            is_current_thread: is_current_thread(&handle),
        });
        if first.id != handle.id() && (first.is_current_thread || is_current_thread(&handle)) {
            self.may_stop_driving.store(true, Ordering::Relaxed);
        }
    }

    /// Returns the addition to the message of a timeout, which is empty for a client that is used on one runtime.
    pub(super) fn hint(&self) -> &'static str {
        match self.may_stop_driving.load(Ordering::Relaxed) {
            true => HINT,
            false => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::{HINT, Runtimes};

    fn current_thread() -> Runtime {
        Builder::new_current_thread().build().unwrap()
    }

    fn multi_thread() -> Runtime {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).build().unwrap()
    }

    #[test]
    fn several_runtimes_are_a_possible_cause_if_one_may_not_be_running() {
        for (first, second, hint) in [
            (current_thread(), current_thread(), HINT),
            (current_thread(), multi_thread(), HINT),
            (multi_thread(), current_thread(), HINT),
            (multi_thread(), multi_thread(), ""),
        ] {
            let runtimes = Runtimes::default();
            runtimes.enter();
            for _ in 0..2 {
                first.block_on(async { runtimes.enter() });
                assert_eq!(runtimes.hint(), "");
            }
            second.block_on(async { runtimes.enter() });
            assert_eq!(runtimes.hint(), hint);
        }
    }
}
