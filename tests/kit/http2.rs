//! A server of HTTP/2 frames, which rejects streams in the ways that RFC 9113 defines.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::Identity;

/// What an [`Http2Server`] does with a request.
#[derive(Clone, Copy, Debug)]
pub enum StreamAction {
    /// Processes it and responds with 200 and the number of processed requests.
    Respond,
    /// Processes it and sends the head of the response, and then this frame.
    RespondPartly(Frame),
    /// Processes it and sends a head that declares this length of the body, the two digits `12`, and then this frame.
    RespondWithLength(u8, Frame),
    /// Processes it and sends a head with the status 200 or 204 that declares this length and ends the stream.
    RespondWithoutContent(u16, u8),
    /// Does not process it and sends RST_STREAM with this error code.
    Reset(u32),
    /// Does not process it, sends GOAWAY with the id of the stream before it and this error code, and closes the
    /// connection.
    GoAwayBefore(u32),
    /// Processes it, sends GOAWAY with its id and this error code, and closes the connection.
    GoAwayAfter(u32),
    /// Processes it and sends RST_STREAM with this error code.
    ResetAfter(u32),
}

/// Frame that ends a stream.
#[derive(Clone, Copy, Debug)]
pub enum Frame {
    /// RST_STREAM with this error code.
    Reset(u32),
    /// GOAWAY with a smaller stream id and this error code.
    GoAway(u32),
    /// DATA of no stream, which is an error of the connection (RFC 9113, section 6.1).
    Foreign,
}

/// Error codes of RFC 9113, section 7.
pub const NO_ERROR: u32 = 0x0;
pub const PROTOCOL_ERROR: u32 = 0x1;
pub const INTERNAL_ERROR: u32 = 0x2;
pub const REFUSED_STREAM: u32 = 0x7;
pub const CANCEL: u32 = 0x8;
pub const ENHANCE_YOUR_CALM: u32 = 0xb;

/// A server of HTTP/2 over TLS that chooses an action for each request. It stops with the runtime of its caller.
pub struct Http2Server {
    url: String,
    state: Arc<State>,
}

struct State {
    script: Box<dyn Fn(usize) -> StreamAction + Send + Sync>,
    /// The debug data of each GOAWAY frame.
    debug_data: Vec<u8>,
    connections: AtomicUsize,
    requests: AtomicUsize,
    processed: AtomicUsize,
}

impl State {
    fn process(&self) -> usize {
        self.processed.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Http2Server {
    /// Starts a server. `script` returns the action for the n-th request; the first is 0.
    pub async fn start(
        identity: Identity,
        script: impl Fn(usize) -> StreamAction + Send + Sync + 'static,
    ) -> Self {
        Self::start_with_debug_data(identity, Vec::new(), script).await
    }

    /// Starts a server whose GOAWAY frames contain `debug_data`.
    pub async fn start_with_debug_data(
        identity: Identity,
        debug_data: Vec<u8>,
        script: impl Fn(usize) -> StreamAction + Send + Sync + 'static,
    ) -> Self {
        let tls = TlsAcceptor::from(Arc::new(identity.server_config(&["h2"])));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let state = Arc::new(State {
            script: Box::new(script),
            debug_data,
            connections: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            processed: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, state) = (tls.clone(), Arc::clone(&shared));
                state.connections.fetch_add(1, Ordering::SeqCst);
                // An error means that the client closed the connection.
                tokio::spawn(async move { serve(tls.accept(stream).await?, &state).await });
            }
        });
        Self {
            url: format!("https://{address}"),
            state,
        }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The number of complete requests so far.
    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// The number of requests that were processed so far.
    pub fn processed(&self) -> usize {
        self.state.processed.load(Ordering::SeqCst)
    }
}

const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const RST_STREAM: u8 = 0x3;
const SETTINGS: u8 = 0x4;
const PING: u8 = 0x6;
const GOAWAY: u8 = 0x7;
/// END_STREAM of DATA and HEADERS, ACK of SETTINGS and PING.
const END_STREAM: u8 = 0x1;
const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
/// `:status: 200`, entry 8 of the static table of HPACK.
const STATUS_200: &[u8] = &[0x88];
/// `:status: 204`, entry 9 of this table.
const STATUS_204: &[u8] = &[0x89];
/// `content-length`, entry 28 of that table, with a literal value that is not indexed.
const CONTENT_LENGTH: [u8; 2] = [0x0f, 0x0d];

async fn serve<S>(mut stream: S, state: &State) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    const PREFACE: usize = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len();
    stream.read_exact(&mut [0; PREFACE]).await?;
    write(&mut stream, SETTINGS, 0, 0, &[]).await?;
    loop {
        let (kind, flags, id, payload) = read(&mut stream).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => write(&mut stream, SETTINGS, ACK, 0, &[]).await?,
            PING if flags & ACK == 0 => write(&mut stream, PING, ACK, 0, &payload).await?,
            HEADERS | DATA if flags & END_STREAM != 0 => {
                let action = (state.script)(state.requests.fetch_add(1, Ordering::SeqCst));
                if act(&mut stream, id, action, state).await? {
                    stream.shutdown().await?;
                    // Completes when the client closes the connection: no frame is lost in a reset.
                    return stream.read_to_end(&mut Vec::new()).await.map(drop);
                }
            }
            _ => {}
        }
    }
}

