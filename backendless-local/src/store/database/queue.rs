//! The queue of the database thread. Writes that wait at the same time are a group: they run in one
//! transaction, which is flushed to disk once, and the result of each is sent after the commit.
//!
//! Each write of a group runs in a savepoint, so that one that fails undoes its own changes only. A
//! write sees the changes of those before it, as if they had been committed; if the commit fails,
//! all writes of the group fail. Other tasks run between groups, so a task that reads sees
//! committed changes only. Tasks that wait at the same time belong to concurrent requests, so their
//! order is free.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{in_transaction, panicked};
use crate::service_error::ServiceError;
use crate::store::query_limit::QueryLimit;

/// Maximum number of tasks that are taken from the queue for one group. The others wait for no
/// longer than these take.
pub(super) const MAX_GROUP: usize = 256;

/// What the database thread runs.
pub(super) enum Task {
    /// A task that runs between groups.
    Alone {
        limits_statements: bool,
        run: Box<dyn FnOnce(&mut Connection) + Send>,
    },
    Write(Box<dyn Write>),
}

/// A task that can be part of a group.
pub(super) trait Write: Send {
    /// Runs the task and keeps its result. Returns whether it succeeded.
    fn execute(&mut self, connection: &Connection) -> bool;

    /// Sends the result, or the error of the commit.
    fn respond(self: Box<Self>, committed: Result<(), ServiceError>);
}

/// A write with the receiver of its result.
pub(super) struct PendingWrite<F, T> {
    /// Taken when it runs.
    task: Option<F>,
    result: Option<Result<T, ServiceError>>,
    sender: oneshot::Sender<Result<T, ServiceError>>,
}

impl<F, T> PendingWrite<F, T>
where
    F: FnOnce(&Connection) -> Result<T, ServiceError> + Send + 'static,
    T: Send + 'static,
{
    pub(super) fn boxed(
        task: F,
        sender: oneshot::Sender<Result<T, ServiceError>>,
    ) -> Box<dyn Write> {
        Box::new(PendingWrite {
            task: Some(task),
            result: None,
            sender,
        })
    }
}

impl<F, T> Write for PendingWrite<F, T>
where
    F: FnOnce(&Connection) -> Result<T, ServiceError> + Send,
    T: Send,
{
    fn execute(&mut self, connection: &Connection) -> bool {
        let Some(task) = self.task.take() else {
            return false;
        };
        let result = catch_unwind(AssertUnwindSafe(|| task(connection)));
        let result = result.unwrap_or_else(|_| Err(panicked()));
        let succeeded = result.is_ok();
        self.result = Some(result);
        succeeded
    }

    fn respond(self: Box<Self>, committed: Result<(), ServiceError>) {
        let result = match (self.result, committed) {
            // It may be the cause of the other one.
            (Some(Err(own)), _) => Err(own),
            (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(ServiceError::internal("a write was not executed")),
        };
        // The receiver is gone if the request was cancelled; the changes stay committed.
        let _ = self.sender.send(result);
    }
}

/// The tasks that wait.
pub(super) struct TaskQueue {
    incoming: mpsc::Receiver<Task>,
    /// Taken from the queue while a group ran. They run next.
    deferred: VecDeque<Task>,
    max_group: usize,
    limit: QueryLimit,
}

impl TaskQueue {
    pub(super) fn new(
        incoming: mpsc::Receiver<Task>,
        max_group: usize,
        limit: QueryLimit,
    ) -> TaskQueue {
        TaskQueue {
            incoming,
            deferred: VecDeque::new(),
            max_group,
            limit,
        }
    }

    /// Runs tasks until the last handle to the database is dropped.
    pub(super) fn run(mut self, connection: &mut Connection) {
        while let Some(task) = self.next() {
            if self.limit.is_stopped() {
                // The requests have ended.
                continue;
            }
            match task {
                Task::Alone {
                    limits_statements,
                    run,
                } => {
                    self.limit.begin(limits_statements);
                    run(connection);
                    self.limit.end();
                }
                Task::Write(write) => self.run_group(connection, write),
            }
        }
    }

    fn next(&mut self) -> Option<Task> {
        let deferred = self.deferred.pop_front();
        deferred.or_else(|| self.incoming.recv().ok())
    }

    /// Runs a write and those that wait in one transaction, and then sends their results.
    fn run_group(&mut self, connection: &mut Connection, first: Box<dyn Write>) {
        let mut group = vec![first];
        let committed = in_transaction(connection, |transaction| {
            let mut executed = 0;
            while let Some(write) = group.get_mut(executed) {
                self.execute(transaction, write.as_mut())?;
                executed += 1;
                if executed == group.len() {
                    group.extend(self.next_write(executed));
                }
            }
            Ok(())
        });
        for write in group {
            write.respond(committed.clone());
        }
    }

    /// Takes the next write from the queue, if one waits and the group is not complete.
    fn next_write(&mut self, executed: usize) -> Option<Box<dyn Write>> {
        while executed + self.deferred.len() < self.max_group {
            match self.incoming.try_recv().ok()? {
                Task::Write(write) => return Some(write),
                alone => self.deferred.push_back(alone),
            }
        }
        None
    }

    /// Runs a write in a savepoint. Fails if the transaction cannot go on.
    fn execute(&self, transaction: &Connection, write: &mut dyn Write) -> Result<(), ServiceError> {
        let run = |sql| transaction.prepare_cached(sql)?.execute([]);
        run("SAVEPOINT task")?;
        self.limit.begin(false);
        let succeeded = write.execute(transaction);
        self.limit.end();
        if transaction.is_autocommit() {
            // A full disk or memory, for example.
            return Err(ServiceError::internal(
                "SQLite undid the transaction of this and other writes after an error",
            ));
        }
        if !succeeded {
            run("ROLLBACK TO task")?;
        }
        run("RELEASE task")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
