//! Traversal of the schemas of a document.

use std::collections::BTreeSet;

use crate::document::{At, Document, Node, Pointer};
use crate::inline::{operations, path_items};

/// The keywords that document a schema and do not restrict its values.
pub(crate) const DOCUMENTATION: [&str; 9] = [
    "title",
    "description",
    "example",
    "default",
    "nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "externalDocs",
];

/// The keywords that limit a value without changing its JSON type.
pub(crate) const LIMITS: [&str; 13] = [
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The keywords of a schema that restrict its values.
pub(crate) fn structural(schema: &Node) -> Vec<&str> {
    let keys = schema.mapping().into_iter().flatten();
    keys.map(|(key, _)| key.as_str())
        .filter(|key| !DOCUMENTATION.contains(key))
        .collect()
}

/// The paths from a schema to its direct subschemas. Does not follow `$ref`.
pub(crate) fn child_keys(schema: &Node) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (key, value) in schema.mapping().into_iter().flatten() {
        match key.as_str() {
            "properties" => {
                let names = value.mapping().into_iter().flat_map(|all| all.keys());
                found.extend(names.map(|name| vec![key.clone(), name.clone()]));
            }
            "items" | "additionalProperties" | "not" if value.mapping().is_some() => {
                found.push(vec![key.clone()]);
            }
            "allOf" | "anyOf" | "oneOf" => {
                let length = value.sequence().map_or(0, <[Node]>::len);
                found.extend((0..length).map(|index| vec![key.clone(), index.to_string()]));
            }
            _ => {}
        }
    }
    found
}

/// The direct subschemas of a schema. Does not follow `$ref`.
pub(crate) fn children<'d>(schema: &At<'d>) -> Vec<At<'d>> {
    let keys = child_keys(schema.node());
    keys.iter().filter_map(|keys| schema.below(keys)).collect()
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

/// The component of which a schema is an alias: a `$ref`, or `allOf` with only a `$ref`.
pub(crate) fn alias(schema: &Node) -> Option<&str> {
    if schema.get("$ref").is_some() {
        return component(schema);
    }
    let [only] = schema.get("allOf")?.sequence()? else {
        return None;
    };
    component(only).filter(|_| structural(schema) == ["allOf"])
}

/// The names in `required`.
pub(crate) fn required_names(schema: &Node) -> BTreeSet<String> {
    let names = schema
        .get("required")
        .and_then(Node::sequence)
        .unwrap_or_default();
    names
        .iter()
        .filter_map(|name| name.str().map(str::to_owned))
        .collect()
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

/// The schemas in the `content` of a body or a response.
pub(crate) fn of_content<'d>(at: &At<'d>) -> Vec<At<'d>> {
    let content = at.entries_of("content");
    content
        .iter()
        .filter_map(|(_, at)| at.child("schema"))
        .collect()
}

/// The schemas that no other schema contains: components, and those of bodies, responses and parameters.
pub(crate) fn roots(document: &Document) -> Vec<At<'_>> {
    let components = document.components("schemas").into_iter();
    let mut roots: Vec<At<'_>> = components.map(|(_, at)| at).collect();
    roots.extend(of_requests(document));
    roots.extend(of_responses(document));
    roots.extend(of_parameters(document));
    roots
}

/// All schemas of the document, including those that no operation uses.
pub(crate) fn all(document: &Document) -> Vec<At<'_>> {
    reachable(document, roots(document))
}

/// The paths of schemas. They can be changed one after the other, which the schemas themselves prevent.
pub(crate) fn places<'a, 'd: 'a>(schemas: impl IntoIterator<Item = &'a At<'d>>) -> Vec<Pointer> {
    let places = schemas.into_iter().map(|at| at.pointer().clone());
    places.collect()
}

/// Changes schemas of the document, one after the other. Returns the paths of those for which `change` returns true.
pub(crate) fn change(
    document: &mut Document,
    places: impl IntoIterator<Item = Pointer>,
    mut change: impl FnMut(&mut Node) -> bool,
) -> BTreeSet<Pointer> {
    let mut is_changed = |place: &Pointer| document.node_mut(place).is_some_and(&mut change);
    places
        .into_iter()
        .filter(|place| is_changed(place))
        .collect()
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

/// Whether the schema at `pointer` is a member of a union.
pub(crate) fn is_member(pointer: &Pointer) -> bool {
    let keys: Vec<&str> = pointer.keys().collect();
    // A property can be named `oneOf`; only a list has indices.
    matches!(keys.as_slice(), [.., "oneOf" | "anyOf", index] if index.parse::<usize>().is_ok())
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
    schema.mapping().is_some() && structural(schema).is_empty()
}

/// Whether an object allows additional properties.
pub(crate) fn has_open_properties(schema: &Node) -> bool {
    schema
        .get("additionalProperties")
        .is_some_and(|extra| extra.bool() == Some(true) || is_any(extra))
}
