//! Requests that are ready to be sent: pure data, built without I/O.
//!
//! The generated functions in [`raw`](crate::generated::raw) fill a [`RequestBuilder`] and return a [`Prepared`] request.
//! `path` checks and encodes path values, `query` encodes query values, `style` those of several parts, and `form` forms;
//! `any` prepares requests to any path. `body` contains the bodies, `computed` recognizes updates that are not idempotent,
//! and `password` bodies that contain a password. `media_type` recognizes JSON.

mod any;
mod body;
mod computed;
mod form;
pub(crate) mod media_type;
mod password;
mod path;
mod problem;
mod query;
mod style;

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

pub(crate) use any::{AnyBody, AnyOperation, AnyRequest, SecretDetector};
pub use body::Multipart;
pub(crate) use body::{Body, BoxError, Content, Form, FormSource, Progress, TransferStage};
#[allow(
    unused_imports,
    reason = "for operations that the specification lacks today"
)]
pub(crate) use form::FormStyle;
pub(crate) use path::{check_path, encode_path, encode_segment};
pub(crate) use query::Query;
#[allow(
    unused_imports,
    reason = "for operations that the specification lacks today"
)]
pub(crate) use style::Style;

use crate::operation::{Idempotency, Operation};
use crate::secret::{to_json, wiped_bytes};
use crate::{Error, Result};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain");

/// Request that names its operation and is ready to be sent.
///
/// `R` is the type of the decoded response. Created by the functions in [`raw`](crate::raw); sent with
/// [`Client::send`](crate::Client::send). It contains no app path and no user token: the client adds them.
#[must_use = "a prepared request is sent with `Client::send`"]
pub struct Prepared<R> {
    /// Boxed, because they are passed on several times until they are sent.
    pub(crate) parts: Box<Parts>,
    pub(crate) reader: Reader<R>,
}

/// How the response of a request is decoded.
pub(crate) enum Reader<R> {
    /// As JSON; an empty body is decoded as `null`.
    Json(fn(&str) -> serde_json::Result<R>, Describe),
    /// As text, by a function of the complete body, which may be empty.
    Text(fn(&[u8]) -> serde_json::Result<R>, Describe),
    /// By a function of the complete body, which may be empty.
    Body(fn(Bytes) -> R),
    /// As JSON or as a string, depending on the content type.
    JsonOrText(JsonOrText<R>),
}

impl<R: DeserializeOwned + 'static> Reader<R> {
    /// Returns the reader of a response that is JSON or text. With `()` the caller wants no result, so every response is
    /// accepted: the service has processed the request.
    pub(crate) fn json_or_text() -> Self {
        if TypeId::of::<R>() == TypeId::of::<()>() {
            return Self::Text(
                |_| serde_json::from_str("null"),
                crate::decode::describe::<R>,
            );
        }
        Self::JsonOrText(JsonOrText {
            json: |json| serde_json::from_str(json),
            text: |text| serde_json::from_value(text.into()).ok(),
            describe: crate::decode::describe::<R>,
        })
    }
}

/// How a response is decoded that is JSON or plain text.
pub(crate) struct JsonOrText<R> {
    pub(crate) json: fn(&str) -> serde_json::Result<R>,
    /// Decodes the body as a string; `None` if `R` cannot be a string.
    pub(crate) text: fn(&str) -> Option<R>,
    pub(crate) describe: Describe,
}

/// Describes where and why JSON does not match the type of the response.
pub(crate) type Describe = fn(&[u8], &serde_json::Error) -> String;

/// Parts of a request that do not depend on the client.
pub(crate) struct Parts {
    pub(crate) operation: &'static Operation,
    /// The encoded path, which follows the app path. It is wiped, because it may contain a token.
    pub(crate) path: Zeroizing<String>,
    /// The encoded query, without the `?`.
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Body,
    pub(crate) repeat: Repeat,
    /// A value in the request that must not appear in any text: a password.
    pub(crate) secret: Option<Arc<SecretString>>,
    /// How errors and spans name a request to any path.
    pub(crate) any: Option<Box<AnyOperation>>,
}

