//! The type of a response.

use super::{essence, is_json, open, schema_of, sent};
use crate::document::{At, Node};

/// The body of a success response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Response {
    /// JSON of this schema.
    Json(Box<Node>),
    /// Text, which is not JSON.
    Text,
    /// Bytes of any other media type.
    Raw,
    Empty,
}

/// The body type that covers all success responses of an operation, and the media types that the request accepts unless
/// that is JSON only:
///
/// - one JSON schema: that schema. If another success is empty, the schema becomes nullable, because an empty body is
///   decoded as `null`;
/// - several different JSON schemas: any JSON value, whose type the caller chooses;
/// - no JSON, but text in each success: a string;
/// - no JSON, but another media type, or a status with JSON and one with another media type: bytes;
/// - no content: empty.
///
/// Of several media types of one status, JSON is accepted.
pub(crate) fn response(operation: &At<'_>) -> (Response, Option<String>) {
    let mut schemas: Vec<Node> = Vec::new();
    let (mut texts, mut raw, mut empty) = (false, false, false);
    let mut accepted: Vec<String> = Vec::new();
    for response in successes(operation) {
        let content = response.entries_of("content");
        let plain = content
            .iter()
            .find(|(name, _)| essence(name) == "application/json");
        match plain.or_else(|| content.iter().find(|(name, _)| is_json(name))) {
            Some((name, media_type)) => {
                schemas.push(schema_of(media_type));
                accepted.push(sent(name));
                continue;
            }
            None if content.is_empty() => empty = true,
            None if content
                .iter()
                .all(|(name, _)| essence(name).starts_with("text/")) =>
            {
                texts = true
            }
            None => raw = true,
        }
        accepted.extend(content.iter().map(|(name, _)| sent(name)));
    }
    schemas.dedup();
    let body = match schemas.as_slice() {
        [] if raw => Response::Raw,
        [] if texts => Response::Text,
        [] => Response::Empty,
        _ if raw || texts => Response::Raw,
        [schema] if empty => Response::Json(Box::new(nullable(schema))),
        [schema] => Response::Json(Box::new(schema.clone())),
        [first, ..] => Response::Json(Box::new(Node::new(first.place, open()))),
    };
    let mut distinct: Vec<String> = Vec::new();
    for name in accepted {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    let is_default = distinct.iter().all(|name| name == "application/json");
    (body, (!is_default).then(|| distinct.join(", ")))
}

/// The responses with a 2xx status, or `default` if there are none.
pub(crate) fn successes<'d>(operation: &At<'d>) -> Vec<At<'d>> {
    let responses = operation.entries_of("responses");
    let matching = |predicate: fn(&str) -> bool| -> Vec<At<'d>> {
        let found = responses.iter().filter(|(status, _)| predicate(status));
        found.map(|(_, at)| at.clone()).collect()
    };
    match matching(|status| status.starts_with('2')) {
        empty if empty.is_empty() => matching(|status| status == "default"),
        found => found,
    }
}

/// Returns the schema with `null` allowed. A `$ref` is wrapped in `allOf`, because keywords beside it are ignored.
fn nullable(schema: &Node) -> Node {
    let mut node = schema.clone();
    if node.get("$ref").is_some() {
        let mut wrapped = Node::new(schema.place, serde_json::json!({ "allOf": [] }));
        if let Some(list) = wrapped
            .mapping_mut()
            .and_then(|entries| entries.get_mut("allOf"))
        {
            list.data = crate::document::Data::Sequence(vec![node]);
        }
        node = wrapped;
    }
    node.set("nullable", true.into());
    node
}
