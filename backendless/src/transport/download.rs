//! Downloads: files are at addresses that the service tells, and not at an operation's path.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Request, Url};
use tokio::time::{Instant, Sleep};

use tracing::Instrument;

use super::call::Call;
use super::{Reading, Transport, attempts, failure};
use crate::generated::raw;
use crate::operation::{Idempotency, Operation};
use crate::{Error, ErrorKind, Result};

/// A download as an operation, though it is none of the document.
pub(crate) static DOWNLOAD: Operation = Operation {
    id: "download",
    service: "Files",
    method: "GET",
    path: "{fileURL}",
    requires_user_token: true,
    idempotency: Idempotency::Safe,
    path_parameters: &[],
};

impl Transport {
    /// Opens the file at `url`. The user token goes along only to the client's own origin.
    pub(crate) async fn download(&self, raw: &raw::Client, url: &str) -> Result<Body> {
        let url = address(url).map_err(|problem| {
            let text = format!("the file's address {problem}");
            Error::invalid_argument(text).with_operation(&DOWNLOAD)
        })?;
        let own = Url::parse(&raw.baseurl);
        let is_own = own.is_ok_and(|own| own.origin() == url.origin());
        let mut request = Request::new(Method::GET, url);
        let any = HeaderValue::from_static("*/*");
        request.headers_mut().insert(ACCEPT, any);
        let mut call = Call::new(self.clone(), &DOWNLOAD, &request, Reading::Head);
        call.as_user = is_own;
        let span = call.span.clone();
        let answer = attempts::run(&mut call, raw, &mut request).instrument(span);
        let response = match answer.await {
            Ok(answer) => answer.head,
            Err(error) => return Err(call.end(error)),
        };
        let due = call.limit.after_step();
        Ok(Body {
            length: response.content_length(),
            due,
            timer: Box::pin(tokio::time::sleep_until(due)),
            pieces: Some(Box::pin(response.bytes_stream())),
            call,
        })
    }
}

/// The address of a file, or what is wrong with it.
fn address(url: &str) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| format!("is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is neither http nor https".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user or a password".to_owned());
    }
    Ok(url)
}

type Pieces = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// The body of a download.
pub(crate) struct Body {
    /// None once it has ended, well or not.
    pieces: Option<Pieces>,
    length: Option<u64>,
    /// When the next piece has taken too long.
    due: Instant,
    /// Ends then, once it is waited for: setting it for each piece would cost more than the piece.
    timer: Pin<Box<Sleep>>,
    call: Call,
}

impl Body {
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.call.attempts
    }

    pub(crate) fn max_response_size(&self) -> usize {
        self.call.transport.max_response_size()
    }

    pub(crate) fn too_long(&self) -> Error {
        let most = self.max_response_size();
        let text =
            format!("the file is longer than {most} bytes, the most that is read: see `save_to`");
        self.call.end(self.call.error(ErrorKind::Decode, text))
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        let Some(pieces) = &mut self.pieces else {
            return Poll::Ready(Ok(None));
        };
        let end = match pieces.as_mut().poll_next(context) {
            // Pieces that always are here would never let the timer have its turn.
            Poll::Ready(Some(Ok(_))) if self.call.limit.is_past_whole() => {
                Err(self.call.timed_out("the file was not complete"))
            }
            Poll::Ready(Some(Ok(piece))) => {
                self.due = self.call.limit.after_step();
                return Poll::Ready(Ok(Some(piece)));
            }
            Poll::Ready(Some(Err(error))) => Err(failure::of_transport(error, &self.call)),
            Poll::Ready(None) => Ok(None),
            Poll::Pending => {
                if self.timer.deadline() != self.due {
                    self.timer.as_mut().reset(self.due);
                }
                ready!(self.timer.as_mut().poll(context));
                Err(self.call.timed_out("the file did not go on"))
            }
        };
        self.pieces = None;
        Poll::Ready(end.map_err(|error| {
            let error = error.final_because("pieces of the file were handed on already");
            self.call.end(error)
        }))
    }
}
