//! Keeps one media type per request.

use super::{Rule, Touched};
use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::{Model, open};

pub(super) const RULE: Rule = Rule {
    id: "one-media-type",
    why: "progenitor panics on a request body with two media types, and on JSON content without a schema; the JSON one is \
          kept, or else the first that can be sent, and JSON without a schema becomes any JSON",
    guard: true,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    for operation in &model.operations {
        let Some(request) = &operation.request else {
            continue;
        };
        let pointer = operation.pointer.join("requestBody").join("content");
        let Some(content) = document.node_mut(&pointer).and_then(Node::mapping_mut) else {
            continue;
        };
        if content.len() > 1 {
            content.retain(|media_type, _| *media_type == request.media_type);
            touched.insert(pointer.clone());
        }
        if let Some(media_type) = content.get_mut(&request.media_type) {
            touched.extend(repair(media_type, &pointer.join(&request.media_type)));
        }
    }
    Ok(touched)
}

/// Removes `encoding`, which describes the parts of a form: the caller of a generated function creates them.
fn repair(media_type: &mut Node, pointer: &Pointer) -> Option<Pointer> {
    if media_type.mapping().is_none() {
        media_type.replace(serde_json::json!({}));
    }
    let mut changed = media_type.remove("encoding");
    if media_type.get("schema").is_none() {
        media_type.set("schema", open());
        changed = true;
    }
    changed.then(|| pointer.clone())
}