/// Executes an action; returns whether it closes the connection.
async fn act<S>(stream: &mut S, id: u32, action: StreamAction, state: &State) -> io::Result<bool>
where
    S: AsyncWrite + Unpin,
{
    match action {
        StreamAction::Respond => {
            let body = state.process().to_string();
            write(stream, HEADERS, END_HEADERS, id, STATUS_200).await?;
            write(stream, DATA, END_STREAM, id, body.as_bytes()).await?;
        }
        StreamAction::RespondPartly(frame) => {
            state.process();
            write(stream, HEADERS, END_HEADERS, id, STATUS_200).await?;
            end(stream, id, frame, state).await?;
        }
        StreamAction::RespondWithLength(length, frame) => {
            state.process();
            let head = with_length(STATUS_200, length);
            write(stream, HEADERS, END_HEADERS, id, &head).await?;
            write(stream, DATA, 0, id, b"12").await?;
            end(stream, id, frame, state).await?;
        }
        StreamAction::RespondWithoutContent(status, length) => {
            state.process();
            let status = if status == 204 {
                STATUS_204
            } else {
                STATUS_200
            };
            let head = with_length(status, length);
            write(stream, HEADERS, END_HEADERS | END_STREAM, id, &head).await?;
        }
        StreamAction::Reset(code) => reset(stream, id, code).await?,
        StreamAction::ResetAfter(code) => {
            state.process();
            reset(stream, id, code).await?;
        }
        StreamAction::GoAwayBefore(code) => {
            go_away(stream, id.saturating_sub(2), code, &state.debug_data).await?;
            return Ok(true);
        }
        StreamAction::GoAwayAfter(code) => {
            state.process();
            go_away(stream, id, code, &state.debug_data).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns a head that declares this length of the body.
fn with_length(status: &[u8], length: u8) -> Vec<u8> {
    let mut head = status.to_vec();
    let digits = length.to_string();
    head.extend(CONTENT_LENGTH);
    head.push(u8::try_from(digits.len()).expect("a byte has three digits"));
    head.extend(digits.as_bytes());
    head
}

async fn end<S>(stream: &mut S, id: u32, frame: Frame, state: &State) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    match frame {
        Frame::Reset(code) => reset(stream, id, code).await,
        Frame::Foreign => write(stream, DATA, 0, 0, b"1").await,
        Frame::GoAway(code) => go_away(stream, id.saturating_sub(2), code, &state.debug_data).await,
    }
}

async fn reset<S: AsyncWrite + Unpin>(stream: &mut S, id: u32, code: u32) -> io::Result<()> {
    write(stream, RST_STREAM, 0, id, &code.to_be_bytes()).await
}

async fn go_away<S>(stream: &mut S, last: u32, code: u32, debug_data: &[u8]) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    let payload = [&last.to_be_bytes(), &code.to_be_bytes(), debug_data].concat();
    write(stream, GOAWAY, 0, 0, &payload).await
}

/// Reads a frame: type, flags, stream id and payload.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<(u8, u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await?;
    let [l0, l1, l2, kind, flags, i0, i1, i2, i3] = head;
    let length = u32::from_be_bytes([0, l0, l1, l2]);
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).await?;
    let id = u32::from_be_bytes([i0 & 0x7f, i1, i2, i3]);
    Ok((kind, flags, id, payload))
}

async fn write<S>(stream: &mut S, kind: u8, flags: u8, id: u32, payload: &[u8]) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    let length = u32::try_from(payload.len()).expect("the frames of tests are short");
    let [_, l0, l1, l2] = length.to_be_bytes();
    let [i0, i1, i2, i3] = id.to_be_bytes();
    let head = [l0, l1, l2, kind, flags, i0, i1, i2, i3];
    stream.write_all(&[&head, payload].concat()).await?;
    stream.flush().await
}
