//! An HTTP proxy that records what it receives.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A proxy for `http` URLs and tunnels, or one that rejects every request.
pub struct Proxy {
    address: String,
    received: Received,
}

/// The bytes of each connection, in the order of the connections.
type Received = Arc<Mutex<Vec<Vec<u8>>>>;

impl Proxy {
    /// Starts a proxy that forwards everything.
    pub async fn open() -> Self {
        Self::start(None).await
    }

    /// Starts a proxy that sends `response` to every request and closes the connection.
    pub async fn rejecting(response: &'static str) -> Self {
        Self::start(Some(response)).await
    }

    async fn start(rejection: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let received = Received::default();
        let log = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, rejection, ConnectionLog::new(&log)));
            }
        });
        Self {
            address: address.to_string(),
            received,
        }
    }

    /// The URL of this proxy.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL of this proxy, with a user and a password.
    pub fn url_with(&self, user: &str, password: &str) -> String {
        format!("http://{user}:{password}@{}", self.address)
    }

    /// What each connection so far received from the client, with invalid UTF-8 replaced.
    pub fn received(&self) -> Vec<String> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = received.iter().map(|bytes| String::from_utf8_lossy(bytes));
        texts.map(|text| text.into_owned()).collect()
    }
}

/// Records the bytes of one connection.
struct ConnectionLog {
    received: Received,
    connection: usize,
}

impl ConnectionLog {
    fn new(received: &Received) -> Self {
        let mut all = received.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Vec::new());
        Self {
            received: Arc::clone(received),
            connection: all.len() - 1,
        }
    }

    fn record(&self, bytes: &[u8]) {
        let mut all = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        all[self.connection].extend_from_slice(bytes);
    }
}

/// Serves one connection. Errors end it silently; the client reports them.
async fn serve(mut client: TcpStream, rejection: Option<&str>, log: ConnectionLog) -> Option<()> {
    let head = read_head(&mut client).await?;
    log.record(head.as_bytes());
    if let Some(response) = rejection {
        return client.write_all(response.as_bytes()).await.ok();
    }
    let mut line = head.split(' ');
    let (method, target) = (line.next()?, line.next()?);
    let is_tunnel = method == "CONNECT";
    let server = if is_tunnel {
        target
    } else {
        target.strip_prefix("http://")?.split('/').next()?
    };
    let mut server = TcpStream::connect(server).await.ok()?;
    if is_tunnel {
        let response = b"HTTP/1.1 200 Connection established\r\n\r\n";
        client.write_all(response).await.ok()?;
    } else {
        server.write_all(head.as_bytes()).await.ok()?;
    }
    forward(client, server, &log).await
}

async fn read_head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn forward(client: TcpStream, server: TcpStream, log: &ConnectionLog) -> Option<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let responses =
        tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from_client.read(&mut buffer).await.unwrap_or(0);
        if length == 0 {
            break;
        }
        log.record(&buffer[..length]);
        to_server.write_all(&buffer[..length]).await.ok()?;
    }
    drop(to_server);
    responses.await.ok()?.ok().map(|_| ())
}
