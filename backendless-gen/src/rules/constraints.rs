//! Removes constraints on values, so that no value of the service fails to decode.

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Data, Document, Node};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "no-constraints",
    why: "typify maps string formats to types of crates that the SDK does not depend on (chrono, uuid), and limits to types \
          that reject a value out of range; it panics on `not`; a property with a default is always serialized, and `null` \
          for it is rejected",
    guard: false,
    apply,
};

/// The formats that are kept, because the generated types depend on them: sizes of numbers, bytes and secrets.
const KEPT_FORMATS: [&str; 6] = ["int32", "int64", "float", "double", "binary", "password"];

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let places = schemas::places(&schemas::all(document));
    let mut touched = Touched::new();
    for pointer in places {
        let Some(schema) = document.node_mut(&pointer) else {
            continue;
        };
        let default = schema.get("default").cloned();
        if !relax(schema) {
            continue;
        }
        if let Some(Data::Bool(_) | Data::Number(_) | Data::String(_)) =
            default.as_ref().map(|node| &node.data)
        {
            let sentence = default.map(|node| format!("Default: {}.", node.summary()));
            schemas::describe(document, &pointer, &sentence.unwrap_or_default());
        }
        touched.insert(pointer);
    }
    Ok(touched)
}

/// Removes the constraints of one schema. Returns whether there were any.
fn relax(schema: &mut Node) -> bool {
    let mut changed = schema.remove("not");
    for limit in schemas::LIMITS {
        changed |= schema.remove(limit);
    }
    let format = schema.get("format").and_then(Node::str);
    if format.is_some_and(|format| !KEPT_FORMATS.contains(&format)) {
        changed |= schema.remove("format");
    }
    changed | schema.remove("default")
}
