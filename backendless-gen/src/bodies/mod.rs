//! Bodies of requests and responses.
//!
//! [`requests`] reads the media types of a request, of which JSON comes first and each other has a function of its own;
//! [`response`] finds the type that covers all success responses. `form` reads how the properties of a form are encoded.

mod form;
mod request;
mod response;

pub(crate) use form::FormField;
pub(crate) use request::{Alternative, ContentType, Media, Request, check, requests};
pub(crate) use response::{Response, response, successes};

use crate::document::{At, Node};

/// A media type without its parameters, in lower case.
fn essence(name: &str) -> String {
    let essence = name.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// A media type as it is sent: without the charset, which is always UTF-8.
fn sent(name: &str) -> String {
    let parts = name.split(';').map(str::trim);
    let parts = parts.filter(|part| !part.to_ascii_lowercase().starts_with("charset"));
    parts.collect::<Vec<_>>().join("; ")
}

/// Whether a media type is `application/json` or has the suffix `+json`.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json")
}

/// The schema of JSON content: any JSON value if it has none.
fn schema_of(media_type: &At<'_>) -> Node {
    let schema = media_type.node().get("schema").cloned();
    schema.unwrap_or_else(|| Node::new(media_type.node().place, open()))
}

/// Whether a key of `content` is a media type.
pub(crate) fn is_media_type(name: &str) -> bool {
    let essence = name.split(';').next().unwrap_or_default().trim();
    let parts: Vec<&str> = essence.split('/').collect();
    matches!(parts.as_slice(), [kind, subtype] if !kind.is_empty() && !subtype.is_empty())
}

/// The schema of any JSON value.
pub(crate) fn open() -> serde_json::Value {
    serde_json::json!({ "type": "object", "additionalProperties": true })
}
