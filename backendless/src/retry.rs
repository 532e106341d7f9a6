//! Trying again: how often, how long after, and by which clock.
//!
//! Whether a failed call may be tried again at all is no setting: it follows from what went wrong
//! and from the operation; see [`RetryPolicy`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};

/// How a call is tried again.
///
/// A call is tried again when that does nothing twice:
///
/// - after a failed connection (nothing was sent) and after a rate limit (the service did nothing),
///   whatever the operation;
/// - after a 502, 503 or 504, a connection that was lost, and an attempt that took too long, if the
///   operation is idempotent (see [`Operation::idempotency`](crate::operation::Operation::idempotency))
///   or the call says so with `.idempotent(true)`.
///
/// A certificate that is not trusted is final, and so is a body that is a stream: it can be sent only
/// once. The n-th retry waits for a random time between nothing and `base_delay` · 2ⁿ⁻¹, but not
/// more than `max_delay`; where the service asks for a longer wait (`Retry-After`), it gets it. A wait
/// that would outlast the call's [`timeout`](crate::ClientBuilder::timeout) is not begun.
///
/// All calls of a client share a budget of retries, so that an outage is not answered with many times
/// the load: each retry takes one out, and ten calls that succeed put one back.
///
/// ```
/// use backendless::{Client, RetryPolicy};
/// use std::time::Duration;
///
/// let client = Client::builder("A0F5", "9C41")
///     .retry(RetryPolicy::default().max_attempts(5).max_delay(Duration::from_secs(3)))
///     .build()?;
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing before a client or a call is given it"]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) budget: u32,
    pub(crate) jitter_seed: Option<u64>,
}

impl Default for RetryPolicy {
    /// 3 attempts, a base delay of 200 ms, waits of at most 10 s, and a budget of 100 retries.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(10),
            budget: 100,
            jitter_seed: None,
        }
    }
}

impl RetryPolicy {
    /// Every call is made once.
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// The most attempts that a call makes, the first one included. 0 is taken for 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest that the first retry waits; each further one may wait twice as long.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The longest that any retry waits of itself. A wait that the service asks for may be longer.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// How many retries all calls of a client may make while none succeeds. It holds for the client,
    /// and is without effect in the policy of a single call.
    pub fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// Makes the waits the same in every run, for tests. Like the budget, it holds for the client.
    pub fn jitter_seed(mut self, seed: u64) -> Self {
        self.jitter_seed = Some(seed);
        self
    }

    /// The longest that the `retry`-th retry waits of itself; the first is 1.
    pub(crate) fn longest_delay(&self, retry: u32) -> Duration {
        /// From here on the delay no longer grows, whatever the base.
        const MOST_DOUBLINGS: u32 = 64;
        let schedule = ExponentialBuilder::new()
            .with_min_delay(self.base_delay)
            .with_max_delay(self.max_delay)
            .without_max_times()
            .build();
        let index = retry.saturating_sub(1).min(MOST_DOUBLINGS);
        let delay = schedule.into_iter().nth(index as usize);
        delay.unwrap_or(self.max_delay).min(self.max_delay)
    }
}

/// What the retries of a client share: the budget, and the source of randomness.
pub(crate) struct Retries {
    random: Mutex<fastrand::Rng>,
    /// What is left of the budget, in tenths of a retry.
    tenths: AtomicU64,
    most: u64,
}

impl Retries {
    pub(crate) fn new(policy: &RetryPolicy) -> Self {
        let random = match policy.jitter_seed {
            Some(seed) => fastrand::Rng::with_seed(seed),
            None => fastrand::Rng::new(),
        };
        let most = u64::from(policy.budget) * 10;
        Self {
            random: Mutex::new(random),
            tenths: AtomicU64::new(most),
            most,
        }
    }

    /// A time between nothing and `longest`, all alike likely.
    pub(crate) fn jitter(&self, longest: Duration) -> Duration {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        longest.mul_f64(random.f64())
    }

    /// Takes one retry out of the budget, if there is one.
    pub(crate) fn withdraw(&self) -> bool {
        self.change(|tenths| tenths.checked_sub(10))
    }

    /// A call has succeeded.
    pub(crate) fn deposit(&self) {
        // Most often it is full; then nothing is written that all threads would have to reread.
        self.change(|tenths| (tenths < self.most).then_some(tenths + 1));
    }

    fn change(&self, change: impl FnMut(u64) -> Option<u64>) -> bool {
        self.tenths.fetch_update(Relaxed, Relaxed, change).is_ok()
    }
}

/// The time by which a client waits between attempts, and measures how long a call takes.
///
/// The default is the clock of this machine. A test gives a client one of its own, so that no test
/// waits; see [`ClientBuilder::clock`](crate::ClientBuilder::clock).
///
/// The limits of a single attempt and of connecting are not its matter: they are waits for the
/// network, and run by tokio's clock.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time that never runs backwards.
    fn now(&self) -> Instant;

    /// The time of the calendar, by which a server's date is compared.
    fn system_time(&self) -> SystemTime;

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The clock of this machine.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_longest_delay_doubles_up_to_the_most() {
        let policy = RetryPolicy::default()
            .base_delay(SECOND)
            .max_delay(5 * SECOND);
        let delays = [1, 2, 3, 4, 5, u32::MAX].map(|retry| policy.longest_delay(retry));
        assert_eq!(delays, [1, 2, 4, 5, 5, 5].map(|n| n * SECOND));

        let at_once = RetryPolicy::default().base_delay(Duration::ZERO);
        assert_eq!(at_once.longest_delay(9), Duration::ZERO);
        let huge = RetryPolicy::default().base_delay(Duration::MAX);
        assert_eq!(huge.longest_delay(9), 10 * SECOND);
    }

    #[test]
    fn the_jitter_fills_the_whole_delay_and_a_seed_repeats_it() {
        let waits = |seed| {
            let retries = Retries::new(&RetryPolicy::default().jitter_seed(seed));
            (0..1000)
                .map(|_| retries.jitter(SECOND))
                .collect::<Vec<_>>()
        };
        let first = waits(7);
        assert_eq!(first, waits(7));
        assert_ne!(first, waits(8));
        for tenth in 0..10 {
            let from = SECOND.mul_f64(f64::from(tenth) / 10.0);
            let inside = |wait: &&Duration| (from..from + SECOND / 10).contains(*wait);
            assert!(first.iter().filter(inside).count() > 50, "{from:?}");
        }
    }

    #[test]
    fn the_budget_is_spent_by_retries_and_refilled_by_successes_up_to_its_size() {
        let retries = Retries::new(&RetryPolicy::default().budget(2));
        retries.deposit();
        assert_eq!(
            [(); 3].map(|()| retries.withdraw()),
            [true, true, false],
            "full is full"
        );
        for _ in 0..9 {
            retries.deposit();
        }
        assert!(!retries.withdraw());
        retries.deposit();
        assert!(retries.withdraw());
    }
}
