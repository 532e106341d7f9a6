//! Removes vendor extensions, which are meant for other tools.

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node, Pointer};
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
    let places: Vec<Pointer> = operations
        .iter()
        .chain(&schemas::all(document))
        .map(|at| at.pointer().clone())
        .collect();
    let mut touched = Touched::new();
    for pointer in places {
        let Some(entries) = document.node_mut(&pointer).and_then(Node::mapping_mut) else {
            continue;
        };
        let is_vendor =
            |key: &String| key.starts_with("x-") && !OF_OPERATIONS.contains(&key.as_str());
        if entries.keys().any(is_vendor) {
            touched.insert(pointer);
        }
        entries.retain(|key, _| !key.starts_with("x-"));
    }
    Ok(touched)
}
