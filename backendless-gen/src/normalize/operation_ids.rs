//! Names the operations that have no operationId: `GET /users/{id}/cats` is `getUsersByIdCats`.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use crate::document::{Document, Node, Pointer};
use crate::inline::{operations, path_items};
use crate::names;

/// Adds the missing operationIds, and a note for each.
pub(super) fn derive(document: &mut Document) {
    let mut taken = BTreeSet::new();
    let mut unnamed: Vec<(Pointer, String)> = Vec::new();
    for item in path_items(document) {
        let path = item.pointer().keys().last().unwrap_or_default();
        for (method, operation) in operations(&item) {
            let id = operation.child("operationId");
            match id.as_ref().map(|id| id.node().str()) {
                Some(Some(id)) if !id.trim().is_empty() => {
                    taken.insert(names::function(id));
                }
                // A value that is not a string is rejected by the validation.
                Some(None) => {}
                _ if operation.node().mapping().is_some() => {
                    unnamed.push((operation.pointer().clone(), name(method, path)));
                }
                _ => {}
            }
        }
    }
    for (pointer, name) in unnamed {
        let id = names::numbered(&name, &mut taken, names::function);
        let problem = format!("this operation has no operationId: it is named `{id}`");
        let help = "an operationId, which keeps the name of the function when the path changes";
        document.note(&pointer, &problem, help);
        if let Some(operation) = document.node_mut(&pointer) {
            Node::set(operation, "operationId", id.into());
        }
    }
}

/// The method, and the words of the path; `By` before a parameter.
fn name(method: &str, path: &str) -> String {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let words = segments.map(|segment| {
        let words = segment.replace('{', " by ").to_upper_camel_case();
        words.chars().filter(|c| c.is_alphanumeric()).collect()
    });
    let words: Vec<String> = words.collect();
    match words.is_empty() {
        true => format!("{method}Root"),
        false => format!("{method}{}", words.concat()),
    }
}
