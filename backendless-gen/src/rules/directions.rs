//! Separates the components that requests and responses share where the two directions differ.

use std::collections::{BTreeMap, BTreeSet};

use super::schemas::{alias, required_names};
use super::tree::{self, Names};
use super::{Rule, Touched, null_is_absent, schemas};
use crate::Error;
use crate::document::{At, Document, Node, Pointer};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "directions",
    why: "a required `readOnly` property is not sent, a required `writeOnly` property is not received, and only a response \
          has `null` for a list; a component that both directions use, and that differs, is copied for responses",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut requests = schemas::of_requests(document);
    requests.extend(schemas::of_parameters(document));
    let requests = component_names(document, requests);
    let responses = component_names(document, schemas::of_responses(document));
    let shared: BTreeSet<String> = requests.intersection(&responses).cloned().collect();
    let copies = copies(document, &shared);
    let mut touched: Touched = copies.values().map(|name| tree::component(name)).collect();
    for (name, copy) in &copies {
        let node = document
            .at(&tree::component(name))
            .map(|at| at.node().clone());
        if let Some(node) = node {
            tree::add_component(document, copy, node);
        }
    }
    let of_responses = responses.difference(&requests).chain(copies.values());
    let mut places: Vec<Pointer> = of_responses.map(|name| tree::component(name)).collect();
    places.extend(schemas::places(&schemas::of_responses(document)));
    for place in places {
        if let Some(schema) = document.node_mut(&place) {
            redirect(schema, &copies);
        }
    }
    let mut relaxed = relax(document, schemas::of_requests(document), "readOnly");
    relaxed.extend(relax(
        document,
        schemas::of_responses(document),
        "writeOnly",
    ));
    for (place, required) in relaxed {
        if let Some(schema) = document.node_mut(&place) {
            schema.remove("required");
            if !required.is_empty() {
                schema.set("required", serde_json::json!(required));
            }
            touched.insert(place);
        }
    }
    Ok(touched)
}

/// The names of the components reachable from `roots`.
fn component_names(document: &Document, roots: Vec<At<'_>>) -> BTreeSet<String> {
    let reached = schemas::reachable(document, roots);
    let names = reached
        .iter()
        .filter_map(|at| tree::component_at(at.pointer()));
    names.map(str::to_owned).collect()
}

/// The names of the copies of the shared components that differ, or refer to one that differs.
fn copies(document: &Document, shared: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pending = Vec::new();
    for name in shared {
        let Some(at) = document.at(&tree::component(name)) else {
            continue;
        };
        let mut differs = false;
        for part in inline_parts(at) {
            differs |= null_is_absent::applies(&part) || !unsent(document, &part).is_empty();
            if let Some(target) = schemas::component(part.node()) {
                users
                    .entry(target.to_owned())
                    .or_default()
                    .push(name.clone());
            }
        }
        pending.extend(differs.then(|| name.clone()));
    }
    let mut differing = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if differing.insert(name.clone()) {
            pending.extend(users.get(&name).cloned().unwrap_or_default());
        }
    }
    let mut names = Names::of_components(document);
    let named = differing.into_iter().map(|name| {
        let copy = names.unique(&format!("{name}-response"));
        (name, copy)
    });
    named.collect()
}

/// A schema and all schemas in it, without those that it refers to.
fn inline_parts(at: At<'_>) -> Vec<At<'_>> {
    let mut pending = vec![at];
    let mut found = Vec::new();
    while let Some(at) = pending.pop() {
        pending.extend(schemas::children(&at));
        found.push(at);
    }
    found
}

/// The required properties of a schema that only one direction has.
fn unsent(document: &Document, schema: &At<'_>) -> BTreeSet<String> {
    let is_one_way = |name: &String| {
        ["readOnly", "writeOnly"]
            .iter()
            .any(|key| is_marked(document, schema, name, key))
    };
    required_names(schema.node())
        .into_iter()
        .filter(is_one_way)
        .collect()
}

/// Whether a property, or the component that it refers to, has the keyword `key`.
fn is_marked(document: &Document, schema: &At<'_>, property: &str, key: &str) -> bool {
    let Some(property) = schema.below(&["properties", property]) else {
        return false;
    };
    let target = alias(property.node()).and_then(|name| document.at(&tree::component(name)));
    property.bool(key) == Some(true) || target.is_some_and(|at| at.bool(key) == Some(true))
}

/// Points each `$ref` in a schema to the copy of its component, if there is one.
fn redirect(schema: &mut Node, copies: &BTreeMap<String, String>) {
    let copy = schemas::component(schema).and_then(|name| copies.get(name));
    if let Some(copy) = copy {
        schema.set("$ref", tree::reference(copy).into());
    }
    for keys in schemas::child_keys(schema) {
        if let Some(child) = schema.below_mut(&keys) {
            redirect(child, copies);
        }
    }
}

/// Removes the properties with the keyword `key` from `required`, in all schemas reachable from `roots`.
fn relax(document: &Document, roots: Vec<At<'_>>, key: &str) -> Vec<(Pointer, Vec<String>)> {
    let reached = schemas::reachable(document, roots);
    let kept = reached.iter().filter_map(|at| {
        let required = required_names(at.node());
        let total = required.len();
        let kept: Vec<String> = required
            .into_iter()
            .filter(|name| !is_marked(document, at, name, key))
            .collect();
        (kept.len() < total).then(|| (at.pointer().clone(), kept))
    });
    kept.collect()
}
