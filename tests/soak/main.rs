//! Soak test: many concurrent callers, and a fault in every hundredth request.
//!
//! At the end every acknowledged row exists exactly once, every row that was created with `create_once` or
//! `create_many_once` exists once, every counter is between the acknowledged
//! and the attempted sum, every fault is accounted for by a retry or an error, and memory does not
//! grow.
//!
//! `BACKENDLESS_SOAK_CALLS` sets the number of calls, and `BACKENDLESS_SOAK_ROWS` that of the rows with chosen ids:
//!
//! ```console
//! $ export BACKENDLESS_SOAK_CALLS=1000000 BACKENDLESS_SOAK_ROWS=100000
//! $ cargo test --release -p backendless-tests --test soak -- --nocapture
//! ```

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod caller;
mod once;
mod process;
mod tally;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use backendless::{Client, Clock, RetryPolicy};
use futures_util::TryStreamExt;
use tokio::task::JoinSet;

use caller::{COUNTERS, Caller, CounterBounds, NOT_IDEMPOTENT, Row, TABLES, counter_name, table};
use process::{Process, memory};
use tally::{NOT_FOUND, OK, Tally};

const CALLERS: usize = 64;

/// The number of calls by default.
const CALLS: usize = 20_000;

/// The number of rows that are created with an id of the client's choice, by default.
const ROWS: usize = 2_000;

/// The maximum memory growth of a process after the first quarter of the calls, in KiB: enough for an
/// allocator and a connection pool, and too little for anything kept for each call of a long run.
const MAX_GROWTH: u64 = 16 * 1024;

/// A clock that counts sleeps, which are the retries, and does not sleep.
#[derive(Clone, Debug, Default)]
struct RetryCounter(Arc<AtomicU64>);

impl Clock for RetryCounter {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }
}

/// Runs all callers concurrently, with at least `calls` calls in total.
async fn run_callers(callers: Vec<Caller>, calls: usize) -> Vec<Caller> {
    let mut running = JoinSet::new();
    for mut caller in callers {
        running.spawn(async move {
            caller.run(calls.div_ceil(CALLERS)).await;
            caller
        });
    }
    let mut callers = Vec::new();
    while let Some(caller) = running.join_next().await {
        callers.push(caller.unwrap());
    }
    callers
}

/// Asserts that every acknowledged row exists once, with its values.
async fn check_rows(client: &Client, callers: &[Caller]) {
    let mut found = HashMap::new();
    for number in 0..TABLES {
        let rows = table(client, number).find().sort_by("created").stream();
        let rows: Vec<backendless::Object<Row>> = rows.try_collect().await.unwrap();
        for row in rows {
            let before = found.insert(row.key.clone(), row);
            assert!(before.is_none(), "a duplicate row: {before:?}");
        }
    }
    for known in callers.iter().flat_map(|caller| &caller.rows) {
        let Some(row) = found.remove(&known.key) else {
            panic!("an acknowledged row is missing: {}", known.key);
        };
        assert_eq!(row.object_id, known.id, "created twice: {}", known.key);
        assert!(known.n.contains(&row.n), "{:?}: {row:?}", known.n);
    }
    for key in callers.iter().flat_map(|caller| &caller.uncertain) {
        found.remove(key);
    }
    // A row that was created twice would remain here after the acknowledged one was deleted.
    assert!(found.is_empty(), "unknown rows: {:?}", found.keys());
}

async fn check_counters(client: &Client, counters: &[CounterBounds; COUNTERS]) -> (i64, i64, i64) {
    let mut sums = (0, 0, 0);
    for (number, sum) in counters.iter().enumerate() {
        let value = client.counters().get(counter_name(number)).await.unwrap();
        let load = |sum: &AtomicI64| sum.load(Ordering::Relaxed);
        let (min, max) = (load(&sum.acknowledged), load(&sum.attempted));
        assert!((min..=max).contains(&value), "{min} {value} {max}");
        sums = (sums.0 + min, sums.1 + value, sums.2 + max);
    }
    sums
}

