//! Messages that wait to be sent, and the number of those that were lost.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::logging::{LogLevel, LogMessage};
use crate::{Client, Error};

/// The logger of the message about lost messages.
const LOGGER: &str = "backendless.logging";

pub(super) struct Buffer {
    pub(super) client: Client,
    capacity: usize,
    batch_size: usize,
    state: Mutex<State>,
    /// Signals a message in an empty buffer, or that the layer was dropped.
    pub(super) added: Notify,
    /// Signals that a request has enough messages, or that the layer was dropped.
    pub(super) full: Notify,
    /// Held while messages are sent, so that they are sent in order.
    pub(super) sending: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    messages: VecDeque<LogMessage>,
    lost: u64,
    /// The lost messages that no message has stated yet.
    unreported: u64,
    /// The error of the last failed request since the last flush.
    error: Option<Error>,
    is_closed: bool,
}

/// The messages of a request.
pub(super) struct Batch {
    pub(super) messages: Vec<LogMessage>,
    /// The number of lost messages that the first message states.
    reported: u64,
    /// Number of messages of events.
    events: usize,
}

impl Buffer {
    pub(super) fn new(client: Client, capacity: usize, batch_size: usize) -> Self {
        Self {
            client,
            capacity,
            batch_size,
            state: Mutex::default(),
            added: Notify::new(),
            full: Notify::new(),
            sending: tokio::sync::Mutex::default(),
        }
    }

    /// Adds a message. It is lost if the buffer is full.
    pub(super) fn push(&self, message: LogMessage) {
        let mut state = self.state();
        if state.messages.len() >= self.capacity {
            return state.lose(1);
        }
        state.messages.push_back(message);
        let waiting = state.messages.len();
        drop(state);
        if waiting == 1 {
            self.added.notify_one();
        }
        if waiting >= self.batch_size.min(self.capacity) {
            self.full.notify_one();
        }
    }

    /// Counts messages as lost.
    pub(super) fn lose(&self, messages: u64) {
        self.state().lose(messages);
    }

    pub(super) fn lost(&self) -> u64 {
        self.state().lost
    }

    pub(super) fn waiting(&self) -> usize {
        self.state().messages.len()
    }

    /// Ends the task, after it has sent the waiting messages.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.added.notify_one();
        self.full.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// Takes the messages of the next request: at most `max` of events, behind one that states how many were lost.
    pub(super) fn take(&self, max: usize) -> Option<Batch> {
        let mut state = self.state();
        let events = state.messages.len().min(self.batch_size).min(max);
        if events == 0 {
            return None;
        }
        let reported = std::mem::take(&mut state.unreported);
        let notice = (reported > 0).then(|| {
            let text = format!("{reported} log messages were lost before this one");
            LogMessage::new(LOGGER, LogLevel::Warn, text)
        });
        let messages = state.messages.drain(..events);
        Some(Batch {
            messages: notice.into_iter().chain(messages).collect(),
            reported,
            events,
        })
    }

    /// Counts the messages of a failed request as lost: the service may have stored them or not.
    pub(super) fn failed(&self, batch: &Batch, error: Error) {
        let mut state = self.state();
        state.unreported += batch.reported;
        state.lose(u64::try_from(batch.events).unwrap_or(u64::MAX));
        state.error = Some(error);
    }

    /// Returns the error of the last failed request, once.
    pub(super) fn take_error(&self) -> Option<Error> {
        self.state().error.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    pub(super) fn events(&self) -> usize {
        self.events
    }
}

impl State {
    fn lose(&mut self, messages: u64) {
        self.lost = self.lost.saturating_add(messages);
        self.unreported = self.unreported.saturating_add(messages);
    }
}
