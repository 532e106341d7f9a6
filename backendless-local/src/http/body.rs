//! Reads, shares and discards request bodies.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::http::StatusCode;
use futures_core::Stream;

use crate::http::response::ErrorResponse;
use crate::service_error::{ServiceError, code};

/// Maximum size of a body that is read into memory, in bytes.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Maximum number of bytes of an unread body that are discarded.
const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// Reads a body into memory.
pub(crate) async fn read(mut body: Body) -> Result<Vec<u8>, ErrorResponse> {
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

pub(crate) fn unparsable(why: &str) -> ServiceError {
    ServiceError::new(
        code::UNPARSABLE_BODY,
        format!("Unable to parse the request body: {why}"),
    )
}

/// Returns two handles to a body: the second reads what the first did not.
pub(crate) fn share(body: Body) -> (Body, Body) {
    let shared = Shared(Arc::new(Mutex::new(Some(body.into_data_stream()))));
    (Body::from_stream(shared.clone()), Body::from_stream(shared))
}

/// `None` after the end of the body, so that it is never polled again.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<BodyDataStream>>>);

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
        let polled = Pin::new(body).poll_next(context);
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

/// Returns the next bytes of a body; `None` at its end.
async fn next_part(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
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
