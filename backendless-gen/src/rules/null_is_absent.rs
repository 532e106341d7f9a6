//! Declares lists and maps in responses as nullable, so that `null` is read as absent.

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{At, Document};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "null-is-absent",
    why: "Backendless returns `null` for a missing list or map, which typify's `Vec` and `HashMap` reject; \
          nullable ones become an `Option`",
    guard: false,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let found = schemas::reachable(document, schemas::of_responses(document));
    let collections = found.iter().filter(|at| applies(at));
    let touched: Touched = collections.map(|at| at.pointer().clone()).collect();
    for pointer in &touched {
        if let Some(schema) = document.node_mut(pointer) {
            schema.set("nullable", true.into());
        }
    }
    Ok(touched)
}

/// Whether this rule changes a schema of a response.
pub(super) fn applies(schema: &At<'_>) -> bool {
    is_collection(schema) && schema.bool("nullable") != Some(true) && !is_member(schema)
}

/// Whether a schema is a member of a union, which `null` does not select.
fn is_member(schema: &At<'_>) -> bool {
    let list = schema.pointer().parent();
    matches!(list.keys().last(), Some("oneOf" | "anyOf"))
}

/// A list, or an object without listed properties.
fn is_collection(schema: &At<'_>) -> bool {
    let node = schema.node();
    let is_placeholder = schema
        .pointer()
        .keys()
        .last()
        .is_some_and(|name| name == super::OPEN_VALUE);
    let is_map = schemas::is_object(node) && node.get("properties").is_none() && !is_placeholder;
    is_map || node.get("type").and_then(|kind| kind.str()) == Some("array")
}
