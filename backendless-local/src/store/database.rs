//! The database thread: it owns the only SQLite connection that writes and runs closures one after the other.
//!
//! One thread keeps the guarantees simple: each closure sees everything that was committed before
//! it, and SQLite is never busy. Async code never calls SQLite; it sends a closure and awaits the
//! result. `queue` commits the closures that wait at the same time together.

mod queue;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use serde_json::Value;
use tokio::sync::oneshot;

use self::queue::{MAX_GROUP, PendingWrite, Task, TaskQueue};
use crate::error::Error;
use crate::service_error::ServiceError;
use crate::store::folder::{DATABASE, DataFolder, IN_USE};
use crate::store::ownership::LAYOUT;
use crate::store::query_limit::QueryLimit;
use crate::store::tables::Tables;
use crate::store::{copy, functions, views};

/// Enough for a clause as deep as the limits of `query::condition` allow, in a debug build too.
const STACK_SIZE: usize = 16 * 1024 * 1024;

/// Time for which a commit waits for another process that writes to the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Size to which the write-ahead log is truncated after a checkpoint. It can be larger while another
/// process reads.
const MAX_IDLE_WAL_BYTES: i64 = 16 * 1024 * 1024;

/// Handle to the database. The thread ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    tasks: mpsc::Sender<Task>,
    /// `None` if it is in memory.
    file: Option<Arc<Path>>,
}

/// The thread that owns the connection.
#[derive(Debug)]
pub(crate) struct DatabaseThread {
    thread: JoinHandle<()>,
    /// Disconnected when the thread ends.
    ended: mpsc::Receiver<()>,
    limit: QueryLimit,
}

impl DatabaseThread {
    /// Waits until the database is closed. Returns only once every handle is dropped. Tasks that
    /// still run after the time limit are interrupted, and their transactions are rolled back.
    pub(crate) fn join(self, limit: Duration) {
        if let Err(mpsc::RecvTimeoutError::Timeout) = self.ended.recv_timeout(limit) {
            self.limit.stop();
        }
        self.wait();
    }

    /// Waits until the database is closed, without a time limit. Returns only once every handle is dropped.
    pub(crate) fn wait(self) {
        // The thread catches the panics of its tasks, so there is no error to report.
        let _ = self.thread.join();
    }
}

impl Database {
    /// Runs a closure that only reads. It sees one consistent state.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Connection) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.run(true, |connection| task(connection)).await
    }

    /// Returns the JSON values in the only column of a query.
    pub(crate) async fn read_json(&self, sql: &'static str) -> Result<Vec<Value>, ServiceError> {
        let read = self.read(move |connection| {
            let mut statement = connection.prepare(sql)?;
            let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
            texts
                .map(|text| serde_json::from_str::<Value>(&text?).map_err(ServiceError::internal))
                .collect()
        });
        read.await
    }

    /// Runs a closure that writes. Its changes are undone if it fails. When this returns, they are on disk (if the
    /// database has a file). Closures that wait at the same time are committed together.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Connection) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.submit(|sender| Task::Write(PendingWrite::boxed(task, sender)))
            .await
    }

    /// Runs a closure as [`write`](Self::write), whose work depends on a clause: its statements are limited like those
    /// of a closure that reads. It is committed alone, because SQLite undoes the whole transaction of a statement that
    /// is interrupted.
    pub(crate) async fn write_by_clause<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Connection) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.run(true, |connection| {
            in_transaction(connection, |transaction| task(transaction))
        })
        .await
    }

    /// Runs a closure that uses the connection while no transaction is open.
    pub(crate) async fn run_alone<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.run(false, task).await
    }

    /// Returns a connection that reads the state after the tasks so far, however long it is used. Tasks wait while a database
    /// in memory is copied to a temporary file. That of a folder is not copied: its log grows until the connection is closed.
    pub(crate) async fn reader(&self) -> Result<Connection, ServiceError> {
        let Some(file) = self.file.clone() else {
            let copy = self.run_alone(|connection| copy::to_temporary_file(connection));
            return copy.await;
        };
        let opened = tokio::task::spawn_blocking(move || open_reader(&file)).await;
        let reader = opened.map_err(ServiceError::internal)??;
        let begin = self.run_alone(move |_| {
            // The first statement that reads determines the state.
            reader.execute_batch("BEGIN")?;
            reader.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(reader)
        });
        begin.await
    }

    async fn run<T: Send + 'static>(
        &self,
        limits_statements: bool,
        task: impl FnOnce(&mut Connection) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.submit(|sender| Task::Alone {
            limits_statements,
            run: Box::new(move |connection| {
                // A transaction that a panic leaves open is rolled back when its guard is dropped.
                let result = catch_unwind(AssertUnwindSafe(|| task(connection)));
                // The receiver is gone if the request was cancelled; the changes stay committed.
                let _ = sender.send(result.unwrap_or_else(|_| Err(panicked())));
            }),
        })
        .await
    }

    async fn submit<T>(
        &self,
        task: impl FnOnce(oneshot::Sender<Result<T, ServiceError>>) -> Task,
    ) -> Result<T, ServiceError> {
        let (sender, receiver) = oneshot::channel();
        self.tasks
            .send(task(sender))
            .map_err(|_| ServiceError::internal("the database thread has ended"))?;
        receiver
            .await
            .map_err(|_| ServiceError::internal("the database thread ended during a task"))?
    }
}

