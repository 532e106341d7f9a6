//! The retry loop: a function of policy, budget, deadline, sleep and an attempt, without HTTP.

use std::fmt;
use std::future::Future;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Error, Result, RetryPolicy};

/// Attempt of a request, which the loop runs once or several times.
pub(super) trait Attempt: Send {
    type Output: Send;

    /// Executes one attempt. A retry calls [`Withdrawal::spend`] when it sends the request.
    fn run(
        &mut self,
        withdrawal: Option<Withdrawal<'_>>,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;

    /// Returns the limit of the next delay.
    fn max_delay(&self) -> MaxDelay;

    /// Called before the `delay` that precedes another attempt; `error` is that of attempt number `attempts`.
    fn before_retry(&mut self, error: &Error, attempts: u32, delay: Duration);
}

/// Limit of the delay before another attempt.
#[derive(Clone, Copy)]
pub(super) struct MaxDelay {
    pub(super) time: Duration,
    /// What the time is, for messages: "remaining time" or "maximum delay".
    pub(super) name: &'static str,
}

/// A failed attempt.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) next: Next,
}

/// What may follow a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The error is final.
    Stop,
    /// Another attempt without delay, which neither policy nor budget limits: the cause of the failure was removed.
    Immediately,
    /// Another attempt after a delay, if policy, budget and deadline allow it.
    Backoff,
    /// Another attempt would help, but the body of the request cannot be sent again.
    NotReplayable,
}

/// Runs `attempt` until it succeeds, fails permanently, or may not be retried.
///
/// `sleep` waits between the attempts.
pub(super) async fn run<A, S>(
    policy: &RetryPolicy,
    budget: &Budget,
    sleep: impl Fn(Duration) -> S + Send + Sync,
    attempt: &mut A,
) -> Result<A::Output>
where
    A: Attempt,
    S: Future<Output = ()> + Send,
{
    let mut attempts = 0;
    let mut withdrawal = None;
    let mut replays = 0;
    loop {
        attempts += 1;
        let Failure { error, next } = match attempt.run(withdrawal.take()).await {
            Ok(output) => {
                budget.deposit();
                return Ok(output);
            }
            Err(failure) => failure,
        };
        let error = error.with_replays(replays);
        let (error, delay) = match next {
            Next::Stop => return Err(error),
            Next::Immediately => {
                replays += 1;
                (error, None)
            }
            Next::Backoff | Next::NotReplayable => {
                let is_replayable = next == Next::Backoff;
                let limit = attempt.max_delay();
                let attempts = attempts - replays;
                let (error, retry) =
                    next_retry(policy, budget, attempts, error, is_replayable, limit)?;
                withdrawal = Some(retry.withdrawal);
                (error, Some(retry.delay))
            }
        };
        attempt.before_retry(&error, attempts, delay.unwrap_or_default());
        if let Some(delay) = delay {
            sleep(delay).await;
        }
    }
}

/// A retry that policy, budget and deadline allow.
struct Retry<'b> {
    delay: Duration,
    withdrawal: Withdrawal<'b>,
}

/// Returns the next retry, or the error with the reason why there is none.
fn next_retry<'b>(
    policy: &RetryPolicy,
    budget: &'b Budget,
    attempts: u32,
    error: Error,
    is_replayable: bool,
    limit: MaxDelay,
) -> Result<(Error, Retry<'b>)> {
    if attempts >= policy.max_attempts {
        return Err(match policy.max_attempts {
            1 => error.final_because("the retry policy allows no retries"),
            _ => error.gave_up(None),
        });
    }
    if !is_replayable {
        return Err(error.final_because("its body is a stream, which can be sent only once"));
    }
    let delay = budget.jitter(max_backoff(policy, attempts));
    let delay = delay.max(error.retry_after().unwrap_or_default());
    let MaxDelay { time, name } = limit;
    if time.is_zero() {
        return Err(error.gave_up(Some("the timeout of the request expired".to_owned())));
    }
    if delay >= time {
        return Err(error.gave_up(Some(format!(
            "the next delay of {} would exceed the {name} of {}",
            Rounded(delay),
            Rounded(time)
        ))));
    }
    match budget.withdraw() {
        Some(withdrawal) => Ok((error, Retry { delay, withdrawal })),
        None => {
            let reason = "the retry budget of the client is exhausted";
            Err(error.gave_up(Some(reason.to_owned())))
        }
    }
}

