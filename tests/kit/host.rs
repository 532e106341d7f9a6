//! A server with TLS or without, on a thread of its own, whose log lines are nobody's: what a test
//! captures is then what the client's side says.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, Uri, Version};
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tracing::subscriber::NoSubscriber;

use crate::Identity;

/// What a [`Host`] answers.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Answer {
    /// An answer in JSON.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        let answer = Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        };
        answer.header("content-type", "application/json")
    }

    /// The same answer with another header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// One request, as it came to a [`Host`].
#[derive(Clone, Debug)]
pub struct HostRequest {
    /// The method.
    pub method: Method,
    /// The target, as it stood in the request.
    pub uri: Uri,
    /// The version of HTTP.
    pub version: Version,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// The version of HTTP that a [`Host`] with TLS offers.
#[derive(Clone, Copy, Debug)]
pub enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// A running server; it ends with this value.
pub struct Host {
    url: String,
    log: Arc<Log>,
    _running: oneshot::Sender<()>,
}

#[derive(Default)]
struct Log {
    connections: AtomicUsize,
    requests: Mutex<Vec<HostRequest>>,
    bytes: Mutex<Vec<u8>>,
}

impl Host {
    /// A server that speaks plain HTTP.
    pub fn plain(answer: impl Fn(&HostRequest) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(answer))
    }

    /// A server that speaks HTTP over TLS.
    pub fn secure(
        identity: Identity,
        protocol: Protocol,
        answer: impl Fn(&HostRequest) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate], identity.key)
            .expect("the key is that of the certificate");
        config.alpn_protocols = match protocol {
            Protocol::Http1 => vec![b"http/1.1".to_vec()],
            Protocol::Http2 => vec![b"h2".to_vec()],
        };
        Self::start(Some(Arc::new(config).into()), Arc::new(answer))
    }

    fn start(tls: Option<TlsAcceptor>, answer: Answering) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket can be");
        let address = listener.local_addr().expect("the listener is bound");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let log = Arc::new(Log::default());
        let (running, stop) = oneshot::channel::<()>();
        let site = Site {
            answer,
            log: Arc::clone(&log),
        };
        std::thread::spawn(move || {
            let _silence = tracing::subscriber::set_default(NoSubscriber::new());
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let door = Door {
                    listener: TcpListener::from_std(listener).expect("it is nonblocking"),
                    tls,
                    log: Arc::clone(&site.log),
                };
                let router = Router::new().fallback(serve).with_state(site);
                tokio::spawn(axum::serve(door, router).into_future());
                // Ends with the value on the other side.
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

    /// How many connections were opened so far, whatever became of them.
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<HostRequest> {
        let requests = self.log.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every byte that was sent to this server, behind TLS and in the order of its coming.
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = self.log.bytes.lock();
        bytes.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

type Answering = Arc<dyn Fn(&HostRequest) -> Answer + Send + Sync>;

#[derive(Clone)]
struct Site {
    answer: Answering,
    log: Arc<Log>,
}

async fn serve(State(site): State<Site>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // A client may break off in the middle; what came is kept.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let request = HostRequest {
        method: parts.method,
        uri: parts.uri,
        version: parts.version,
        headers: parts.headers,
        body,
    };
    let answer = (site.answer)(&request);
    let requests = site.log.requests.lock();
    requests
        .unwrap_or_else(PoisonError::into_inner)
        .push(request);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response
        .body(answer.body.into())
        .expect("the answer of a test")
}

/// Where connections come in. One that fails its handshake is counted and forgotten.
struct Door {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    log: Arc<Log>,
}

impl Listener for Door {
    type Io = Heard;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Heard, SocketAddr) {
        loop {
            let (stream, address) = self.listener.accept().await.expect("a socket is left");
            self.log.connections.fetch_add(1, Ordering::SeqCst);
            // An answer in two pieces would wait for the client to acknowledge the first.
            let _ = stream.set_nodelay(true);
            let stream: Box<dyn Stream> = match &self.tls {
                None => Box::new(stream),
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => Box::new(stream),
                    Err(_) => continue,
                },
            };
            let log = Arc::clone(&self.log);
            return (Heard { stream, log }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl Stream for TcpStream {}
impl Stream for tokio_rustls::server::TlsStream<TcpStream> {}

/// A connection that keeps what is read from it.
struct Heard {
    stream: Box<dyn Stream>,
    log: Arc<Log>,
}

impl AsyncRead for Heard {
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

impl AsyncWrite for Heard {
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
