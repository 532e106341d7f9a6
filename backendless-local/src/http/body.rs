//! Reads, shares and discards request bodies.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use futures_core::Stream;
use serde_json::Value;
use tokio::time::Sleep;

use crate::http::response::ErrorResponse;
use crate::json_size::{MAX_CONTAINERS, containers};
use crate::limits::Limits;
use crate::service_error::{ServiceError, code};

/// Maximum size of a body that is read into memory, in bytes.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Maximum number of bytes of an unread body that are discarded.
const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// Minimum number of bytes that a client sends in the time limit of a stalled body.
const MIN_PROGRESS_BYTES: usize = 1024;

/// Reads the body of a request into memory.
pub(crate) async fn read(request: Request) -> Result<Vec<u8>, ErrorResponse> {
    let limits = request.extensions().get::<Limits>().copied();
    let body_timeout = limits.unwrap_or_default().body_timeout;
    let bytes = tokio::time::timeout(body_timeout, read_all(request.into_body())).await;
    bytes.unwrap_or_else(|_| {
        let why = format!("it is incomplete after {body_timeout:?}");
        let error = unparsable(&why);
        Err(ErrorResponse::with_status(
            StatusCode::REQUEST_TIMEOUT,
            error,
        ))
    })
}

async fn read_all(mut body: Body) -> Result<Vec<u8>, ErrorResponse> {
    let mut bytes = Vec::new();
    while let Some(part) = next_part(&mut body).await {
        let part = part.map_err(|_| unparsable("it is incomplete"))?;
        if bytes.len() + part.len() > MAX_BODY_BYTES {
            let message = format!("the request body is larger than {MAX_BODY_BYTES} bytes");
            return Err(ErrorResponse::with_status(
                StatusCode::PAYLOAD_TOO_LARGE,
                ServiceError::new(code::INVALID_VALUE, message),
            ));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// Parses the JSON of a body.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, ServiceError> {
    if containers(bytes) > MAX_CONTAINERS {
        let why = format!("it has more than {MAX_CONTAINERS} objects and arrays");
        return Err(unparsable(&why));
    }
    serde_json::from_slice(bytes).map_err(|error| unparsable(&error.to_string()))
}

pub(crate) fn unparsable(why: &str) -> ServiceError {
    ServiceError::new(
        code::UNPARSABLE_BODY,
        format!("Unable to parse the request body: {why}"),
    )
}

/// Returns two handles to a body: the second reads what the first did not. Both fail once the client
/// has sent next to nothing for the time limit of a stalled body.
pub(crate) fn share(body: Body, limits: &Limits) -> (Body, Body) {
    let progressing = Progressing {
        body: body.into_data_stream(),
        stall_timeout: limits.stall_timeout,
        timer: None,
        received_bytes: 0,
    };
    let shared = Shared(Arc::new(Mutex::new(Some(progressing))));
    (Body::from_stream(shared.clone()), Body::from_stream(shared))
}

/// `None` after the end of the body, so that it is never polled again.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<Progressing>>>);

/// A body that fails if the client sends next to nothing for too long.
struct Progressing {
    body: BodyDataStream,
    stall_timeout: Duration,
    /// Set when the body starts to wait for the client, until enough bytes were received.
    timer: Option<Pin<Box<Sleep>>>,
    /// Number of bytes since the timer was set.
    received_bytes: usize,
}

impl Progressing {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(piece) = polled {
            self.received_bytes += match &piece {
                Some(Ok(bytes)) => bytes.len(),
                Some(Err(_)) | None => 0,
            };
            if self.received_bytes >= MIN_PROGRESS_BYTES {
                self.timer = None;
                self.received_bytes = 0;
            }
            return Poll::Ready(piece);
        }
        let stall_timeout = self.stall_timeout;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(stall_timeout)));
        let expired = timer.as_mut().poll(context);
        expired.map(|()| {
            let error = std::io::Error::from(std::io::ErrorKind::TimedOut);
            Some(Err(axum::Error::new(error)))
        })
    }
}

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, axum::Error>>> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(body) = shared.as_mut() else {
            return Poll::Ready(None);
        };
        let polled = body.poll_next(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            *shared = None;
        }
        polled
    }
}

/// Reads and discards the rest of a body, up to a limit. A client whose connection is closed while
/// it still sends cannot read the response.
pub(crate) async fn discard(mut body: Body) {
    let mut remaining = MAX_DISCARDED_BYTES;
    while let Some(Ok(part)) = next_part(&mut body).await {
        match remaining.checked_sub(part.len()) {
            Some(rest) => remaining = rest,
            None => break,
        }
    }
}

/// Discards a body that no handler reads, within the time limits of a body.
pub(crate) async fn discard_in_time(body: Body, limits: &Limits) {
    let (_, rest) = share(body, limits);
    let _ = tokio::time::timeout(limits.body_timeout, discard(rest)).await;
}

/// Returns the next bytes of a body; `None` at its end.
pub(crate) async fn next_part(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        match frame?.map(|frame| frame.into_data()) {
            Ok(Ok(data)) => return Some(Ok(data)),
            // Trailers are ignored.
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_limits_of_a_body() {
        let size = format!("| JSON body | {} MiB, 50,000 objects", MAX_BODY_BYTES >> 20);
        assert!(crate::README.contains(&size), "{size}");
        assert_eq!(MAX_CONTAINERS, 50_000);
    }

    #[test]
    fn json_that_is_much_larger_in_memory_is_rejected() {
        let maps = |count| format!("[{}{{}}]", r#"{"":0},"#.repeat(count - 2));
        assert!(parse(maps(MAX_CONTAINERS).as_bytes()).is_ok());
        let error = parse(maps(MAX_CONTAINERS + 1).as_bytes()).unwrap_err();
        assert!(
            error.message().contains("more than 50000 objects"),
            "{error}"
        );
        // The text of a string does not count.
        assert!(parse(format!("\"{}\"", "[".repeat(1_000_000)).as_bytes()).is_ok());
    }
}
