//! What a scripted server can do, by name.

use std::fmt::Write as _;
use std::time::Duration;

/// What a [`ScriptedServer`](super::ScriptedServer) does with one request, or with the connection
/// that it would have come over.
#[derive(Clone, Debug)]
pub struct Behaviour(pub(super) Step);

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Nothing is read. On a connection that was kept, the request is.
    ResetOnAccept,
    /// The request is read whole, and then this is written.
    Answer(Answer),
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
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

#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    Close,
    Reset,
    Stall,
    Keep,
}

/// What ends or never ends.
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

    /// Closes the connection when a part of the body is written.
    pub fn close_in_body() -> Self {
        Self::written(HALF_AN_ANSWER, Then::Close)
    }

    /// Reads the request and says nothing for as long as the client waits.
    pub fn stall() -> Self {
        Self::written("", Then::Stall)
    }

    /// Writes a part of the body, and then nothing for as long as the client waits.
    pub fn stall_in_body() -> Self {
        Self::written(HALF_AN_ANSWER, Then::Stall)
    }

    /// Writes `bytes`, whether they are HTTP or not, and closes the connection.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::written(bytes, Then::Close)
    }

    /// Writes `bytes`, whether they are HTTP or not, and then nothing for as long as the client
    /// waits.
    pub fn stall_after(bytes: impl Into<Vec<u8>>) -> Self {
        Self::written(bytes, Then::Stall)
    }
}

/// What answers.
impl Behaviour {
    /// Answers with `status` and `body` in JSON.
    pub fn json(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::answer(status, &[("content-type", "application/json")], body)
    }

    /// Answers with `status`, `headers` and `body`.
    pub fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        Self::with_length(status, headers, body, body.len())
    }

    /// Answers 200 and `body`, but promises `length` bytes of it.
    pub fn promising(length: usize, body: impl AsRef<[u8]>) -> Self {
        let headers = [("content-type", "application/json")];
        Self::with_length(200, &headers, body.as_ref(), length)
    }

    /// Answers with chunks whose lengths are no numbers.
    pub fn chunked_garbage() -> Self {
        Self::bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n")
    }

    /// Answers with `length` bytes of headers.
    pub fn long_headers(length: usize) -> Self {
        let mut head = String::from("HTTP/1.1 200 OK\r\n");
        while head.len() < length {
            let number = head.len();
            _ = write!(head, "x-{number}: {}\r\n", "x".repeat(1_000));
        }
        Self::bytes(head + "content-length: 2\r\n\r\n{}")
    }

    /// Answers with a redirect, and does so again wherever it leads.
    pub fn redirect_loop() -> Self {
        Self::answer(302, &[("location", "/again")], "")
    }

    /// Answers 200 and a body of zeros that is `mebibytes` long once it is unpacked.
    pub fn gzip_bomb(mebibytes: usize) -> Self {
        let headers = [
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
        ];
        Self::answer(200, &headers, zeros_in_gzip(mebibytes))
    }

    fn with_length(status: u16, headers: &[(&str, &str)], body: &[u8], length: usize) -> Self {
        let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {length}\r\n");
        for (name, value) in headers {
            _ = write!(head, "{name}: {value}\r\n");
        }
        Self(Step::Answer(Answer {
            head: Part::at_once(head + CLOSE + "\r\n"),
            body: Part::at_once(body),
            then: Then::Close,
        }))
    }
}

/// How it is done.
impl Behaviour {
    /// The same, but a byte at a time with `pause` before each, from the first of the head on.
    #[must_use]
    pub fn dripping(self, pause: Duration) -> Self {
        self.dripping_in_body(pause)
            .map(|answer| answer.head.pause = Some(pause))
    }

    /// The same, with a head that comes at once and a body that [drips](Self::dripping).
    #[must_use]
    pub fn dripping_in_body(self, pause: Duration) -> Self {
        self.map(|answer| answer.body.pause = Some(pause))
    }

    /// The same, but the next request may come over the same connection.
    #[must_use]
    pub fn kept_open(self) -> Self {
        self.map(|answer| {
            let head = String::from_utf8_lossy(&answer.head.bytes);
            answer.head.bytes = head.replace(CLOSE, "").into_bytes();
            answer.then = Then::Keep;
        })
    }

    fn map(mut self, change: impl FnOnce(&mut Answer)) -> Self {
        if let Step::Answer(answer) = &mut self.0 {
            change(answer);
        }
        self
    }

    fn written(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        Self(Step::Answer(Answer {
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

/// Says that no request follows on this connection, so that the client does not try.
const CLOSE: &str = "connection: close\r\n";
const HALF_AN_ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"objectId\":";

/// `mebibytes` of zeros in gzip's form, without its trailer: nobody should come so far.
fn zeros_in_gzip(mebibytes: usize) -> Vec<u8> {
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    let mut block = Vec::with_capacity(64 * 1024);
    let zeros = vec![0; 1024 * 1024];
    // After a full flush nothing refers to what was before, so that one block can be repeated.
    deflate
        .compress_vec(&zeros, &mut block, flate2::FlushCompress::Full)
        .expect("zeros can be packed");
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    [&HEADER[..], &block.repeat(mebibytes)].concat()
}
