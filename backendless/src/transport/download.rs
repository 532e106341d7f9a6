//! Downloads: files are at addresses that the service tells, and not at an operation's path.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::{Client as Http, Method, Request, Url};
use tokio::time::{Instant, Sleep};

use super::limit::{Limit, Progress};
use super::response::{Call, refused_by};
use super::{Transport, USER_TOKEN, failure, header_value};
use crate::operation::{Idempotency, Operation};
use crate::{Error, Result};

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
    /// Opens the file at `url`. The user token goes along only to `own`, the client's origin.
    pub(crate) async fn download(&self, http: &Http, own: &str, url: &str) -> Result<Body> {
        let invalid = |problem: &str| {
            Err(
                Error::invalid_argument(format!("the file's address {problem}"))
                    .with_operation(&DOWNLOAD),
            )
        };
        let url = match Url::parse(url) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                return invalid("is neither http nor https");
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                return invalid("holds a user or a password");
            }
            Ok(url) => url,
            Err(error) => return invalid(&format!("is no URL: {error}")),
        };
        let is_own = Url::parse(own).is_ok_and(|own| own.origin() == url.origin());
        let mut request = Request::new(Method::GET, url);
        if let Some(token) = self.user_token.as_ref().filter(|_| is_own) {
            let value = header_value(token).map_err(|error| error.with_operation(&DOWNLOAD))?;
            request.headers_mut().insert(USER_TOKEN, value);
        }
        let step = self.app.attempt_timeout;
        let limit = Limit::of_step(step, &Progress::new(), self.options.timeout);
        let call = Call::new(self.clone(), &DOWNLOAD, &request, limit);
        let response = self.attempt(http, request, &call).await?;
        if !response.status().is_success() {
            return Err(refused_by(response, &call).await);
        }
        Ok(Body {
            length: response.content_length(),
            timer: Box::pin(tokio::time::sleep_until(call.limit.after_step())),
            pieces: Some(Box::pin(response.bytes_stream())),
            call,
        })
    }
}

type Pieces = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// The body of a download.
pub(crate) struct Body {
    /// None once it has ended, well or not.
    pieces: Option<Pieces>,
    length: Option<u64>,
    /// Ends when the next piece has taken too long.
    timer: Pin<Box<Sleep>>,
    call: Call,
}

impl Body {
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
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
                let end: Instant = self.call.limit.after_step();
                self.timer.as_mut().reset(end);
                return Poll::Ready(Ok(Some(piece)));
            }
            Poll::Ready(Some(Err(error))) => Err(failure::of_transport(error, &self.call)),
            Poll::Ready(None) => Ok(None),
            Poll::Pending => {
                ready!(self.timer.as_mut().poll(context));
                Err(self.call.timed_out("the file did not go on"))
            }
        };
        self.pieces = None;
        Poll::Ready(end)
    }
}
