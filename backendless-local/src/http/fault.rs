//! What a fault does to the request that it strikes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::faults::{Dice, Fault};
use crate::http::connection::Line;
use crate::http::input::discard;
use crate::http::reply::{Failure, code};

const PAGE: &str = "<html><head><title>503 Service Unavailable</title></head>\
                    <body><h1>Service Unavailable</h1></body></html>\n";

/// Lets a request through, or lets a fault strike it.
pub(crate) async fn strike(
    State(dice): State<Arc<Dice>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let Some(fault) = dice.throw() else {
        return next.run(request).await;
    };
    match fault {
        Fault::ResetBefore => lost(&line),
        Fault::ResetAfter => {
            next.run(request).await;
            lost(&line)
        }
        Fault::CutOff => cut_off(next.run(request).await, &line),
        Fault::Unavailable => {
            discard(request.into_body()).await;
            (StatusCode::SERVICE_UNAVAILABLE, Html(PAGE)).into_response()
        }
        Fault::RateLimited => {
            discard(request.into_body()).await;
            Failure::new(code::RATE_LIMIT, "Too many requests")
                .status(StatusCode::TOO_MANY_REQUESTS)
                .into_response()
        }
        Fault::Delay(by) => {
            tokio::time::sleep(by).await;
            next.run(request).await
        }
    }
}

/// The answer of a request whose connection is reset: the attempt to write it does that.
fn lost(line: &Line) -> Response {
    line.reset();
    Response::default()
}

fn cut_off(answer: Response, line: &Line) -> Response {
    let told = answer.headers().get(header::CONTENT_LENGTH);
    let told = told.and_then(|length| length.to_str().ok()?.parse().ok());
    match told.or_else(|| answer.body().size_hint().exact()) {
        None | Some(0) => lost(line),
        Some(length) => answer.map(|body| {
            Body::new(Half {
                body,
                left: length / 2,
                flushed: false,
            })
        }),
    }
}

/// A body that promises all of another one, and fails in the middle.
struct Half {
    body: Body,
    left: u64,
    flushed: bool,
}

impl HttpBody for Half {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        if self.left > 0 {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            return Poll::Ready(frame.map(|frame| {
                Ok(frame?.map_data(|mut data| {
                    data.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
                    self.left -= data.len() as u64;
                    data
                }))
            }));
        }
        if !self.flushed {
            // What came before is sent while this waits; with an error it would be thrown away.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
        Poll::Ready(Some(Err(axum::Error::new(broken))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
