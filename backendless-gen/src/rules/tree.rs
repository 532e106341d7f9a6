//! Schemas as trees of nodes, for the rules that rewrite them as a unit.

use std::collections::{BTreeMap, BTreeSet};

use super::schemas;
use crate::document::{Document, Node, Pointer};
use crate::names;

/// The marker of a schema that stands for any JSON value because the generator cannot express it. The rule
/// `opened-schemas` reports and removes it.
pub(super) const OPENED: &str = "x-opened";

/// The keywords that document a schema and do not restrict its values.
pub(super) const DOCUMENTATION: [&str; 9] = [
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

/// The JSON type of the values of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Any,
    Text,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    /// `oneOf` or `anyOf`.
    Union,
    /// A composition, a contradiction, or a type that OpenAPI does not have.
    Other,
}

/// The kind of a schema that is no `$ref`.
pub(super) fn kind(schema: &Node) -> Kind {
    if ["oneOf", "anyOf"]
        .iter()
        .any(|key| schema.get(key).is_some())
    {
        return Kind::Union;
    }
    match schema
        .get("type")
        .map(|kind| kind.str().unwrap_or_default())
    {
        Some("string") => Kind::Text,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::Array,
        Some("object") => Kind::Object,
        Some(_) => Kind::Other,
        None => untyped_kind(schema),
    }
}

fn untyped_kind(schema: &Node) -> Kind {
    let values = schema.get("enum").and_then(Node::sequence);
    match values {
        Some(values) if values.iter().all(|value| value.str().is_some()) => Kind::Text,
        Some(_) => Kind::Other,
        None if schema.get("items").is_some() => Kind::Array,
        None if schemas::is_object(schema) || schema.get("required").is_some() => Kind::Object,
        None if structural(schema).is_empty() => Kind::Any,
        None => Kind::Other,
    }
}

/// The keywords of a schema that restrict its values.
pub(super) fn structural(schema: &Node) -> Vec<&str> {
    let keys = schema
        .mapping()
        .into_iter()
        .flat_map(|entries| entries.keys());
    keys.map(String::as_str)
        .filter(|key| !DOCUMENTATION.contains(key))
        .collect()
}

/// Replaces a schema by one of any JSON value. Its description is kept.
pub(super) fn open(schema: &mut Node) {
    let description = schema.get("description").cloned();
    schema.replace(serde_json::json!({ OPENED: true }));
    if let (Some(description), Some(entries)) = (description, schema.mapping_mut()) {
        entries.insert("description".to_owned(), description);
    }
}

/// The subschemas of a schema, for changes, each with the keys that lead to it.
pub(super) fn children_mut(schema: &mut Node) -> Vec<(Vec<String>, &mut Node)> {
    let mut found = Vec::new();
    for (key, value) in schema.mapping_mut().into_iter().flatten() {
        match key.as_str() {
            "properties" => {
                let properties = value.mapping_mut().into_iter().flatten();
                found
                    .extend(properties.map(|(name, node)| (vec![key.clone(), name.clone()], node)));
            }
            "items" | "additionalProperties" | "not" if value.mapping().is_some() => {
                found.push((vec![key.clone()], value));
            }
            "allOf" | "anyOf" | "oneOf" => {
                let items = value.sequence_mut().into_iter().flatten().enumerate();
                found.extend(
                    items.map(|(index, node)| (vec![key.clone(), index.to_string()], node)),
                );
            }
            _ => {}
        }
    }
    found
}

/// The subschemas of a schema, each with the keys that lead to it. Does not follow `$ref`.
pub(super) fn children(schema: &Node) -> Vec<(Vec<String>, &Node)> {
    let mut found = Vec::new();
    for (key, value) in schema.mapping().into_iter().flatten() {
        match key.as_str() {
            "properties" => {
                let properties = value.mapping().into_iter().flatten();
                found
                    .extend(properties.map(|(name, node)| (vec![key.clone(), name.clone()], node)));
            }
            "items" | "additionalProperties" | "not" if value.mapping().is_some() => {
                found.push((vec![key.clone()], value));
            }
            "allOf" | "anyOf" | "oneOf" => {
                let items = value.sequence().unwrap_or_default().iter().enumerate();
                found.extend(
                    items.map(|(index, node)| (vec![key.clone(), index.to_string()], node)),
                );
            }
            _ => {}
        }
    }
    found
}

