//! A server that keeps the bytes of every request, and is quick about it: for tests of thousands of
//! requests. Nothing of an HTTP library stands between the wire and the test.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backendless::Client;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::{API_KEY, APP_ID};

/// A server that answers everything with the same answer, at first 200 and `null`.
pub struct Sink {
    url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    requests: Vec<RawRequest>,
    answer: Vec<u8>,
}

/// One request, as it came, with nothing decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawRequest {
    /// The method, as it is written.
    pub method: String,
    /// The target, as it is written.
    pub target: String,
    /// The headers in their order: the name as it is written, and the value without the white space
    /// around it, which RFC 9110 takes for none of it.
    pub headers: Vec<(String, String)>,
    /// The body, with the chunks put together.
    pub body: Vec<u8>,
}

impl RawRequest {
    /// The values of the header `name`, whose case does not matter.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let headers = self.headers.iter();
        headers
            .filter(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }
}

impl Sink {
    /// Starts a server.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let state = Arc::new(Mutex::new(State {
            requests: Vec::new(),
            answer: answer(200, b"null"),
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Broken off by the client, who is the one to complain.
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        let url = format!("http://{address}");
        Self { url, state }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of this server, as nobody.
    pub fn client(&self) -> Client {
        Client::builder(APP_ID, API_KEY)
            .api_url(self.url())
            .build()
            .expect("the settings are those of this kit")
    }

    /// Answers with `status` and `body`, taken for JSON, from now on.
    pub fn answer(&self, status: u16, body: &[u8]) {
        lock(&self.state).answer = answer(status, body);
    }

    /// The requests since this was last asked.
    pub fn take(&self) -> Vec<RawRequest> {
        std::mem::take(&mut lock(&self.state).requests)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(status: u16, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await? {
        let answer = {
            let mut state = lock(&state);
            state.requests.push(request);
            state.answer.clone()
        };
        stream.write_all(&answer).await?;
    }
    Ok(())
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> io::Result<Option<RawRequest>> {
    let Some(first) = read_line(stream).await? else {
        return Ok(None);
    };
    let mut request = RawRequest::default();
    // Whatever stands between the method and the version is the target, spaces and all.
    let (method, rest) = first.split_once(' ').unwrap_or((&first, ""));
    let (target, version) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    if version != "HTTP/1.1" {
        return Err(io::Error::other(format!(
            "a request line that is none: {first:?}"
        )));
    }
    (request.method, request.target) = (method.to_owned(), target.to_owned());
    while let Some(line) = read_line(stream).await?.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.trim_matches([' ', '\t']);
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    request.body = read_body(stream, &request).await?;
    Ok(Some(request))
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    let text = String::from_utf8(line).map_err(io::Error::other)?;
    Ok(Some(
        text.trim_end_matches('\n')
            .trim_end_matches('\r')
            .to_owned(),
    ))
}

async fn read_body(stream: &mut BufReader<TcpStream>, request: &RawRequest) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if request.header("transfer-encoding") == ["chunked"] {
        loop {
            let size = read_line(stream).await?.unwrap_or_default();
            let size = u64::from_str_radix(&size, 16).map_err(io::Error::other)?;
            stream.take(size).read_to_end(&mut body).await?;
            read_line(stream).await?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    if let [length] = request.header("content-length").as_slice() {
        let length = length.parse().map_err(io::Error::other)?;
        stream.take(length).read_to_end(&mut body).await?;
    }
    Ok(body)
}
