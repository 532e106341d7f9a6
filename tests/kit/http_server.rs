//! A server with or without TLS, on its own thread and without log lines: a test that captures the log
//! then captures only the client's side.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{self, HeaderMap, Method, Request, Uri, Version};
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tracing::subscriber::NoSubscriber;

use crate::Identity;

/// A response of an [`HttpServer`].
#[derive(Clone, Debug)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Response {
    /// A response with a JSON text.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::of_type("application/json", status, body)
    }

    /// A response of this media type.
    pub fn of_type(media_type: &str, status: u16, body: impl Into<Bytes>) -> Self {
        let response = Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        };
        response.header("content-type", media_type)
    }

    /// The same response with one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A request that an [`HttpServer`] received.
#[derive(Clone, Debug)]
pub struct ServerRequest {
    /// The method.
    pub method: Method,
    /// The target of the request line.
    pub uri: Uri,
    /// The version of HTTP.
    pub version: Version,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// The HTTP version that an [`HttpServer`] with TLS offers.
#[derive(Clone, Copy, Debug)]
pub enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// A running server. It stops when this value is dropped.
pub struct HttpServer {
    url: String,
    log: Arc<Log>,
    _running: oneshot::Sender<()>,
}

#[derive(Default)]
struct Log {
    connections: AtomicUsize,
    requests: Mutex<Vec<ServerRequest>>,
    bytes: Mutex<Vec<u8>>,
}

impl HttpServer {
    /// Starts a server without TLS.
    pub fn plain(response: impl Fn(&ServerRequest) -> Response + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(response))
    }

    /// Starts a server with TLS.
    pub fn secure(
        identity: Identity,
        protocol: Protocol,
        response: impl Fn(&ServerRequest) -> Response + Send + Sync + 'static,
    ) -> Self {
        let config = identity.server_config(match protocol {
            Protocol::Http1 => &["http/1.1"],
            Protocol::Http2 => &["h2"],
        });
        Self::start(Some(Arc::new(config).into()), Arc::new(response))
    }

    fn start(tls: Option<TlsAcceptor>, response: Handler) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener
            .set_nonblocking(true)
            .expect("sockets can be nonblocking");
        let address = listener.local_addr().expect("the listener is bound");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let log = Arc::new(Log::default());
        let (running, stop) = oneshot::channel::<()>();
        let shared = Shared {
            response,
            log: Arc::clone(&log),
        };
        std::thread::spawn(move || {
            let _no_log = tracing::subscriber::set_default(NoSubscriber::new());
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = LoggingListener {
                    listener: TcpListener::from_std(listener).expect("the listener is nonblocking"),
                    tls,
                    log: Arc::clone(&shared.log),
                };
                let router = Router::new().fallback(serve).with_state(shared);
                tokio::spawn(axum::serve(listener, router).into_future());
                // Completes when the `HttpServer` is dropped.
                let _ = stop.await;
            });
        });
        Self {
            url: format!("{scheme}://{address}"),
            log,
            _running: running,
        }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of connections so far, failed ones included.
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<ServerRequest> {
        let requests = self.log.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every byte that this server received, decrypted and in order.
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = self.log.bytes.lock();
        bytes.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

type Handler = Arc<dyn Fn(&ServerRequest) -> Response + Send + Sync>;

#[derive(Clone)]
struct Shared {
    response: Handler,
    log: Arc<Log>,
}

async fn serve(State(shared): State<Shared>, request: Request<Body>) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    // A client may close the connection within the body.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let request = ServerRequest {
        method: parts.method,
        uri: parts.uri,
        version: parts.version,
        headers: parts.headers,
        body,
    };
    let response = (shared.response)(&request);
    let requests = shared.log.requests.lock();
    requests
        .unwrap_or_else(PoisonError::into_inner)
        .push(request);
    let mut built = http::Response::builder().status(response.status);
    for (name, value) in response.headers {
        built = built.header(name, value);
    }
    built
        .body(response.body.into())
        .expect("the response of a test is valid")
}

/// Accepts connections. One whose handshake fails is counted and dropped.
struct LoggingListener {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    log: Arc<Log>,
}

impl Listener for LoggingListener {
    type Io = RecordingStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (RecordingStream, SocketAddr) {
        loop {
            let (stream, address) = self.listener.accept().await.expect("a connection");
            self.log.connections.fetch_add(1, Ordering::SeqCst);
            // Without it, the second packet of a response waits for the acknowledgement of the first.
            let _ = stream.set_nodelay(true);
            let stream: Box<dyn Stream> = match &self.tls {
                None => Box::new(stream),
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => Box::new(stream),
                    Err(_) => continue,
                },
            };
            let log = Arc::clone(&self.log);
            return (RecordingStream { stream, log }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl Stream for TcpStream {}
impl Stream for tokio_rustls::server::TlsStream<TcpStream> {}

/// A connection that records what is read from it.
struct RecordingStream {
    stream: Box<dyn Stream>,
    log: Arc<Log>,
}

impl AsyncRead for RecordingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        let mut bytes = self
            .log
            .bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        bytes.extend_from_slice(&buffer.filled()[before..]);
        drop(bytes);
        Poll::Ready(read)
    }
}

impl AsyncWrite for RecordingStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
