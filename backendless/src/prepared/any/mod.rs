//! Requests to any path of the API, which the caller describes with a method and a path template.
//!
//! `template` checks and fills the path, and `metadata` finds what the transport has to know about the request.

mod metadata;
mod template;

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;

use super::{Body, Parts, Prepared, Reader, computed, is_idempotent, password};
use crate::operation::{Idempotency, Operation};
use crate::secret::wiped_bytes;
use crate::{Error, Result, encode};

/// Request to any path, as the caller describes it.
#[derive(Clone)]
pub(crate) struct AnyRequest {
    pub(crate) method: Method,
    /// The path with placeholders, which follows the app path.
    pub(crate) template: String,
    /// The values of the placeholders, in order.
    pub(crate) values: Vec<String>,
    /// The body, or a description of why it cannot be sent.
    pub(crate) body: Option<std::result::Result<AnyBody, String>>,
}

/// Body of a request to any path.
#[derive(Clone)]
pub(crate) struct AnyBody {
    bytes: Bytes,
    content_type: HeaderValue,
    /// Whether the service computes values from the stored ones.
    is_computed: bool,
}

/// How a request to any path appears in errors and spans.
pub(crate) struct AnyOperation {
    /// Method and path template: `GET /data/{table}`.
    label: Arc<str>,
    template_start: usize,
    /// Whether a response that is HTML or XML is not a sign of a wrong address.
    pub(crate) accepts_pages: bool,
}

/// Recognition of secrets in a path.
pub(crate) trait SecretDetector {
    /// Returns whether `segment` is a secret of the client.
    fn is_secret(&self, segment: &str) -> bool;

    /// Returns whether `text` repeats a secret.
    fn is_secret_in(&self, text: &str) -> bool;
}

impl AnyBody {
    /// Serializes a JSON body. The error is a description of the problem.
    pub(crate) fn json(body: &(impl Serialize + ?Sized)) -> std::result::Result<Self, String> {
        let json = encode::to_vec(body);
        let mut json = json.map_err(|error| format!("the body cannot be serialized: {error}"))?;
        let is_computed = computed::is_computed(&json);
        let bytes = match password::may_be_in(&json) {
            true => wiped_bytes(json),
            false => std::mem::take(&mut *json).into(),
        };
        Ok(Self {
            bytes,
            content_type: HeaderValue::from_static("application/json"),
            is_computed,
        })
    }

    /// Creates a body of bytes. The error is a description of the problem.
    pub(crate) fn bytes(bytes: Bytes, content_type: &str) -> std::result::Result<Self, String> {
        let trimmed = content_type.trim();
        let has_subtype = trimmed
            .split_once('/')
            .is_some_and(|(main, sub)| !main.is_empty() && !sub.is_empty());
        let value = HeaderValue::from_str(trimmed).ok().filter(|_| has_subtype);
        let content_type = value
            .ok_or("the content type of the body is not a media type, such as `text/plain`")?;
        Ok(Self {
            // Bytes may be JSON as well.
            is_computed: computed::is_computed(&bytes),
            bytes,
            content_type,
        })
    }
}

impl AnyRequest {
    /// Checks the request, and prepares it. `query` contains the parameters that the caller adds.
    pub(crate) fn prepare<R>(
        self,
        query: Option<&str>,
        secrets: &impl SecretDetector,
        reader: Reader<R>,
        accepts_pages: bool,
    ) -> Result<Prepared<R>> {
        let any = metadata::of(&self.method).ok_or_else(|| {
            Error::invalid_argument(
                "request: the method is not supported: use GET, HEAD, OPTIONS, PUT, DELETE, POST or PATCH",
            )
        })?;
        let reject = |problem: String| Error::invalid_argument(problem).with_operation(any);
        template::check_length(&self.template).map_err(reject)?;
        // Before any text that contains a part of the template.
        if template::texts(&self.template).any(|text| secrets.is_secret(&text)) {
            return Err(reject(
                "the path contains the app id, the key or another secret of the client: write only what follows the app \
                 path, which the client adds, and set other values with `segment`"
                    .to_owned(),
            ));
        }
        let is_shown = !secrets.is_secret_in(&self.template);
        let filled = template::fill(&self.template, &self.values, is_shown).map_err(reject)?;
        let operation = metadata::find(any, &filled.segments);
        let template = is_shown.then_some(&*self.template);
        let name = AnyOperation::new(any, template, accepts_pages);
        let reject = |problem: String| {
            let error = Error::invalid_argument(problem).with_operation(operation);
            error.with_label(name.label())
        };
        let body = self.body.transpose().map_err(reject)?;
        let is_computed = body.as_ref().is_some_and(|body| body.is_computed);
        let is_idempotent = any.idempotency != Idempotency::NotIdempotent
            && is_idempotent(operation, query)
            && !(is_computed && any.idempotency == Idempotency::Idempotent);
        let (headers, body) = match body {
            None => (Vec::new(), Body::Empty),
            Some(body) => (
                Vec::from([(CONTENT_TYPE, body.content_type)]),
                Body::Bytes(body.bytes),
            ),
        };
        let parts = Parts {
            operation,
            path: filled.path,
            query: None,
            headers,
            body,
            is_idempotent,
            secret: None,
            returns_token: operation.returns_token,
            any: Some(Box::new(name)),
        };
        Ok(Prepared { parts, reader })
    }
}

impl AnyOperation {
    /// `template` is `None` if it repeats a secret, and is omitted.
    fn new(any: &Operation, template: Option<&str>, accepts_pages: bool) -> Self {
        let template = template.unwrap_or(any.path);
        Self {
            label: format!("{} {template}", any.method).into(),
            template_start: any.method.len() + 1,
            accepts_pages,
        }
    }

    /// Returns method and path template: `GET /data/{table}`.
    pub(crate) fn label(&self) -> Arc<str> {
        Arc::clone(&self.label)
    }

    /// Returns the path template: `/data/{table}`.
    pub(crate) fn template(&self) -> &str {
        self.label.get(self.template_start..).unwrap_or_default()
    }
}
