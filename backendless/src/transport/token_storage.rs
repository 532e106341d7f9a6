//! Calls of the token store of a service account: none blocks a request longer than its limit, and writes run one at a
//! time, in the order in which the session changed.
//!
//! A write runs in a task of its own. A request that is dropped does not end it: the store may have passed it on to a thread
//! that goes on writing, and a later write would overtake it.

use std::error::Error as StdError;
use std::io;
use std::iter::successors;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::deadline::Deadline;
use super::trace;
use crate::{TokenStore, UserToken};

/// Maximum length of a stored token in bytes. Servers limit the length of all headers, usually to 8 KiB or more.
const MAX_TOKEN: usize = 4096;
/// Maximum number of sources of an error that are examined.
const MAX_SOURCES: usize = 16;

const SAVE: &str = "save";
const CLEAR: &str = "clear";

type Loaded = Result<Option<UserToken>, Box<dyn StdError + Send + Sync>>;

/// Token store of a service account, and the writes to it.
pub(super) struct TokenStorage {
    store: Arc<dyn TokenStore>,
    writes: Mutex<Writes>,
    /// The number of the last write that ended.
    ended: watch::Sender<u64>,
    /// The call of `load`, until it has ended.
    loading: tokio::sync::Mutex<Option<Loading>>,
}

#[derive(Default)]
struct Writes {
    /// The number of the last write that was added.
    last: u64,
    /// The write that runs next: the last one that was added. Only the state of the session that it stores matters.
    next: Option<Write>,
    /// Whether a [`Writer`] runs.
    is_running: bool,
}

/// Write to the store.
pub(super) enum Write {
    Save(UserToken),
    Clear,
}

/// Write that was added. It has ended when it, or a later one that replaced it, was executed.
#[derive(Clone, Copy)]
pub(super) struct Pending {
    number: u64,
    action: &'static str,
}

impl Pending {
    pub(super) fn is_save(self) -> bool {
        self.action == SAVE
    }
}

impl TokenStorage {
    pub(super) fn new(store: Arc<dyn TokenStore>) -> Self {
        Self {
            store,
            writes: Mutex::default(),
            ended: watch::Sender::new(0),
            loading: tokio::sync::Mutex::default(),
        }
    }

    /// Returns the stored token; `None` if there is none, or the store failed.
    ///
    /// The first request that needs the token starts the call. If it is dropped, the call goes on, and its deadline remains.
    pub(super) async fn load(&self, deadline: impl FnOnce() -> Deadline) -> Option<UserToken> {
        let mut loading = self.loading.lock().await;
        let token = loading
            .get_or_insert_with(|| self.start_load(deadline()))
            .token()
            .await;
        *loading = None;
        token
    }

    fn start_load(&self, deadline: Deadline) -> Loading {
        let store = Arc::clone(&self.store);
        let load = async move { store.load().await };
        Loading {
            task: tokio::spawn(load.in_current_span()),
            deadline,
        }
    }

    /// Adds a write. The caller has locked the session, so that the order of the writes is that of its changes.
    pub(super) fn add(self: &Arc<Self>, write: Write) -> Pending {
        let action = match write {
            Write::Save(_) => SAVE,
            Write::Clear => CLEAR,
        };
        let mut writes = self.lock();
        writes.last += 1;
        writes.next = Some(write);
        let number = writes.last;
        drop(writes);
        self.start();
        Pending { number, action }
    }

    /// Waits until a write has ended, at most until `deadline`.
    pub(super) async fn wait(self: &Arc<Self>, pending: Pending, deadline: &Deadline) {
        let ended = deadline.run(self.has_ended(pending.number)).await;
        if ended.is_none() {
            trace::token_store_failed(pending.action, &no_response(deadline));
        }
    }

    async fn has_ended(self: &Arc<Self>, number: u64) {
        let mut ended = self.ended.subscribe();
        while *ended.borrow_and_update() < number {
            // The last writer may have ended early: its runtime was shut down, or the store panicked.
            self.start();
            if ended.changed().await.is_err() {
                return;
            }
        }
    }

