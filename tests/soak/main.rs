//! The soak: many callers at once, a fault in every hundredth request, and the books must balance.
//!
//! Every acknowledged row is found, no row is there twice, every counter lies between what was
//! acknowledged and what was attempted, and memory does not grow.
//!
//! `BACKENDLESS_SOAK_CALLS` sets the number of calls:
//!
//! ```console
//! $ BACKENDLESS_SOAK_CALLS=1000000 cargo test --release -p backendless-tests --test soak -- --nocapture
//! ```

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod caller;
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

use caller::{COUNTERS, Caller, ONCE, Row, Sum, TABLES, counter_name, table};
use process::{Process, memory};
use tally::{GONE, OK, Tally};

const CALLERS: usize = 64;

/// The calls of an ordinary run.
const CALLS: usize = 20_000;

/// By how much the memory of a process may grow after the first quarter of the calls, in KiB: what
/// an allocator and a pool of connections may take and not give back, and not a thing that is kept
/// for each call of a long run.
const MOST_GROWTH: u64 = 16 * 1024;

/// Counts the waits between attempts, which are the retries, and does not wait.
#[derive(Clone, Debug, Default)]
struct Retries(Arc<AtomicU64>);

impl Clock for Retries {
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

/// Has all callers make this many calls in all, or a few more, at once.
async fn make_calls(callers: Vec<Caller>, calls: usize) -> Vec<Caller> {
    let mut running = JoinSet::new();
    for mut caller in callers {
        running.spawn(async move {
            caller.make_calls(calls.div_ceil(CALLERS)).await;
            caller
        });
    }
    let mut callers = Vec::new();
    while let Some(caller) = running.join_next().await {
        callers.push(caller.unwrap());
    }
    callers
}

/// Every row that was acknowledged is there, with its values, and none is there twice.
async fn check_rows(client: &Client, callers: &[Caller]) {
    let mut found = HashMap::new();
    for number in 0..TABLES {
        let rows = table(client, number).find().sort_by("created").stream();
        let rows: Vec<backendless::Object<Row>> = rows.try_collect().await.unwrap();
        for row in rows {
            let before = found.insert(row.key.clone(), row);
            assert!(before.is_none(), "twice: {before:?}");
        }
    }
    for known in callers.iter().flat_map(|caller| &caller.rows) {
        let Some(row) = found.remove(&known.key) else {
            panic!("an acknowledged row is gone: {}", known.key);
        };
        assert_eq!(row.object_id, known.id, "created twice: {}", known.key);
        assert!(known.n.contains(&row.n), "{:?}: {row:?}", known.n);
    }
    for key in callers.iter().flat_map(|caller| &caller.unsure) {
        found.remove(key);
    }
    // Of a row that was created twice one is left when the one that was acknowledged is deleted.
    assert!(found.is_empty(), "nobody knows of {:?}", found.keys());
}

async fn check_counters(client: &Client, counters: &[Sum; COUNTERS]) -> (i64, i64, i64) {
    let mut sums = (0, 0, 0);
    for (number, sum) in counters.iter().enumerate() {
        let value = client.counters().get(counter_name(number)).await.unwrap();
        let load = |sum: &AtomicI64| sum.load(Ordering::Relaxed);
        let (least, most) = (load(&sum.acknowledged), load(&sum.attempted));
        assert!((least..=most).contains(&value), "{least} {value} {most}");
        sums = (sums.0 + least, sums.1 + value, sums.2 + most);
    }
    sums
}

/// The memory of the client and of the server, in KiB.
fn memories(server: &Process) -> Option<[u64; 2]> {
    Some([memory()?, server.memory()?])
}

fn check_memory(before: Option<[u64; 2]>, after: Option<[u64; 2]>) {
    let (Some(before), Some(after)) = (before, after) else {
        println!("memory: not measured, since there is no /proc here");
        return;
    };
    for (whose, before, after) in [
        ("client", before[0], after[0]),
        ("server", before[1], after[1]),
    ] {
        println!("memory of the {whose}: {before} KiB after a quarter, {after} KiB at the end");
        let growth = after.saturating_sub(before);
        assert!(growth <= MOST_GROWTH, "the {whose} grew by {growth} KiB");
    }
}

/// Where a call may be repeated, hardly any fails.
fn check_outcomes(tally: &Tally, calls: usize) {
    let once = |operation: &str| ONCE.contains(&operation);
    assert!(tally.count(once, |outcome| outcome != OK) > 0);
    let failed = |outcome: &str| outcome != OK && outcome != GONE;
    let failures = tally.count(|operation| !once(operation), failed);
    assert!(failures <= calls as u64 / 10_000, "{failures} failed");
}

/// Whatever struck a request was answered by a retry or by an error, and by nothing else: no layer
/// below the client repeats requests of its own accord, or loses an answer without a word.
fn check_faults(struck: &[(String, u64)], retries: u64, tally: &Tally) {
    for (fault, times) in struck {
        println!("struck by {fault}: {times}");
        assert!(*times > 0, "{fault}");
    }
    let harmful = struck
        .iter()
        .filter(|(fault, _)| !fault.starts_with("delay"));
    let harm: u64 = harmful.map(|(_, times)| times).sum();
    let failed = |outcome: &str| outcome != OK && outcome != GONE;
    assert_eq!(harm, retries + tally.count(|_| true, failed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_when_every_hundredth_request_meets_a_fault() {
    let calls = std::env::var("BACKENDLESS_SOAK_CALLS");
    let calls = calls.map_or(CALLS, |calls| calls.parse().unwrap());
    let server = Process::start();
    let retries = Retries::default();
    let client = server.client().clock(retries.clone()).build().unwrap();
    let counters: Arc<[Sum; COUNTERS]> = Arc::default();
    let callers = (0..CALLERS).map(|number| Caller::new(number, &client, &counters));
    let callers = callers.collect();

    let began = Instant::now();
    let callers = make_calls(callers, calls / 4).await;
    let before = memories(&server);
    let mut callers = make_calls(callers, calls - calls / 4).await;
    let after = memories(&server);
    let took = began.elapsed();

    let mut tally = Tally::default();
    for caller in &mut callers {
        tally.merge(std::mem::take(&mut caller.tally));
    }
    let made = tally.count(|_| true, |_| true);
    println!("{tally}");
    println!("retries: {}", retries.0.load(Ordering::Relaxed));
    println!(
        "calls/s: {:.0}, in {took:.1?}",
        made as f64 / took.as_secs_f64()
    );
    check_outcomes(&tally, calls);

    // It reads everything, so it is more patient; its retries count with the others.
    let policy = RetryPolicy::default().max_attempts(10);
    let reader = server.client().retry(policy).clock(retries.clone());
    let reader = reader.build().unwrap();
    check_rows(&reader, &callers).await;
    let (least, value, most) = check_counters(&reader, &counters).await;
    println!("counters: {least} acknowledged <= {value} <= {most} attempted");
    check_memory(before, after);
    check_faults(&server.stop(), retries.0.load(Ordering::Relaxed), &tally);
}
