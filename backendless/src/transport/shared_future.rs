//! A future that several tasks wait for, and that each of them can complete.
//!
//! A task that waits may not be polled for a long time, such as the request of a stream whose caller processes a row. So the
//! future belongs to none of them: when it is woken, all of them are, and the first one that is polled polls it.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};

type BoxedFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Future that each task which waits for it can complete. It is dropped with the last of them.
pub(super) struct SharedFuture {
    /// `None` after its end. It is poisoned if the future panicked.
    future: Mutex<Option<BoxedFuture>>,
    /// The mark of the thread that polls the future; 0 if none does.
    poller: AtomicUsize,
    /// Whether a task could not poll the future because another thread did.
    is_missed: AtomicBool,
    tasks: Arc<Tasks>,
}

/// The tasks that wait.
#[derive(Default)]
struct Tasks {
    next: AtomicU64,
    wakers: Mutex<BTreeMap<u64, Waker>>,
    /// Whether the future has completed or panicked.
    has_ended: AtomicBool,
}

/// One of the tasks, which is no longer woken when this is dropped.
struct Task<'t> {
    tasks: &'t Tasks,
    number: u64,
}

/// Ends the future when it is dropped, unless the future still waits.
struct Poller<'t> {
    tasks: &'t Tasks,
    is_pending: bool,
}

impl SharedFuture {
    pub(super) fn new(future: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        Arc::new(Self {
            future: Mutex::new(Some(Box::pin(future))),
            poller: AtomicUsize::new(0),
            is_missed: AtomicBool::new(false),
            tasks: Arc::default(),
        })
    }

    /// Returns whether the future has completed or panicked.
    pub(super) fn has_ended(&self) -> bool {
        self.tasks.has_ended.load(Ordering::Acquire)
    }

    /// Polls the future until it has ended, or until `check` returns a value, which it returns.
    pub(super) async fn run_until<T>(&self, mut check: impl FnMut() -> Option<T>) -> Option<T> {
        let task = Task {
            tasks: &self.tasks,
            number: self.tasks.next.fetch_add(1, Ordering::Relaxed),
        };
        poll_fn(|context| {
            // Before the future is polled, so that no wake is lost, whichever task polls it.
            task.wait(context.waker());
            self.poll();
            let has_ended = self.has_ended();
            match check() {
                None if !has_ended => Poll::Pending,
                value => Poll::Ready(value),
            }
        })
        .await
    }

    /// Polls the future until it has ended.
    pub(super) async fn run(&self) {
        self.run_until(|| None::<()>).await;
    }

    /// Polls the future, unless another task does, which then polls it again: what this task was woken for may have happened
    /// after the other one looked, and the other one may not be polled for a long time.
    fn poll(&self) {
        while let Some(future) = self.lock() {
            self.is_missed.store(false, Ordering::Relaxed);
            self.poller.store(thread_mark(), Ordering::Relaxed);
            self.poll_locked(future);
            self.poller.store(0, Ordering::Relaxed);
            // Either this reads what the other task wrote, or the other task locks the future.
            fence(Ordering::SeqCst);
            if !self.is_missed.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// Locks the future; `None` if another task polls it, or it panicked.
    fn lock(&self) -> Option<MutexGuard<'_, Option<BoxedFuture>>> {
        match self.future.try_lock() {
            Ok(future) => return Some(future),
            Err(TryLockError::Poisoned(_)) => return None,
            Err(TryLockError::WouldBlock) => {}
        }
        // The future waits for itself.
        if self.poller.load(Ordering::Relaxed) == thread_mark() {
            return None;
        }
        self.is_missed.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.future.try_lock().ok()
    }

    fn poll_locked(&self, mut future: MutexGuard<'_, Option<BoxedFuture>>) {
        let Some(running) = future.as_mut() else {
            return;
        };
        let mut poller = Poller {
            tasks: &self.tasks,
            is_pending: false,
        };
        let waker = Waker::from(Arc::clone(&self.tasks));
        let poll = running.as_mut().poll(&mut Context::from_waker(&waker));
        poller.is_pending = poll.is_pending();
        if poll.is_ready() {
            *future = None;
        }
    }
}

/// Returns a number that no other running thread has, and that is not 0.
fn thread_mark() -> usize {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// Wakes all tasks that wait for the shared future which calls this, because what they wait for may have happened.
pub(super) async fn wake_tasks() {
    poll_fn(|context| {
        context.waker().wake_by_ref();
        Poll::Ready(())
    })
    .await;
}

impl Tasks {
    fn wakers(&self) -> MutexGuard<'_, BTreeMap<u64, Waker>> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Tasks {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let woken = std::mem::take(&mut *self.wakers());
        for waker in woken.into_values() {
            waker.wake();
        }
    }
}

impl Task<'_> {
    fn wait(&self, waker: &Waker) {
        // The replaced waker is dropped after the lock: dropping it may drop another task.
        let _replaced = self.tasks.wakers().insert(self.number, waker.clone());
    }
}

impl Drop for Task<'_> {
    fn drop(&mut self) {
        let _waker = self.tasks.wakers().remove(&self.number);
    }
}

