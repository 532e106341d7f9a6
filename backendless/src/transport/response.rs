//! Reading an answer: within the call's time, up to a size, and never more strictly than the
//! service writes.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use progenitor_client::{Error as RawError, ResponseValue};
use reqwest::Response;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::attempts::Answer;
use super::call::Call;
use super::{decode, envelope, failure};
use crate::operation::Operation;
use crate::{Error, ErrorKind, Result};

/// The longest error that is read: more than the service writes, little enough to read at leisure.
const MOST_ERROR_BYTES: usize = 64 * 1024;

/// Reads the value of a successful answer. An empty body reads as `null`.
#[expect(
    clippy::result_large_err,
    reason = "the type is progenitor's, which the generated caller hands on"
)]
pub(crate) fn read_json<T: DeserializeOwned>(
    mut response: Response,
) -> Result<ResponseValue<T>, RawError<Error>> {
    let (call, body) = answer_of(&mut response).map_err(into_raw)?;
    let json: &[u8] = match body.trim_ascii() {
        b"" => b"null",
        _ => &body,
    };
    match serde_json::from_slice(json) {
        Ok(value) => Ok(with_parts(value, &mut response)),
        Err(error) => {
            let text = decode::describe::<T>(json, &error);
            let error = call
                .error(ErrorKind::Decode, text)
                .with_status(response.status().as_u16())
                .final_because("the answer would be the same");
            Err(into_raw(call.end(error)))
        }
    }
}

/// The end of a successful answer whose body says nothing.
#[expect(
    clippy::result_large_err,
    reason = "the type is progenitor's, which the generated caller hands on"
)]
pub(crate) fn read_empty(mut response: Response) -> Result<ResponseValue<()>, RawError<Error>> {
    answer_of(&mut response).map_err(into_raw)?;
    Ok(with_parts((), &mut response))
}

/// The error that an unsuccessful answer stands for.
pub(crate) fn refused(mut response: Response) -> RawError<Error> {
    into_raw(match answer_of(&mut response) {
        Err(error) => error,
        Ok((call, _)) => call.end(call.error(ErrorKind::Api, "the answer is no success")),
    })
}

pub(super) async fn refused_by(mut response: Response, call: &Call) -> Error {
    let body = read_error_body(&mut response, call).await;
    envelope::read(call, response.status(), response.headers(), &body)
}

/// The head of an answer, with what was read of it and what is known of its call.
pub(super) fn carrying(answer: Answer, call: Call) -> Response {
    let Answer { mut head, body } = answer;
    head.extensions_mut().insert(Carried { call, body });
    head
}

/// What travels with the head of an answer.
#[derive(Clone)]
struct Carried {
    call: Call,
    body: Bytes,
}

/// A response that stands for an error of ours, on the one way that progenitor's hooks leave.
pub(super) fn stand_in(error: Error) -> Response {
    let mut response = http::Response::new(reqwest::Body::default());
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response.extensions_mut().insert(StandIn(Arc::new(error)));
    response.into()
}

/// Extensions must be `Clone`, which `Error` is not; the one copy is taken out again.
#[derive(Clone)]
struct StandIn(Arc<Error>);

/// What travelled with the response: the call and its answer, or the error that it stands for.
fn answer_of(response: &mut Response) -> Result<(Call, Bytes)> {
    let extensions = response.extensions_mut();
    if let Some(Carried { call, body }) = extensions.remove() {
        return Ok((call, body));
    }
    let error = extensions
        .remove::<StandIn>()
        .and_then(|stand_in| Arc::into_inner(stand_in.0));
    Err(error.unwrap_or_else(|| {
        Error::new(
            ErrorKind::ConnectionLost,
            "the answer did not pass the transport",
        )
    }))
}

fn with_parts<T>(value: T, response: &mut Response) -> ResponseValue<T> {
    let headers = std::mem::take(response.headers_mut());
    ResponseValue::new(value, response.status(), headers)
}

/// Reads the body up to the client's limit, copying nothing when it comes in one piece.
pub(super) async fn read_body(response: &mut Response, call: &Call) -> Result<Bytes> {
    let most = call.transport.max_response_size();
    let mut pieces = Pieces::default();
    let announced = response.content_length();
    if announced.is_some_and(|length| length > most as u64) {
        return Err(too_long(call, response));
    }
    loop {
        match call.limit.hold(response.chunk()).await {
            Some(Ok(Some(piece))) => pieces.push(piece),
            Some(Ok(None)) => return Ok(pieces.whole()),
            Some(Err(error)) => {
                let error = failure::of_transport(error, call);
                return Err(error.with_status(response.status().as_u16()));
            }
            None => return Err(call.timed_out("the answer was not complete")),
        }
        if pieces.len > most {
            return Err(too_long(call, response));
        }
    }
}

fn too_long(call: &Call, response: &Response) -> Error {
    let most = call.transport.max_response_size();
    let text = format!(
        "the answer is longer than {most} bytes, the most that is read: see `max_response_size`"
    );
    call.error(ErrorKind::Decode, text)
        .with_status(response.status().as_u16())
        .final_because("the answer would be the same")
}

/// Reads what can be had of an error's body: that it is cut off is no reason to lose the status.
async fn read_error_body(response: &mut Response, call: &Call) -> Bytes {
    let mut pieces = Pieces::default();
    while pieces.len < MOST_ERROR_BYTES {
        match call.limit.hold(response.chunk()).await {
            Some(Ok(Some(piece))) => pieces.push(piece),
            _ => break,
        }
    }
    pieces.whole()
}

/// A body as it comes.
#[derive(Default)]
struct Pieces {
    first: Bytes,
    all: BytesMut,
    len: usize,
}

impl Pieces {
    fn push(&mut self, piece: Bytes) {
        self.len += piece.len();
        if self.first.is_empty() {
            self.first = piece;
        } else {
            if self.all.is_empty() {
                self.all.extend_from_slice(&self.first);
            }
            self.all.extend_from_slice(&piece);
        }
    }

    fn whole(self) -> Bytes {
        if self.all.is_empty() {
            self.first
        } else {
            self.all.freeze()
        }
    }
}

/// The value of a raw call, or its error in the crate's own form.
pub(crate) fn finish<T>(
    answer: Result<ResponseValue<T>, RawError<Error>>,
    operation: &'static Operation,
) -> Result<T> {
    match answer {
        Ok(value) => Ok(value.into_inner()),
        Err(error) => Err(from_raw(error, operation)),
    }
}

/// The raw client's form of `error`.
pub(super) fn into_raw(error: Error) -> RawError<Error> {
    let status = http::StatusCode::INTERNAL_SERVER_ERROR;
    RawError::ErrorResponse(ResponseValue::new(error, status, HeaderMap::new()))
}

/// All errors that the transport makes come as they are; what is left is a request that could not
/// be built, for its body.
pub(super) fn from_raw(error: RawError<Error>, operation: &'static Operation) -> Error {
    let problem = match error {
        RawError::ErrorResponse(value) => return value.into_inner(),
        RawError::CommunicationError(error)
        | RawError::InvalidUpgrade(error)
        | RawError::ResponseBodyError(error) => failure::innermost(&error.without_url()),
        RawError::InvalidRequest(problem) | RawError::Custom(problem) => problem,
        RawError::InvalidResponsePayload(..) | RawError::UnexpectedResponse(_) => {
            "the answer did not pass the transport".to_owned()
        }
    };
    Error::invalid_argument(format!("the request cannot be built: {problem}"))
        .with_operation(operation)
}
