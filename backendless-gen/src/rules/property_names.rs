//! Distinguishes properties whose fields would have one name, such as `createdAt` and `created_at`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node};
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
    let mut places = schemas::places(&schemas::all(document));
    places.sort();
    // The deepest first: a renamed property changes the paths of the schemas below it.
    let places = places.into_iter().rev();
    Ok(schemas::change(document, places, |schema| {
        let renamed = renamed(schema);
        rename(schema, &renamed);
        !renamed.is_empty()
    }))
}

/// The properties whose names do not stay the same, with their new names.
fn renamed(schema: &Node) -> BTreeMap<String, String> {
    let properties = schema.get("properties").and_then(Node::mapping);
    let names = properties.into_iter().flat_map(|all| all.keys());
    let names = names.map(String::as_str);
    names::distinguished(names, BTreeSet::new(), names::function, |name, number| {
        format!("{name}{SEPARATOR}{number}")
    })
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
