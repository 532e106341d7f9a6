//! Extractors: path, query and body of a request, decoded strictly. A rejection is an
//! error response in the service's envelope.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::body;
use crate::http::response::ErrorResponse;
use crate::http::url::decode;
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::parameters::Parameters;

/// The named segments of the path, each percent-decoded once.
pub(crate) struct PathOf<T>(pub(crate) T);

/// A path with one parameter, `name`.
#[derive(serde::Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorResponse> {
        match <Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(Path(path)) => Ok(PathOf(path)),
            Err(rejection) => {
                let error = ServiceError::new(code::INVALID_VALUE, rejection.body_text());
                Err(error.into())
            }
        }
    }
}

/// The parameters of the query string, decoded, in order. A `+` is a space.
pub(crate) struct Query(pub(crate) Parameters);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
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
        let pairs = pairs.collect::<Result<_, ServiceError>>()?;
        Ok(Query(Parameters(pairs)))
    }
}

/// A body that is any JSON value, regardless of its content type; `None` if it is empty.
pub(crate) struct AnyJson(pub(crate) Option<Value>);

impl<S: Send + Sync> FromRequest<S> for AnyJson {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, _: &S) -> Result<Self, ErrorResponse> {
        let bytes = body::read(request).await?;
        if bytes.is_empty() {
            return Ok(AnyJson(None));
        }
        Ok(AnyJson(Some(body::parse(&bytes)?)))
    }
}

/// The argument of a Cloud Code method: any JSON value, or a text if the body is neither JSON nor declared as JSON; `None` if
/// it is empty. The JS SDK sends a text as it is, without a content type.
pub(crate) struct Argument(pub(crate) Option<Value>);

impl<S: Send + Sync> FromRequest<S> for Argument {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, _: &S) -> Result<Self, ErrorResponse> {
        let declared = request.headers().get(CONTENT_TYPE);
        let is_declared =
            declared.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        let bytes = body::read(request).await?;
        if bytes.is_empty() {
            return Ok(Argument(None));
        }
        let error = match body::parse(&bytes) {
            Ok(value) => return Ok(Argument(Some(value))),
            Err(error) => error,
        };
        match String::from_utf8(bytes) {
            Ok(text) if !is_declared => Ok(Argument(Some(text.into()))),
            _ => Err(error.into()),
        }
    }
}

/// A body that is a JSON object, regardless of its content type.
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, _: &S) -> Result<Self, ErrorResponse> {
        let bytes = body::read(request).await?;
        match body::parse(&bytes)? {
            Value::Object(object) => Ok(Object(object)),
            _ => Err(body::unparsable("it is not a JSON object").into()),
        }
    }
}

/// A body that is a JSON array of objects, regardless of its content type.
pub(crate) struct Objects(pub(crate) Vec<Map<String, Value>>);

impl<S: Send + Sync> FromRequest<S> for Objects {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, _: &S) -> Result<Self, ErrorResponse> {
        let bytes = body::read(request).await?;
        let Value::Array(items) = body::parse(&bytes)? else {
            return Err(body::unparsable("it is not a JSON array").into());
        };
        let objects = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| match item {
                Value::Object(object) => Ok(object),
                _ => Err(body::unparsable(&format!(
                    "item {index} is not a JSON object"
                ))),
            });
        let objects: Result<_, ServiceError> = objects.collect();
        Ok(Objects(objects?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| ServiceError::internal("a request without admission").into())
    }
}
