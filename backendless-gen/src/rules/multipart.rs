//! Declares multipart bodies as bytes.

use serde_json::json;

use super::{Rule, Touched};
use crate::Error;
use crate::document::{Document, Node};
use crate::model::{Media, Model};

pub(super) const RULE: Rule = Rule {
    id: "multipart",
    why: "progenitor rejects multipart/form-data; the body is declared as bytes, which it supports, and the generated \
          request builder takes a `Multipart` form in its place",
    guard: false,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    for operation in &model.operations {
        let request = operation.request.as_ref();
        if !request.is_some_and(|request| request.media == Media::Multipart) {
            continue;
        }
        let pointer = operation.pointer.join("requestBody").join("content");
        if let Some(content) = document.node_mut(&pointer) {
            content.replace(json!({ "application/octet-stream": bytes() }));
            touched.insert(pointer);
        }
    }
    touched.extend(plain_bytes(model, document));
    Ok(touched)
}

fn bytes() -> serde_json::Value {
    json!({ "schema": { "type": "string", "format": "binary" } })
}

/// Replaces the schemas of byte and text bodies by the only one that progenitor accepts for each.
fn plain_bytes(model: &Model, document: &mut Document) -> Touched {
    let mut touched = Touched::new();
    for operation in &model.operations {
        let media = operation.request.as_ref().map(|request| request.media);
        let (schema, media) = match media {
            Some(media @ Media::Octets) => (bytes(), media),
            Some(media @ Media::Text) => (json!({ "schema": { "type": "string" } }), media),
            _ => continue,
        };
        let pointer = operation
            .pointer
            .join("requestBody")
            .join("content")
            .join(media.plain());
        if let Some(media_type) = document.node_mut(&pointer) {
            let expected = Node::new(media_type.place, schema);
            if *media_type != expected {
                *media_type = expected;
                touched.insert(pointer);
            }
        }
    }
    touched
}
