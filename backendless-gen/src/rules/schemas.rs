//! Traversal of the schemas of a document.

use std::collections::BTreeSet;

use crate::document::{At, Document, Node, Pointer};
use crate::inline::{operations, path_items};

/// The direct subschemas of a schema. Does not follow `$ref`.
pub(crate) fn children<'d>(schema: &At<'d>) -> Vec<At<'d>> {
    let mut found = Vec::new();
    if let Some(properties) = schema.child("properties") {
        found.extend(properties.entries().into_iter().map(|(_, at)| at));
    }
    for key in ["items", "additionalProperties", "not"] {
        found.extend(schema.child(key).filter(|at| at.node().mapping().is_some()));
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        found.extend(schema.child(key).map(|at| at.items()).unwrap_or_default());
    }
    found
}

/// Returns `roots` and all schemas reachable from them, including through `$ref`. Each schema occurs once.
pub(crate) fn reachable<'d>(document: &'d Document, roots: Vec<At<'d>>) -> Vec<At<'d>> {
    let mut seen: BTreeSet<Pointer> = BTreeSet::new();
    let mut pending = roots;
    let mut found = Vec::new();
    while let Some(at) = pending.pop() {
        if !seen.insert(at.pointer().clone()) {
            continue;
        }
        if let Some(name) = component(at.node()) {
            pending.extend(document.at(&Pointer::of(["components", "schemas", name])));
        }
        pending.extend(children(&at));
        found.push(at);
    }
    found
}

/// The name of the component that a `$ref` refers to.
pub(crate) fn component(schema: &Node) -> Option<&str> {
    schema
        .get("$ref")?
        .str()?
        .strip_prefix("#/components/schemas/")
}

/// All operations of the document.
pub(crate) fn all_operations(document: &Document) -> Vec<At<'_>> {
    let items = path_items(document);
    items
        .iter()
        .flat_map(operations)
        .map(|(_, at)| at)
        .collect()
}

/// The schemas of the responses.
pub(crate) fn of_responses(document: &Document) -> Vec<At<'_>> {
    let responses = all_operations(document)
        .into_iter()
        .filter_map(|at| at.child("responses"));
    let responses: Vec<At<'_>> = responses
        .flat_map(|at| at.entries())
        .map(|(_, at)| at)
        .collect();
    responses.iter().flat_map(of_content).collect()
}

/// The schemas of the request bodies.
pub(crate) fn of_requests(document: &Document) -> Vec<At<'_>> {
    let bodies = all_operations(document)
        .into_iter()
        .filter_map(|at| at.child("requestBody"));
    bodies
        .collect::<Vec<_>>()
        .iter()
        .flat_map(of_content)
        .collect()
}

/// The schemas of the parameters.
pub(crate) fn of_parameters(document: &Document) -> Vec<At<'_>> {
    let lists = all_operations(document)
        .into_iter()
        .filter_map(|at| at.child("parameters"));
    lists
        .flat_map(|at| at.items())
        .filter_map(|at| at.child("schema"))
        .collect()
}

fn of_content<'d>(at: &At<'d>) -> Vec<At<'d>> {
    let content = at
        .child("content")
        .map(|at| at.entries())
        .unwrap_or_default();
    content
        .iter()
        .filter_map(|(_, at)| at.child("schema"))
        .collect()
}

/// All schemas of the document, including those that no operation uses.
pub(crate) fn all(document: &Document) -> Vec<At<'_>> {
    let components = document.at(&Pointer::of(["components", "schemas"]));
    let components = components.map(|at| at.entries()).unwrap_or_default();
    let mut roots: Vec<At<'_>> = components.into_iter().map(|(_, at)| at).collect();
    roots.extend(of_requests(document));
    roots.extend(of_responses(document));
    roots.extend(of_parameters(document));
    reachable(document, roots)
}

/// Adds a sentence to the description of a schema; for the schema of a parameter, to the description of the parameter.
pub(crate) fn describe(document: &mut Document, schema: &Pointer, sentence: &str) {
    let parent = schema.parent();
    let is_parameter = document
        .at(&parent)
        .is_some_and(|at| at.node().get("in").is_some() && at.node().get("name").is_some());
    let documented = if is_parameter { &parent } else { schema };
    if let Some(node) = document.node_mut(documented) {
        node.describe(sentence);
    }
}

/// Whether a schema describes an object, by its type or by its properties.
pub(crate) fn is_object(schema: &Node) -> bool {
    match schema.get("type") {
        Some(kind) => kind.str() == Some("object"),
        None => schema.get("properties").is_some() || schema.get("additionalProperties").is_some(),
    }
}

/// Whether a schema allows any value.
pub(crate) fn is_any(schema: &Node) -> bool {
    const DOCUMENTATION: [&str; 8] = [
        "title",
        "description",
        "example",
        "default",
        "nullable",
        "readOnly",
        "writeOnly",
        "deprecated",
    ];
    let keys = schema
        .mapping()
        .into_iter()
        .flat_map(|entries| entries.keys());
    keys.into_iter()
        .all(|key| DOCUMENTATION.contains(&key.as_str()))
        && schema.mapping().is_some()
}

/// Whether an object allows additional properties.
pub(crate) fn has_open_properties(schema: &Node) -> bool {
    schema
        .get("additionalProperties")
        .is_some_and(|extra| extra.bool() == Some(true) || is_any(extra))
}
