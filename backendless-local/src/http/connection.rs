//! TCP connections with limits: of their number, of the time until the head of a request is
//! complete, and of the time without progress. They can be reset from within a request, to inject
//! faults.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

use crate::limits::Limits;

/// A listener with a maximum number of connections, which can be reset.
pub(crate) struct LimitedListener {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    limits: Limits,
}

impl LimitedListener {
    pub(crate) fn new(listener: TcpListener, limits: Limits) -> LimitedListener {
        LimitedListener {
            listener,
            permits: Arc::new(Semaphore::new(limits.connections)),
            limits,
        }
    }
}

impl Listener for LimitedListener {
    type Io = Connection;
    type Addr = SocketAddr;

    /// Further connections wait in the queue of the system until another one is closed.
    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // A small response must not wait for the acknowledgement of the previous one.
        let _ = stream.set_nodelay(true);
        let is_local = is_local(&stream, address);
        let connection = Connection {
            stream,
            handle: ConnectionHandle {
                is_local,
                ..ConnectionHandle::default()
            },
            limits: self.limits,
            head: Head::First(Instant::now()),
            seen_requests: 0,
            last_progress: Instant::now(),
            write_stalled_since: None,
            read_timer: Timer::default(),
            write_timer: Timer::default(),
            // The semaphore is never closed.
            _permit: permit.ok(),
        };
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Handle of a request to the connection that it arrived on.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionHandle {
    shared: Arc<Shared>,
    /// Whether the client runs on this machine.
    is_local: bool,
}

/// Whether the client runs on this machine: its address is a loopback address, or that which it connected to.
fn is_local(stream: &TcpStream, client: SocketAddr) -> bool {
    let client = client.ip().to_canonical();
    let own = stream.local_addr().map(|own| own.ip().to_canonical());
    client.is_loopback() || own.is_ok_and(|own| own == client)
}

#[derive(Debug, Default)]
struct Shared {
    is_reset: AtomicBool,
    /// Number of requests whose head was received.
    started: AtomicUsize,
    /// Number of these whose response was not returned yet.
    running: AtomicUsize,
}

impl ConnectionHandle {
    /// Resets the connection at the next attempt to read or write.
    pub(crate) fn reset(&self) {
        self.shared.is_reset.store(true, Ordering::Release);
    }

    /// Whether the client runs on this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.is_local
    }

    /// Suspends the time limit of the head until the returned value is dropped, because a request
    /// runs.
    pub(crate) fn start_request(&self) -> RunningRequest {
        self.shared.running.fetch_add(1, Ordering::AcqRel);
        self.shared.started.fetch_add(1, Ordering::AcqRel);
        RunningRequest(self.clone())
    }
}

/// A request that runs on a connection.
pub(crate) struct RunningRequest(ConnectionHandle);

impl Drop for RunningRequest {
    fn drop(&mut self) {
        self.0.shared.running.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Connected<IncomingStream<'_, LimitedListener>> for ConnectionHandle {
    fn connect_info(stream: IncomingStream<'_, LimitedListener>) -> ConnectionHandle {
        stream.io().handle.clone()
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    handle: ConnectionHandle,
    limits: Limits,
    head: Head,
    /// Number of started requests at the last update of `head`.
    seen_requests: usize,
    /// When bytes were last read or written.
    last_progress: Instant,
    /// Since when the client has not read what is written; `None` if it reads.
    write_stalled_since: Option<Instant>,
    read_timer: Timer,
    write_timer: Timer,
    _permit: Option<OwnedSemaphorePermit>,
}

/// State of the head of the next request.
#[derive(Clone, Copy)]
enum Head {
    /// It is the first of the connection, which was accepted at this time.
    First(Instant),
    /// No byte of it was received: the connection is idle.
    Idle,
    /// Its first byte was received at this time.
    Started(Instant),
    /// It is complete: the request runs.
    Complete,
}

impl Connection {
    /// Returns the stream. After [`ConnectionHandle::reset`] it returns an error, on which the
    /// server drops the connection; the zero linger time turns that into a reset.
    fn open_stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        if self.handle.shared.is_reset.load(Ordering::Acquire) {
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(Pin::new(&mut self.stream))
    }

    /// Updates the state of the head after a request has started or ended.
    fn update_head(&mut self) {
        let started = self.handle.shared.started.load(Ordering::Acquire);
        self.head = if self.handle.shared.running.load(Ordering::Acquire) > 0 {
            Head::Complete
        } else if started != self.seen_requests || matches!(self.head, Head::Complete) {
            Head::Idle
        } else {
            self.head
        };
        self.seen_requests = started;
    }

    /// Returns the time at which the connection is closed if nothing is received until then. While a
    /// request runs there is none: its body has its own limit.
    fn read_deadline(&self) -> Option<Instant> {
        match self.head {
            Head::First(at) | Head::Started(at) => Some(at + self.limits.header_timeout),
            Head::Idle => Some(self.last_progress + self.limits.idle_timeout),
            Head::Complete => None,
        }
    }

    /// Records that bytes were read. Fails if the head takes too long, so that it cannot be sent
    /// byte by byte without end.
    fn has_read(&mut self) -> io::Result<()> {
        self.last_progress = Instant::now();
        if let Head::Idle = self.head {
            self.head = Head::Started(self.last_progress);
        }
        match self.read_deadline() {
            Some(deadline) if self.last_progress > deadline => Err(io::ErrorKind::TimedOut.into()),
            _ => Ok(()),
        }
    }

    /// Wakes the task when the head of the next request takes too long, and fails once it does.
    fn wait_for_head(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Some(deadline) = self.read_deadline() else {
            return Ok(());
        };
        match self.read_timer.poll_until(context, deadline) {
            Poll::Ready(error) => Err(error),
            Poll::Pending => Ok(()),
        }
    }

    /// Records the progress of a write, or fails if there was none for too long.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let now = Instant::now();
        if polled.is_ready() {
            self.last_progress = now;
            self.write_stalled_since = None;
            return polled;
        }
        let stalled_since = *self.write_stalled_since.get_or_insert(now);
        let deadline = stalled_since + self.limits.stall_timeout;
        self.write_timer.poll_until(context, deadline).map(Err)
    }
}

/// Wakes a task at a time that may change.
#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Returns the error of an expired time limit once the deadline has passed.
    fn poll_until(&mut self, context: &mut Context<'_>, deadline: Instant) -> Poll<io::Error> {
        let sleep = self
            .0
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        // A timer that is too early is moved when it expires, not at each read.
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(context).is_ready() {
            if Instant::now() >= deadline {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.update_head();
        if let Poll::Ready(read) = this.open_stream()?.poll_read(context, buffer) {
            return Poll::Ready(read.and_then(|()| this.has_read()));
        }
        this.wait_for_head(context)?;
        Poll::Pending
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = this.open_stream()?.poll_write(context, bytes);
        this.written(context, polled)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = this.open_stream()?.poll_write_vectored(context, pieces);
        this.written(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // After a response the HTTP library flushes, but does not read again if the last attempt to
        // read found nothing, so the time limit of an idle connection starts here.
        this.update_head();
        this.wait_for_head(context)?;
        this.open_stream()?.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().open_stream()?.poll_shutdown(context)
    }
}
