//! Requests that a [`Responder`] of a test receives instead of a server.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::Method;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue, USER_AGENT};
use hyper::body::Body as _;
use reqwest::Url;
use secrecy::ExposeSecret;

use super::cause::Cause;
use super::{HttpClient, HttpError, HttpErrorKind, settings};
use crate::testing::{Request, Responder, Response, ResponseBody};

/// Responder of a client, and the headers that the HTTP client would add.
pub(super) struct InMemory {
    responder: Responder,
    headers: HeaderMap,
}

impl InMemory {
    pub(super) fn new(responder: Responder, user_agent: HeaderValue) -> Self {
        let mut headers = settings::default_headers();
        headers.insert(USER_AGENT, user_agent);
        Self { responder, headers }
    }
}

impl HttpClient {
    pub(super) async fn execute_in_memory(
        &self,
        in_memory: &InMemory,
        mut request: reqwest::Request,
    ) -> Result<reqwest::Response, HttpError> {
        // A form has it already. The other headers of the connection are added below this level.
        request.headers_mut().remove(http::header::CONTENT_LENGTH);
        let body = match request.body_mut().take() {
            Some(body) => read(body).await?,
            None => Bytes::new(),
        };
        let mut headers = in_memory.headers.clone();
        for name in request.headers().keys() {
            headers.remove(name);
        }
        headers.extend(request.headers().clone());
        let method = request.method().clone();
        let request = Request {
            method: method.as_str().to_owned(),
            origin: request.url().origin().ascii_serialization(),
            path: self.path_of(request.url()).to_owned(),
            query: request.url().query().map(str::to_owned),
            headers,
            body,
        };
        let response = in_memory.responder.respond(request).await;
        convert(&method, response.map_err(|error| network_error(&error))?)
    }

    /// Returns the path behind the app path.
    fn path_of<'u>(&self, url: &'u Url) -> &'u str {
        let path = url.path();
        if url.origin() != self.base.origin.origin() {
            return path;
        }
        let rest = path.strip_prefix(self.base.app_path.expose_secret());
        // The app path is followed by a segment: a file at `/apiary` is not below `/api`.
        let path_of_operation = rest.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        path_of_operation.unwrap_or(path)
    }
}

async fn read(body: reqwest::Body) -> Result<Bytes, HttpError> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}

fn convert(method: &Method, response: Response) -> Result<reqwest::Response, HttpError> {
    let Response {
        status,
        headers,
        body,
        problem,
    } = response;
    if let Some(problem) = problem {
        return Err(invalid(&problem));
    }
    let status = http::StatusCode::from_u16(status)
        .map_err(|_| invalid(&format!("the status {status}, which is not in 100..=999")))?;
    let body = match (body, declared_length(&headers)?) {
        // The length is that of the response to a GET, or that of the content that was not modified.
        _ if *method == Method::HEAD || matches!(status.as_u16(), 204 | 304) => {
            reqwest::Body::default()
        }
        (body, Some(length)) => reqwest::Body::wrap_stream(Framed {
            body,
            missing: length,
        }),
        (ResponseBody::Bytes(bytes), None) => reqwest::Body::from(bytes),
        (ResponseBody::Chunks(chunks), None) => reqwest::Body::wrap_stream(chunks),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response.into())
}

fn declared_length(headers: &HeaderMap) -> Result<Option<u64>, HttpError> {
    let Some(value) = headers.get(CONTENT_LENGTH) else {
        return Ok(None);
    };
    let length = value.to_str().ok().and_then(|text| text.parse().ok());
    let problem = "a `Content-Length` that is not a number";
    length.map(Some).ok_or_else(|| invalid(problem))
}

/// Body of a declared length, as HTTP/1.1 delivers it: bytes beyond the length are not a part of it, and its end before
/// that interrupts the connection.
struct Framed {
    body: ResponseBody,
    missing: u64,
}

impl Stream for Framed {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.missing == 0 {
            return Poll::Ready(None);
        }
        let chunk = match &mut self.body {
            ResponseBody::Bytes(bytes) => Some(Ok(std::mem::take(bytes))),
            ResponseBody::Chunks(chunks) => match chunks.as_mut().poll_next(context) {
                Poll::Ready(chunk) => chunk,
                Poll::Pending => return Poll::Pending,
            },
        };
        let is_end = match &chunk {
            Some(Ok(bytes)) => bytes.is_empty() && matches!(self.body, ResponseBody::Bytes(_)),
            Some(Err(_)) => false,
            None => true,
        };
        if is_end {
            self.missing = 0;
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        Poll::Ready(chunk.map(|chunk| {
            chunk.map(|mut bytes| {
                let length = usize::try_from(self.missing).unwrap_or(usize::MAX);
                bytes.truncate(length);
                self.missing -= bytes.len() as u64;
                bytes
            })
        }))
    }
}

fn invalid(problem: &str) -> HttpError {
    HttpError {
        kind: HttpErrorKind::InvalidRequest,
        reason: format!("the responder returned {problem}"),
        source: Cause::of(&io::Error::from(io::ErrorKind::InvalidInput)),
        detail: None,
    }
}

/// The error that the HTTP client would return.
fn network_error(error: &io::Error) -> HttpError {
    let kind = match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable => HttpErrorKind::Connect {
            is_permanent: false,
        },
        io::ErrorKind::TimedOut => HttpErrorKind::Timeout,
        _ => HttpErrorKind::ConnectionLost,
    };
    let source = Cause::of(error);
    HttpError {
        kind,
        reason: source.text().to_owned(),
        source,
        detail: None,
    }
}
