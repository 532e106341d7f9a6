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

use super::{Body, Parts, Prepared, Reader, Repeat, computed, password};
use crate::operation::{Idempotency, Operation};
use crate::secret::wiped_bytes;
use crate::{Error, Result, encode};
use template::Template;

/// Maximum length of a method that an error contains: longer than any that is registered.
const MAX_METHOD_LENGTH: usize = 20;

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
    /// Whether texts may contain the template, because it repeats no secret.
    fn is_shown(&self, template: &Template<'_>, secrets: &impl SecretDetector) -> bool {
        let mut texts = template.texts();
        !texts.any(|text| secrets.is_secret(text)) && !secrets.is_secret_in(&self.template)
    }

    /// Returns how the request is named. A path that is invalid or repeats a secret is omitted, as is a method that is none.
    fn name(
        &self,
        template: &std::result::Result<Template<'_>, String>,
        secrets: &impl SecretDetector,
        accepts_pages: bool,
    ) -> AnyOperation {
        const OMITTED: &str = "{path}";
        let path = match template {
            Ok(template) if self.is_shown(template, secrets) => &*self.template,
            _ => OMITTED,
        };
        let method = match self.method.as_str() {
            method if metadata::of(&self.method).is_some() => method,
            method if method.len() > MAX_METHOD_LENGTH => "{method}",
            method if secrets.is_secret(method) || secrets.is_secret_in(method) => "{method}",
            method => method,
        };
        AnyOperation {
            label: format!("{method} {path}").into(),
            template_start: method.len() + 1,
            accepts_pages,
        }
    }

    /// Checks the request, and prepares it.
    pub(crate) fn prepare<R>(
        self,
        secrets: &impl SecretDetector,
        reader: Reader<R>,
        accepts_pages: bool,
    ) -> Result<Prepared<R>> {
        let parsed = Template::parse(&self.template);
        let name = self.name(&parsed, secrets, accepts_pages);
        let reject_as = |operation, problem: String| {
            let error = Error::invalid_argument(problem).with_operation(operation);
            error.with_label(name.label())
        };
        let any = metadata::of(&self.method).ok_or_else(|| {
            let problem =
                "the method is not supported: use GET, HEAD, OPTIONS, PUT, DELETE, POST or PATCH";
            reject_as(&metadata::UNSUPPORTED, problem.to_owned())
        })?;
        let template = parsed.map_err(|problem| reject_as(any, problem))?;
        if template.texts().any(|text| secrets.is_secret(text)) {
            let problem = "the path contains the app id, the key or another secret of the client: write only what follows \
                           the app path, which the client adds, and set other values with `segment`";
            return Err(reject_as(any, problem.to_owned()));
        }
        let filled = template.fill(&self.values, self.is_shown(&template, secrets));
        let filled = filled.map_err(|problem| reject_as(any, problem))?;
        let operation = metadata::find(any, &filled.segments);
        if let Some(other) = metadata::find_selected(any, &filled) {
            return Err(reject_as(any, selected(other)));
        }
        let reject = |problem| reject_as(operation, problem);
        let body = self.body.transpose().map_err(reject)?;
        let is_computed = body.as_ref().is_some_and(|body| body.is_computed);
        let repeat = match any.idempotency {
            Idempotency::NotIdempotent => Repeat::Never,
            Idempotency::Idempotent if is_computed => Repeat::Never,
            _ => Repeat::ByOperation,
        };
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
            repeat,
            secret: None,
            any: Some(Box::new(name)),
        };
        Ok(Prepared {
            parts: Box::new(parts),
            reader,
        })
    }
}

/// Describes that the values of a path select `operation`.
fn selected(operation: &Operation) -> String {
    let selected = match operation.path.starts_with('/') {
        true => format!(", `{}`", operation.path),
        // It is not documented.
        false => String::new(),
    };
    format!(
        "a value that is set with `segment` selects another operation{selected}: write the segments that name an operation \
         in the path itself"
    )
}

impl AnyOperation {
    /// Returns method and path template: `GET /data/{table}`.
    pub(crate) fn label(&self) -> Arc<str> {
        Arc::clone(&self.label)
    }

    /// Returns the path template: `/data/{table}`.
    pub(crate) fn template(&self) -> &str {
        self.label.get(self.template_start..).unwrap_or_default()
    }
}
