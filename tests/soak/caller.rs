//! A concurrent caller: it makes random calls, remembers the results, and checks each response against
//! them.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use backendless::{Client, Error, Table, filter::field};
use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::tally::Tally;

pub(crate) const TABLES: usize = 16;
pub(crate) const COUNTERS: usize = 8;

/// The maximum number of rows of a caller, so that searches stay short in a long run.
const MAX_ROWS: usize = 20;

/// The operations that are not idempotent.
pub(crate) const NOT_IDEMPOTENT: [&str; 2] = ["create", "increment_by"];

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) n: i64,
}

/// A row whose creation was acknowledged.
pub(crate) struct StoredRow {
    pub(crate) id: String,
    pub(crate) key: String,
    /// The possible values of `n`: the last acknowledged one up to that of failed updates.
    pub(crate) n: RangeInclusive<i64>,
}

/// The bounds of a counter that all callers increment.
#[derive(Default)]
pub(crate) struct CounterBounds {
    pub(crate) acknowledged: AtomicI64,
    pub(crate) attempted: AtomicI64,
}

pub(crate) struct Caller {
    number: usize,
    client: Client,
    table: Table<Row>,
    counters: Arc<[CounterBounds; COUNTERS]>,
    random: Rng,
    pub(crate) rows: Vec<StoredRow>,
    /// Keys of rows that may exist or not, because the response to their creation or deletion was lost.
    pub(crate) uncertain: HashSet<String>,
    /// The possible cached values.
    cached: RangeInclusive<i64>,
    created: usize,
    pub(crate) tally: Tally,
}

impl Caller {
    pub(crate) fn new(
        number: usize,
        client: &Client,
        counters: &Arc<[CounterBounds; COUNTERS]>,
    ) -> Self {
        Self {
            number,
            client: client.clone(),
            table: table(client, number % TABLES),
            counters: Arc::clone(counters),
            random: Rng::with_seed(number as u64),
            rows: Vec::new(),
            uncertain: HashSet::new(),
            cached: 0..=0,
            created: 0,
            tally: Tally::default(),
        }
    }

    pub(crate) async fn run(&mut self, calls: usize) {
        for _ in 0..calls {
            match self.random.u8(..100) {
                _ if self.rows.is_empty() => self.create().await,
                0..25 if self.rows.len() < MAX_ROWS => self.create().await,
                0..25 => self.delete().await,
                25..42 => self.get().await,
                42..57 => self.update().await,
                57..65 => self.find().await,
                65..68 => self.count().await,
                68..73 => self.delete().await,
                73..83 => self.increment().await,
                83..86 => self.counter().await,
                86..93 => self.put().await,
                _ => self.cached().await,
            }
        }
    }

    async fn create(&mut self) {
        let key = format!("{}-{}", self.number, self.created);
        self.created += 1;
        let row = Row {
            key: key.clone(),
            n: 0,
        };
        let created = self.table.create(&row).await;
        self.tally.add("create", &created);
        match created {
            Ok(row) => {
                assert_eq!(row.key, key);
                let id = row.object_id;
                self.rows.push(StoredRow { id, key, n: 0..=0 });
            }
            Err(_) => {
                self.uncertain.insert(key);
            }
        }
    }

    async fn get(&mut self) {
        let known = &self.rows[self.random.usize(..self.rows.len())];
        let row = self.table.get(&known.id).await;
        self.tally.add("get", &row);
        if let Some(row) = unless_injected(row) {
            assert_eq!(row.key, known.key);
            assert!(known.n.contains(&row.n), "{:?}: {row:?}", known.n);
        }
    }

    async fn update(&mut self) {
        let at = self.random.usize(..self.rows.len());
        let known = &mut self.rows[at];
        let n = known.n.end() + 1;
        let row = self.table.update(&known.id, &json!({"n": n})).await;
        self.tally.add("update", &row);
        known.n = match unless_injected(row) {
            Some(row) => {
                assert_eq!((&row.key, row.n), (&known.key, n));
                n..=n
            }
            None => *known.n.start()..=n,
        };
    }

