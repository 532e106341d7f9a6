//! A fast server that records when each request arrives, in the time of the test, and fails some of them.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backendless::{Client, ClientBuilder};
use backendless_tests::{API_KEY, APP_ID};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::clock::VirtualClock;

/// The number of rows of the table that every search finds.
pub(super) const ROWS: u64 = 10;
/// The number of requests of which four fail.
const FAILURES_EVERY: usize = 200;

pub(super) struct RecordingServer {
    url: String,
    log: Arc<Mutex<Log>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// When each request arrived, in ascending order.
    pub(super) arrivals: Vec<Duration>,
    pub(super) logins: usize,
    pub(super) failures: usize,
}

enum Reply {
    Response(u16, String),
    /// The connection is closed.
    Close,
}

impl RecordingServer {
    pub(super) async fn start(clock: &VirtualClock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::<Mutex<Log>>::default();
        let (shared, clock) = (Arc::clone(&log), clock.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // An error is a connection that the client closed.
                tokio::spawn(serve(stream, Arc::clone(&shared), clock.clone()));
            }
        });
        Self { url, log }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn client_builder(&self) -> ClientBuilder {
        Client::builder(APP_ID, API_KEY).api_url(&self.url)
    }

    pub(super) fn log(&self) -> Log {
        self.log.lock().unwrap().clone()
    }
}

impl Log {
    /// Records a request, and returns the reply.
    fn receive(&mut self, clock: &VirtualClock, target: &str, has_token: bool) -> Reply {
        // Read while the log is locked, so that the times are in ascending order.
        self.arrivals.push(clock.elapsed());
        if target.ends_with("/users/login") {
            self.logins += 1;
            let token = format!(r#"{{"user-token":"token-{}"}}"#, self.logins);
            return Reply::Response(200, token);
        }
        self.failures += 1;
        match self.arrivals.len() % FAILURES_EVERY {
            1 => Reply::Response(503, String::new()),
            50 => Reply::Response(429, r#"{"code":999,"message":"no"}"#.to_owned()),
            100 => Reply::Close,
            150 if has_token => Reply::Response(400, r#"{"code":3064,"message":"no"}"#.to_owned()),
            _ => {
                self.failures -= 1;
                Reply::Response(200, success(target))
            }
        }
    }
}

fn success(target: &str) -> String {
    let Some((_, query)) = target.split_once("/data/") else {
        return "1".to_owned();
    };
    let parameter = |name: &str| {
        let (_, rest) = query.split_once(&format!("{name}="))?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    };
    let offset = parameter("offset").unwrap_or(0);
    let end = (offset + parameter("pageSize").unwrap_or(100)).min(ROWS);
    let rows = (offset..end).map(|row| format!(r#"{{"objectId":"row-{row}"}}"#));
    format!("[{}]", rows.collect::<Vec<_>>().join(","))
}

async fn serve(stream: TcpStream, log: Arc<Mutex<Log>>, clock: VirtualClock) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut has_token) = (0, false);
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            has_token |= name.eq_ignore_ascii_case("user-token");
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        }
        stream.read_exact(&mut vec![0; length]).await?;
        let reply = log.lock().unwrap().receive(&clock, &target, has_token);
        let Reply::Response(status, body) = reply else {
            return Ok(());
        };
        let response = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(response.as_bytes()).await?;
    }
}
