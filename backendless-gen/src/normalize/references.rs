//! References to path items, and to schemas that are not components.
//!
//! progenitor resolves only `#/components/schemas/<name>`. A schema at another place that a `$ref` refers to becomes a
//! component, and its place a `$ref` to it, so that both have one type.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use heck::ToPascalCase;
use serde_json::json;

use crate::Error;
use crate::document::{At, Data, Document, Node, Pointer};
use crate::inline::{METHODS, path_items};
use crate::rules::schemas;

const SCHEMAS: [&str; 2] = ["components", "schemas"];

/// Keys of a path that say nothing about the schema.
const STRUCTURE: [&str; 9] = [
    "components",
    "content",
    "items",
    "parameters",
    "paths",
    "properties",
    "responses",
    "schema",
    "schemas",
];

pub(super) fn resolve(document: &mut Document) -> Result<(), Error> {
    inline_path_items(document)?;
    name_schemas(document);
    shorten(document);
    Ok(())
}

/// Replaces each `$ref` in place of a path item by the item.
fn inline_path_items(document: &mut Document) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<(Pointer, Node)> = Vec::new();
    for item in path_items(document) {
        if item.child("$ref").is_none() {
            continue;
        }
        let target = item.resolved("pathItems")?;
        let mut node = target.node().clone();
        let is_copy = target.pointer().keys().next() == Some("paths");
        if !seen.insert(target.pointer().clone()) || is_copy {
            forget_ids(&mut node);
        }
        if let (Some(own), Some(entries)) = (item.node().mapping(), node.mapping_mut()) {
            let own = own.iter().filter(|(key, _)| *key != "$ref");
            entries.extend(own.map(|(key, value)| (key.clone(), value.clone())));
        }
        found.push((item.pointer().clone(), node));
    }
    for (pointer, node) in found {
        if let Some(item) = document.node_mut(&pointer) {
            *item = node;
        }
    }
    Ok(())
}

/// Removes the operationIds of a copy, which must differ from those of the original.
fn forget_ids(item: &mut Node) {
    let operations = item.mapping_mut().into_iter().flatten();
    for (_, operation) in operations.filter(|(key, _)| METHODS.contains(&key.as_str())) {
        operation.remove("operationId");
    }
}

/// Gives each schema that a `$ref` refers to a name among the components.
fn name_schemas(document: &mut Document) {
    let mut found = Vec::new();
    collect(&document.root(), &mut found);
    let mut places: BTreeMap<Pointer, Pointer> = BTreeMap::new();
    for (reference, target) in &found {
        places.insert(reference.clone(), target.clone());
    }
    let mut targets: Vec<Pointer> = places.values().cloned().collect();
    // The innermost schemas first: the others then contain references to them.
    targets.sort_by_key(|target| (std::cmp::Reverse(target.keys().count()), target.clone()));
    targets.dedup();
    let mut names: BTreeMap<Pointer, String> = BTreeMap::new();
    for target in targets {
        let name = match component_name(&target) {
            Some(name) => name.to_owned(),
            None => move_to_components(document, &target),
        };
        names.insert(target, name);
    }
    for (reference, target) in places {
        let text = names.get(&target).map(|name| text_of(name));
        // A reference inside a schema that moved has another path now.
        let moves = names.iter().filter(|(old, _)| has_moved(&reference, old));
        let innermost = moves.max_by_key(|(old, _)| old.keys().count());
        let reference = match innermost {
            Some((old, name)) => moved(&reference, old, name),
            None => reference,
        };
        if let (Some(node), Some(text)) = (document.node_mut(&reference), text) {
            Node::replace(node, text.into());
        }
    }
}

/// Replaces a `$ref` to a component that is nothing but a `$ref` itself by the one at the end of the row, so that a row of
/// aliases is no row of types that contain one another.
fn shorten(document: &mut Document) {
    let aliases: HashMap<String, String> = document
        .components("schemas")
        .into_iter()
        .filter_map(|(name, at)| Some((name.to_owned(), alias(at.node())?.to_owned())))
        .collect();
    let mut ends: HashMap<&str, &str> = HashMap::new();
    for name in aliases.keys() {
        let mut row = vec![name.as_str()];
        let mut seen = HashSet::from([name.as_str()]);
        let mut end = name.as_str();
        while let Some(next) = aliases.get(end) {
            end = ends.get(next.as_str()).copied().unwrap_or(next);
            // A circle is rejected later.
            if !seen.insert(end) {
                row.clear();
                break;
            }
            row.push(end);
        }
        ends.extend(row.into_iter().map(|name| (name, end)));
    }
    for (name, next) in &aliases {
        let pointer = Pointer::of(SCHEMAS).join(name).join("$ref");
        let end = ends.get(name.as_str()).filter(|end| *end != next);
        if let (Some(end), Some(node)) = (end, document.node_mut(&pointer)) {
            node.replace(text_of(end).into());
        }
    }
}

/// The component that a schema without other keys refers to.
fn alias(schema: &Node) -> Option<&str> {
    let is_alone = schema.mapping().is_some_and(|keys| keys.len() == 1);
    schemas::component(schema).filter(|_| is_alone)
}

