//! A layer of `tracing` that sends events to the log of the application.
//!
//! `format` converts an event to a message, `buffer` contains messages until they are sent, and `task` sends them.

mod buffer;
mod format;
mod task;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

pub use task::LogTask;

use self::buffer::Buffer;
use self::format::SpanFields;
use super::{LogLevel, LogMessage, Logging};
use crate::{Client, Result};

/// Maximum number of messages that wait to be sent; that of the official JavaScript SDK.
const CAPACITY: usize = 1_000;

/// Maximum number of messages in a request.
const BATCH_SIZE: usize = 100;

/// Maximum time that a message waits; that of the official JavaScript SDK.
const INTERVAL: Duration = Duration::from_secs(1);

/// Crates of the HTTP stack. Their events are not sent: each request would cause further ones.
const HTTP_STACK: [&str; 14] = [
    "h2",
    "hyper",
    "hyper_rustls",
    "hyper_tls",
    "hyper_util",
    "mio",
    "native_tls",
    "reqwest",
    "rustls",
    "rustls_platform_verifier",
    "tokio",
    "tokio_rustls",
    "tower",
    "want",
];

/// Layer of a `tracing` subscriber that sends events to the log of the application; created by [`Logging::layer`]. Clones
/// share the buffer.
///
/// An event becomes a [`LogMessage`]: its target is the logger, and its text consists of the spans with their fields, the
/// message and the fields. The field `error` becomes the exception. A text of more than 16 KiB is truncated.
///
/// Recording an event neither blocks nor sends anything: it adds the message to a buffer, which the [`LogTask`] sends.
/// Messages are lost if the buffer is full, if the request that sends them fails, or if `Debug` of a field panics.
/// [`lost`](Self::lost) returns their number, and the next message that is sent is preceded by one that states it.
///
/// Events that the layer's own requests cause are not sent, nor are those of the HTTP stack (`hyper`, `h2`, `reqwest`,
/// `rustls` and others): each request would cause further ones. Do not record secrets in events: every developer of the
/// application can read the log.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
///
/// # backendless_local::doc_example!(|client, server| {
/// let (layer, task) = client.logging().layer().build();
/// tokio::spawn(task);
/// let subscriber = tracing_subscriber::registry().with(layer.clone());
/// // In a service: tracing::subscriber::set_global_default(subscriber)?
/// let guard = tracing::subscriber::set_default(subscriber);
///
/// tracing::warn!(target: "orders", id = 7, "the payment is late");
///
/// // Before the program ends:
/// drop(guard);
/// layer.flush().await?;
/// # let log = server.log().await?;
/// # assert_eq!(log[0]["message"], "the payment is late id=7");
/// # assert_eq!(log[0]["logger"], "orders");
/// # });
/// ```
#[derive(Clone)]
pub struct LogLayer {
    buffer: Arc<Buffer>,
    max_level: LogLevel,
    /// Ends the task when the last clone is dropped.
    _open: Arc<Open>,
}

struct Open(Arc<Buffer>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Settings of a [`LogLayer`]; created by [`Logging::layer`].
///
/// ```
/// use backendless::LogLevel;
///
/// # let client = backendless::Client::new("A0F5", "9C41")?;
/// let (layer, task) = client.logging().layer().max_level(LogLevel::Debug).build();
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "call `build` to create the layer"]
pub struct LogLayerBuilder {
    client: Client,
    max_level: LogLevel,
    capacity: usize,
    batch_size: usize,
    interval: Duration,
}

impl Logging {
    /// Returns the settings of a layer of `tracing` that sends events to the log of the application; see [`LogLayer`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let (layer, task) = client.logging().layer().build();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn layer(&self) -> LogLayerBuilder {
        LogLayerBuilder {
            client: self.client.clone(),
            max_level: LogLevel::Info,
            capacity: CAPACITY,
            batch_size: BATCH_SIZE,
            interval: INTERVAL,
        }
    }
}

impl LogLayerBuilder {
    /// Sets the most detailed level of events that are sent. Default: [`LogLevel::Info`]. A filter of the subscriber applies
    /// as well.
    ///
    /// ```
    /// use backendless::LogLevel;
    ///
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let (layer, task) = client.logging().layer().max_level(LogLevel::Error).build();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn max_level(mut self, level: LogLevel) -> Self {
        self.max_level = level;
        self
    }

    /// Sets the maximum number of messages that wait to be sent, at least 1. Further ones are lost. Default: 1,000.
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let (layer, task) = client.logging().layer().capacity(10_000).build();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn capacity(mut self, messages: usize) -> Self {
        self.capacity = messages.max(1);
        self
    }

