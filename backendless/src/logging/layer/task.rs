//! Sends the messages of a layer, and knows on each thread whether it is doing so.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::buffer::Buffer;
use crate::Result;

/// Task that sends the messages of a [`LogLayer`](crate::LogLayer); created by
/// [`LogLayerBuilder::build`](crate::LogLayerBuilder::build). It ends when all clones of the layer are dropped and the
/// waiting messages were sent, or their request failed.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let (layer, task) = client.logging().layer().build();
/// let task = tokio::spawn(task);
/// drop(layer);
/// task.await?;
/// # });
/// ```
#[must_use = "spawn the task: without it, messages are sent by `LogLayer::flush` only"]
pub struct LogTask(Pin<Box<dyn Future<Output = ()> + Send>>);

impl LogTask {
    pub(super) fn new(buffer: Arc<Buffer>, interval: Duration) -> Self {
        Self(Box::pin(async move { run(&buffer, interval).await }))
    }
}

impl Future for LogTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for LogTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogTask").finish_non_exhaustive()
    }
}

/// Sends messages until the layer is dropped.
async fn run(buffer: &Buffer, interval: Duration) {
    loop {
        while buffer.waiting() == 0 && !buffer.is_closed() {
            buffer.added.notified().await;
        }
        if !buffer.is_closed() {
            let full = pin!(buffer.full.notified());
            let elapsed = buffer.client.transport.clock().sleep(interval);
            either(full, elapsed).await;
        }
        let is_closed = buffer.is_closed();
        let is_sent = send(buffer, usize::MAX).await;
        if is_closed && (buffer.waiting() == 0 || !is_sent) {
            let waiting = buffer.waiting();
            return buffer.lose(u64::try_from(waiting).unwrap_or(u64::MAX));
        }
    }
}

/// Sends the messages that are waiting now.
pub(super) async fn flush(buffer: &Buffer) -> Result<()> {
    send(buffer, buffer.waiting()).await;
    match buffer.take_error() {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Sends at most `max` messages, in one request after the other, until one fails. Returns whether all succeeded.
async fn send(buffer: &Buffer, max: usize) -> bool {
    let _sending = buffer.sending.lock().await;
    let mut left = max;
    while let Some(batch) = buffer.take(left) {
        left -= batch.events();
        let request = buffer.client.logging().write(batch.messages.clone());
        if let Err(error) = (Unobserved {
            future: request.send(),
        })
        .await
        {
            buffer.failed(&batch, error);
            return false;
        }
    }
    true
}

/// Completes when one of the futures does.
async fn either(
    mut one: impl Future<Output = ()> + Unpin,
    mut other: impl Future<Output = ()> + Unpin,
) {
    poll_fn(|context| {
        let one = Pin::new(&mut one).poll(context).is_ready();
        match one || Pin::new(&mut other).poll(context).is_ready() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
}

thread_local! {
    /// Whether this thread polls a request of a layer.
    static IS_SENDING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread polls a request of a layer, whose events are not sent.
pub(super) fn is_sending() -> bool {
    // Without the value, the thread ends.
    IS_SENDING.try_with(Cell::get).unwrap_or(true)
}

/// A request of a layer. What it records is not sent.
struct Unobserved<F> {
    future: F,
}

impl<F: Future + Unpin> Future for Unobserved<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _sending = Sending::start();
        Pin::new(&mut self.future).poll(context)
    }
}

/// Resets the value of the thread when dropped, after a panic as well.
struct Sending {
    before: bool,
}

impl Sending {
    fn start() -> Self {
        Self {
            before: IS_SENDING
                .try_with(|sending| sending.replace(true))
                .unwrap_or(true),
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let _ = IS_SENDING.try_with(|sending| sending.set(self.before));
    }
}