fn text_of(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// Whether a node belongs to the schema at `old`, which became a component.
fn has_moved(pointer: &Pointer, old: &Pointer) -> bool {
    component_name(old).is_none() && pointer.is_below(old)
}

/// The path of a node after the schema at `old` became the component `name`.
fn moved(pointer: &Pointer, old: &Pointer, name: &str) -> Pointer {
    let new = Pointer::of(SCHEMAS).join(name);
    let rest = pointer.keys().skip(old.keys().count());
    rest.fold(new, |pointer, key| pointer.join(key))
}

/// The name of a component that a `$ref` can contain as it is.
fn component_name(target: &Pointer) -> Option<&str> {
    let keys: Vec<&str> = target.keys().collect();
    match keys.as_slice() {
        ["components", "schemas", name] if !name.contains(['/', '~', '%', '#']) => Some(name),
        _ => None,
    }
}

/// Collects the references to schemas whose text is not that of a component, with the schema that each refers to.
fn collect(at: &At<'_>, found: &mut Vec<(Pointer, Pointer)>) {
    if let Some(reference) = at.child("$ref").filter(|_| !is_other(at.pointer())) {
        let is_plain = |text: &str| {
            let name = text.strip_prefix("#/components/schemas/");
            name.is_some_and(|name| !name.contains(['/', '~', '%', '#']))
        };
        let target = at.resolved_once().filter(|target| {
            let text = reference.node().str().unwrap_or_default();
            !is_plain(text) && is_schema(target)
        });
        found.extend(target.map(|target| (reference.pointer().clone(), target.pointer().clone())));
    }
    for (key, child) in at.entries() {
        let is_value =
            matches!(key, "example" | "examples" | "enum" | "const") || key.starts_with("x-");
        let is_name = matches!(
            at.pointer().keys().last(),
            Some("properties" | "schemas" | "headers")
        );
        if matches!(child.node().data, Data::Mapping(_) | Data::Sequence(_))
            && (!is_value || is_name)
        {
            collect(&child, found);
        }
    }
    for child in at.items() {
        if child.node().mapping().is_some() {
            collect(&child, found);
        }
    }
}

/// Whether a node is an object other than a schema, whose `$ref` is resolved where it is used.
fn is_other(pointer: &Pointer) -> bool {
    let keys: Vec<&str> = pointer.keys().collect();
    match keys.as_slice() {
        ["components", section, _] => *section != "schemas",
        ["paths", _] => true,
        [.., "parameters", index] => index.parse::<usize>().is_ok(),
        ["paths", _, _, "requestBody"] | ["paths", _, _, "responses", _] => true,
        [.., "headers" | "links" | "callbacks", _] => !keys.contains(&"properties"),
        _ => false,
    }
}

/// Whether a node can be a schema: the places of components of other kinds are none.
fn is_schema(target: &At<'_>) -> bool {
    let keys: Vec<&str> = target.pointer().keys().collect();
    let is_other = matches!(keys.as_slice(), ["components", section, _] if *section != "schemas");
    target.node().mapping().is_some() && !is_other && keys.len() > 2
}

/// Moves the schema at `target` to the components, and returns its name.
fn move_to_components(document: &mut Document, target: &Pointer) -> String {
    let name = unused_name(document, target);
    let place = document.root().node().place;
    let reference = Node::new(place, json!({ "$ref": text_of(&name) }));
    let is_component = target.keys().count() == 3;
    let Some(node) = document.node_mut(target) else {
        return name;
    };
    let schema = std::mem::replace(node, reference);
    node.place = schema.place;
    if is_component {
        let key = target.keys().last().unwrap_or_default().to_owned();
        if let Some(section) = document.node_mut(&target.parent()) {
            section.remove(&key);
        }
    }
    let mut pointer = Pointer::default();
    for key in SCHEMAS {
        let parent = pointer.clone();
        pointer = pointer.join(key);
        if document.at(&pointer).is_none()
            && let Some(parent) = document.node_mut(&parent)
        {
            parent.set(key, json!({}));
        }
    }
    let section = document.node_mut(&pointer).and_then(Node::mapping_mut);
    if let Some(section) = section {
        section.insert(name.clone(), schema);
    }
    name
}

/// A name that describes the place of a schema, and that differs from those of the components in Rust.
fn unused_name(document: &Document, target: &Pointer) -> String {
    let section = document.at(&Pointer::of(SCHEMAS));
    let taken: BTreeSet<String> = section
        .iter()
        .flat_map(At::entries)
        .filter(|(_, at)| at.pointer() != target)
        .map(|(name, _)| name.to_pascal_case())
        .collect();
    let keys = target.keys().filter(|key| !STRUCTURE.contains(key));
    let name = keys.collect::<Vec<_>>().join("-").to_pascal_case();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("Schema{name}")
    };
    let mut candidate = name.clone();
    let mut number = 2;
    while taken.contains(&candidate.to_pascal_case()) {
        candidate = format!("{name}{number}");
        number += 1;
    }
    candidate
}
