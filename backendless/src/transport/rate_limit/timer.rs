//! The task that ends the waits, with one timer for all requests that wait on a runtime.
//!
//! It is not a part of the request at the head of the queue, because a request may not be polled for a long time, as those
//! of a stream whose caller processes a row. Each runtime has its own task, because one may stop running.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Id};

use super::{RateLimiter, wake};

/// Starts the timer of a runtime, which `State::timers` contains already. It ends when no request waits.
pub(super) fn start(limiter: &Arc<RateLimiter>, runtime: &Handle) {
    let timer = Timer {
        limiter: Arc::clone(limiter),
        runtime: runtime.id(),
    };
    runtime.spawn(timer.run());
}

struct Timer {
    limiter: Arc<RateLimiter>,
    runtime: Id,
}

/// When the timer ends the next wait.
enum Next {
    At {
        time: Instant,
        wait: Duration,
    },
    /// It depends on other requests.
    Unknown,
    /// No request waits.
    Never,
}

impl Timer {
    async fn run(self) {
        let limiter = &*self.limiter;
        loop {
            // Created before the state is read, so that it receives each later notification.
            let changed = limiter.changed.notified();
            match next(limiter) {
                Next::At { time, wait } => {
                    if is_first(limiter.clock.sleep(wait), changed).await {
                        // The time of a test may not advance although its sleep has ended.
                        limiter.lock().window.advance(time);
                    }
                }
                Next::Unknown => changed.await,
                Next::Never => return,
            }
        }
    }
}

/// Ends the waits that are over, and returns when the next one ends.
fn next(limiter: &RateLimiter) -> Next {
    let now = limiter.now();
    let mut woken = Vec::new();
    let mut state = limiter.lock();
    state.window.advance(now);
    state.dispatch(&mut woken);
    let next = match state.next_event() {
        _ if state.queue.is_empty() => Next::Never,
        None => Next::Unknown,
        Some(time) => Next::At {
            time,
            wait: time.saturating_duration_since(state.window.time()),
        },
    };
    drop(state);
    wake(woken);
    next
}

impl Drop for Timer {
    /// Lets the requests that wait start another timer, which is necessary if the runtime shuts down.
    fn drop(&mut self) {
        let mut woken = Vec::new();
        let mut state = self.limiter.lock();
        state.timers.retain(|runtime| *runtime != self.runtime);
        state.queue.wake_all(&mut woken);
        drop(state);
        wake(woken);
    }
}

/// Returns whether `sleep` completes before `changed`.
async fn is_first(
    mut sleep: Pin<Box<dyn Future<Output = ()> + Send>>,
    changed: impl Future<Output = ()>,
) -> bool {
    let mut changed = pin!(changed);
    poll_fn(|context| {
        let sleep = sleep.as_mut().poll(context).map(|()| true);
        let changed = changed.as_mut().poll(context).map(|()| false);
        match sleep.is_ready() {
            true => sleep,
            false => changed,
        }
    })
    .await
}
