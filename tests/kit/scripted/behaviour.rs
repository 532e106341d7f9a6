//! The behaviours of a scripted server.

use std::fmt::Write as _;
use std::time::Duration;

/// What a [`ScriptedServer`](super::ScriptedServer) does with a request, or with its connection before
/// the request arrives.
#[derive(Clone, Debug)]
pub struct Behaviour(pub(super) Step);

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Resets the connection without reading, or after the request on a reused connection.
    ResetOnAccept,
    /// Reads the complete request, and writes this response.
    Response(Response),
}

#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) head: Part,
    pub(super) body: Part,
    pub(super) then: Then,
}

/// Bytes that are written at once, or one at a time with a pause before each.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    pub(super) pause: Option<Duration>,
}

/// What the server does with the connection after it has written the bytes of a response.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    Close,
    Reset,
    Stall,
    Keep,
}

/// Behaviours that break or stall the connection.
impl Behaviour {
    /// Resets the connection before anything is read.
    pub fn reset_on_accept() -> Self {
        Self(Step::ResetOnAccept)
    }

    /// Reads the request and resets the connection.
    pub fn reset_after_request() -> Self {
        Self::written("", Then::Reset)
    }

    /// Reads the request and closes the connection.
    pub fn close_before_headers() -> Self {
        Self::written("", Then::Close)
    }

    /// Closes the connection after a part of the body.
    pub fn close_in_body() -> Self {
        Self::written(HALF_A_RESPONSE, Then::Close)
    }

    /// Reads the request and keeps the connection open without a response.
    pub fn stall() -> Self {
        Self::written("", Then::Stall)
    }

    /// Writes a part of the body and keeps the connection open.
    pub fn stall_in_body() -> Self {
        Self::written(HALF_A_RESPONSE, Then::Stall)
    }

    /// Writes `bytes`, which need not be HTTP, and closes the connection.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::written(bytes, Then::Close)
    }

    /// Writes `bytes`, which need not be HTTP, and keeps the connection open.
    pub fn stall_after(bytes: impl Into<Vec<u8>>) -> Self {
        Self::written(bytes, Then::Stall)
    }
}

/// Behaviours that send a complete response.
impl Behaviour {
    /// Responds with `status` and the JSON text `body`.
    pub fn json(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::response(status, &[("content-type", "application/json")], body)
    }

    /// Responds with `status`, `headers` and `body`.
    pub fn response(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        Self::with_length(status, headers, body, body.len())
    }

    /// Responds with 200 and `body`, but with `length` in `Content-Length`.
    pub fn declaring_length(length: usize, body: impl AsRef<[u8]>) -> Self {
        let headers = [("content-type", "application/json")];
        Self::with_length(200, &headers, body.as_ref(), length)
    }

    /// Responds with a chunked body whose chunk length is not a number.
    pub fn chunked_garbage() -> Self {
        Self::bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n")
    }

    /// Responds with `length` bytes of headers.
    pub fn long_headers(length: usize) -> Self {
        let mut head = String::from("HTTP/1.1 200 OK\r\n");
        while head.len() < length {
            let number = head.len();
            _ = write!(head, "x-{number}: {}\r\n", "x".repeat(1_000));
        }
        Self::bytes(head + "content-length: 2\r\n\r\n{}")
    }

    /// Redirects every request to this server.
    pub fn redirect_loop() -> Self {
        Self::response(302, &[("location", "/again")], "")
    }

    /// Responds with 200 and a gzip body that decompresses to `mebibytes` MiB of zeros.
    pub fn gzip_bomb(mebibytes: usize) -> Self {
        let headers = [
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
        ];
        Self::response(200, &headers, zeros_in_gzip(mebibytes))
    }

    fn with_length(status: u16, headers: &[(&str, &str)], body: &[u8], length: usize) -> Self {
        let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {length}\r\n");
        for (name, value) in headers {
            _ = write!(head, "{name}: {value}\r\n");
        }
        Self(Step::Response(Response {
            head: Part::at_once(head + CLOSE + "\r\n"),
            body: Part::at_once(body),
            then: Then::Close,
        }))
    }
}

/// Variants of a behaviour.
impl Behaviour {
    /// The same, but one byte at a time, with `pause` before each.
    #[must_use]
    pub fn dripping(self, pause: Duration) -> Self {
        self.dripping_in_body(pause)
            .map(|response| response.head.pause = Some(pause))
    }

    /// The same, but only the body is written one byte at a time, with `pause` before each.
    #[must_use]
    pub fn dripping_in_body(self, pause: Duration) -> Self {
        self.map(|response| response.body.pause = Some(pause))
    }

    /// The same, but the connection stays open for the next request.
    #[must_use]
    pub fn kept_open(self) -> Self {
        self.map(|response| {
            let head = String::from_utf8_lossy(&response.head.bytes);
            response.head.bytes = head.replace(CLOSE, "").into_bytes();
            response.then = Then::Keep;
        })
    }

    fn map(mut self, change: impl FnOnce(&mut Response)) -> Self {
        if let Step::Response(response) = &mut self.0 {
            change(response);
        }
        self
    }

    fn written(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        Self(Step::Response(Response {
            head: Part::at_once(""),
            body: Part::at_once(bytes),
            then,
        }))
    }
}

impl Part {
    fn at_once(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            pause: None,
        }
    }
}

/// Tells the client not to reuse the connection.
const CLOSE: &str = "connection: close\r\n";
const HALF_A_RESPONSE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"objectId\":";

/// `mebibytes` MiB of zeros in gzip format, without the trailer, which no client should reach.
fn zeros_in_gzip(mebibytes: usize) -> Vec<u8> {
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    let mut block = Vec::with_capacity(64 * 1024);
    let zeros = vec![0; 1024 * 1024];
    // After a full flush nothing refers to earlier data, so the block can be repeated.
    deflate
        .compress_vec(&zeros, &mut block, flate2::FlushCompress::Full)
        .expect("zeros can be compressed");
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    [&HEADER[..], &block.repeat(mebibytes)].concat()
}
