//! Declares one success response per operation, and no error responses.

use serde_json::json;

use super::{Rule, Touched};
use crate::Error;
use crate::document::{Document, Node, Place};
use crate::model::{Model, Response};

pub(super) const RULE: Rule = Rule {
    id: "one-response",
    why: "progenitor panics when two successes, or two errors, differ in type, and does not decode undeclared \
          statuses; all 2xx become one success, whose type is that of `Response` in model.rs, and the SDK reads every \
          other status as an error",
    guard: false,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    for operation in &model.operations {
        let pointer = operation.pointer.join("responses");
        let Some(parent) = document.node_mut(&operation.pointer) else {
            continue;
        };
        let place = parent.place;
        let mut response = Node::new(place, json!({ "description": description(parent) }));
        let content = match &operation.response {
            Response::Json(schema) => Some(("application/json", (**schema).clone())),
            Response::Raw | Response::Text => Some((
                "application/octet-stream",
                Node::new(place, json!({ "type": "string", "format": "binary" })),
            )),
            Response::Empty => None,
        };
        if let Some((media_type, schema)) = content {
            let media = mapping(place, "schema", schema);
            response.insert("content", mapping(place, media_type, media));
        }
        parent.insert("responses", mapping(place, "2XX", response));
        touched.insert(pointer);
    }
    Ok(touched)
}

/// A mapping with one key.
fn mapping(place: Place, key: &str, node: Node) -> Node {
    let mut mapping = Node::new(place, json!({}));
    mapping.insert(key, node);
    mapping
}

/// The description of the first success response.
fn description(operation: &Node) -> String {
    let responses = operation.get("responses").and_then(Node::mapping);
    let success =
        responses.and_then(|entries| entries.iter().find(|(status, _)| status.starts_with('2')));
    let text = success.and_then(|(_, response)| response.get("description")?.str());
    text.unwrap_or("Success.").to_owned()
}