/// Duration in a text, with at most one decimal of its unit: `60s`, `1.5s`.
struct Rounded(Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.1?}", self.0);
        match text.split_once(".0") {
            Some((number, unit)) => write!(f, "{number}{unit}"),
            None => f.write_str(&text),
        }
    }
}

/// Returns the maximum delay of the `retry`-th retry; the first is 1.
fn max_backoff(policy: &RetryPolicy, retry: u32) -> Duration {
    let factor = 2_u32.saturating_pow(retry.saturating_sub(1));
    policy
        .base_delay
        .saturating_mul(factor)
        .min(policy.max_delay)
}

/// A retry in the unit of the budget.
const TENTHS: u64 = 10;

/// Retry budget and source of randomness, shared by all requests of a client.
///
/// Each retry withdraws one; ten successful requests deposit one.
pub(crate) struct Budget {
    random: Mutex<fastrand::Rng>,
    /// The available retries, in tenths of a retry.
    tenths: AtomicU64,
    max_tenths: u64,
}

impl Budget {
    /// Creates a full budget of `retries`. A `seed` makes the delays reproducible.
    pub(crate) fn new(retries: u32, seed: Option<u64>) -> Self {
        let random = match seed {
            Some(seed) => fastrand::Rng::with_seed(seed),
            None => fastrand::Rng::new(),
        };
        let max_tenths = u64::from(retries) * TENTHS;
        Self {
            random: Mutex::new(random),
            tenths: AtomicU64::new(max_tenths),
            max_tenths,
        }
    }

    /// Returns a uniformly distributed time between zero and `max`.
    fn jitter(&self, max: Duration) -> Duration {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        max.mul_f64(random.f64())
    }

    /// Takes one retry from the budget; `None` if there is none.
    fn withdraw(&self) -> Option<Withdrawal<'_>> {
        let is_available = self.change(|tenths| tenths.checked_sub(TENTHS));
        is_available.then(|| Withdrawal { budget: self })
    }

    /// Returns a retry that was not sent.
    fn refund(&self) {
        self.change(|tenths| Some((tenths + TENTHS).min(self.max_tenths)));
    }

    /// Records a successful request.
    fn deposit(&self) {
        // A full budget is not written, which keeps the cache line shared between threads.
        self.change(|tenths| (tenths < self.max_tenths).then_some(tenths + 1));
    }

    fn change(&self, change: impl FnMut(u64) -> Option<u64>) -> bool {
        self.tenths.fetch_update(Relaxed, Relaxed, change).is_ok()
    }
}

/// Retry that was taken from the budget. If it is dropped before the retry is sent, the budget gets it back: the caller may
/// drop the request while it waits.
#[must_use = "a withdrawal that is dropped is refunded"]
pub(super) struct Withdrawal<'b> {
    budget: &'b Budget,
}

impl Withdrawal<'_> {
    /// Records that the retry is sent.
    pub(super) fn spend(self) {
        std::mem::forget(self);
    }
}