/// The memory of the client and of the server, in KiB.
fn memories(server: &Process) -> Option<[u64; 2]> {
    Some([memory()?, server.memory()?])
}

fn check_memory(before: Option<[u64; 2]>, after: Option<[u64; 2]>) {
    let (Some(before), Some(after)) = (before, after) else {
        println!("memory: not measured without /proc");
        return;
    };
    for (process, before, after) in [
        ("client", before[0], after[0]),
        ("server", before[1], after[1]),
    ] {
        println!("memory of the {process}: {before} KiB after a quarter, {after} KiB at the end");
        let growth = after.saturating_sub(before);
        assert!(growth <= MAX_GROWTH, "the {process} grew by {growth} KiB");
    }
}

/// Asserts that at most one in 10,000 calls failed among those that can be retried, and that some calls
/// that cannot be retried failed.
fn check_outcomes(tally: &Tally, calls: usize) {
    let not_idempotent = |operation: &str| NOT_IDEMPOTENT.contains(&operation);
    assert!(tally.count(not_idempotent, |outcome| outcome != OK) > 0);
    let failed = |outcome: &str| outcome != OK && outcome != NOT_FOUND;
    let failures = tally.count(|operation| !not_idempotent(operation), failed);
    assert!(failures <= calls as u64 / 10_000, "{failures} failed");
}

/// Asserts that each fault led to exactly one retry or error. So no layer below the client retries
/// requests itself, and no response is lost silently.
fn check_faults(injected: &[(String, u64)], retries: u64, tally: &Tally) {
    for (fault, times) in injected {
        println!("injected {fault}: {times}");
        assert!(*times > 0, "{fault}");
    }
    let harmful = injected
        .iter()
        .filter(|(fault, _)| !fault.starts_with("delay"));
    let failures: u64 = harmful.map(|(_, times)| times).sum();
    let failed = |outcome: &str| outcome != OK && outcome != NOT_FOUND;
    assert_eq!(failures, retries + tally.count(|_| true, failed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_or_repeated_when_one_in_a_hundred_requests_fails() {
    let number = |name: &str, default: usize| {
        std::env::var(name).map_or(default, |number| number.parse().unwrap())
    };
    let calls = number("BACKENDLESS_SOAK_CALLS", CALLS);
    let rows = number("BACKENDLESS_SOAK_ROWS", ROWS);
    let server = Process::start();
    let retries = RetryCounter::default();
    let client = server.client().clock(retries.clone()).build().unwrap();
    let counters: Arc<[CounterBounds; COUNTERS]> = Arc::default();
    let callers = (0..CALLERS).map(|number| Caller::new(number, &client, &counters));
    let callers = callers.collect();

    let start = Instant::now();
    let callers = run_callers(callers, calls / 4).await;
    let before = memories(&server);
    let mut callers = run_callers(callers, calls - calls / 4).await;
    let after = memories(&server);
    let elapsed = start.elapsed();

    let mut tally = Tally::default();
    for caller in &mut callers {
        tally.merge(std::mem::take(&mut caller.tally));
    }
    let total = tally.count(|_| true, |_| true);
    println!("{tally}");
    println!("retries: {}", retries.0.load(Ordering::Relaxed));
    println!(
        "calls/s: {:.0}, in {elapsed:.1?}",
        total as f64 / elapsed.as_secs_f64()
    );
    check_outcomes(&tally, calls);

    // It reads everything, so it retries more often; its retries are counted as well.
    let policy = RetryPolicy::default().max_attempts(10);
    let reader = server.client().retry(policy).clock(retries.clone());
    let reader = reader.build().unwrap();
    check_rows(&reader, &callers).await;
    once::check(&reader, rows).await;
    let (acknowledged, value, attempted) = check_counters(&reader, &counters).await;
    println!("counters: {acknowledged} acknowledged <= {value} <= {attempted} attempted");
    check_memory(before, after);
    check_faults(&server.stop(), retries.0.load(Ordering::Relaxed), &tally);
}
