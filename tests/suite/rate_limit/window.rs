//! Many concurrent calls with retries, streams, logins, downloads and cancellations, in virtual time.
//!
//! `BACKENDLESS_RATE_LIMIT_CALLS` sets the number of calls:
//!
//! ```console
//! $ BACKENDLESS_RATE_LIMIT_CALLS=1000000 cargo test --release -p backendless-tests --test suite rate_limit::window -- --nocapture
//! ```

use std::time::{Duration, Instant};

use backendless::{Client, Clock, Error, ErrorKind, FileInfo, Record, RetryPolicy};
use fastrand::Rng;
use futures_util::TryStreamExt;
use tokio::task::JoinSet;

use super::clock::VirtualClock;
use super::server::{ROWS, RecordingServer};

/// The number of calls by default.
const CALLS: usize = 8_000;
const CALLERS: usize = 64;
const LIMIT: u32 = 500;
const MINUTE: Duration = Duration::from_secs(60);
/// The time jumps by up to a minute while requests are in progress.
const LONG: Duration = Duration::from_secs(1_000_000);

#[derive(Debug, Default)]
struct Tally {
    calls: usize,
    cancelled: usize,
    /// Calls that were not sent because of their deadline.
    too_late: usize,
    /// Calls that were dropped at their deadline, while they were sent.
    timed_out: usize,
    failed: usize,
}

/// A concurrent caller, whose calls are random.
struct Caller {
    client: Client,
    url: String,
    random: Rng,
    tally: Tally,
}

impl Caller {
    async fn run(mut self, calls: usize) -> Tally {
        while self.tally.calls < calls {
            self.tally.calls += 1;
            let client = match self.random.u8(..10) {
                0 => self.client.without_user_token(),
                1 => self.client.with_user_token("token-of-a-user"),
                _ => self.client.clone(),
            };
            match self.random.u8(..100) {
                0..4 => self.stream(&client).await,
                4..9 => self.cancel(&client).await,
                9..14 => self.download(&client).await,
                // Few of them arrive while others wait, because the time jumps as soon as a request waits.
                14..54 => self.limited(&client).await,
                _ => {
                    let value = client.counters().get("visits").await;
                    self.record(value.map(drop));
                }
            }
        }
        self.tally
    }

    /// Reads rows with requests in advance, and does not always read all of them.
    async fn stream(&mut self, client: &Client) {
        let rows = client.data::<Record>("Row").find();
        let mut rows = rows.page_size(2).concurrency(3).stream();
        let end = self.random.u64(..ROWS * 2);
        let mut read = 0;
        while read < end {
            match rows.try_next().await {
                Ok(Some(_)) => read += 1,
                Ok(None) => {
                    assert_eq!(read, ROWS);
                    return;
                }
                Err(error) => return self.record(Err(error)),
            }
            if self.random.bool() {
                // The stream is not polled meanwhile, also if one of its requests logs in.
                let value = client.counters().get("visits").await;
                self.record(value.map(drop));
            }
        }
    }

    /// Drops a call while it waits, while it is sent, or after its response.
    async fn cancel(&mut self, client: &Client) {
        let call = tokio::spawn(client.counters().get("visits").send());
        for _ in 0..self.random.u8(..40) {
            tokio::task::yield_now().await;
        }
        call.abort();
        self.tally.cancelled += usize::from(call.await.is_err());
    }

    /// Sends a request that cannot wait for long.
    async fn limited(&mut self, client: &Client) {
        let limit = Duration::from_millis(self.random.u64(1..5_000));
        let value = client.counters().get("visits").timeout(limit).await;
        match value {
            Err(error) if error.kind() == ErrorKind::RateLimited && error.status().is_none() => {
                assert_eq!(error.attempts(), 0, "{error}");
                self.tally.too_late += 1;
            }
            // The time may have jumped while it was in progress.
            Err(error) if error.is_timeout() => self.tally.timed_out += 1,
            value => self.record(value.map(drop)),
        }
    }

