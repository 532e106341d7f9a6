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
    let used = schemas::places(&schemas::reachable(document, roots));
    let used: BTreeSet<Pointer> = used.into_iter().collect();
    let declared = document.components("schemas").into_iter();
    let unused: Touched = declared
        .map(|(_, at)| at.pointer().clone())
        .filter(|pointer| !used.contains(pointer))
        .collect();
    for pointer in &unused {
        if let Some(section) = document.node_mut(&pointer.parent()) {
            section.remove(pointer.keys().last().unwrap_or_default());
        }
    }
    Ok(unused)
}