/// Whether a request may be sent again after the service may have processed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// If its operation is idempotent with the query parameters of the request.
    ByOperation,
    /// Its body makes it idempotent, whatever its operation is.
    Always,
    /// Its body, or its parameters, make it not idempotent.
    Never,
}

/// Builds a request part by part. It does no I/O.
pub(crate) struct RequestBuilder {
    parts: Box<Parts>,
    query: query::Query,
    /// Whether the service computes values from the stored ones.
    is_computed: bool,
}

impl<R: DeserializeOwned> Prepared<R> {
    /// Creates a request whose response is JSON of type `R`.
    pub(crate) fn json(parts: Box<Parts>) -> Self {
        let reader = Reader::Json(from_json::<R>, crate::decode::describe::<R>);
        Self { parts, reader }
    }
}

impl<R> Prepared<R> {
    /// Marks the request as not idempotent, for parameters with which its operation is not.
    pub(crate) fn not_idempotent(mut self) -> Self {
        self.parts.repeat = Repeat::Never;
        self
    }
}

impl RequestBuilder {
    /// Starts a request of `operation`, with an empty path.
    pub(crate) fn new(operation: &'static Operation) -> Self {
        /// Enough for most paths with their ids.
        const PATH_CAPACITY: usize = 96;
        let parts = Box::new(Parts {
            operation,
            path: Zeroizing::new(String::with_capacity(PATH_CAPACITY)),
            query: None,
            headers: Vec::new(),
            body: Body::Empty,
            repeat: Repeat::ByOperation,
            secret: None,
            any: None,
        });
        Self {
            parts,
            query: query::Query::default(),
            is_computed: false,
        }
    }

    /// Appends text of the path template.
    #[inline]
    pub(crate) fn literal(&mut self, text: &'static str) {
        self.parts.path.push_str(text);
    }

    /// Appends the value of the path parameter at `index`, checked and encoded.
    pub(crate) fn parameter(&mut self, index: usize, value: &str) -> Result<()> {
        path::push(&mut self.parts.path, self.parts.operation, index, value)
    }

    /// Adds a query parameter. `None` is skipped, and a list becomes one parameter per item.
    pub(crate) fn query<V: Serialize>(&mut self, name: &'static str, value: &V) -> Result<()> {
        self.query
            .append(name, value)
            .map_err(|problem| self.invalid(&format!("query parameter `{name}`: {problem}")))
    }