impl Drop for Poller<'_> {
    fn drop(&mut self) {
        if self.is_pending {
            return;
        }
        self.tasks.has_ended.store(true, Ordering::Release);
        let woken = std::mem::take(&mut *self.tasks.wakers());
        for waker in woken.into_values() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::oneshot;

    use super::*;

    /// A waker that counts how often it is woken.
    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Counter {
        fn take(&self) -> usize {
            self.0.swap(0, Ordering::Relaxed)
        }
    }

    fn poll<F: Future + ?Sized>(future: Pin<&mut F>, counter: &Arc<Counter>) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(counter));
        future.poll(&mut Context::from_waker(&waker))
    }

    #[test]
    fn another_task_completes_the_future_when_the_first_one_is_not_polled() {
        let (sender, receiver) = oneshot::channel::<()>();
        let shared = SharedFuture::new(async { receiver.await.unwrap() });
        let counters = [(); 2].map(|()| Arc::new(Counter::default()));
        let (mut first, mut second) = (pin!(shared.run()), pin!(shared.run()));
        assert!(poll(first.as_mut(), &counters[0]).is_pending());
        assert!(poll(second.as_mut(), &counters[1]).is_pending());
        sender.send(()).unwrap();
        assert_eq!([counters[0].take(), counters[1].take()], [1, 1]);
        assert!(poll(second.as_mut(), &counters[1]).is_ready());
        assert!(shared.has_ended());
        assert!(poll(first.as_mut(), &counters[0]).is_ready());
    }

    #[test]
    fn future_remains_when_the_task_that_polled_it_is_dropped() {
        let (sender, receiver) = oneshot::channel::<()>();
        let shared = SharedFuture::new(async { receiver.await.unwrap() });
        let counters = [(); 2].map(|()| Arc::new(Counter::default()));
        let mut second = pin!(shared.run());
        assert!(poll(second.as_mut(), &counters[1]).is_pending());
        {
            let mut first = pin!(shared.run());
            assert!(poll(first.as_mut(), &counters[0]).is_pending());
        }
        sender.send(()).unwrap();
        assert_eq!([counters[0].take(), counters[1].take()], [0, 1]);
        assert!(poll(second, &counters[1]).is_ready());
    }

    /// The event happens, and another task is polled, while the first one polls the future, and is not polled again.
    #[test]
    fn event_during_a_poll_is_not_lost_when_its_task_is_not_polled_again() {
        let (entered, wait_for_entry) = std::sync::mpsc::channel();
        let (collided, wait_for_collision) = std::sync::mpsc::channel();
        let mut polls = 0;
        let shared = SharedFuture::new(poll_fn(move |context| {
            polls += 1;
            if polls > 1 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            entered.send(()).unwrap();
            wait_for_collision.recv().unwrap();
            Poll::Pending
        }));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let counter = Arc::new(Counter::default());
                // It is dropped after one poll.
                let _ = poll(pin!(shared.run()), &counter);
            });
            wait_for_entry.recv().unwrap();
            let counter = Arc::new(Counter::default());
            let mut second = pin!(shared.run());
            assert!(poll(second.as_mut(), &counter).is_pending());
            collided.send(()).unwrap();
            while !shared.has_ended() {
                std::thread::yield_now();
            }
            assert!(poll(second, &counter).is_ready());
        });
    }

    /// The task polls while another one polls the future, so it has to be woken by the part itself.
    #[test]
    fn task_that_waits_for_a_part_is_woken_by_it() {
        type Waiting = Pin<Box<dyn Future<Output = Option<usize>> + Send>>;
        let step = Arc::new(AtomicUsize::new(0));
        let of_check = Arc::clone(&step);
        let counters = [(); 2].map(|()| Arc::new(Counter::default()));
        let waiting = Arc::new(Mutex::new(None::<Waiting>));
        let (of_future, counter) = (Arc::clone(&waiting), Arc::clone(&counters[1]));
        let shared = SharedFuture::new(async move {
            let is_pending = {
                let mut waiting = of_future.lock().unwrap();
                poll(waiting.as_mut().unwrap().as_mut(), &counter).is_pending()
            };
            assert!(is_pending);
            step.store(1, Ordering::Relaxed);
            wake_tasks().await;
            std::future::pending().await
        });
        let of_waiting = Arc::clone(&shared);
        let check = move || Some(of_check.load(Ordering::Relaxed)).filter(|step| *step > 0);
        *waiting.lock().unwrap() = Some(Box::pin(async move { of_waiting.run_until(check).await }));
        assert!(poll(pin!(shared.run()), &counters[0]).is_pending());
        assert_eq!(counters[1].take(), 1);
        let mut waiting = waiting.lock().unwrap().take().unwrap();
        assert_eq!(poll(waiting.as_mut(), &counters[1]), Poll::Ready(Some(1)));
        assert!(!shared.has_ended());
    }

    #[test]
    fn panic_of_the_future_ends_the_wait_of_the_other_tasks() {
        let (sender, receiver) = oneshot::channel::<()>();
        let shared = SharedFuture::new(async {
            receiver.await.unwrap();
            panic!("a store panicked");
        });
        let counters = [(); 2].map(|()| Arc::new(Counter::default()));
        let (mut first, mut second) = (pin!(shared.run()), pin!(shared.run()));
        assert!(poll(first.as_mut(), &counters[0]).is_pending());
        assert!(poll(second.as_mut(), &counters[1]).is_pending());
        sender.send(()).unwrap();
        let polled = std::panic::AssertUnwindSafe(|| poll(first.as_mut(), &counters[0]));
        assert!(std::panic::catch_unwind(polled).is_err());
        assert_eq!(counters[1].take(), 1);
        assert!(poll(second, &counters[1]).is_ready());
    }

    /// As a store does that uses the client whose token it stores.
    #[test]
    fn future_that_waits_for_itself_does_not_block_the_thread() {
        let own = Arc::new(Mutex::new(None::<Arc<SharedFuture>>));
        let of_future = Arc::clone(&own);
        let shared = SharedFuture::new(async move {
            let own = of_future.lock().unwrap().take();
            own.unwrap().run().await;
        });
        *own.lock().unwrap() = Some(Arc::clone(&shared));
        let counter = Arc::new(Counter::default());
        assert!(poll(pin!(shared.run()), &counter).is_pending());
    }
}
