//! Each test holds the database thread while its tasks enter the queue, so that they wait at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::store::database::{Database, DatabaseThread, open};
use crate::store::folder::DataFolder;
use crate::store::tables::STORE_TABLES;

const MEMORY: u64 = 1024 * 1024;

async fn open_database(folder: Option<&std::path::Path>) -> (Database, DatabaseThread) {
    let folder = folder.map(|path| Arc::new(DataFolder::open(path).unwrap()));
    let prepare = |connection: &Connection| {
        Ok(connection.execute_batch("CREATE TABLE IF NOT EXISTS n (value UNIQUE)")?)
    };
    let limit = QueryLimit::new(Duration::from_secs(60));
    let opened = open(folder, MEMORY, limit, &STORE_TABLES, prepare).await;
    let (database, thread, ()) = opened.unwrap();
    (database, thread)
}

/// Holds the thread until the sender sends, and counts the commits since then.
fn hold(database: &Database) -> (impl Future<Output = ()>, mpsc::Sender<()>, Arc<AtomicUsize>) {
    let (release, released) = mpsc::channel();
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let database = database.clone();
    let held = async move {
        let task = database.run_alone(move |connection| {
            released.recv().unwrap();
            let count = move || {
                counted.fetch_add(1, Ordering::SeqCst);
                false
            };
            Ok(connection.commit_hook(Some(count))?)
        });
        task.await.unwrap();
    };
    (held, release, commits)
}

async fn insert(database: &Database, value: i64) -> Result<i64, ServiceError> {
    let write = database.write(move |transaction| {
        transaction.execute("INSERT INTO n VALUES (?)", [value])?;
        Ok(value)
    });
    write.await
}

async fn values(database: &Database) -> Vec<i64> {
    let read = database.read(|connection| {
        let mut statement = connection.prepare("SELECT value FROM n ORDER BY value")?;
        let values = statement.query_map([], |row| row.get(0))?;
        Ok(values.collect::<Result<_, _>>()?)
    });
    read.await.unwrap()
}

#[tokio::test]
async fn waiting_writes_are_one_commit_and_each_failure_undoes_its_own_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (database, thread) = open_database(Some(folder.path())).await;
    let (held, release, commits) = hold(&database);
    let failing = database.write(|transaction| -> Result<(), ServiceError> {
        transaction.execute("INSERT INTO n VALUES (10)", [])?;
        Err(ServiceError::internal("rejected"))
    });
    let panicking = database.write(|transaction| -> Result<(), ServiceError> {
        transaction.execute("INSERT INTO n VALUES (11)", [])?;
        panic!("of a task");
    });
    let ((), first, failed, second, panicked, duplicate, third, ()) = tokio::join!(
        held,
        insert(&database, 1),
        failing,
        insert(&database, 2),
        panicking,
        insert(&database, 2),
        insert(&database, 3),
        async { release.send(()).unwrap() },
    );
    assert_eq!((first.unwrap(), second.unwrap(), third.unwrap()), (1, 2, 3));
    assert_eq!(failed.unwrap_err().message(), "rejected");
    assert_eq!(panicked.unwrap_err().message(), "a database task panicked");
    assert!(duplicate.is_err());
    assert_eq!(values(&database).await, [1, 2, 3]);
    assert_eq!(commits.load(Ordering::SeqCst), 1);
    drop(database);
    thread.join(Duration::from_secs(60));
}

#[tokio::test]
async fn a_read_between_waiting_writes_sees_committed_changes_only() {
    let folder = tempfile::tempdir().unwrap();
    let (database, _thread) = open_database(Some(folder.path())).await;
    let (held, release, _) = hold(&database);
    let is_committed = database.read(|connection| Ok(connection.is_autocommit()));
    let ((), _, is_committed, _, ()) = tokio::join!(
        held,
        insert(&database, 1),
        is_committed,
        insert(&database, 2),
        async { release.send(()).unwrap() },
    );
    assert!(is_committed.unwrap());
    assert_eq!(values(&database).await, [1, 2]);
}

#[tokio::test]
async fn a_failed_commit_fails_every_write_of_the_group() {
    let folder = tempfile::tempdir().unwrap();
    let (database, _thread) = open_database(Some(folder.path())).await;
    let (held, release, _) = hold(&database);
    let fail_the_commit = database.write(|transaction| {
        // A hook that returns true makes the commit a rollback.
        transaction.commit_hook(Some(|| true))?;
        Ok(())
    });
    let ((), before, failed, ()) =
        tokio::join!(held, insert(&database, 1), fail_the_commit, async {
            release.send(()).unwrap()
        },);
    assert!(before.is_err() && failed.is_err());
    let repaired =
        database.run_alone(|connection| Ok(connection.commit_hook(None::<fn() -> bool>)?));
    repaired.await.unwrap();
    assert_eq!(values(&database).await, [] as [i64; 0]);
    assert_eq!(insert(&database, 2).await.unwrap(), 2);
}

/// As SQLite does itself after an error of the disk.
#[tokio::test]
async fn a_transaction_that_is_undone_fails_every_write_of_the_group() {
    let folder = tempfile::tempdir().unwrap();
    let (database, _thread) = open_database(Some(folder.path())).await;
    let (held, release, _) = hold(&database);
    let undo = database.write(|transaction| Ok(transaction.execute_batch("ROLLBACK")?));
    let ((), before, undone, ()) = tokio::join!(held, insert(&database, 1), undo, async {
        release.send(()).unwrap()
    },);
    for error in [before.err(), undone.err()] {
        assert!(
            error
                .unwrap()
                .message()
                .contains("SQLite undid the transaction")
        );
    }
    assert_eq!(values(&database).await, [] as [i64; 0]);
    assert_eq!(insert(&database, 2).await.unwrap(), 2);
}

#[tokio::test]
async fn a_database_in_memory_commits_each_write_alone() {
    let (database, _thread) = open_database(None).await;
    let (held, release, commits) = hold(&database);
    let ((), first, second, ()) =
        tokio::join!(held, insert(&database, 1), insert(&database, 2), async {
            release.send(()).unwrap()
        },);
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(commits.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_group_has_a_maximum_size() {
    let (sender, incoming) = mpsc::channel();
    let mut receivers = Vec::new();
    for value in 0..5_i64 {
        let (result, receiver) = oneshot::channel();
        let task = move |connection: &Connection| {
            Ok(connection.execute("INSERT INTO n VALUES (?)", [value])?)
        };
        let write = PendingWrite::boxed(task, result);
        assert!(sender.send(Task::Write(write)).is_ok());
        receivers.push(receiver);
    }
    drop(sender);
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE n (value)").unwrap();
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let count = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        false
    };
    connection.commit_hook(Some(count)).unwrap();
    let limit = QueryLimit::new(Duration::from_secs(60));
    TaskQueue::new(incoming, 2, limit).run(&mut connection);
    for receiver in receivers {
        assert_eq!(receiver.await.unwrap().unwrap(), 1);
    }
    // Two, two and one.
    assert_eq!(commits.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_write_that_cannot_begin_gets_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let (database, _thread) = open_database(Some(folder.path())).await;
    // A transaction that stays open.
    let begun = database.run_alone(|connection| Ok(connection.execute_batch("BEGIN")?));
    begun.await.unwrap();
    let error = insert(&database, 1).await.unwrap_err();
    assert!(
        error.message().contains("transaction"),
        "{}",
        error.message()
    );
    let ended = database.run_alone(|connection| Ok(connection.execute_batch("ROLLBACK")?));
    ended.await.unwrap();
    assert_eq!(insert(&database, 1).await.unwrap(), 1);
}