    /// Appends the value of the path parameter at `index` in a style, checked and encoded.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn parameter_as<V: Serialize>(
        &mut self,
        style: Style,
        index: usize,
        value: &V,
    ) -> Result<()> {
        let parts = style
            .parts(value)
            .map_err(|problem| self.invalid(&format!("path parameter {index}: {problem}")))?;
        path::push_parts(&mut self.parts.path, self.parts.operation, index, &parts)
    }

    /// Adds a query parameter in a style. `None` and an empty list are skipped.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn query_as<V: Serialize>(
        &mut self,
        style: Style,
        name: &'static str,
        value: &V,
    ) -> Result<()> {
        self.query
            .append_as(style, name, value)
            .map_err(|problem| self.invalid(&format!("query parameter `{name}`: {problem}")))
    }

    /// Adds a header in a style. `None` and an empty list are skipped.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn header_as<V: Serialize>(
        &mut self,
        style: Style,
        name: &'static str,
        value: &V,
    ) -> Result<()> {
        let parts = style
            .parts(value)
            .map_err(|problem| self.invalid(&format!("header `{name}`: {problem}")))?;
        match parts.is_empty() {
            true => Ok(()),
            false => self.header(name, &style::text(&parts)),
        }
    }

    /// Adds a header.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn header(&mut self, name: &'static str, value: &str) -> Result<()> {
        let parsed = HeaderName::from_bytes(name.as_bytes());
        let (Ok(parsed), Ok(value)) = (parsed, HeaderValue::from_str(value)) else {
            let problem = format!("header `{name}` contains a character that is not allowed there");
            return Err(self.invalid(&problem));
        };
        self.parts.headers.push((parsed, value));
        Ok(())
    }

    /// Sets a JSON body.
    pub(crate) fn json<B: Serialize + ?Sized>(&mut self, body: &B) -> Result<()> {
        let mut json = crate::encode::to_vec(body)
            .map_err(|error| self.invalid(&format!("the body cannot be serialized: {error}")))?;
        // A request of another operation changes nothing, or is not idempotent in any case.
        let may_be_idempotent = matches!(
            self.parts.operation.idempotency(),
            Idempotency::Idempotent | Idempotency::IdempotentWhen { .. }
        );
        self.is_computed = may_be_idempotent && computed::is_computed(&json);
        let bytes = match password::may_be_in(&json) {
            true => wiped_bytes(json),
            false => std::mem::take(&mut *json).into(),
        };
        self.set_body(JSON, bytes);
        Ok(())
    }

    /// Sets a body of form-encoded pairs. `styles` contains the properties whose encoding the document declares.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn form<B: Serialize + ?Sized>(
        &mut self,
        body: &B,
        styles: &[(&str, FormStyle)],
    ) -> Result<()> {
        let form = form::encode(body, styles)
            .map_err(|error| self.invalid(&format!("the body cannot be serialized: {error}")))?;
        self.set_body(FORM, form.into());
        Ok(())
    }

    /// Sets a body of bytes.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn bytes(&mut self, body: Bytes) {
        self.set_body(BYTES, body);
    }

    /// Sets a body of text.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn text(&mut self, body: String) {
        self.set_body(TEXT, body.into());
    }

    /// Replaces the content type of the body.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn content_type(&mut self, media_type: &str) -> Result<()> {
        let Ok(value) = HeaderValue::from_str(media_type) else {
            return Err(
                self.invalid("the content type contains a character that is not allowed there")
            );
        };
        self.parts.headers.retain(|(name, _)| name != CONTENT_TYPE);
        self.parts.headers.push((CONTENT_TYPE, value));
        Ok(())
    }

    /// Sets a multipart body, whose content type is chosen when it is sent.
    pub(crate) fn multipart(&mut self, form: Multipart) {
        self.parts.body = Body::Multipart(form);
    }

    /// Ends a request whose response is JSON of type `T`.
    pub(crate) fn finish_json<T: DeserializeOwned>(self) -> Prepared<T> {
        Prepared::json(self.finish_parts())
    }

    /// Ends a request whose response body is ignored.
    pub(crate) fn finish_empty(self) -> Prepared<()> {
        self.finish(Reader::Body(drop))
    }

    /// Ends a request whose response is bytes.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn finish_bytes(self) -> Prepared<Bytes> {
        self.finish(Reader::Body(std::convert::identity))
    }

    /// Ends a request whose response is text.
    #[allow(
        dead_code,
        reason = "for operations that the specification lacks today"
    )]
    pub(crate) fn finish_text(self) -> Prepared<String> {
        self.finish(Reader::Text(from_utf8, |_, error| error.to_string()))
    }

    fn finish<R>(self, reader: Reader<R>) -> Prepared<R> {
        Prepared {
            parts: self.finish_parts(),
            reader,
        }
    }

    fn finish_parts(self) -> Box<Parts> {
        let mut parts = self.parts;
        parts.query = self.query.finish();
        if self.is_computed {
            parts.repeat = Repeat::Never;
        }
        parts
    }

    fn set_body(&mut self, content_type: HeaderValue, bytes: Bytes) {
        self.parts.headers.push((CONTENT_TYPE, content_type));
        self.parts.body = Body::Bytes(bytes);
    }

    fn invalid(&self, problem: &str) -> Error {
        Error::invalid_argument(problem).with_operation(self.parts.operation)
    }
}

