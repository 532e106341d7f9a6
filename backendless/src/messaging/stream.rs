//! Stream of the messages of a subscription.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Sleep;

use super::Message;
use super::message::Messages;
use crate::generated::raw;
use crate::request::{Request, RequestFuture};
use crate::transport::Settings;
use crate::{Client, Error, Result, RetryPolicy};

const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);
/// Maximum length of a stored id, in bytes.
const MAX_ID_LENGTH: usize = 1024;
/// Maximum number of stored ids: many more than one response contains.
const MAX_REMEMBERED_IDS: usize = 10_000;

/// Stream of the messages of a subscription; created by [`Subscription::messages`](super::Subscription::messages)
/// and [`Messaging::messages`](super::Messaging::messages).
///
/// The subscription is polled when the stream is first polled, and then at an [interval](Self::interval). The stream
/// does not end. A failed poll is an item of the stream, and polling continues after the interval: drop the stream to
/// stop, for example after an error that the next poll would return as well, such as
/// [`Unauthorized`](crate::ErrorKind::Unauthorized). A message with the id of an earlier one is skipped.
///
/// A message whose payload does not match `M` is an item of kind [`Decode`](crate::ErrorKind::Decode), whose
/// [`data`](crate::Error::data) is the message as JSON. The other messages of the response follow.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// use futures_util::TryStreamExt;
///
/// # let messaging = client.messaging();
/// let subscription = messaging.subscribe("news").await?;
/// messaging.publish("news", "the shop opens").await?;
/// let mut messages = subscription.messages::<String>();
/// while let Some(message) = messages.try_next().await? {
///     println!("{}", message.data);
///     # assert_eq!(message.data, "the shop opens");
///     break;
/// }
/// # });
/// ```
#[must_use = "a stream reads nothing before it is polled"]
pub struct MessageStream<M> {
    client: Client,
    channel: String,
    subscription_id: String,
    interval: Duration,
    state: State,
    messages: std::vec::IntoIter<Result<Message<M>>>,
    seen_ids: SeenIds,
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

// No field is structurally pinned: requests and timers are boxed, and messages are never polled.
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
            seen_ids: SeenIds::default(),
            settings: Settings::default(),
        }
    }

    /// Sets the time between a response and the next poll. The default is 1 s. After a response with messages, the next
    /// poll does not wait.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::Duration;
    ///
    /// let subscription = client.messaging().subscribe("news").await?;
    /// let messages = subscription.messages::<String>().interval(Duration::from_secs(5));
    /// # });
    /// ```
    pub fn interval(mut self, time: Duration) -> Self {
        self.interval = time;
        self
    }

    /// Sets the timeout of each poll, as [`Request::timeout`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use std::time::Duration;
    ///
    /// let subscription = client.messaging().subscribe("news").await?;
    /// let messages = subscription.messages::<String>().timeout(Duration::from_secs(10));
    /// # });
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets the retry policy of each poll, as [`Request::retry`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use backendless::RetryPolicy;
    ///
    /// let subscription = client.messaging().subscribe("news").await?;
    /// let messages = subscription.messages::<String>().retry(RetryPolicy::none());
    /// # });
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = Some(policy);
        self
    }

    /// Sets whether a poll may be sent again after its response was lost, as [`Request::idempotent`]. The messages of
    /// the lost response are not delivered again.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let subscription = client.messaging().subscribe("news").await?;
    /// let messages = subscription.messages::<String>().idempotent(true);
    /// # });
    /// ```
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.settings.idempotent = Some(idempotent);
        self
    }

    /// Adds an HTTP header to the request of each poll, as [`Request::header`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let messages = client.messaging()
    ///     .messages::<String>("news", "my-subscription")
    ///     .header("x-trace", "7f3a");
    /// # });
    /// ```
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.settings.add_header(name.as_ref(), value.as_ref());
        self
    }

    /// Adds a query parameter to the request of each poll, as [`Request::query`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let messages = client.messaging()
    ///     .messages::<String>("news", "my-subscription")
    ///     .query("trace", "7f3a");
    /// # });
    /// ```
    pub fn query(mut self, name: impl AsRef<str>, value: impl Serialize) -> Self {
        self.settings.add_query(name.as_ref(), &value);
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
                State::Polling(request) => match ready!(request.as_mut().poll(context)) {
                    Ok(Polled { messages, attempts }) => {
                        let mut messages = messages.decode(&this.client, attempts);
                        messages.retain(|message| match message {
                            Ok(message) => this.seen_ids.is_new(message),
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

impl<M> fmt::Debug for MessageStream<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageStream")
            .field("channel", &self.channel)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// Ids of the latest messages.
#[derive(Default)]
struct SeenIds {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl SeenIds {
    /// Returns whether the message is the first one with its id, and remembers the id.
    fn is_new<M>(&mut self, message: &Message<M>) -> bool {
        let Some(id) = &message.message_id else {
            return true;
        };
        // The ids of the service are much shorter. Longer ids are not stored, to limit the memory.
        if id.len() > MAX_ID_LENGTH {
            return true;
        }
        if !self.ids.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id.clone());
        if self.order.len() > MAX_REMEMBERED_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}
