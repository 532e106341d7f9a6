//! The server that both sides call: it answers the same to everybody, as quickly as it can.

use std::convert::Infallible;
use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::Result;
use crate::contend::person;

/// Connections that wait to be taken; the system may allow fewer.
const BACKLOG: u32 = 16_384;

/// What the server does beside answering.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// How long it waits before it answers, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// How many rows the table has, for searches with an offset.
    #[arg(long, default_value_t = person::PAGE)]
    rows: usize,
    /// How long the file is, in bytes.
    #[arg(long, default_value_t = 0)]
    file: u64,
}

/// How much of the file is sent at once, in bytes.
const PIECE: usize = 64 * 1024;

/// An answer that is there, or a file.
type Body = Either<Full<Bytes>, BoxBody<Bytes, Infallible>>;

/// The answers, made once.
struct Answers {
    settings: Settings,
    row: Bytes,
    page: Bytes,
    uploaded: Bytes,
}

/// Serves until it is killed or whoever started it is gone.
pub fn run(settings: &Settings) -> Result<()> {
    std::thread::spawn(|| {
        // Nothing is ever written to the input: it ends with the process at its other end.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    // It serves until the process ends, so this is no leak.
    let answers: &'static Answers = Box::leak(Box::new(Answers {
        settings: settings.clone(),
        row: person::row(0).into(),
        page: person::page(0, person::PAGE).into(),
        uploaded: r#"{"fileURL":"http://127.0.0.1/big.bin"}"#.into(),
    }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = listen()?;
        let mut output = std::io::stdout();
        writeln!(output, "http://{}", listener.local_addr()?)?;
        output.flush()?;
        loop {
            let (connection, _) = listener.accept().await?;
            connection.set_nodelay(true)?;
            tokio::spawn(serve(connection, answers));
        }
    })
}

fn listen() -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    Ok(socket.listen(BACKLOG)?)
}

async fn serve(connection: TcpStream, answers: &'static Answers) {
    let service = service_fn(|request| answer(request, answers));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(connection), service);
    // A contender that is done goes away in the middle of a connection.
    let _ = connection.await;
}

async fn answer(
    request: Request<Incoming>,
    answers: &Answers,
) -> Result<Response<Body>, Infallible> {
    let (head, mut body) = request.into_parts();
    while let Some(Ok(_)) = body.frame().await {}
    if answers.settings.latency > 0 {
        tokio::time::sleep(Duration::from_millis(answers.settings.latency)).await;
    }
    let path = head.uri.path().strip_prefix(person::APP_PATH);
    let answer = match (&head.method, path) {
        (&Method::POST, Some("/data/Person")) => answers.row.clone(),
        (&Method::GET, Some("/data/Person")) => answers.page(head.uri.query().unwrap_or_default()),
        (&Method::GET, Some(path)) if path.starts_with("/data/Person/") => answers.row.clone(),
        (&Method::POST, Some(path)) if path.starts_with("/files/") => answers.uploaded.clone(),
        (&Method::GET, Some(path)) if path.starts_with("/files/") => {
            return Ok(file(answers.settings.file));
        }
        _ => return Ok(not_found()),
    };
    let mut response = Response::new(Either::Left(Full::new(answer)));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

/// A file of this length, of nothing but zeros.
fn file(length: u64) -> Response<Body> {
    let piece = Bytes::from_static(&[0; PIECE]);
    let pieces = stream::unfold(length, move |left| {
        let size = left.min(PIECE as u64);
        let frame = Frame::data(piece.slice(..size as usize));
        std::future::ready((left > 0).then(|| (Ok(frame), left - size)))
    });
    let mut response = Response::new(Either::Right(StreamBody::new(pieces).boxed()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

impl Answers {
    /// The page that a search asks for.
    fn page(&self, query: &str) -> Bytes {
        let offset = query
            .split('&')
            .find_map(|parameter| parameter.strip_prefix("offset="))
            .and_then(|offset| offset.parse::<usize>().ok());
        match offset {
            None | Some(0) => self.page.clone(),
            Some(offset) => {
                let rows = self.settings.rows.saturating_sub(offset).min(person::PAGE);
                person::page(offset, rows).into()
            }
        }
    }
}

fn not_found() -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
