//! Injects faults into requests.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::faults::{Fault, FaultInjector};
use crate::http::body::discard_in_time;
use crate::http::connection::ConnectionHandle;
use crate::http::recording::Injected;
use crate::http::response::ErrorResponse;
use crate::limits::Limits;
use crate::service_error::{ServiceError, code};

/// Body of the status 503, as a gateway sends it.
const UNAVAILABLE_PAGE: &str = "<html><head><title>503 Service Unavailable</title></head>\
                    <body><h1>Service Unavailable</h1></body></html>\n";

/// Runs a request, with a fault if the injector chooses one.
pub(crate) async fn inject(
    State((faults, limits)): State<(Arc<FaultInjector>, Limits)>,
    ConnectInfo(connection): ConnectInfo<ConnectionHandle>,
    request: Request,
    next: Next,
) -> Response {
    let Some(fault) = faults.next() else {
        return next.run(request).await;
    };
    let mut response = apply(fault, &connection, limits, request, next).await;
    response.extensions_mut().insert(Injected(fault));
    response
}

async fn apply(
    fault: Fault,
    connection: &ConnectionHandle,
    limits: Limits,
    request: Request,
    next: Next,
) -> Response {
    match fault {
        Fault::ResetBefore => reset(connection),
        Fault::ResetAfter => {
            next.run(request).await;
            reset(connection)
        }
        Fault::CutOff => cut_off(next.run(request).await, connection),
        Fault::Unavailable => {
            discard_in_time(request.into_body(), &limits).await;
            (StatusCode::SERVICE_UNAVAILABLE, Html(UNAVAILABLE_PAGE)).into_response()
        }
        Fault::RateLimited => {
            discard_in_time(request.into_body(), &limits).await;
            let error = ServiceError::new(code::RATE_LIMIT, "Too many requests");
            ErrorResponse::with_status(StatusCode::TOO_MANY_REQUESTS, error).into_response()
        }
        Fault::Delay(by) => {
            tokio::time::sleep(by).await;
            next.run(request).await
        }
    }
}

/// Marks the connection for a reset, which the attempt to write the response causes.
fn reset(connection: &ConnectionHandle) -> Response {
    connection.reset();
    Response::default()
}

fn cut_off(response: Response, connection: &ConnectionHandle) -> Response {
    let declared = response.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse().ok());
    match declared.or_else(|| response.body().size_hint().exact()) {
        None | Some(0) => reset(connection),
        Some(length) => response.map(|body| {
            Body::new(TruncatedBody {
                body,
                remaining: length / 2,
                flushed: false,
            })
        }),
    }
}

/// A body that declares the length of another body and fails after half of it.
struct TruncatedBody {
    body: Body,
    remaining: u64,
    flushed: bool,
}

impl HttpBody for TruncatedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        if self.remaining > 0 {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            return Poll::Ready(frame.map(|frame| {
                Ok(frame?.map_data(|mut data| {
                    data.truncate(usize::try_from(self.remaining).unwrap_or(usize::MAX));
                    self.remaining -= data.len() as u64;
                    data
                }))
            }));
        }
        if !self.flushed {
            // Yields once, so that the bytes so far are sent; an error now would discard them.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let error = io::Error::from(io::ErrorKind::ConnectionAborted);
        Poll::Ready(Some(Err(axum::Error::new(error))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
