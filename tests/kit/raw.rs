//! A server that answers bytes, whether they are HTTP or not.

use backendless::{Client, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::{API_KEY, APP_ID};

/// A server that reads the head of each request, writes `answer`, and then closes or stalls.
#[derive(Debug)]
pub struct RawServer {
    url: String,
}

impl RawServer {
    /// A server that closes the connection behind its answer.
    pub async fn closing_after(answer: &'static [u8]) -> Self {
        Self::start(answer, false).await
    }

    /// A server that leaves the connection open behind its answer and says no more.
    pub async fn stalling_after(answer: &'static [u8]) -> Self {
        Self::start(answer, true).await
    }

    async fn start(answer: &'static [u8], stall: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    let written = stream.write_all(answer).await;
                    if written.is_ok() && stall {
                        // Ends with the client's side of the connection.
                        let _ = stream.read_to_end(&mut Vec::new()).await;
                    }
                });
            }
        });
        Self {
            url: format!("http://{address}"),
        }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of this server, as nobody, that makes every call once.
    pub fn client(&self) -> Client {
        Client::builder(APP_ID, API_KEY)
            .api_url(self.url())
            .retry(RetryPolicy::none())
            .build()
            .expect("the settings are those of this kit")
    }
}
