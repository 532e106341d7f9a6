//! The limiter with a clock whose time only the test advances.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// A clock whose time only [`advance`](Self::advance) changes. Clones share the time.
#[derive(Clone, Debug)]
struct ManualClock(Arc<Mutex<Manual>>);

#[derive(Debug)]
struct Manual {
    now: Instant,
    sleeps: Vec<(Instant, Option<Waker>)>,
    /// The maximum number of sleeps at the same time.
    max_sleeps: usize,
}

struct Sleep {
    clock: ManualClock,
    end: Instant,
}

impl ManualClock {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Manual {
            now: Instant::now(),
            sleeps: Vec::new(),
            max_sleeps: 0,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Manual> {
        self.0.lock().unwrap()
    }

    /// Advances the time, and runs the tasks whose sleeps have ended.
    async fn advance(&self, by: Duration) {
        self.wake_sleeps(by);
        run_tasks().await;
    }

    fn wake_sleeps(&self, by: Duration) {
        let mut manual = self.lock();
        manual.now += by;
        for (_, waker) in &mut manual.sleeps {
            if let Some(waker) = waker.take() {
                waker.wake();
            }
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.lock().now
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut manual = self.lock();
        let end = manual.now + duration;
        manual.sleeps.push((end, None));
        manual.max_sleeps = manual.max_sleeps.max(manual.sleeps.len());
        let clock = self.clone();
        Box::pin(Sleep { clock, end })
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut manual = self.clock.lock();
        if manual.now >= self.end {
            return Poll::Ready(());
        }
        let mut sleeps = manual.sleeps.iter_mut();
        let sleep = sleeps.find(|(end, _)| *end == self.end).unwrap();
        sleep.1 = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let mut manual = self.clock.lock();
        let at = manual.sleeps.iter().position(|(end, _)| *end == self.end);
        manual.sleeps.swap_remove(at.unwrap());
    }
}

/// Lets all tasks of the current runtime run until they wait.
async fn run_tasks() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

fn limiter(limit: u32) -> (Arc<RateLimiter>, ManualClock) {
    let clock = ManualClock::new();
    (RateLimiter::new(limit, Arc::new(clock.clone())), clock)
}

/// Returns the wait of a request that is put into the queue.
fn enqueue(limiter: &Arc<RateLimiter>, limit: Duration) -> Waiting {
    match limiter.enqueue(limit) {
        Ok(Admission::Waiting(waiting, _)) => waiting,
        Ok(Admission::Admitted(_)) => panic!("the request is admitted"),
        Err(TooLate { wait }) => panic!("the request would wait for {wait:?}"),
    }
}

/// Sends `count` requests whose responses start at once.
fn use_slots(limiter: &Arc<RateLimiter>, count: u32) {
    for _ in 0..count {
        limiter.admit(limiter.clock.now()).unwrap().end();
    }
}

fn is_ready(waiting: &mut Waiting) -> Option<Option<Slot>> {
    let mut context = Context::from_waker(Waker::noop());
    match Pin::new(waiting).poll(&mut context) {
        Poll::Ready(slot) => Some(slot),
        Poll::Pending => None,
    }
}

fn current(limiter: &RateLimiter) -> u32 {
    limiter.usage().current_minute()
}

#[tokio::test]
async fn requests_are_admitted_in_order_of_arrival() {
    let (limiter, clock) = limiter(2);
    use_slots(&limiter, 2);
    let order = Arc::new(Mutex::new(Vec::new()));
    for number in 0..5 {
        let waiting = enqueue(&limiter, HOUR);
        let order = Arc::clone(&order);
        tokio::spawn(async move {
            let slot = waiting.await.unwrap();
            order.lock().unwrap().push(number);
            slot.end();
        });
    }
    let orders = async |by| {
        clock.advance(by).await;
        order.lock().unwrap().clone()
    };
    assert_eq!(orders(MINUTE - Duration::from_nanos(1)).await, [0; 0]);
    assert_eq!(orders(Duration::from_nanos(1)).await, [0, 1]);
    assert_eq!(orders(MINUTE).await, [0, 1, 2, 3]);
    assert_eq!(orders(MINUTE).await, [0, 1, 2, 3, 4]);
    assert_eq!(clock.lock().max_sleeps, 1, "one timer for all requests");
    assert!(clock.lock().sleeps.is_empty(), "the timer has ended");
    assert!(limiter.lock().timers.is_empty());
}

#[tokio::test]
async fn a_new_request_does_not_overtake_one_that_waits() {
    let (limiter, clock) = limiter(1);
    use_slots(&limiter, 1);
    let mut first = enqueue(&limiter, HOUR);
    assert!(is_ready(&mut first).is_none());
    clock.lock().now += MINUTE;
    assert!(limiter.admit(limiter.clock.now()).is_none());
    let mut second = enqueue(&limiter, HOUR);
    assert!(is_ready(&mut second).is_none());
    is_ready(&mut first).unwrap().unwrap().end();
}

#[tokio::test]
async fn a_request_polled_after_its_deadline_gives_its_slot_to_the_next_one() {
    let (limiter, clock) = limiter(1);
    use_slots(&limiter, 1);
    let mut late = enqueue(&limiter, MINUTE + SECOND / 2);
    assert!(is_ready(&mut late).is_none());
    clock.advance(MINUTE).await;
    assert_eq!(current(&limiter), 1, "it is admitted");
    clock.lock().now += SECOND / 2;
    assert!(is_ready(&mut late).unwrap().is_none());
    assert_eq!(current(&limiter), 0);
    limiter.admit(limiter.clock.now()).unwrap().end();
    assert_eq!(current(&limiter), 1);
}

#[tokio::test]
async fn a_dropped_request_gives_its_place_and_its_slot_to_the_next_one() {
    let (limiter, clock) = limiter(1);
    use_slots(&limiter, 1);
    let mut requests: Vec<_> = (0..4).map(|_| enqueue(&limiter, HOUR)).collect();
    let last = requests.pop().unwrap();
    let last = tokio::spawn(async move { last.await.map(|slot| slot.end()) });
    run_tasks().await;
    // One that was never polled, one that waits, and one that is admitted but does not know it.
    let (mut waits, mut admitted) = (requests.remove(1), requests.remove(1));
    assert!(is_ready(&mut waits).is_none());
    assert!(is_ready(&mut admitted).is_none());
    drop(requests);
    drop(waits);
    clock.advance(MINUTE).await;
    assert_eq!(limiter.usage().waiting(), 1);
    assert!(!last.is_finished());
    drop(admitted);
    run_tasks().await;
    assert!(last.is_finished());
    last.await.unwrap().unwrap();
    assert_eq!(
        (current(&limiter), limiter.usage().busiest_minute()),
        (1, 1)
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_before_its_deadline_does_not_wait() {
    let (limiter, clock) = limiter(2);
    use_slots(&limiter, 1);
    clock.lock().now += 10 * SECOND;
    use_slots(&limiter, 1);
    let wait = |limit| match limiter.enqueue(limit) {
        Ok(_) => None,
        Err(TooLate { wait }) => Some(wait),
    };
    assert_eq!(wait(50 * SECOND), Some(50 * SECOND));
    let mut waiting = Vec::new();
    for expected in [50, 60, 110, 120] {
        let expected = expected * SECOND;
        assert_eq!(wait(expected), Some(expected));
        waiting.push(enqueue(&limiter, expected + Duration::from_nanos(1)));
    }
    assert_eq!(limiter.usage().waiting(), 4);
    clock.lock().now += 30 * SECOND;
    assert_eq!(limiter.min_wait(), 140 * SECOND);
}

#[tokio::test]
async fn a_request_whose_deadline_passes_while_others_are_in_progress_stops_waiting() {
    let (limiter, clock) = limiter(1);
    let slow = limiter.admit(limiter.clock.now()).unwrap();
    let late = enqueue(&limiter, 61 * SECOND);
    let late = tokio::spawn(async move { late.await.is_some() });
    let next = enqueue(&limiter, HOUR);
    let next = tokio::spawn(async move { next.await.map(|slot| slot.end()) });
    run_tasks().await;
    clock.advance(30 * SECOND).await;
    slow.end();
    run_tasks().await;
    clock.advance(31 * SECOND).await;
    assert!(late.is_finished(), "its deadline has passed");
    assert!(!late.await.unwrap());
    clock.advance(29 * SECOND).await;
    next.await.unwrap().unwrap();
    assert_eq!(limiter.usage().waiting(), 0);
}

#[tokio::test]
async fn a_request_that_is_polled_after_its_deadline_is_not_admitted() {
    let (limiter, clock) = limiter(1);
    use_slots(&limiter, 1);
    let mut late = enqueue(&limiter, 61 * SECOND);
    let mut next = enqueue(&limiter, HOUR);
    assert!(is_ready(&mut late).is_none());
    assert!(is_ready(&mut next).is_none());
    clock.advance(MINUTE).await;
    clock.advance(SECOND).await;
    assert!(is_ready(&mut late).unwrap().is_none());
    assert!(is_ready(&mut next).unwrap().is_some());
}

#[tokio::test]
async fn a_request_counts_until_60_seconds_after_its_response_started() {
    let (limiter, clock) = limiter(1);
    let slow = limiter.admit(limiter.clock.now()).unwrap();
    let next = enqueue(&limiter, HOUR);
    let next = tokio::spawn(async move { next.await.map(|slot| slot.end()) });
    run_tasks().await;
    clock.advance(10 * MINUTE).await;
    slow.end();
    run_tasks().await;
    clock.advance(MINUTE - Duration::from_nanos(1)).await;
    assert!(!next.is_finished());
    clock.advance(Duration::from_nanos(1)).await;
    next.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_timer_runs_although_the_first_request_is_not_polled() {
    let (limiter, clock) = limiter(2);
    use_slots(&limiter, 2);
    let mut first = enqueue(&limiter, HOUR);
    assert!(is_ready(&mut first).is_none());
    let second = enqueue(&limiter, HOUR);
    let second = tokio::spawn(async move { second.await.map(|slot| slot.end()) });
    run_tasks().await;
    clock.advance(MINUTE).await;
    second.await.unwrap().unwrap();
    assert_eq!(current(&limiter), 2);
}

#[test]
fn requests_are_admitted_although_another_runtime_is_stopped_or_shut_down() {
    let (limiter, clock) = limiter(1);
    use_slots(&limiter, 1);
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let [stopped, shut_down, own] = [(); 3].map(|()| runtime());
    for runtime in [&stopped, &shut_down] {
        let waiting = enqueue(&limiter, HOUR);
        runtime.spawn(async move { waiting.await.map(|slot| slot.end()) });
        runtime.block_on(run_tasks());
    }
    // Its task is polled on `shut_down` first.
    let mut moved = enqueue(&limiter, HOUR);
    shut_down.block_on(async { assert!(is_ready(&mut moved).is_none()) });
    drop(shut_down);
    own.block_on(async {
        let moved = tokio::spawn(async move { moved.await.map(|slot| slot.end()) });
        run_tasks().await;
        clock.advance(MINUTE).await;
        // The first request is admitted and its runtime is stopped, so that it keeps its slot.
        assert!(!moved.is_finished());
        std::thread::spawn(|| drop(stopped)).join().unwrap();
        run_tasks().await;
        moved.await.unwrap().unwrap();
    });
}

#[tokio::test]
async fn a_request_without_a_connection_does_not_count() {
    let (limiter, _clock) = limiter(1);
    for kind in [
        HttpErrorKind::Connect {
            is_permanent: false,
        },
        HttpErrorKind::InvalidRequest,
    ] {
        limiter.admit(limiter.clock.now()).unwrap().fail(kind);
        assert_eq!(current(&limiter), 0);
    }
    for kind in [HttpErrorKind::Unprocessed, HttpErrorKind::ConnectionLost] {
        let (limiter, _clock) = self::limiter(1);
        limiter.admit(limiter.clock.now()).unwrap().fail(kind);
        assert_eq!(current(&limiter), 1);
    }
    assert_eq!(limiter.usage().busiest_minute(), 0);
    drop(limiter.admit(limiter.clock.now()).unwrap());
    assert_eq!(current(&limiter), 1, "a dropped request may have been sent");
}

#[tokio::test]
async fn a_clock_whose_sleeps_end_at_once_lets_no_request_wait() {
    #[derive(Debug)]
    struct NoWaits(Instant);

    impl Clock for NoWaits {
        fn now(&self) -> Instant {
            self.0
        }

        fn system_time(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::ready(()))
        }
    }

    let limiter = RateLimiter::new(3, Arc::new(NoWaits(Instant::now())));
    use_slots(&limiter, 3);
    for _ in 0..10 {
        let waiting = match limiter.admit(limiter.clock.now()) {
            Some(slot) => {
                slot.end();
                continue;
            }
            None => enqueue(&limiter, HOUR),
        };
        waiting.await.unwrap().end();
    }
    assert_eq!(limiter.usage().busiest_minute(), 3);
}

/// A request that is not polled, as one of a stream whose caller processes a row, delays no other.
#[tokio::test]
async fn slot_of_a_request_that_is_not_polled_is_for_the_next() {
    for unpolled in [HOUR, Duration::MAX] {
        let (limiter, clock) = limiter(1);
        use_slots(&limiter, 1);
        let mut first = enqueue(&limiter, unpolled);
        assert!(is_ready(&mut first).is_none());
        let second = tokio::spawn(enqueue(&limiter, 3 * MINUTE));
        clock.advance(MINUTE).await;
        assert!(!second.is_finished(), "the slot is for the first");
        clock.advance(SECOND).await;
        assert!(second.is_finished(), "the slot of the first was withdrawn");
        second.await.unwrap().unwrap().end();
        assert_eq!(current(&limiter), 1);

        // The first has its place before those that came later.
        let third = enqueue(&limiter, HOUR);
        assert!(is_ready(&mut first).is_none());
        let third = tokio::spawn(third);
        clock.advance(MINUTE).await;
        assert!(!third.is_finished());
        is_ready(&mut first).unwrap().unwrap().end();
        clock.advance(MINUTE).await;
        third.await.unwrap().unwrap().end();
    }
}

#[tokio::test]
async fn withdrawn_request_is_admitted_when_it_is_polled() {
    let (limiter, clock) = limiter(1);
    use_slots(&limiter, 1);
    let mut first = enqueue(&limiter, HOUR);
    assert!(is_ready(&mut first).is_none());
    let second = tokio::spawn(enqueue(&limiter, HOUR));
    clock.advance(MINUTE).await;
    clock.advance(SECOND).await;
    assert!(second.is_finished(), "the slot of the first was withdrawn");
    second.await.unwrap().unwrap().end();
    clock.advance(MINUTE).await;
    // No other request waits, and a slot is free.
    is_ready(&mut first).unwrap().unwrap().end();
    assert_eq!(current(&limiter), 1);
}

#[tokio::test]
async fn withdrawn_request_expires_at_its_deadline() {
    let (limiter, clock) = limiter(1);
    use_slots(&limiter, 1);
    let mut late = enqueue(&limiter, 2 * MINUTE);
    let mut dropped = enqueue(&limiter, HOUR);
    assert!(is_ready(&mut late).is_none());
    assert!(is_ready(&mut dropped).is_none());
    clock.advance(MINUTE).await;
    clock.advance(SECOND).await;
    clock.advance(SECOND).await;
    clock.advance(MINUTE).await;
    drop(dropped);
    assert_eq!(current(&limiter), 0);
    assert!(is_ready(&mut late).unwrap().is_none());
    use_slots(&limiter, 1);
}