impl Drop for Withdrawal<'_> {
    fn drop(&mut self) {
        self.budget.refund();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use std::collections::VecDeque;
    use std::future::ready;

    const SECOND: Duration = Duration::from_secs(1);

    /// Attempt with scripted outcomes.
    struct Script {
        outcomes: VecDeque<Result<u32, Failure>>,
        /// Whether an attempt sends the request.
        is_sent: bool,
        remaining: Duration,
        retries: Vec<(u32, Duration)>,
    }

    impl Attempt for Script {
        type Output = u32;

        async fn run(&mut self, withdrawal: Option<Withdrawal<'_>>) -> Result<u32, Failure> {
            if let Some(withdrawal) = withdrawal
                && self.is_sent
            {
                withdrawal.spend();
            }
            self.outcomes
                .pop_front()
                .expect("the script has an outcome for each attempt")
        }

        fn max_delay(&self) -> MaxDelay {
            MaxDelay {
                time: self.remaining,
                name: "remaining time",
            }
        }

        fn before_retry(&mut self, _: &Error, attempts: u32, delay: Duration) {
            self.retries.push((attempts, delay));
        }
    }

    fn failure(next: Next) -> Result<u32, Failure> {
        let error = Error::new(ErrorKind::Connect, "no connection").retryable(true);
        Err(Failure { error, next })
    }

    fn script(outcomes: impl IntoIterator<Item = Result<u32, Failure>>) -> Script {
        Script {
            outcomes: outcomes.into_iter().collect(),
            is_sent: true,
            remaining: 60 * SECOND,
            retries: Vec::new(),
        }
    }

    fn run_with(policy: &RetryPolicy, budget: &Budget, script: &mut Script) -> Result<u32> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(run(policy, budget, |_| ready(()), script))
    }

    fn budget(retries: u32) -> Budget {
        Budget::new(retries, Some(7))
    }

    #[test]
    fn attempts_are_retried_until_one_succeeds() {
        let mut script = script([failure(Next::Backoff), failure(Next::Backoff), Ok(5)]);
        let result = run_with(&RetryPolicy::default(), &budget(100), &mut script);
        assert_eq!(result.unwrap(), 5);
        assert_eq!(script.retries.len(), 2);
        assert!(
            script
                .retries
                .iter()
                .all(|(_, delay)| *delay <= Duration::from_millis(400))
        );
    }

    #[test]
    fn the_policy_limits_the_attempts() {
        let mut three = script([(); 4].map(|()| failure(Next::Backoff)));
        let error = run_with(&RetryPolicy::default(), &budget(100), &mut three).unwrap_err();
        assert_eq!(three.outcomes.len(), 1);
        assert_eq!(error.kind(), ErrorKind::Connect);
        let mut one = script([failure(Next::Backoff)]);
        run_with(&RetryPolicy::none(), &budget(100), &mut one).unwrap_err();
        assert!(one.retries.is_empty());
    }

    #[test]
    fn a_final_failure_and_a_body_that_cannot_be_replayed_are_not_retried() {
        for next in [Next::Stop, Next::NotReplayable] {
            let mut script = script([failure(next)]);
            run_with(&RetryPolicy::default(), &budget(100), &mut script).unwrap_err();
            assert!(script.retries.is_empty());
        }
    }

    #[test]
    fn an_immediate_retry_uses_neither_delay_nor_budget() {
        let mut script = script([failure(Next::Immediately), Ok(1)]);
        let result = run_with(&RetryPolicy::none(), &budget(0), &mut script);
        assert_eq!(result.unwrap(), 1);
        assert_eq!(script.retries, [(1, Duration::ZERO)]);
    }

    #[test]
    fn a_delay_that_reaches_the_deadline_is_not_started() {
        for remaining in [Duration::ZERO, Duration::from_nanos(1)] {
            let mut script = script([failure(Next::Backoff)]);
            script.remaining = remaining;
            let policy = RetryPolicy::default().base_delay(SECOND);
            run_with(&policy, &budget(100), &mut script).unwrap_err();
            assert!(script.retries.is_empty());
        }
    }

    #[test]
    fn retry_after_is_the_minimum_delay() {
        let error = Error::new(ErrorKind::RateLimited, "slow down")
            .retryable(true)
            .with_retry_after(Some(5 * SECOND));
        let next = Next::Backoff;
        let mut script = script([Err(Failure { error, next }), Ok(1)]);
        run_with(&RetryPolicy::default(), &budget(100), &mut script).unwrap();
        assert_eq!(script.retries, [(1, 5 * SECOND)]);
    }

    #[test]
    fn an_exhausted_budget_ends_the_attempts_and_successes_refill_it() {
        let budget = budget(1);
        let policy = RetryPolicy::default();
        run_with(
            &policy,
            &budget,
            &mut script([failure(Next::Backoff), Ok(1)]),
        )
        .unwrap();
        run_with(&policy, &budget, &mut script([failure(Next::Backoff)])).unwrap_err();
        for _ in 0..9 {
            run_with(&policy, &budget, &mut script([Ok(1)])).unwrap();
        }
        run_with(
            &policy,
            &budget,
            &mut script([failure(Next::Backoff), Ok(1)]),
        )
        .unwrap();
    }

    #[test]
    fn the_maximum_delay_doubles_up_to_the_limit() {
        let policy = RetryPolicy::default()
            .base_delay(SECOND)
            .max_delay(5 * SECOND);
        let delays = [1, 2, 3, 4, 5, u32::MAX].map(|retry| max_backoff(&policy, retry));
        assert_eq!(delays, [1, 2, 4, 5, 5, 5].map(|n| n * SECOND));

        let at_once = RetryPolicy::default().base_delay(Duration::ZERO);
        assert_eq!(max_backoff(&at_once, 9), Duration::ZERO);
        let huge = RetryPolicy::default().base_delay(Duration::MAX);
        assert_eq!(max_backoff(&huge, 9), 10 * SECOND);
    }

    #[test]
    fn the_jitter_covers_the_maximum_delay_and_a_seed_reproduces_it() {
        let delays = |seed| {
            let budget = Budget::new(100, Some(seed));
            (0..1000).map(|_| budget.jitter(SECOND)).collect::<Vec<_>>()
        };
        let first = delays(7);
        assert_eq!(first, delays(7));
        assert_ne!(first, delays(8));
        for tenth in 0..10 {
            let from = SECOND.mul_f64(f64::from(tenth) / 10.0);
            let inside = |delay: &&Duration| (from..from + SECOND / 10).contains(*delay);
            assert!(first.iter().filter(inside).count() > 50, "{from:?}");
        }
    }

    #[test]
    fn the_budget_never_exceeds_its_size() {
        let budget = budget(2);
        budget.deposit();
        let withdraw = || budget.withdraw().map(Withdrawal::spend).is_some();
        assert_eq!([(); 3].map(|()| withdraw()), [true, true, false]);
        for _ in 0..9 {
            budget.deposit();
        }
        assert!(!withdraw());
        budget.deposit();
        assert!(withdraw());
    }

    #[test]
    fn a_refund_never_exceeds_the_size_of_the_budget() {
        let budget = budget(1);
        let withdrawal = budget.withdraw();
        for _ in 0..5 {
            budget.deposit();
        }
        drop(withdrawal);
        let withdraw = || budget.withdraw().map(Withdrawal::spend).is_some();
        assert_eq!([(); 2].map(|()| withdraw()), [true, false]);
    }

    #[test]
    fn a_request_that_is_dropped_while_it_waits_returns_its_retry() {
        let budget = budget(1);
        let policy = RetryPolicy::default();
        for _ in 0..3 {
            let mut script = script([failure(Next::Backoff), Ok(1)]);
            let request = run(&policy, &budget, |_| std::future::pending(), &mut script);
            assert!(poll_once(request).is_none());
        }
        let mut script = script([failure(Next::Backoff), Ok(1)]);
        run_with(&policy, &budget, &mut script).unwrap();
    }

    #[test]
    fn a_retry_that_fails_before_it_is_sent_is_returned() {
        let budget = budget(1);
        let policy = RetryPolicy::default();
        for _ in 0..3 {
            let mut script = script([failure(Next::Backoff), failure(Next::Stop)]);
            script.is_sent = false;
            run_with(&policy, &budget, &mut script).unwrap_err();
            assert_eq!(script.retries.len(), 1);
        }
    }

    /// Polls `future` once and drops it.
    fn poll_once<F: Future>(future: F) -> Option<F::Output> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}