fn panicked() -> ServiceError {
    ServiceError::internal("a database task panicked")
}

fn in_transaction<T>(
    connection: &mut Connection,
    task: impl FnOnce(&Transaction<'_>) -> Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = schema_version(&transaction)?;
    let result = task(&transaction)?;
    if schema_version(&transaction)? != before {
        views::refresh(&transaction)?;
    }
    transaction.commit()?;
    Ok(result)
}

/// Returns a number that changes with every change of a table or column.
fn schema_version(connection: &Connection) -> Result<i64, ServiceError> {
    let mut statement = connection.prepare_cached("PRAGMA schema_version")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Opens the database on a new thread: in memory, of at most `max_memory` bytes, or as a file in the
/// folder, of any size. Creates the missing tables. `prepare` runs first, in one transaction; its result is returned.
pub(crate) async fn open<T: Send + 'static>(
    folder: Option<Arc<DataFolder>>,
    max_memory: u64,
    limit: QueryLimit,
    tables: &'static Tables,
    prepare: impl FnOnce(&Connection) -> Result<T, ServiceError> + Send + 'static,
) -> Result<(Database, DatabaseThread, T), Error> {
    let file = folder.as_ref().map(|folder| database_file(folder).into());
    let task_limit = limit.clone();
    let (tasks, incoming) = mpsc::channel::<Task>();
    let (sender, receiver) = oneshot::channel();
    let (alive, ended) = mpsc::channel::<()>();
    let thread = std::thread::Builder::new()
        .name("local-database".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || {
            // Dropped when the thread ends, after the connection.
            let _alive = alive;
            let connected = match folder.as_deref() {
                Some(folder) => connect(Some(folder), &task_limit, tables, prepare),
                None => create(Some(max_memory), &task_limit, tables, prepare),
            };
            match connected {
                Ok((mut connection, prepared)) => {
                    let _ = sender.send(Ok(prepared));
                    let max_group = match folder {
                        Some(_) => MAX_GROUP,
                        // There is nothing to flush.
                        None => 1,
                    };
                    TaskQueue::new(incoming, max_group, task_limit).run(&mut connection);
                }
                Err(error) => {
                    let _ = sender.send(Err(error));
                }
            }
        })
        .map_err(|error| Error::with_cause("cannot start the database thread", error))?;
    let opened = receiver
        .await
        .unwrap_or_else(|_| Err(Error::new("cannot open the database: its thread panicked")));
    let prepared = match opened {
        Ok(prepared) => prepared,
        Err(error) => {
            // The thread ends now. It has locked the folder until then, and the caller may open the folder again.
            let _ = thread.join();
            return Err(error);
        }
    };
    let thread = DatabaseThread {
        thread,
        ended,
        limit,
    };
    Ok((Database { tasks, file }, thread, prepared))
}

/// Opens the database on the calling thread, creates its missing tables, and prepares it.
pub(crate) fn connect<T>(
    folder: Option<&DataFolder>,
    limit: &QueryLimit,
    tables: &Tables,
    prepare: impl FnOnce(&Connection) -> Result<T, ServiceError>,
) -> Result<(Connection, T), Error> {
    let Some(folder) = folder else {
        return create(Some(u64::MAX), limit, tables, prepare);
    };
    let mut connection = open_file(folder)?;
    let set_up = || -> Result<T, ServiceError> {
        limit.install(&connection)?;
        functions::install(&connection, limit)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        views::drop_all(&transaction)?;
        tables.create_missing(&transaction)?;
        let prepared = prepare(&transaction)?;
        // They were deleted above, even if no table changed.
        views::refresh(&transaction)?;
        transaction.commit()?;
        Ok(prepared)
    };
    let prepared = set_up().map_err(|error| {
        let database = database_file(folder);
        let remedy =
            "it is damaged or was changed by another program: replace it by a copy, or move it";
        Error::new(format!(
            "cannot use the database {}: {error}; {remedy}",
            database.display()
        ))
    })?;
    Ok((connection, prepared))
}

/// Creates a database without a name on the calling thread, with its tables, and prepares it. It is in memory, of at most
/// `max_memory` bytes, or, without this maximum, in a temporary file of any size.
pub(crate) fn create<T>(
    max_memory: Option<u64>,
    limit: &QueryLimit,
    tables: &Tables,
    prepare: impl FnOnce(&Connection) -> Result<T, ServiceError>,
) -> Result<(Connection, T), Error> {
    let set_up = || -> Result<(Connection, T), ServiceError> {
        let mut connection = match max_memory {
            Some(_) => Connection::open_in_memory()?,
            None => copy::open_temporary()?,
        };
        limit.install(&connection)?;
        functions::install(&connection, limit)?;
        tables.create_in_new(&mut connection)?;
        if let Some(max) = max_memory {
            limit_size(&connection, max)?;
        }
        let prepared = in_transaction(&mut connection, |transaction| prepare(transaction))?;
        Ok((connection, prepared))
    };
    set_up().map_err(|error| Error::with_cause("cannot create the database", error))
}

/// Limits the size of a database, in bytes. It is at least the current one.
fn limit_size(connection: &Connection, max: u64) -> rusqlite::Result<()> {
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    // The number of pages that SQLite supports.
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let pages = (max / page.max(1)).clamp(1, 4_294_967_294);
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}

fn database_file(folder: &DataFolder) -> PathBuf {
    folder.path().join(DATABASE)
}

fn open_reader(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let reader = Connection::open_with_flags(file, flags)?;
    reader.busy_timeout(BUSY_TIMEOUT)?;
    Ok(reader)
}

fn open_file(folder: &DataFolder) -> Result<Connection, Error> {
    let unusable = |cause: Box<dyn std::error::Error>| {
        let message = format!("cannot use the data folder {}", folder.path().display());
        Error::with_cause(message, cause)
    };
    // A folder may be called `file:x`; SQLite must not read it as a URI.
    let flags =
        OpenFlags::default() & !OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(database_file(folder), flags)
        .map_err(|error| unusable(error.into()))?;
    configure(&connection).map_err(|error| match error.sqlite_error_code() {
        // An earlier version of this server locks the database itself.
        Some(rusqlite::ErrorCode::DatabaseBusy) => unusable(IN_USE.into()),
        _ => unusable(error.into()),
    })?;
    // The folder accepts only a new file and one of this layout.
    match connection.pragma_update(None, "user_version", LAYOUT) {
        Ok(()) => Ok(connection),
        Err(error) => Err(unusable(error.into())),
    }
}

/// Makes commits durable and lets other processes read. With WAL a commit appends to one file, and
/// with synchronous=FULL it is flushed before it returns, so that neither a killed process nor a
/// power loss undoes a commit. Readers see the last commit and block nothing; a second server is
/// kept out by the lock of the folder.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_size_limit", MAX_IDLE_WAL_BYTES)?;
    // Fails here, and not at the first request, if the file is not a database or not writable.
    connection.execute_batch("BEGIN IMMEDIATE; COMMIT;")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::store::tables::STORE_TABLES;

    /// Checks the settings, because only a power loss would show the difference.
    #[test]
    fn file_is_flushed_at_every_commit() {
        const FULL: i64 = 2;
        let folder = tempfile::tempdir().unwrap();
        let connection = open_file(&DataFolder::open(folder.path()).unwrap()).unwrap();
        let setting = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
        assert_eq!(setting("synchronous"), Ok(FULL));
        let journal: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(journal, "wal");
    }

    /// Runs when the thread ends, and takes so long that a caller that does not wait for it is faster.
    struct SlowEnd(Arc<AtomicBool>);

    impl Drop for SlowEnd {
        fn drop(&mut self) {
            for _ in 0..10_000 {
                std::thread::yield_now();
            }
            self.0.store(true, Ordering::SeqCst);
        }
    }

    thread_local! {
        static SLOW_END: RefCell<Option<SlowEnd>> = const { RefCell::new(None) };
    }

    #[tokio::test]
    async fn folder_of_a_failed_start_can_be_opened_again() {
        let temporary = tempfile::tempdir().unwrap();
        for panics in [false, true] {
            let folder = Arc::new(DataFolder::open(temporary.path()).unwrap());
            let has_ended = Arc::new(AtomicBool::new(false));
            let slow_end = SlowEnd(Arc::clone(&has_ended));
            let prepare = move |_: &Connection| -> Result<(), ServiceError> {
                SLOW_END.with_borrow_mut(|end| *end = Some(slow_end));
                assert!(!panics, "the test of a panic");
                Err(ServiceError::internal("the test of an error"))
            };
            let limit = QueryLimit::new(Duration::from_secs(60));
            let folder_of_start = Some(Arc::clone(&folder));
            let opened = open(folder_of_start, u64::MAX, limit, &STORE_TABLES, prepare).await;
            assert!(opened.is_err());
            assert!(has_ended.load(Ordering::SeqCst), "panics: {panics}");
            assert_eq!(Arc::strong_count(&folder), 1);
        }
        DataFolder::open(temporary.path()).unwrap();
    }
}
