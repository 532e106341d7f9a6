//! Reading an answer: within the call's time, up to a size, and never more strictly than the
//! service writes.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use progenitor_client::{Error as RawError, ResponseValue};
use reqwest::header::HeaderMap;
use reqwest::{Request, Response};
use serde::de::DeserializeOwned;

use super::limit::Limit;
use super::{Transport, decode, envelope, failure};
use crate::operation::{Idempotency, Operation};
use crate::{Error, ErrorKind, Result};

/// The longest answer that is read into memory.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The longest error that is read: more than the service writes, little enough to read at leisure.
const MOST_ERROR_BYTES: usize = 64 * 1024;

/// What is known of a call while its answer is read; it travels with the response.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) transport: Transport,
    pub(super) operation: &'static Operation,
    pub(super) attempts: u32,
    pub(super) limit: Limit,
    /// Whether the request, sent again, does nothing twice.
    repeatable: bool,
}

impl Call {
    pub(super) fn new(
        transport: Transport,
        operation: &'static Operation,
        request: &Request,
        limit: Limit,
    ) -> Self {
        Self {
            transport,
            operation,
            attempts: 1,
            limit,
            repeatable: is_repeatable(operation, request),
        }
    }

    pub(super) fn error(&self, kind: ErrorKind, message: impl AsRef<str>) -> Error {
        // Redacted before it is cut: a cut through a secret would leave a part that nobody
        // recognises.
        Error::new(kind, shorten(self.transport.redact(message.as_ref())))
            .with_operation(self.operation)
            .with_attempts(self.attempts)
    }

    /// Marks `error` as one that may pass, if repeating the call does nothing twice.
    pub(super) fn transient(&self, error: Error) -> Error {
        if self.repeatable {
            error.retryable(true)
        } else {
            let id = self.operation.id();
            error.final_because(format!(
                "{id} is not idempotent and may have been carried out"
            ))
        }
    }

    pub(super) fn timed_out(&self, what: &str) -> Error {
        let limit = &self.limit;
        let text = format!("{what} within {limit}");
        self.transient(self.error(ErrorKind::Timeout, text))
    }
}

/// The longest message that is kept: the service's own are a sentence or two.
fn shorten(mut message: String) -> String {
    const MOST_CHARACTERS: usize = 1_000;
    if let Some((end, _)) = message.char_indices().nth(MOST_CHARACTERS) {
        message.truncate(end);
        message.push_str("...");
    }
    message
}

fn is_repeatable(operation: &Operation, request: &Request) -> bool {
    match operation.idempotency() {
        Idempotency::Safe | Idempotency::Idempotent => true,
        Idempotency::IdempotentWhen { query, value } => {
            let mut pairs = request.url().query_pairs();
            pairs.any(|(name, given)| name == query && given == value)
        }
        Idempotency::NotIdempotent => false,
    }
}

/// Reads the value of a successful answer. An empty body reads as `null`.
pub(crate) async fn read_json<T: DeserializeOwned>(
    mut response: Response,
) -> Result<ResponseValue<T>, RawError<Error>> {
    let call = call_of(&mut response).map_err(into_raw)?;
    let body = read_body(&mut response, &call).await.map_err(into_raw)?;
    let json: &[u8] = match body.trim_ascii() {
        b"" => b"null",
        _ => &body,
    };
    match serde_json::from_slice(json) {
        Ok(value) => Ok(with_parts(value, &mut response)),
        Err(error) => Err(into_raw(
            call.error(ErrorKind::Decode, decode::describe::<T>(json, &error))
                .with_status(response.status().as_u16())
                .final_because("the answer would be the same"),
        )),
    }
}

/// Reads a successful answer whose body says nothing, to its end, so that the connection can be
/// used again.
pub(crate) async fn read_empty(
    mut response: Response,
) -> Result<ResponseValue<()>, RawError<Error>> {
    let call = call_of(&mut response).map_err(into_raw)?;
    read_body(&mut response, &call).await.map_err(into_raw)?;
    Ok(with_parts((), &mut response))
}

/// The error that an unsuccessful answer, of whatever form, stands for.
pub(crate) async fn refused(mut response: Response) -> RawError<Error> {
    let call = match call_of(&mut response) {
        Ok(call) => call,
        Err(error) => return into_raw(error),
    };
    into_raw(refused_by(response, &call).await)
}

pub(super) async fn refused_by(mut response: Response, call: &Call) -> Error {
    let body = read_error_body(&mut response, call).await;
    envelope::read(call, response.status(), response.headers(), &body)
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

/// What travelled with the response: the call, or the error that it stands for.
fn call_of(response: &mut Response) -> Result<Call> {
    let extensions = response.extensions_mut();
    if let Some(call) = extensions.remove::<Call>() {
        return Ok(call);
    }
    let error = extensions
        .remove::<StandIn>()
        .and_then(|stand_in| Arc::into_inner(stand_in.0));
    Err(error.unwrap_or_else(|| {
        Error::new(
            ErrorKind::Interrupted,
            "the answer did not pass the transport",
        )
    }))
}

fn with_parts<T>(value: T, response: &mut Response) -> ResponseValue<T> {
    let headers = std::mem::take(response.headers_mut());
    ResponseValue::new(value, response.status(), headers)
}

/// Reads the body up to [`MOST_BYTES`], copying nothing when it comes in one piece.
async fn read_body(response: &mut Response, call: &Call) -> Result<Bytes> {
    let mut pieces = Pieces::default();
    if response
        .content_length()
        .is_some_and(|len| len > MOST_BYTES as u64)
    {
        return Err(too_long(call));
    }
    loop {
        match call.limit.hold(response.chunk()).await {
            Some(Ok(Some(piece))) => pieces.push(piece),
            Some(Ok(None)) => return Ok(pieces.whole()),
            Some(Err(error)) => {
                return Err(
                    failure::of_transport(error, call).with_status(response.status().as_u16())
                );
            }
            None => return Err(call.timed_out("the answer was not complete")),
        }
        if pieces.len > MOST_BYTES {
            return Err(too_long(call));
        }
    }
}

fn too_long(call: &Call) -> Error {
    let text = format!("the answer is longer than {MOST_BYTES} bytes, the most that is read");
    let error = call.error(ErrorKind::Decode, text);
    error.final_because("the answer would be the same")
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
