//! Distinguishes properties whose fields would have one name, such as `createdAt` and `created_at`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;
use crate::names;

/// Separates the name of a property from the number that makes its field unique. [`crate::types`] removes it, and what
/// follows it, from the name in JSON. It is a character for private use, which [`crate::validate`] rejects in a name.
pub(crate) const SEPARATOR: char = '\u{e000}';

pub(super) const RULE: Rule = Rule {
    id: "property-names",
    why: "typify generates two fields of one name for properties whose names differ in case or punctuation only; the one \
          whose name is that of its field keeps it, and the fields of the others get a number",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let all = schemas::all(document);
    let places: Vec<Pointer> = all.iter().map(|at| at.pointer().clone()).collect();
    let mut touched = Touched::new();
    // The deepest first: a renamed property changes the paths of the schemas below it.
    for pointer in places.iter().collect::<BTreeSet<_>>().into_iter().rev() {
        let Some(schema) = document.node_mut(pointer) else {
            continue;
        };
        let renamed = renamed(schema);
        if !renamed.is_empty() {
            rename(schema, &renamed);
            touched.insert(pointer.clone());
        }
    }
    Ok(touched)
}

/// The properties whose names do not stay the same, with their new names.
fn renamed(schema: &Node) -> BTreeMap<String, String> {
    let properties = schema.get("properties").and_then(Node::mapping);
    let mut keys: Vec<&String> = properties.into_iter().flat_map(|all| all.keys()).collect();
    let fields: BTreeSet<String> = keys.iter().map(|key| names::function(key)).collect();
    if fields.len() == keys.len() {
        return BTreeMap::new();
    }
    keys.sort_by_key(|key| **key != names::function(key));
    let mut used = BTreeSet::new();
    // The number after the last one that was tried for a field.
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    let mut renamed = BTreeMap::new();
    for key in keys {
        let own = names::function(key);
        if used.insert(own.clone()) {
            continue;
        }
        let next = next.entry(own).or_insert(2);
        let unique = (*next..).find_map(|number| {
            *next = number + 1;
            let new = format!("{key}{SEPARATOR}{number}");
            let field = names::function(&new);
            (!fields.contains(&field) && used.insert(field)).then_some(new)
        });
        renamed.extend(unique.map(|new| (key.clone(), new)));
    }
    renamed
}

fn rename(schema: &mut Node, renamed: &BTreeMap<String, String>) {
    if let Some(properties) = schema.get_mut("properties").and_then(Node::mapping_mut) {
        let old = std::mem::take(properties);
        let new = old
            .into_iter()
            .map(|(key, node)| (renamed.get(&key).cloned().unwrap_or(key), node));
        *properties = new.collect();
    }
    let required = schema.get_mut("required").and_then(Node::sequence_mut);
    for name in required.into_iter().flatten() {
        if let Some(new) = name.str().and_then(|name| renamed.get(name)) {
            name.replace(new.as_str().into());
        }
    }
}
