//! An HTTP/2 server that ends each connection with a GOAWAY frame.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::Identity;

/// Length of the text with which a client starts an HTTP/2 connection.
const PREFACE_LENGTH: usize = 24;
const HEADERS: u8 = 0x1;
const SETTINGS: u8 = 0x4;
const GOAWAY: u8 = 0x7;

/// A server that responds to each request with a GOAWAY frame, which contains debug data.
#[derive(Debug)]
pub struct GoawayServer {
    url: String,
}

impl GoawayServer {
    /// Starts a server whose frames have this error code and this debug data. It stops with the runtime of its caller.
    pub fn start(identity: Identity, code: u32, debug_data: Vec<u8>) -> Self {
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate], identity.key)
            .expect("the key matches the certificate");
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        listener
            .set_nonblocking(true)
            .expect("sockets can be nonblocking");
        let listener = TcpListener::from_std(listener).expect("the listener is nonblocking");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, debug_data) = (acceptor.clone(), debug_data.clone());
                // An error means that the client closed this connection.
                tokio::spawn(async move { serve(stream, acceptor, code, &debug_data).await });
            }
        });
        Self {
            url: format!("https://{address}"),
        }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    code: u32,
    debug_data: &[u8],
) -> io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    stream.read_exact(&mut [0; PREFACE_LENGTH]).await?;
    stream.write_all(&frame(SETTINGS, &[])).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; length as usize]).await?;
        if head[3] == HEADERS {
            break;
        }
    }
    // No stream was processed.
    let payload = [&[0; 4], &code.to_be_bytes()[..], debug_data].concat();
    stream.write_all(&frame(GOAWAY, &payload)).await?;
    // Completes when the client closes the connection.
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// A frame of the connection, without flags.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame is short");
    let head = [&length.to_be_bytes()[1..], &[kind, 0], &[0; 4]].concat();
    [head.as_slice(), payload].concat()
}
