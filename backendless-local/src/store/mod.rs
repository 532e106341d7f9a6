//! SQLite: one connection, owned by one thread, which does the work it is sent in order.
//!
//! One thread is what makes the server's promises simple: every piece of work sees all that was
//! answered before it, and nothing is ever "busy". Async code never touches SQLite; it sends work
//! here and awaits the result.

mod like;
pub(crate) mod names;
pub(crate) mod schema;
pub(crate) mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::http::reply::Failure;

pub(crate) use like::LIKE;

/// The tables of the store itself. A user's table is `t<id>` and its columns are `c<id>`, with the
/// ids of these two: names from outside never become part of SQL, and SQLite's blindness to case
/// never meets them.
pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS data_table (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE
    );
    CREATE TABLE IF NOT EXISTS data_column (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        table_id INTEGER NOT NULL REFERENCES data_table (id),
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        UNIQUE (table_id, name)
    );
";

/// The layout of the file. A file of another layout is refused, not guessed at.
const LAYOUT: i64 = 1;

/// A clause as deep as the limits of `query::condition` allow must fit, in a debug build too.
const STACK: usize = 16 * 1024 * 1024;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on the database. The thread ends when the last one is gone.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    work: mpsc::Sender<Work>,
}

/// The thread that owns the connection.
#[derive(Debug)]
pub(crate) struct DatabaseThread(JoinHandle<()>);

impl DatabaseThread {
    /// Waits until the database is closed: every handle must be gone, or be about to go.
    pub(crate) fn join(self) {
        // It catches the panics of the work it is sent, so there is nothing to report here.
        let _ = self.0.join();
    }
}

impl Database {
    /// Does work that only reads. What it reads is one state: no other work runs meanwhile.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.run(|connection| work(connection)).await
    }

    /// Does work that writes, in one transaction: all of it is kept, or none when it fails. What
    /// this returned is on the disk (if there is a disk).
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.run(|connection| in_transaction(connection, work))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(move |connection: &mut Connection| {
            // A transaction that a panic leaves open is rolled back as its guard is dropped.
            let outcome = catch_unwind(AssertUnwindSafe(|| work(connection)));
            let outcome = outcome.unwrap_or_else(|_| Err(Failure::internal("a panic")));
            // Nobody listens when the request was given up; the work stays done.
            let _ = answer.send(outcome);
        });
        self.work
            .send(work)
            .map_err(|_| Failure::internal("the database thread is gone"))?;
        answered
            .await
            .map_err(|_| Failure::internal("the database thread ended"))?
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// Opens the database in a thread of its own: in memory, or as a file in the folder. `prepare` is
/// its first work, in one transaction; what it returns is returned.
pub(crate) async fn open<T: Send + 'static>(
    folder: Option<PathBuf>,
    prepare: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
) -> Result<(Database, DatabaseThread, T), Error> {
    let (work, arriving) = mpsc::channel::<Work>();
    let (answer, answered) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("local-database".to_owned())
        .stack_size(STACK)
        .spawn(move || match connect(folder.as_deref(), prepare) {
            Ok((mut connection, prepared)) => {
                let _ = answer.send(Ok(prepared));
                for work in arriving {
                    work(&mut connection);
                }
            }
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        })
        .map_err(|error| Error::caused("cannot start a thread", error))?;
    let prepared = answered
        .await
        .map_err(|_| Error::new("the database thread ended"))??;
    Ok((Database { work }, DatabaseThread(thread), prepared))
}

/// Opens the database for the thread that calls.
pub(crate) fn connect<T>(
    folder: Option<&Path>,
    prepare: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<(Connection, T), Error> {
    let mut connection = match folder {
        None => Connection::open_in_memory().map_err(|error| Error::caused("SQLite", error))?,
        Some(folder) => open_file(folder)?,
    };
    like::install(&connection).map_err(|error| Error::caused("SQLite", error))?;
    let prepared = in_transaction(&mut connection, |transaction| prepare(transaction));
    let prepared = prepared
        .map_err(|failure| Error::new(format!("cannot prepare the database: {failure}")))?;
    Ok((connection, prepared))
}

fn open_file(folder: &Path) -> Result<Connection, Error> {
    let cannot_use = |error: Box<dyn std::error::Error>| {
        Error::new(format!(
            "cannot use the data folder {}: {error}",
            folder.display()
        ))
    };
    std::fs::create_dir_all(folder).map_err(|error| cannot_use(error.into()))?;
    let file = folder.join("backendless.sqlite3");
    // A folder may be called `file:x`; it is a folder and no URI.
    let flags = OpenFlags::default() & !OpenFlags::SQLITE_OPEN_URI;
    let connection =
        Connection::open_with_flags(file, flags).map_err(|error| cannot_use(error.into()))?;
    settle(&connection).map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy) => cannot_use("another server uses it".into()),
        _ => cannot_use(error.into()),
    })?;
    let layout = connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
        .map_err(|error| cannot_use(error.into()))?;
    match layout {
        LAYOUT => Ok(connection),
        // A file that is new.
        0 => match connection.pragma_update(None, "user_version", LAYOUT) {
            Ok(()) => Ok(connection),
            Err(error) => Err(cannot_use(error.into())),
        },
        _ => Err(cannot_use(
            "it was written by another version of this server".into(),
        )),
    }
}

/// Makes a commit a promise. With WAL each commit appends to one file, and with synchronous=FULL
/// it is flushed before it is acknowledged; so neither a killed process nor a machine that loses
/// its power takes back what was answered. The exclusive lock, held until the connection is
/// closed, keeps a second server out.
fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(1))?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a killed process cannot show: only a machine that loses its power would.
    #[test]
    fn a_file_is_flushed_at_every_commit() {
        const FULL: i64 = 2;
        let folder = tempfile::tempdir().unwrap();
        let connection = open_file(folder.path()).unwrap();
        let setting = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
        assert_eq!(setting("synchronous"), Ok(FULL));
        let journal: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(journal, "wal");
    }
}
