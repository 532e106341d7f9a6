//! Requests: the path, the query and the body, read strictly and refused in the envelope. Nothing
//! here knows what a parameter means.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::Caller;
use crate::http::reply::{Failure, code};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// How much of a body that is not wanted is read and thrown away, in bytes.
const MOST_DISCARDED: usize = 64 * 1024 * 1024;

/// The named segments of the path, each percent-decoded once.
pub(crate) struct PathOf<T>(pub(crate) T);

/// A path with one name in it, beside the app id and the key.
#[derive(serde::Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match <Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(Path(path)) => Ok(PathOf(path)),
            Err(rejection) => Err(Failure::new(code::INVALID_VALUE, rejection.body_text())),
        }
    }
}

/// The parameters behind the `?`, decoded, in order; a `+` is a space.
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((
                    decode(&name.replace('+', " "))?,
                    decode(&value.replace('+', " "))?,
                ))
            });
        Ok(Query(pairs.collect::<Result<_, Failure>>()?))
    }
}

impl Query {
    /// The value of a parameter that may be given once; `None` if it is not.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Failure> {
        let mut values = self.0.iter().filter(|(given, _)| given == name);
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(Failure::new(
                code::INVALID_PARAMETER,
                format!("the parameter '{name}' is given more than once"),
            )),
            (value, _) => Ok(value.map(|(_, value)| value.as_str())),
        }
    }
}

/// A body that is any JSON value, whatever its content type says; `None` if there is no body.
pub(crate) struct AnyJson(pub(crate) Option<Value>);

impl<S: Send + Sync> FromRequest<S> for AnyJson {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let body = read_whole(request.into_body()).await?;
        if body.is_empty() {
            return Ok(AnyJson(None));
        }
        match serde_json::from_slice(&body) {
            Ok(value) => Ok(AnyJson(Some(value))),
            Err(error) => Err(unreadable(&error.to_string())),
        }
    }
}

/// A body that is a JSON object, whatever its content type says.
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let body = read_whole(request.into_body()).await?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(object)) => Ok(Object(object)),
            Ok(_) => Err(unreadable("it is not a JSON object")),
            Err(error) => Err(unreadable(&error.to_string())),
        }
    }
}

/// The body, unless it is too large.
async fn read_whole(mut body: Body) -> Result<Vec<u8>, Failure> {
    let mut whole = Vec::new();
    while let Some(part) = next_part(&mut body).await {
        let part = part.map_err(|_| unreadable("it did not arrive whole"))?;
        if whole.len() + part.len() > LARGEST_BODY {
            return Err(Failure::new(
                code::INVALID_VALUE,
                format!("the request body is larger than {LARGEST_BODY} bytes"),
            )
            .status(StatusCode::PAYLOAD_TOO_LARGE));
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole)
}

/// A body twice: what one reader leaves of it, the other one gets.
pub(crate) fn share(body: Body) -> (Body, Body) {
    let shared = Shared(Arc::new(Mutex::new(Some(body.into_data_stream()))));
    (Body::from_stream(shared.clone()), Body::from_stream(shared))
}

/// None once it came to its end, so that it is never asked again.
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

/// Reads what the client still sends (within reason): a client that is still sending when its
/// connection is closed gets to read no answer.
pub(crate) async fn discard(mut body: Body) {
    let mut left = MOST_DISCARDED;
    while let Some(Ok(part)) = next_part(&mut body).await {
        match left.checked_sub(part.len()) {
            Some(rest) => left = rest,
            None => break,
        }
    }
}

/// The next bytes of a body; none at its end.
async fn next_part(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        match frame?.map(|frame| frame.into_data()) {
            Ok(Ok(data)) => return Some(Ok(data)),
            // Trailers mean nothing here.
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

fn unreadable(why: &str) -> Failure {
    Failure::new(
        code::UNREADABLE,
        format!("Unable to parse the request body: {why}"),
    )
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| Failure::internal("a request that was not admitted"))
    }
}

/// Decodes percent-encoding, once. A `%` that encodes nothing, or bytes that are no text, are
/// refused.
pub(crate) fn decode(text: &str) -> Result<String, Failure> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('%') {
        let digits = bytes.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(Failure::new(
                code::INVALID_VALUE,
                "a '%' in the URL encodes nothing",
            ));
        }
    }
    match percent_encoding::percent_decode(bytes).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(Failure::new(
            code::INVALID_VALUE,
            "the URL has bytes that are not UTF-8",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn text_is_decoded_once() {
        assert_eq!(decode("a%2Fb%20%C3%A9").unwrap(), "a/b é");
        assert_eq!(decode("%252F").unwrap(), "%2F");
    }

    #[test]
    fn what_encodes_no_text_is_refused() {
        for text in ["%", "%2", "%zz", "a%", "%+1", "%ff", "%c3"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}
