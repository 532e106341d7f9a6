//! Moves `nullable` from components that become enums or structs to the places that refer to them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Rule, Touched, schemas, tree};
use crate::Error;
use crate::document::{At, Document, Pointer};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "nullable-components",
    why: "typify wraps a nullable struct in a type of another name, and gives a nullable composition and the `Option` around \
          it the same name, which does not compile; each place that refers to it is nullable instead",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let names = nullable(document);
    let is_nullable =
        |at: &&At<'_>| schemas::component(at.node()).is_some_and(|name| names.contains(name));
    let uses = schemas::places(schemas::all(document).iter().filter(is_nullable));
    let mut touched = Touched::new();
    for pointer in uses {
        touched.extend(make_nullable(document, &pointer));
    }
    for name in &names {
        let pointer = tree::component(name);
        if let Some(schema) = document.node_mut(&pointer) {
            schema.remove("nullable");
            touched.insert(pointer);
        }
    }
    Ok(touched)
}

/// The names of the components that allow `null` and become enums or structs, and of those that only refer to one of them.
fn nullable(document: &Document) -> BTreeSet<String> {
    let components = document.components("schemas");
    let mut aliases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, at) in &components {
        if let Some(target) = schemas::alias(at.node()) {
            aliases.entry(target).or_default().push(name);
        }
    }
    let nullable = components.iter().filter(|(_, at)| has_nullable_type(at));
    let mut pending: Vec<&str> = nullable.map(|(name, _)| *name).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if found.insert(name.to_owned()) {
            pending.extend(aliases.get(name).into_iter().flatten());
        }
    }
    found
}

fn has_nullable_type(at: &At<'_>) -> bool {
    let is_composed = ["allOf", "anyOf", "oneOf"]
        .iter()
        .any(|key| at.child(key).is_some());
    let is_struct = schemas::is_object(at.node()) && at.child("properties").is_some();
    (is_composed || is_struct) && at.bool("nullable") == Some(true)
}

/// Allows `null` at a `$ref`. Returns the changed place.
///
/// The owner of an `allOf` becomes nullable if it has only this part; otherwise the other parts reject `null`. A component
/// that is an alias stays a `$ref`: the places that refer to it are changed.
fn make_nullable(document: &mut Document, pointer: &Pointer) -> Option<Pointer> {
    let is_component = |pointer: &Pointer| tree::component_at(pointer).is_some();
    let list = pointer.parent();
    if list.keys().last() == Some("allOf") {
        let owner = list.parent();
        let parts = document.at(&list).map_or(0, |at| at.items().len());
        if parts != 1 || is_component(&owner) {
            return None;
        }
        document.node_mut(&owner)?.set("nullable", true.into());
        return Some(owner);
    }
    if is_component(pointer) {
        return None;
    }
    let node = document.node_mut(pointer)?;
    let reference = node.get("$ref")?.str()?.to_owned();
    node.replace(json!({ "nullable": true, "allOf": [{ "$ref": reference }] }));
    Some(pointer.clone())
}
