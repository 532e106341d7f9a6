//! Schemas as trees of nodes, for the rules that rewrite them as a unit.

use std::collections::{BTreeMap, BTreeSet};

use super::schemas;
use crate::document::{Document, Node, Pointer};
use crate::names;

/// The marker of a schema that stands for any JSON value because the generator cannot express it. The rule
/// `opened-schemas` reports and removes it.
pub(super) const OPENED: &str = "x-opened";

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
        None if schemas::structural(schema).is_empty() => Kind::Any,
        None => Kind::Other,
    }
}

/// Replaces a schema by one of any JSON value. Its description is kept.
pub(super) fn open(schema: &mut Node) {
    let description = schema.take("description");
    schema.replace(serde_json::json!({ OPENED: true }));
    if let Some(description) = description {
        schema.insert("description", description);
    }
}

/// Calls `visit` for each direct subschema of a schema at `pointer`, with its path.
pub(super) fn for_each_child(
    schema: &mut Node,
    pointer: &Pointer,
    mut visit: impl FnMut(&mut Node, &Pointer),
) {
    for keys in schemas::child_keys(schema) {
        if let Some(child) = schema.below_mut(&keys) {
            visit(child, &pointer.below(&keys));
        }
    }
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

/// The component schemas by name.
pub(super) fn components(document: &Document) -> BTreeMap<String, Node> {
    let components = document.components("schemas").into_iter();
    let named = components.map(|(name, at)| (name.to_owned(), at.node().clone()));
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
        names::schema_type(&names::numbered(name, &mut self.0, names::schema_type))
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
    if let Some(section) = document.node_mut(&components.join("schemas")) {
        section.insert(name, schema);
    }
}

/// A `$ref` to a component.
pub(super) fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}