    async fn find(&mut self) {
        let known = &self.rows[self.random.usize(..self.rows.len())];
        let filter = field("key").eq(known.key.as_str());
        let found = self.table.find().filter(filter).await;
        self.tally.add("find", &found);
        if let Some(found) = unless_injected(found) {
            let ids: Vec<_> = found.iter().map(|row| &row.object_id).collect();
            assert_eq!(ids, [&known.id], "one row has the key {}", known.key);
        }
    }

    async fn count(&mut self) {
        let count = self.table.count().await;
        self.tally.add("count", &count);
        if let Some(count) = unless_injected(count) {
            assert!(count >= self.rows.len() as u64, "{count}");
        }
    }

    async fn delete(&mut self) {
        let known = self.rows.swap_remove(self.random.usize(..self.rows.len()));
        let deleted = self.table.delete(&known.id).await;
        self.tally.add("delete", &deleted);
        match deleted {
            Ok(_) => {}
            // An earlier attempt deleted the row, and its response was lost.
            Err(error) if error.is_not_found() => {
                assert!(
                    error.attempts() > 1,
                    "an acknowledged row is missing: {error}"
                );
            }
            Err(error) => {
                assert_injected(&error);
                self.uncertain.insert(known.key);
            }
        }
    }

    async fn increment(&mut self) {
        let counter = self.random.usize(..COUNTERS);
        let step = self.random.i64(1..10);
        let sum = &self.counters[counter];
        sum.attempted.fetch_add(step, Ordering::Relaxed);
        let counters = self.client.counters();
        let incremented = counters.increment_by(counter_name(counter), step).await;
        self.tally.add("increment_by", &incremented);
        if unless_injected(incremented).is_some() {
            sum.acknowledged.fetch_add(step, Ordering::Relaxed);
        }
    }

    async fn counter(&mut self) {
        let counter = self.random.usize(..COUNTERS);
        let sum = &self.counters[counter];
        let min = sum.acknowledged.load(Ordering::Relaxed);
        let value = self.client.counters().get(counter_name(counter)).await;
        self.tally.add("counter", &value);
        if let Some(value) = unless_injected(value) {
            let max = sum.attempted.load(Ordering::Relaxed);
            assert!((min..=max).contains(&value), "{min} {value} {max}");
        }
    }

    async fn put(&mut self) {
        let n = self.cached.end() + 1;
        let put = self.client.cache().put(self.cache_key(), &n).await;
        self.tally.add("cache put", &put);
        self.cached = match unless_injected(put) {
            Some(()) => n..=n,
            None => *self.cached.start()..=n,
        };
    }

    async fn cached(&mut self) {
        let value = self.client.cache().get::<i64>(self.cache_key()).await;
        self.tally.add("cache get", &value);
        if let Some(value) = unless_injected(value) {
            let value = value.unwrap_or(0);
            assert!(self.cached.contains(&value), "{:?}: {value}", self.cached);
        }
    }

    fn cache_key(&self) -> String {
        format!("caller-{}", self.number)
    }
}

pub(crate) fn table(client: &Client, number: usize) -> Table<Row> {
    client.data(format!("Soak{number}"))
}

pub(crate) fn counter_name(number: usize) -> String {
    format!("soak-{number}")
}

/// The value of a call, or `None` if an injected fault failed it.
fn unless_injected<T>(outcome: Result<T, Error>) -> Option<T> {
    outcome.map_err(|error| assert_injected(&error)).ok()
}

/// Asserts that an injected fault caused the error.
fn assert_injected(error: &Error) {
    let rejected = matches!(error.status(), Some(503 | 429));
    let lost = matches!(error.kind(), backendless::ErrorKind::ConnectionLost);
    assert!(rejected || lost, "{error}");
}
