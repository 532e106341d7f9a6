//! A fast server that keeps the bytes of every request, for tests with thousands of requests. It uses
//! no HTTP library, so a test sees exactly what is on the wire.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backendless::Client;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::{API_KEY, APP_ID, AddressForm};

/// A server that sends the same response to every request: 200 and `null` until
/// [`set_response`](Self::set_response) changes it.
pub struct Sink {
    url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    requests: Vec<RawRequest>,
    response: Vec<u8>,
}

/// A request with nothing decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawRequest {
    /// The method, unchanged.
    pub method: String,
    /// The target, unchanged.
    pub target: String,
    /// The headers in their order: the name unchanged, and the value without the surrounding white
    /// space, which is not part of it by RFC 9110.
    pub headers: Vec<(String, String)>,
    /// The body, without chunked encoding.
    pub body: Vec<u8>,
}

impl RawRequest {
    /// The values of the header `name`, in any case.
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
            response: response(200, b"null"),
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // An error here is a connection that the client closed; the client reports it.
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

    /// An anonymous client of this server.
    pub fn client(&self) -> Client {
        self.client_of(AddressForm::Keys)
    }

    /// An anonymous client of this server with an address of this form.
    pub fn client_of(&self, address: AddressForm) -> Client {
        address
            .client_builder(self.url(), APP_ID, API_KEY)
            .build()
            .expect("the settings are valid")
    }

    /// Sets the response to all later requests: `status` and the JSON text `body`.
    pub fn set_response(&self, status: u16, body: &[u8]) {
        lock(&self.state).response = response(status, body);
    }

    /// The requests since the last call of this function.
    pub fn take(&self) -> Vec<RawRequest> {
        std::mem::take(&mut lock(&self.state).requests)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn response(status: u16, body: &[u8]) -> Vec<u8> {
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
        let response = {
            let mut state = lock(&state);
            state.requests.push(request);
            state.response.clone()
        };
        stream.write_all(&response).await?;
    }
    Ok(())
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> io::Result<Option<RawRequest>> {
    let Some(first) = read_line(stream).await? else {
        return Ok(None);
    };
    let mut request = RawRequest::default();
    // Everything between the method and the version is the target, including spaces.
    let (method, rest) = first.split_once(' ').unwrap_or((&first, ""));
    let (target, version) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    if version != "HTTP/1.1" {
        return Err(io::Error::other(format!(
            "an invalid request line: {first:?}"
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
