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
    let places = schemas::places(found.iter().filter(|at| applies(at)));
    Ok(schemas::change(document, places, |schema| {
        schema.set("nullable", true.into());
        true
    }))
}

/// Whether this rule changes a schema of a response.
pub(super) fn applies(schema: &At<'_>) -> bool {
    // `null` does not select a member of a union.
    let is_member = schemas::is_member(schema.pointer());
    is_collection(schema) && schema.bool("nullable") != Some(true) && !is_member
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
