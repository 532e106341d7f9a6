//! Limit of the time that one task of the database thread may take.
//!
//! SQLite asks between its instructions, and the SQL functions of this crate ask while they work. A
//! task that exceeds the limit ends with an error; so does every task once the server stops. Of a task
//! that writes single rows only the functions are limited: its other work, such as a new column, does
//! not depend on a clause.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Result};

/// Maximum time of a task.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(5);

/// Number of SQLite's instructions between two checks.
const INSTRUCTIONS: i32 = 1_000;

/// Value of `deadline` while no task runs.
const NO_DEADLINE: u64 = u64::MAX;

/// The deadline of the current task, shared by the database thread, its SQL functions and the
/// thread that stops it.
#[derive(Clone, Debug)]
pub(crate) struct QueryLimit(Arc<State>);

#[derive(Debug)]
struct State {
    max_time: Duration,
    origin: Instant,
    /// In microseconds after `origin`.
    deadline: AtomicU64,
    stopped: AtomicBool,
    /// Whether the statements of the current task are limited, and not only its functions.
    limits_statements: AtomicBool,
}

impl QueryLimit {
    pub(crate) fn new(max_time: Duration) -> QueryLimit {
        QueryLimit(Arc::new(State {
            max_time,
            origin: Instant::now(),
            deadline: AtomicU64::new(NO_DEADLINE),
            stopped: AtomicBool::new(false),
            limits_statements: AtomicBool::new(true),
        }))
    }

    /// Makes SQLite check the limit between its instructions.
    pub(crate) fn install(&self, connection: &Connection) -> Result<()> {
        let limit = self.clone();
        connection.progress_handler(
            INSTRUCTIONS,
            Some(move || {
                let limits_statements = limit.0.limits_statements.load(Ordering::Relaxed);
                limit.is_stopped() || limits_statements && limit.is_exceeded()
            }),
        )
    }

    /// Starts the time of a task.
    pub(crate) fn begin(&self, limits_statements: bool) {
        let limits = &self.0.limits_statements;
        limits.store(limits_statements, Ordering::Relaxed);
        let deadline = self.0.origin.elapsed() + self.0.max_time;
        self.0.deadline.store(micros(deadline), Ordering::Relaxed);
    }

    /// Ends the time of a task.
    pub(crate) fn end(&self) {
        self.0.deadline.store(NO_DEADLINE, Ordering::Relaxed);
    }

    /// Interrupts the current task and every later one.
    pub(crate) fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
    }

    /// Whether the current task must end.
    pub(crate) fn is_exceeded(&self) -> bool {
        let deadline = self.0.deadline.load(Ordering::Relaxed);
        self.is_stopped() || deadline != NO_DEADLINE && micros(self.0.origin.elapsed()) >= deadline
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(NO_DEADLINE - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes far longer than any test if it is not interrupted.
    const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                           SELECT COUNT(*) FROM n";

    fn run_endless(limit: &QueryLimit) -> Option<rusqlite::ErrorCode> {
        let connection = Connection::open_in_memory().unwrap();
        limit.install(&connection).unwrap();
        let result = connection.query_row(ENDLESS, [], |row| row.get::<_, i64>(0));
        result.unwrap_err().sqlite_error_code()
    }

    #[test]
    fn query_ends_at_the_limit() {
        let limit = QueryLimit::new(Duration::from_millis(1));
        limit.begin(true);
        let code = run_endless(&limit);
        assert_eq!(code, Some(rusqlite::ErrorCode::OperationInterrupted));
    }

    #[test]
    fn stop_ends_a_query_that_has_no_limit() {
        let limit = QueryLimit::new(Duration::MAX / 4);
        limit.begin(true);
        limit.stop();
        let code = run_endless(&limit);
        assert_eq!(code, Some(rusqlite::ErrorCode::OperationInterrupted));
    }

    #[test]
    fn nothing_is_exceeded_between_tasks() {
        let limit = QueryLimit::new(Duration::ZERO);
        assert!(!limit.is_exceeded());
        limit.begin(true);
        assert!(limit.is_exceeded());
        limit.end();
        assert!(!limit.is_exceeded());
    }
}
