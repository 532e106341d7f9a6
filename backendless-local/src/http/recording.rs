//! Records requests and their responses in the log of the server.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::faults::Fault;
use crate::http::admission;
use crate::request_log::{Arrival, Capture, Exchange, Headers, Message, RequestLog};

/// Length of a recorded path with its parameters, in characters.
const MAX_PATH_CHARS: usize = 8 * 1024;

/// The fault of a response, as an extension.
#[derive(Clone, Copy)]
pub(super) struct Injected(pub(super) Fault);

/// Runs a request and adds it to the log when its response is complete, or when the client has closed the connection.
pub(super) async fn record(
    State(log): State<Arc<RequestLog>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut pending = Pending::new(log, &parts);
    let body = captured(body, pending.request_body.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    let response = pending.complete(response).await;
    pending.add().await;
    response
}

/// A request that is added to the log, at the latest when this is dropped.
struct Pending {
    log: Arc<RequestLog>,
    arrival: Arrival,
    request_body: Capture,
    /// Whether all secrets of the headers are recorded, so that they can be masked in the response.
    all_secrets: bool,
    /// `None` once it is in the log.
    exchange: Option<Exchange>,
}

impl Pending {
    fn new(log: Arc<RequestLog>, parts: &Parts) -> Pending {
        let (headers, all_secrets) = recorded_headers(&parts.headers);
        let request = message(headers, is_recorded(&parts.headers) && all_secrets);
        let template = template(parts);
        Pending {
            arrival: log.arrival(),
            log,
            all_secrets,
            request_body: request.body.clone(),
            exchange: Some(Exchange {
                method: parts.method.to_string(),
                path: path(parts, template.is_some()),
                template,
                status: None,
                fault: None,
                request,
                response: Message::default(),
            }),
        }
    }

    /// Adds the response to the request.
    async fn complete(&mut self, response: Response) -> Response {
        let Some(exchange) = &mut self.exchange else {
            return response;
        };
        let fault = response.extensions().get::<Injected>();
        exchange.fault = fault.map(|Injected(fault)| *fault);
        if let Some(Fault::ResetBefore | Fault::ResetAfter) = exchange.fault {
            return response;
        }
        exchange.status = Some(response.status().as_u16());
        let (headers, all_secrets) = recorded_headers(response.headers());
        let is_recorded = is_recorded(response.headers()) && all_secrets && self.all_secrets;
        exchange.response = message(headers, is_recorded);
        let capture = exchange.response.body.clone();
        // A body in memory is recorded now, so that the log has it before the client has the response.
        let is_in_memory = response
            .body()
            .size_hint()
            .exact()
            .is_some_and(|size| size > 0);
        if exchange.fault == Some(Fault::CutOff) || !is_in_memory {
            return response.map(|body| captured(body, capture));
        }
        let (parts, body) = response.into_parts();
        match axum::body::to_bytes(body, usize::MAX).await {
            Ok(bytes) => {
                capture.record(&bytes);
                Response::from_parts(parts, Body::from(bytes))
            }
            // A body in memory does not fail.
            Err(error) => Response::from_parts(parts, Body::from_stream(failed(error))),
        }
    }

    /// Adds the request to the log. If lines are written, waits for its line, so that it precedes the response.
    async fn add(&mut self) {
        if let Some(exchange) = self.exchange.take()
            && let Some(written) = self.log.add(self.arrival, exchange)
        {
            // It fails only if no more lines are written.
            let _ = written.await;
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.take() {
            drop(self.log.add(self.arrival, exchange));
        }
    }
}

/// A body that fails with an error.
fn failed(error: axum::Error) -> impl futures_core::Stream<Item = Result<Bytes, axum::Error>> {
    struct Failed(Option<axum::Error>);
    impl futures_core::Stream for Failed {
        type Item = Result<Bytes, axum::Error>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.take().map(Err))
        }
    }
    Failed(Some(error))
}

/// Returns a body whose bytes are recorded when they are read.
fn captured(body: Body, capture: Capture) -> Body {
    capture.open();
    Body::new(CapturedBody { body, capture })
}

struct CapturedBody {
    body: Body,
    capture: Capture,
}

impl Drop for CapturedBody {
    fn drop(&mut self) {
        self.capture.close();
    }
}

impl HttpBody for CapturedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            self.capture.record(bytes);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// Returns the headers of the log, and whether all secrets are among them.
fn recorded_headers(headers: &HeaderMap) -> (Headers, bool) {
    let values = headers.iter();
    Headers::record(values.map(|(name, value)| (name.as_str(), value.as_bytes())))
}

/// Whether the body is recorded. Of a form, which has files, only the size is.
fn is_recorded(headers: &HeaderMap) -> bool {
    let is_form = headers.get_all(header::CONTENT_TYPE).iter().any(|value| {
        let multipart = b"multipart/";
        let start = value.as_bytes().get(..multipart.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(multipart))
    });
    !is_form
}

fn message(headers: Headers, is_body_recorded: bool) -> Message {
    Message {
        headers,
        body: match is_body_recorded {
            true => Capture::default(),
            false => Capture::opaque(),
        },
    }
}

/// Returns the path after the app id and the key, and the parameters.
fn path(parts: &Parts, is_operation: bool) -> String {
    let path = admission::recorded_path(parts.uri.path(), is_operation);
    let path = match parts.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    match path.char_indices().nth(MAX_PATH_CHARS) {
        Some((end, _)) => format!("{}...", &path[..end]),
        None => path,
    }
}

/// Returns the path of the operation after the app id and the key; `None` for a path of no operation.
fn template(parts: &Parts) -> Option<String> {
    let matched = parts.extensions.get::<MatchedPath>()?.as_str();
    let prefixes = ["/{app-id}/{rest-api-key}", crate::services::DOMAIN_PATH];
    let mut templates = prefixes
        .iter()
        .filter_map(|prefix| matched.strip_prefix(prefix));
    templates.next().map(str::to_owned)
}
