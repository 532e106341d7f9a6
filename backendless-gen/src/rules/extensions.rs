//! Removes vendor extensions, which are meant for other tools.

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node};
use crate::extensions::OF_OPERATIONS;
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "vendor-extensions",
    why: "progenitor and typify interpret some `x-` keys (`x-rust-type` refers to other crates, \
          `x-dropshot-pagination` adds functions that need the futures crate); the generator reads its own before this rule",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let operations = schemas::all_operations(document);
    let places = schemas::places(operations.iter().chain(&schemas::all(document)));
    Ok(schemas::change(document, places, remove))
}

/// Removes all extensions of one node. Returns whether one of them was not of this generator.
fn remove(node: &mut Node) -> bool {
    let Some(entries) = node.mapping_mut() else {
        return false;
    };
    let is_vendor = |key: &String| key.starts_with("x-") && !OF_OPERATIONS.contains(&key.as_str());
    let changed = entries.keys().any(is_vendor);
    entries.retain(|key, _| !key.starts_with("x-"));
    changed
}