impl Parts {
    /// Whether the request may be sent again after the service may have processed it. It depends on the query, which a caller
    /// may add to.
    pub(crate) fn is_idempotent(&self) -> bool {
        match (self.repeat, self.operation.idempotency()) {
            (Repeat::Never, _) | (Repeat::ByOperation, Idempotency::NotIdempotent) => false,
            (Repeat::Always, _)
            | (Repeat::ByOperation, Idempotency::Safe | Idempotency::Idempotent) => true,
            (Repeat::ByOperation, Idempotency::IdempotentWhen { query, value }) => {
                let text = self.query.as_deref().unwrap_or_default();
                let mut pairs = form_urlencoded::parse(text.as_bytes());
                pairs.any(|(given, set)| given == query && set == value)
            }
        }
    }

    /// Creates the error of an invalid argument of this request.
    pub(crate) fn invalid(&self, problem: impl Into<String>) -> Error {
        let error = Error::invalid_argument(problem).with_operation(self.operation);
        match &self.any {
            Some(any) => error.with_label(any.label()),
            None => error,
        }
    }

    /// Returns the passwords in the request that are not known: the properties `password` of its JSON body, such as that of
    /// a row of `Users`. `None` if there is none.
    pub(crate) fn passwords_in_body(&self) -> Option<Vec<SecretString>> {
        match &self.body {
            // A known password is not searched for: parsing would copy it. The search for the name is faster than that for
            // the header.
            Body::Bytes(body)
                if self.secret.is_none() && password::may_be_in(body) && self.has_json_body() =>
            {
                password::find(body)
            }
            Body::Bytes(_) | Body::Empty | Body::Multipart(_) => None,
        }
    }

    /// Returns whether the body is declared as JSON.
    fn has_json_body(&self) -> bool {
        let mut types = self.headers.iter().filter(|(name, _)| name == CONTENT_TYPE);
        types.any(|(_, value)| media_type::is_json(value.as_bytes()))
    }

    /// Returns the values of the headers that are marked as sensitive.
    pub(crate) fn secret_headers(&self) -> Vec<HeaderValue> {
        let values = self.headers.iter().map(|(_, value)| value);
        values
            .filter(|value| value.is_sensitive())
            .cloned()
            .collect()
    }
}

impl<R> Prepared<R> {
    /// Replaces the JSON body by one that contains the password `secret`. The body is wiped when it was sent, and no error
    /// text contains the password.
    pub(crate) fn with_secret_json(
        mut self,
        body: &impl Serialize,
        secret: Arc<SecretString>,
    ) -> Result<Self> {
        let json = to_json(body).map_err(|error| {
            let problem = format!("the body cannot be serialized: {error}");
            Error::invalid_argument(problem).with_operation(self.parts.operation)
        })?;
        self.parts.body = Body::Bytes(wiped_bytes(json));
        self.parts.secret = Some(secret);
        Ok(self)
    }

    /// Marks the request as idempotent, because its body contains the id of each object that it stores. A body with a
    /// computed value is not idempotent.
    pub(crate) fn with_object_ids(mut self) -> Self {
        if let Body::Bytes(json) = &self.parts.body {
            self.parts.repeat = match computed::is_computed(json) {
                true => Repeat::Never,
                false => Repeat::Always,
            };
        }
        self
    }
}

/// Prints the operation only: path, query and body are the caller's data.
impl<R> fmt::Debug for Prepared<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("operation", &self.parts.operation.id())
            .finish_non_exhaustive()
    }
}

/// From a `str`, because `serde_json::from_slice` checks each string of the document on its own.
fn from_json<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    serde_json::from_str(json)
}

fn from_utf8(text: &[u8]) -> serde_json::Result<String> {
    let text = std::str::from_utf8(text).map_err(serde::de::Error::custom)?;
    Ok(text.to_owned())
}
