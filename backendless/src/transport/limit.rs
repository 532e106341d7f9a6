//! How long a call may take: in all, or from one step of a long body to the next.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// A limit that ends after this is no limit that anybody waits for; longer ones overflow clocks.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// When the last piece of a body went out. The body that moves it and the call that watches it
/// share it.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<Instant>>);

impl Progress {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// A piece went out.
    pub(crate) fn step(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
pub(super) struct Limit {
    /// The end of the whole, whatever happens.
    deadline: Instant,
    /// The longest time without a step.
    step: Option<(Duration, Progress)>,
    /// The limit that a text names.
    told: Duration,
}

impl Limit {
    pub(super) fn of_whole(limit: Duration) -> Self {
        Self {
            deadline: Instant::now() + limit.min(FOR_EVER),
            step: None,
            told: limit,
        }
    }

    pub(super) fn of_step(limit: Duration, progress: &Progress, whole: Option<Duration>) -> Self {
        progress.step();
        Self {
            step: Some((limit.min(FOR_EVER), progress.clone())),
            told: limit.min(whole.unwrap_or(limit)),
            ..Self::of_whole(whole.unwrap_or(FOR_EVER))
        }
    }

    /// What `future` answers, or `None` if the limit comes first.
    pub(super) async fn hold<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        loop {
            let end = self.end();
            match timeout_at(end, future.as_mut()).await {
                Ok(output) => return Some(output),
                // A step in the meantime has moved the end.
                Err(_) if self.end() > end => {}
                Err(_) => return None,
            }
        }
    }

    /// A step was made: when the next one is due.
    pub(super) fn after_step(&self) -> Instant {
        if let Some((_, progress)) = &self.step {
            progress.step();
        }
        self.end()
    }

    fn end(&self) -> Instant {
        match &self.step {
            Some((limit, progress)) => self.deadline.min(progress.last() + *limit),
            None => self.deadline,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the time limit of {:?}", self.told)
    }
}
