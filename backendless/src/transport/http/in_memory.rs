//! Requests that a [`Responder`] of a test receives instead of a server.

use std::future::poll_fn;
use std::io;
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderValue, USER_AGENT};
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
        let request = Request {
            method: request.method().as_str().to_owned(),
            origin: request.url().origin().ascii_serialization(),
            path: self.path_of(request.url()).to_owned(),
            query: request.url().query().map(str::to_owned),
            headers,
            body,
        };
        let response = in_memory.responder.respond(request).await;
        convert(response.map_err(|error| network_error(&error))?)
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

fn convert(response: Response) -> Result<reqwest::Response, HttpError> {
    let Response {
        status,
        headers,
        body,
        problem,
    } = response;
    if let Some(problem) = problem {
        return Err(invalid(&problem));
    }
    let body = match body {
        ResponseBody::Bytes(bytes) => reqwest::Body::from(bytes),
        ResponseBody::Chunks(chunks) => reqwest::Body::wrap_stream(chunks),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status)
        .map_err(|_| invalid(&format!("the status {status}, which is not in 100..=999")))?;
    *response.headers_mut() = headers;
    Ok(response.into())
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
