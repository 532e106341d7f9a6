//! Keeps one media type per request body.

use super::{Rule, Touched};
use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::{Model, open};

pub(super) const RULE: Rule = Rule {
    id: "one-media-type",
    why: "progenitor panics on a request body with two media types, and on JSON content without a schema; JSON is \
          kept, otherwise the first media type, and each other one has an operation of its own; JSON without a schema \
          becomes any JSON value; progenitor knows few media types, and the request builder sends the declared one",
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
        let plain = request.media.plain();
        if let Some(media_type) = content.get_mut(&request.media_type) {
            touched.extend(normalize(media_type, &pointer.join(&request.media_type)));
        }
        if request.media_type != plain {
            let media_type = content.shift_remove(&request.media_type);
            content.extend(media_type.map(|media_type| (plain.to_owned(), media_type)));
            touched.insert(pointer.clone());
        }
    }
    Ok(touched)
}

/// Adds a schema where there is none, and removes `encoding`. Returns `pointer` if anything changed.
///
/// `encoding` describes the parts of a form, which the caller of a generated function creates.
fn normalize(media_type: &mut Node, pointer: &Pointer) -> Option<Pointer> {
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
