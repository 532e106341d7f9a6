//! Declares multipart bodies as bytes, and bodies of bytes and text as progenitor expects them.

use serde_json::json;

use super::{Rule, Touched};
use crate::Error;
use crate::document::{Document, Node};
use crate::model::{Media, Model};

pub(super) const RULE: Rule = Rule {
    id: "multipart",
    why: "progenitor rejects multipart/form-data; the body is declared as bytes, which it supports, and the generated \
          request builder takes a `Multipart` form in its place; progenitor accepts one schema each for bytes and text",
    guard: false,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    for operation in &model.operations {
        let Some(media) = operation.request.as_ref().map(|request| request.media) else {
            continue;
        };
        let content = operation.pointer.join("requestBody").join("content");
        let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
        let (pointer, expected) = match media {
            Media::Multipart => (content, json!({ "application/octet-stream": bytes })),
            Media::Octets => (content.join(media.plain()), bytes),
            Media::Text => (
                content.join(media.plain()),
                json!({ "schema": { "type": "string" } }),
            ),
            _ => continue,
        };
        let Some(node) = document.node_mut(&pointer) else {
            continue;
        };
        let expected = Node::new(node.place, expected);
        if *node != expected {
            *node = expected;
            touched.insert(pointer);
        }
    }
    Ok(touched)
}
