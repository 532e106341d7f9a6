//! How long a call may take: in all, or from one step of a long body to the next.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::ErrorKind;

/// A limit that ends after this is no limit that anybody waits for; longer ones overflow clocks.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// How far a body has come. The body that moves it and the call that watches it share it.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<State>>);

struct State {
    /// When the last piece went out.
    last: Instant,
    /// The kind of the error with which the source of the body failed.
    failed: Option<ErrorKind>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let last = Instant::now();
        Self(Arc::new(Mutex::new(State { last, failed: None })))
    }

    /// A piece went out.
    pub(crate) fn step(&self) {
        self.state().last = Instant::now();
    }

    /// The body is sent from its start.
    fn begin(&self) {
        *self.state() = State {
            last: Instant::now(),
            failed: None,
        };
    }

    /// There are no more pieces, because their source failed.
    pub(crate) fn fail(&self, kind: ErrorKind) {
        self.state().failed = Some(kind);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    pub(super) fn of_step(limit: Duration, progress: &Progress, whole: Duration) -> Self {
        progress.begin();
        Self {
            step: Some((limit.min(FOR_EVER), progress.clone())),
            ..Self::of_whole(whole)
        }
    }

    /// The same limit, told as that of which it is the rest.
    pub(super) fn told_as(self, told: Duration) -> Self {
        Self { told, ..self }
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

    /// Whether the time for the whole is over, whatever steps are made.
    pub(super) fn is_past_whole(&self) -> bool {
        self.deadline <= Instant::now()
    }

    /// The kind of the error with which the source of the body failed, if it did.
    pub(super) fn source_failed(&self) -> Option<ErrorKind> {
        let (_, progress) = self.step.as_ref()?;
        progress.state().failed
    }

    fn end(&self) -> Instant {
        match &self.step {
            Some((limit, progress)) => self.deadline.min(progress.state().last + *limit),
            None => self.deadline,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the time limit of {:?}", self.told)
    }
}
