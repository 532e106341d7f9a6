//! Replaces schemas of "any object" by placeholders, which become type parameters of the generated functions.

use std::collections::BTreeSet;

use serde_json::json;

use super::tree::{self, OPENED};
use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{At, Document, Node};
use crate::model::Model;

/// Placeholder for a request body of the caller's type.
pub(crate) const OPEN_BODY: &str = "OpenBody";
/// Placeholder for a response, or for each item of a response, of the caller's type.
pub(crate) const OPEN_VALUE: &str = "OpenValue";

pub(super) const RULE: Rule = Rule {
    id: "open-schemas",
    why: "progenitor reads an open object into a serde_json::Map, and drops unlisted columns where some properties are \
          listed; a type parameter decodes into the caller's type and loses nothing",
    guard: false,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let body = json!({ "$ref": tree::reference(OPEN_BODY) });
    let value = json!({ "$ref": tree::reference(OPEN_VALUE) });
    let mut changes = Vec::new();
    let mut needed = BTreeSet::new();
    for schema in schemas::of_requests(document) {
        let open = is_open(&schema)? || is_open_list(&schema)?;
        let declared = declared_open(model, &schema).filter(|_| !open);
        needed.extend(declared);
        if open || declared.is_some() {
            changes.push((schema.pointer().clone(), body.clone()));
        }
    }
    for schema in schemas::of_responses(document) {
        let open = is_open(&schema)? || is_open_list(&schema)?;
        let declared = declared_open(model, &schema).filter(|_| !open);
        needed.extend(declared);
        if is_open_list(&schema)? || declared.is_some() && is_list(&schema)? {
            let list = json!({ "type": "array", "items": value });
            changes.push((schema.pointer().clone(), list));
        } else if open || declared.is_some() {
            changes.push((schema.pointer().clone(), value.clone()));
        }
    }
    reject_unneeded(model, &needed)?;
    if !changes.is_empty() {
        add_placeholders(document)?;
    }
    let mut touched = Touched::new();
    for (pointer, schema) in changes {
        if let Some(node) = document.node_mut(&pointer) {
            node.replace(schema);
            touched.insert(pointer);
        }
    }
    Ok(touched)
}

/// Returns the id of the operation with this schema in its request or success response, if it has the extension
/// `x-open-json`.
fn declared_open<'m>(model: &'m Model, schema: &At<'_>) -> Option<&'m str> {
    let operation = model.operations.iter().find(|operation| {
        let mut keys = schema.pointer().keys();
        operation.pointer.keys().all(|key| keys.next() == Some(key))
            && matches!(keys.next(), Some("requestBody" | "responses"))
    })?;
    operation.extensions.open_json.as_ref()?;
    Some(operation.id.as_str())
}

/// Rejects `x-open-json` on operations whose schemas are all open already. `needed` contains the ids of the other operations.
fn reject_unneeded(model: &Model, needed: &BTreeSet<&str>) -> Result<(), Error> {
    // A variant has the extension of its operation.
    let operations = model.operations.iter();
    let operations = operations.filter(|operation| operation.variant_of.is_none());
    let declarations = operations.filter_map(|operation| {
        let declaration = operation.extensions.open_json.as_ref()?;
        Some((operation.id.as_str(), declaration))
    });
    let mut unneeded = declarations.filter(|(id, _)| !needed.contains(id));
    unneeded.next().map_or(Ok(()), |(id, declaration)| {
        let problem =
            format!("`x-open-json` has no effect: the schemas of `{id}` are open without it");
        let help = "the operation without this extension";
        Err(Error::at(
            &declaration.place,
            &declaration.pointer,
            &problem,
            help,
        ))
    })
}

fn is_list(schema: &At<'_>) -> Result<bool, Error> {
    Ok(schema.resolved("schemas")?.str("type") == Some("array"))
}

/// Whether the schema allows properties that it does not declare or whose type it does not declare.
fn is_open(schema: &At<'_>) -> Result<bool, Error> {
    let schema = schema.resolved("schemas")?;
    if schemas::is_any(schema.node()) || schema.child(OPENED).is_some() {
        return Ok(true);
    }
    for part in schema.items_of("allOf") {
        if is_open(&part)? {
            return Ok(true);
        }
    }
    let properties = schema.entries_of("properties");
    let any_property = properties
        .iter()
        .any(|(_, property)| schemas::is_any(property.node()));
    Ok(schemas::is_object(schema.node())
        && (any_property || schemas::has_open_properties(schema.node())))
}

/// Whether the schema is a list with open items.
fn is_open_list(schema: &At<'_>) -> Result<bool, Error> {
    let schema = schema.resolved("schemas")?;
    if let [only] = schema.items_of("allOf").as_slice() {
        return is_open_list(only);
    }
    if schema.str("type") != Some("array") {
        return Ok(false);
    }
    schema
        .child("items")
        .map_or(Ok(true), |items| is_open(&items))
}

/// Declares the two placeholders, which progenitor is configured to replace by type parameters.
fn add_placeholders(document: &mut Document) -> Result<(), Error> {
    for component in [OPEN_BODY, OPEN_VALUE] {
        if let Some(existing) = document.at(&tree::component(component)) {
            let problem = format!("the schema name `{component}` is reserved by the generator");
            return Err(existing.error(problem, "another name for this schema"));
        }
        let place = document.root().node().place;
        let schema = Node::new(place, json!({ "type": "object" }));
        tree::add_component(document, component, schema);
    }
    Ok(())
}
