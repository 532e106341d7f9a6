//! An HTTP proxy that keeps what it could read.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A proxy that hands on what it is sent, of `http` servers and by tunnels, or opens no tunnel.
pub struct Proxy {
    address: String,
    heard: Heard,
}

/// The bytes of every connection, by the order of the connections.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

impl Proxy {
    /// A proxy that does what it is asked for.
    pub async fn open() -> Self {
        Self::start(None).await
    }

    /// A proxy that answers every request with `answer`, and closes.
    pub async fn refusing(answer: &'static str) -> Self {
        Self::start(Some(answer)).await
    }

    async fn start(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let heard = Heard::default();
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, refusal, Ear::new(&log)));
            }
        });
        Self {
            address: address.to_string(),
            heard,
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

    /// What each connection so far has brought from the client, as text where it is text.
    pub fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = heard.iter().map(|bytes| String::from_utf8_lossy(bytes));
        texts.map(|text| text.into_owned()).collect()
    }
}

/// Where the bytes of one connection are kept.
struct Ear {
    heard: Heard,
    connection: usize,
}

impl Ear {
    fn new(heard: &Heard) -> Self {
        let mut all = heard.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Vec::new());
        Self {
            heard: Arc::clone(heard),
            connection: all.len() - 1,
        }
    }

    fn hear(&self, bytes: &[u8]) {
        let mut all = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        all[self.connection].extend_from_slice(bytes);
    }
}

/// Serves one connection; one that breaks off is the client's business.
async fn serve(mut client: TcpStream, refusal: Option<&str>, ear: Ear) -> Option<()> {
    let head = read_head(&mut client).await?;
    ear.hear(head.as_bytes());
    if let Some(answer) = refusal {
        return client.write_all(answer.as_bytes()).await.ok();
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
        let answer = b"HTTP/1.1 200 Connection established\r\n\r\n";
        client.write_all(answer).await.ok()?;
    } else {
        server.write_all(head.as_bytes()).await.ok()?;
    }
    hand_on(client, server, &ear).await
}

async fn read_head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn hand_on(client: TcpStream, server: TcpStream, ear: &Ear) -> Option<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut piece = vec![0; 16 * 1024];
    loop {
        let length = from_client.read(&mut piece).await.unwrap_or(0);
        if length == 0 {
            break;
        }
        ear.hear(&piece[..length]);
        to_server.write_all(&piece[..length]).await.ok()?;
    }
    drop(to_server);
    back.await.ok()?.ok().map(|_| ())
}
