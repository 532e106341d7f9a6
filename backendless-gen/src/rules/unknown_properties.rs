//! Keeps properties that a schema does not list, or ignores them.

use serde_json::json;

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "unknown-properties",
    why: "in a schema that lists properties typify ignores `additionalProperties: true`, which loses columns; it maps `false` \
          to deny_unknown_fields, which rejects a new column; `{}` keeps unlisted properties, and without the keyword \
          they are ignored",
    guard: false,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let places = schemas::places(&schemas::all(document));
    Ok(schemas::change(document, places, rewrite))
}

/// Rewrites the `additionalProperties` of one schema. Returns whether they changed.
fn rewrite(schema: &mut Node) -> bool {
    let listed = schema.get("properties").is_some();
    match schema.get("additionalProperties").and_then(Node::bool) {
        Some(true) if listed => {
            schema.set("additionalProperties", json!({}));
            true
        }
        Some(false) => schema.remove("additionalProperties"),
        _ => false,
    }
}