/// The path of the component `name`.
pub(super) fn component(name: &str) -> Pointer {
    Pointer::of(["components", "schemas", name])
}

/// The name of the component at this path, if it is one.
pub(super) fn component_at(pointer: &Pointer) -> Option<&str> {
    let mut keys = pointer.keys();
    match (keys.next(), keys.next(), keys.next(), keys.next()) {
        (Some("components"), Some("schemas"), Some(name), None) => Some(name),
        _ => None,
    }
}

/// The places of all schemas that no other schema contains: components, bodies, responses and parameters.
pub(super) fn roots(document: &Document) -> Vec<Pointer> {
    let components = document.at(&Pointer::of(["components", "schemas"]));
    let components = components.map(|at| at.entries()).unwrap_or_default();
    let mut roots: Vec<Pointer> = components
        .iter()
        .map(|(_, at)| at.pointer().clone())
        .collect();
    for part in [
        schemas::of_requests(document),
        schemas::of_responses(document),
        schemas::of_parameters(document),
    ] {
        roots.extend(part.iter().map(|at| at.pointer().clone()));
    }
    roots
}

/// The component schemas by name.
pub(super) fn components(document: &Document) -> BTreeMap<String, Node> {
    let section = document.at(&Pointer::of(["components", "schemas"]));
    let entries = section.map(|at| at.entries()).unwrap_or_default();
    let named = entries
        .into_iter()
        .map(|(name, at)| (name.to_owned(), at.node().clone()));
    named.collect()
}

/// The name that typify gives to the type of a schema: a component has its own name, an inline schema that of its place.
pub(super) fn type_name(document: &Document, pointer: &Pointer) -> String {
    let keys: Vec<&str> = pointer.keys().collect();
    let (start, rest): (String, &[&str]) = match keys.as_slice() {
        ["components", "schemas", name, rest @ ..] => ((*name).to_owned(), rest),
        ["paths", path, method, place, rest @ ..] => {
            let operation = Pointer::of(["paths", path, method, "operationId"]);
            let id = document.at(&operation).and_then(|at| at.node().str());
            let part = match *place {
                "requestBody" => "body",
                "responses" => "response",
                _ => "parameter",
            };
            let schema = rest.iter().position(|key| *key == "schema");
            let rest = schema.map_or(&[][..], |index| &rest[index + 1..]);
            (format!("{}-{part}", id.unwrap_or_default()), rest)
        }
        _ => (String::new(), &[]),
    };
    let mut name = names::schema_type(&start);
    let mut rest = rest.iter();
    while let Some(key) = rest.next() {
        let part = match *key {
            "properties" => rest.next().copied().unwrap_or_default().to_owned(),
            "items" => "item".to_owned(),
            "additionalProperties" => "value".to_owned(),
            "oneOf" | "anyOf" => format!("variant{}", rest.next().unwrap_or(&"")),
            "allOf" => {
                rest.next();
                continue;
            }
            other => other.to_owned(),
        };
        name = names::schema_type(&format!("{name}-{part}"));
    }
    name
}

/// The names of the types of a document. Names are added, and never removed.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn of_components(document: &Document) -> Self {
        let names = components(document);
        Self(names.keys().map(|name| names::schema_type(name)).collect())
    }

    /// Adds a name. If a type has it, a number is appended that makes it unique.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut unique = names::schema_type(name);
        let mut number = 1;
        while !self.0.insert(unique.clone()) {
            number += 1;
            unique = names::schema_type(&format!("{name}{number}"));
        }
        unique
    }
}

/// Adds a component.
pub(super) fn add_component(document: &mut Document, name: &str, schema: Node) {
    let components = Pointer::of(["components"]);
    for (pointer, key) in [
        (Pointer::default(), "components"),
        (components.clone(), "schemas"),
    ] {
        let missing = document.at(&pointer.join(key)).is_none();
        if let Some(parent) = document.node_mut(&pointer).filter(|_| missing) {
            parent.set(key, serde_json::json!({}));
        }
    }
    let section = document.node_mut(&components.join("schemas"));
    if let Some(entries) = section.and_then(Node::mapping_mut) {
        entries.insert(name.to_owned(), schema);
    }
}

/// A `$ref` to a component.
pub(super) fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}