    /// Sets the maximum number of messages in a request, at least 1. The task sends them as soon as so many are waiting.
    /// Default: 100.
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let (layer, task) = client.logging().layer().batch_size(500).build();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn batch_size(mut self, messages: usize) -> Self {
        self.batch_size = messages.max(1);
        self
    }

    /// Sets the maximum time that a message waits until the task sends it. Default: 1 second. It is also the time between
    /// requests that fail.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let (layer, task) = client.logging().layer().interval(Duration::from_secs(5)).build();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Creates the layer, and the task that sends its messages: spawn it, or messages are sent by
    /// [`LogLayer::flush`] only.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let (layer, task) = client.logging().layer().build();
    /// tokio::spawn(task);
    /// # });
    /// ```
    #[must_use = "the layer is added to a subscriber, and the task is spawned"]
    pub fn build(self) -> (LogLayer, LogTask) {
        let buffer = Arc::new(Buffer::new(self.client, self.capacity, self.batch_size));
        let layer = LogLayer {
            _open: Arc::new(Open(Arc::clone(&buffer))),
            buffer: Arc::clone(&buffer),
            max_level: self.max_level,
        };
        (layer, LogTask::new(buffer, self.interval))
    }
}

impl LogLayer {
    /// Sends the waiting messages, and waits for the request of the task, if there is one. It needs no running task.
    ///
    /// # Errors
    ///
    /// The error of the last request that failed since the previous flush. Its messages are lost, because the service may
    /// have stored them; the other messages remain in the buffer. See [`ErrorKind`](crate::ErrorKind) for the errors of
    /// every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let (layer, task) = client.logging().layer().build();
    /// layer.flush().await?;
    /// # });
    /// ```
    pub async fn flush(&self) -> Result<()> {
        task::flush(&self.buffer).await
    }

    /// Returns the number of messages that were lost so far.
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let (layer, task) = client.logging().layer().build();
    /// assert_eq!(layer.lost(), 0);
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.buffer.lost()
    }

    /// Identifies the layer among those that store fields of spans.
    fn id(&self) -> usize {
        Arc::as_ptr(&self.buffer).addr()
    }

    fn is_sent(&self, metadata: &Metadata<'_>) -> bool {
        severity(level(metadata)) <= severity(self.max_level)
            && !is_of_http_stack(metadata.target())
    }
}

fn level(metadata: &Metadata<'_>) -> LogLevel {
    match *metadata.level() {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}

fn severity(level: LogLevel) -> u8 {
    match level {
        LogLevel::Fatal => 0,
        LogLevel::Error => 1,
        LogLevel::Warn => 2,
        LogLevel::Info => 3,
        LogLevel::Debug => 4,
        LogLevel::Trace => 5,
    }
}

/// Whether the crate of a target is one of the HTTP stack.
fn is_of_http_stack(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or_default();
    HTTP_STACK.contains(&name)
}

impl fmt::Debug for LogLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLayer")
            .field("max_level", &self.max_level)
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for LogLayer
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if task::is_sending() {
            return;
        }
        let fields = format::fields(|visitor| attributes.record(visitor));
        if let Some(span) = context.span(id) {
            let mut extensions = span.extensions_mut();
            if extensions.get_mut::<SpanFields>().is_none() {
                extensions.insert(SpanFields::new(self.id(), fields));
            }
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if task::is_sending() {
            return;
        }
        let fields = format::fields(|visitor| values.record(visitor));
        if let Some(span) = context.span(id)
            && let Some(recorded) = span.extensions_mut().get_mut::<SpanFields>()
        {
            recorded.append(self.id(), &fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if task::is_sending() || !self.is_sent(event.metadata()) {
            return;
        }
        let spans = context.event_scope(event).map(|scope| {
            let spans = scope.from_root().map(|span| {
                let extensions = span.extensions();
                format::span(span.name(), extensions.get::<SpanFields>())
            });
            spans.collect::<String>()
        });
        let formatted = format::event(event, &spans.unwrap_or_default());
        match formatted {
            // The target of a record of the crate `log` is one of its fields.
            Some(event) if is_of_http_stack(&event.logger) => {}
            Some(formatted) => {
                let level = level(event.metadata());
                let message = LogMessage::new(formatted.logger, level, formatted.text);
                self.buffer.push(match formatted.exception {
                    Some(exception) => message.exception(exception),
                    None => message,
                });
            }
            None => self.buffer.lose(1),
        }
    }
}