    async fn download(&mut self, client: &Client) {
        let file = FileInfo::from_url(format!("{}/files/a.txt", self.url));
        let file = async { client.files().download(&file).await?.bytes().await };
        let file = file.await;
        self.record(file.map(drop));
    }

    fn record(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            // The attempts of a call may get several of the server's failures.
            let is_injected = matches!(error.status(), Some(503 | 429 | 400))
                || error.kind() == ErrorKind::ConnectionLost;
            assert!(is_injected, "{error}");
            self.tally.failed += 1;
        }
    }
}

async fn run_callers(client: &Client, url: &str, calls: usize) -> Tally {
    let mut running = JoinSet::new();
    for number in 0..CALLERS {
        let caller = Caller {
            client: client.clone(),
            url: url.to_owned(),
            random: Rng::with_seed(number as u64),
            tally: Tally::default(),
        };
        running.spawn(caller.run(calls.div_ceil(CALLERS)));
    }
    let mut sum = Tally::default();
    while let Some(tally) = running.join_next().await {
        let tally = tally.unwrap();
        sum.calls += tally.calls;
        sum.cancelled += tally.cancelled;
        sum.too_late += tally.too_late;
        sum.timed_out += tally.timed_out;
        sum.failed += tally.failed;
    }
    sum
}

/// Returns the maximum number of arrivals in any 60 seconds.
fn busiest_minute(arrivals: &[Duration]) -> usize {
    let mut first = 0;
    let mut max = 0;
    for (last, time) in arrivals.iter().enumerate() {
        while *time - arrivals[first] >= MINUTE {
            first += 1;
        }
        max = max.max(last - first + 1);
    }
    max
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_60_seconds_have_more_requests_than_the_limit_and_no_slot_is_lost() {
    let calls = std::env::var("BACKENDLESS_RATE_LIMIT_CALLS");
    let calls = calls.map_or(CALLS, |calls| calls.parse().unwrap());
    let clock = VirtualClock::new();
    let server = RecordingServer::start(&clock).await;
    let client = server
        .client_builder()
        .credentials("robot@example.com", "pa55")
        .requests_per_minute(LIMIT)
        .retry(RetryPolicy::default().base_delay(Duration::from_millis(1)))
        .timeout(LONG)
        .attempt_timeout(LONG)
        .clock(clock.clone())
        .build()
        .unwrap();

    let start = Instant::now();
    let tally = run_callers(&client, server.url(), calls).await;
    let (log, elapsed, usage) = (server.log(), clock.elapsed(), client.usage().unwrap());
    let minutes = elapsed.as_secs_f64() / 60.0;
    let busiest = busiest_minute(&log.arrivals);
    println!(
        "{tally:?}; {} requests, {} failures, {} logins; {minutes:.2} virtual minutes in {:.1?}; busiest minute: {busiest}",
        log.arrivals.len(),
        log.failures,
        log.logins,
        start.elapsed()
    );
    assert!(busiest <= LIMIT as usize, "{busiest}");
    assert_eq!(usage.busiest_minute(), LIMIT);
    assert_eq!(usage.waiting(), 0);
    // A minute after the last request no slot is in use, unless one was lost.
    drop(clock.sleep(2 * MINUTE));
    assert_eq!(client.usage().unwrap().current_minute(), 0);
    // Each caller that is in progress when the time jumps uses its slot for another minute. The last minute is not complete,
    // and a slot is withdrawn, and used later, if the time jumps before its request is polled.
    let expected = f64::from(LIMIT - CALLERS as u32) * (minutes - 1.0);
    let arrived = (log.arrivals.len() + tally.cancelled + tally.timed_out) as f64;
    assert!(arrived >= 0.9 * expected, "{arrived} of {expected}");
    assert!(tally.cancelled > 0 && tally.too_late > 0 && log.logins > 1 && log.failures > 0);
    assert!(tally.failed < tally.calls / 100, "{tally:?}");
}
