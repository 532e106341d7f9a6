//! The server that all contenders call. It sends prepared responses.

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
use crate::contenders::person;

/// Pending connections; the system may allow fewer.
const BACKLOG: u32 = 16_384;

/// The settings of the server.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// How long it waits before it responds, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// The number of rows of the table, for searches with an offset.
    #[arg(long, default_value_t = person::PAGE)]
    rows: usize,
    /// The length of the file, in bytes.
    #[arg(long, default_value_t = 0)]
    file: u64,
}

/// The size of a chunk of the file, in bytes.
const CHUNK: usize = 64 * 1024;

/// A prepared body, or a file.
type Body = Either<Full<Bytes>, BoxBody<Bytes, Infallible>>;

/// The responses, created once.
struct Responses {
    settings: Settings,
    row: Bytes,
    page: Bytes,
    uploaded: Bytes,
    ids: Bytes,
}

/// Serves until the process is killed or its parent ends.
pub fn run(settings: &Settings) -> Result<()> {
    std::thread::spawn(|| {
        // The parent writes nothing, so the input ends with the parent.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    // The process needs it until its end.
    let responses: &'static Responses = Box::leak(Box::new(Responses {
        settings: settings.clone(),
        row: person::row(0).into(),
        page: person::page(0, person::PAGE).into(),
        uploaded: r#"{"fileURL":"http://127.0.0.1/big.bin"}"#.into(),
        ids: person::ids().into(),
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
            tokio::spawn(serve(connection, responses));
        }
    })
}

fn listen() -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    Ok(socket.listen(BACKLOG)?)
}

async fn serve(connection: TcpStream, responses: &'static Responses) {
    let service = service_fn(|request| respond(request, responses));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(connection), service);
    // A contender closes its connections when it ends.
    let _ = connection.await;
}

async fn respond(
    request: Request<Incoming>,
    responses: &Responses,
) -> Result<Response<Body>, Infallible> {
    let (head, mut body) = request.into_parts();
    while let Some(Ok(_)) = body.frame().await {}
    if responses.settings.latency > 0 {
        tokio::time::sleep(Duration::from_millis(responses.settings.latency)).await;
    }
    let path = head.uri.path().strip_prefix(person::APP_PATH);
    let body = match (&head.method, path) {
        (&Method::POST, Some("/data/Person")) => responses.row.clone(),
        (&Method::POST, Some("/data/bulk/Person")) => responses.ids.clone(),
        (&Method::GET, Some("/data/Person")) => {
            responses.page(head.uri.query().unwrap_or_default())
        }
        (&Method::GET, Some(path)) if path.starts_with("/data/Person/") => responses.row.clone(),
        (&Method::POST, Some(path)) if path.starts_with("/files/") => responses.uploaded.clone(),
        (&Method::GET, Some(path)) if path.starts_with("/files/") => {
            return Ok(file(responses.settings.file));
        }
        _ => return Ok(not_found()),
    };
    let mut response = Response::new(Either::Left(Full::new(body)));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

/// A file of zeros of this length.
fn file(length: u64) -> Response<Body> {
    let chunk = Bytes::from_static(&[0; CHUNK]);
    let chunks = stream::unfold(length, move |left| {
        let size = left.min(CHUNK as u64);
        let frame = Frame::data(chunk.slice(..size as usize));
        std::future::ready((left > 0).then(|| (Ok(frame), left - size)))
    });
    let mut response = Response::new(Either::Right(StreamBody::new(chunks).boxed()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

impl Responses {
    /// The page of a search.
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