    /// Starts a writer, unless one runs or there is nothing to write.
    fn start(self: &Arc<Self>) {
        let mut writes = self.lock();
        if writes.is_running || writes.next.is_none() {
            return;
        }
        writes.is_running = true;
        drop(writes);
        let writer = Writer {
            storage: Arc::clone(self),
            number: 0,
            is_done: false,
        };
        tokio::spawn(writer.run().in_current_span());
    }

    fn lock(&self) -> MutexGuard<'_, Writes> {
        // No code of a caller runs while the writes are locked.
        self.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Task that executes writes until there are no more.
struct Writer {
    storage: Arc<TokenStorage>,
    /// The number of the current write.
    number: u64,
    is_done: bool,
}

impl Writer {
    async fn run(mut self) {
        while let Some(write) = self.next() {
            let store = &self.storage.store;
            let (action, result) = match write {
                Write::Save(token) => (SAVE, store.save(token).await),
                Write::Clear => (CLEAR, store.clear().await),
            };
            if let Err(error) = result {
                trace::token_store_failed(action, &describe(&*error));
            }
            self.end();
        }
    }

    fn next(&mut self) -> Option<Write> {
        let mut writes = self.storage.lock();
        let next = writes.next.take();
        self.number = writes.last;
        if next.is_none() {
            // Under the same lock as `next`, so that a later write starts another writer.
            writes.is_running = false;
            self.is_done = true;
        }
        next
    }

    /// Wakes the tasks that wait, also if there was nothing to write: they may start another writer.
    fn end(&self) {
        let ended = &self.storage.ended;
        // Another writer may have been faster.
        ended.send_modify(|ended| *ended = self.number.max(*ended));
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_done {
            self.storage.lock().is_running = false;
            self.end();
            if std::thread::panicking() {
                // A write that was added since, such as that of a logout.
                self.storage.start();
            }
        }
    }
}

/// Call of `load`.
struct Loading {
    task: JoinHandle<Loaded>,
    deadline: Deadline,
}

impl Loading {
    async fn token(&mut self) -> Option<UserToken> {
        let loaded = self.deadline.run(&mut self.task).await;
        let problem = match loaded {
            Some(Ok(Ok(None))) => return None,
            Some(Ok(Ok(Some(token)))) => match find_problem(&token) {
                None => return Some(token),
                Some(problem) => problem,
            },
            Some(Ok(Err(error))) => describe(&*error),
            Some(Err(error)) if error.is_panic() => "it panicked".to_owned(),
            Some(Err(_)) => "its runtime was shut down".to_owned(),
            None => {
                self.task.abort();
                no_response(&self.deadline)
            }
        };
        trace::token_store_failed("load", &problem);
        None
    }
}

/// Describes why a stored token is not one of the service; `None` if it can be sent.
fn find_problem(token: &UserToken) -> Option<String> {
    let token = token.expose_secret();
    if token.is_empty() {
        return Some("the stored token is empty".to_owned());
    }
    if token.len() > MAX_TOKEN {
        return Some(format!("the stored token is longer than {MAX_TOKEN} bytes"));
    }
    let is_visible = token.bytes().all(|byte| byte.is_ascii_graphic());
    (!is_visible)
        .then(|| "the stored token contains a character that is not visible ASCII".to_owned())
}

fn no_response(deadline: &Deadline) -> String {
    format!("the call did not complete within {deadline}")
}

/// Describes an error of the store without its text: that of a decoder may quote the token.
fn describe(error: &(dyn StdError + 'static)) -> String {
    let mut errors = successors(Some(error), |&error| error.source()).take(MAX_SOURCES);
    match errors.find_map(|error| error.downcast_ref::<io::Error>()) {
        Some(error) => format!("I/O error: {}", error.kind()),
        None => "its text may contain the token, and is not logged: log it in the store".to_owned(),
    }
}
