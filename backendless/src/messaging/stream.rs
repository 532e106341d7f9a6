//! The messages of a subscription, one after the other.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Sleep;

use super::Message;
use super::message::Messages;
use crate::decode;
use crate::generated::raw;
use crate::operations::POLL_MESSAGES;
use crate::request::{Request, RequestFuture};
use crate::transport::Settings;
use crate::{Client, Error, ErrorKind, Result, RetryPolicy};

const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);
/// The longest id that is remembered, in bytes.
const LONGEST_ID: usize = 1024;
/// How many ids are remembered: far more than one answer holds.
const REMEMBERED: usize = 10_000;

/// The messages of a subscription as they come; made by [`Messaging::messages`].
///
/// The subscription is polled at once, and then at an [interval](Self::interval). The stream does
/// not end by itself. An error is an item of it, and polling goes on after the interval: drop the
/// stream to stop, for one because the error is [final](Error::is_retryable). Every message comes
/// once: one with the id of an earlier one is left out.
#[must_use = "a stream reads nothing before it is polled"]
pub struct MessageStream<M> {
    client: Client,
    channel: String,
    subscription_id: String,
    interval: Duration,
    state: State,
    messages: std::vec::IntoIter<Result<Message<M>>>,
    seen: Seen,
    settings: Settings,
}

enum State {
    Due,
    Polling(RequestFuture<Polled>),
    Waiting(Pin<Box<Sleep>>),
}

/// Messages of one response, and the number of attempts that the request took.
struct Polled {
    messages: Messages,
    attempts: u32,
}

/// Nothing in it is pinned in place: calls and timers are boxed, and messages are plain values.
impl<M> Unpin for MessageStream<M> {}

impl<M> MessageStream<M> {
    pub(super) fn new(client: Client, channel: String, subscription_id: String) -> Self {
        Self {
            client,
            channel,
            subscription_id,
            interval: DEFAULT_INTERVAL,
            state: State::Due,
            messages: Vec::new().into_iter(),
            seen: Seen::default(),
            settings: Settings::default(),
        }
    }

    /// The time between an answer and the next poll; the default is 1 s. While messages keep coming,
    /// the next poll does not wait.
    pub fn interval(mut self, time: Duration) -> Self {
        self.interval = time;
        self
    }

    /// Sets the timeout of each poll, as [`Request::timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets the retry policy of each poll, as [`Request::retry`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = Some(policy);
        self
    }

    /// Sets whether a poll may be sent again after its response was lost, as [`Request::idempotent`]. The messages of the
    /// lost response are not delivered again.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.settings.idempotent = Some(idempotent);
        self
    }
}

impl<M: DeserializeOwned + Send + 'static> MessageStream<M> {
    fn poll_messages(&self) -> RequestFuture<Polled> {
        let request = raw::poll_messages::<Messages>(&self.channel, &self.subscription_id);
        let polled = |result: Result<Messages>, attempts| {
            result.map(|messages| Polled { messages, attempts })
        };
        Request::then(&self.client, request, polled)
            .with_settings(self.settings.clone())
            .into_future()
    }

    fn wait(&self) -> State {
        State::Waiting(Box::pin(tokio::time::sleep(self.interval)))
    }
}

impl<M: DeserializeOwned + Send + 'static> Stream for MessageStream<M> {
    type Item = Result<Message<M>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(message) = this.messages.next() {
                return Poll::Ready(Some(message));
            }
            match &mut this.state {
                State::Due => this.state = State::Polling(this.poll_messages()),
                State::Waiting(timer) => {
                    ready!(timer.as_mut().poll(context));
                    this.state = State::Due;
                }
                State::Polling(call) => match ready!(call.as_mut().poll(context)) {
                    Ok(Polled { messages, attempts }) => {
                        let messages = messages.0.into_iter();
                        let mut messages: Vec<_> =
                            messages.map(|message| read(message, attempts)).collect();
                        messages.retain(|message| match message {
                            Ok(message) => this.seen.is_new(message),
                            Err(_) => true,
                        });
                        this.state = match messages.is_empty() {
                            true => this.wait(),
                            false => State::Due,
                        };
                        this.messages = messages.into_iter();
                    }
                    Err(error) => {
                        this.state = this.wait();
                        return Poll::Ready(Some(Err(error)));
                    }
                },
            }
        }
    }
}

/// Decodes one message. A message that does not match `M` is an error of its own.
fn read<M: DeserializeOwned>(message: Value, attempts: u32) -> Result<Message<M>> {
    decode::from_value(&message).map_err(|problem| {
        Error::new(ErrorKind::Decode, format!("a message {problem}"))
            .with_operation(&POLL_MESSAGES)
            .with_attempts(attempts)
    })
}

impl<M> fmt::Debug for MessageStream<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageStream")
            .field("channel", &self.channel)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// The ids of the latest messages.
#[derive(Default)]
struct Seen {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    fn is_new<M>(&mut self, message: &Message<M>) -> bool {
        let Some(id) = &message.message_id else {
            return true;
        };
        // No id of the service is nearly that long; whoever sends such fills no memory with it.
        if id.len() > LONGEST_ID {
            return true;
        }
        if !self.ids.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id.clone());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}
