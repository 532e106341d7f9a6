//! Removes component schemas that no operation uses.

use std::collections::BTreeSet;

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Pointer};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "unused-schemas",
    why: "progenitor generates a type for every component schema; those that a type parameter replaces, and those of \
          errors, would be dead code",
    guard: false,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut roots = schemas::of_requests(document);
    roots.extend(schemas::of_responses(document));
    roots.extend(schemas::of_parameters(document));
    let used: BTreeSet<Pointer> = schemas::reachable(document, roots)
        .iter()
        .map(|at| at.pointer().clone())
        .collect();
    let section = Pointer::of(["components", "schemas"]);
    let declared = document
        .at(&section)
        .map(|at| at.entries())
        .unwrap_or_default();
    let unused: Touched = declared
        .into_iter()
        .map(|(_, at)| at.pointer().clone())
        .filter(|pointer| !used.contains(pointer))
        .collect();
    if let Some(section) = document.node_mut(&section) {
        for pointer in &unused {
            section.remove(pointer.keys().last().unwrap_or_default());
        }
    }
    Ok(unused)
}
