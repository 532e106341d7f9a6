//! Keeps properties that a schema does not list, or ignores them.

use serde_json::json;

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Data, Document, Pointer};
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
    let places: Vec<Pointer> = schemas::all(document)
        .iter()
        .map(|at| at.pointer().clone())
        .collect();
    let mut touched = Touched::new();
    for pointer in places {
        let Some(schema) = document.node_mut(&pointer) else {
            continue;
        };
        let listed = schema.get("properties").is_some();
        let changed = match schema.get("additionalProperties").map(|extra| &extra.data) {
            Some(Data::Bool(true)) if listed => {
                schema.set("additionalProperties", json!({}));
                true
            }
            Some(Data::Bool(false)) => schema.remove("additionalProperties"),
            _ => false,
        };
        if changed {
            touched.insert(pointer);
        }
    }
    Ok(touched)
}
