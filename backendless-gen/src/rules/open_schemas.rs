//! Replaces "any object" by a type parameter, for which the caller uses its own type.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{At, Document, Pointer};
use crate::model::Model;

/// The placeholder of a request body of the caller's type.
pub(crate) const OPEN_BODY: &str = "OpenBody";
/// The placeholder of a response, or of each of its items, of the caller's type.
pub(crate) const OPEN_VALUE: &str = "OpenValue";

pub(super) const RULE: Rule = Rule {
    id: "open-schemas",
    why: "progenitor reads an open object into a serde_json::Map, and drops unlisted columns where some properties are \
          listed; a type parameter is direct and loses nothing",
    guard: false,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let body = json!({ "$ref": format!("#/components/schemas/{OPEN_BODY}") });
    let value = json!({ "$ref": format!("#/components/schemas/{OPEN_VALUE}") });
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
    check_needed(model, &needed)?;
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

/// The operation in whose request or success response this schema is, if it has the extension `x-open-json`.
fn declared_open<'m>(model: &'m Model, schema: &At<'_>) -> Option<&'m str> {
    let operation = model.operations.iter().find(|operation| {
        let mut keys = schema.pointer().keys();
        operation.pointer.keys().all(|key| keys.next() == Some(key))
            && matches!(keys.next(), Some("requestBody" | "responses"))
    })?;
    operation.extensions.open_json.as_ref()?;
    Some(operation.id.as_str())
}

/// Rejects `x-open-json` on operations whose schemas are open anyway. `needed` are those with a schema that is not.
fn check_needed(model: &Model, needed: &BTreeSet<&str>) -> Result<(), Error> {
    let notes = model.operations.iter().filter_map(|operation| {
        let note = operation.extensions.open_json.as_ref()?;
        Some((operation.id.as_str(), note))
    });
    let mut idle = notes.filter(|(id, _)| !needed.contains(id));
    idle.next().map_or(Ok(()), |(id, note)| {
        let problem = format!("the schemas of `{id}` are open without `x-open-json`");
        let help = "the operation without this extension";
        Err(Error::at(&note.place, &note.pointer, &problem, help))
    })
}

fn is_list(schema: &At<'_>) -> Result<bool, Error> {
    Ok(schema.resolved("schemas")?.str("type") == Some("array"))
}

/// Whether the schema leaves properties open, which the caller's type declares.
fn is_open(schema: &At<'_>) -> Result<bool, Error> {
    let schema = schema.resolved("schemas")?;
    if schemas::is_any(schema.node()) {
        return Ok(true);
    }
    for part in schema
        .child("allOf")
        .map(|at| at.items())
        .unwrap_or_default()
    {
        if is_open(&part)? {
            return Ok(true);
        }
    }
    let properties = schema
        .child("properties")
        .map(|at| at.entries())
        .unwrap_or_default();
    let any_property = properties
        .iter()
        .any(|(_, property)| schemas::is_any(property.node()));
    Ok(schemas::is_object(schema.node())
        && (any_property || schemas::has_open_properties(schema.node())))
}

/// Whether it is a list of open schemas.
fn is_open_list(schema: &At<'_>) -> Result<bool, Error> {
    let schema = schema.resolved("schemas")?;
    if let [only] = schema
        .child("allOf")
        .map(|at| at.items())
        .unwrap_or_default()
        .as_slice()
    {
        return is_open_list(only);
    }
    if schema.str("type") != Some("array") {
        return Ok(false);
    }
    schema
        .child("items")
        .map_or(Ok(true), |items| is_open(&items))
}

/// Declares the two placeholders, which progenitor replaces by type parameters.
fn add_placeholders(document: &mut Document) -> Result<(), Error> {
    let components = Pointer::of(["components"]);
    let schemas = components.join("schemas");
    for (pointer, key) in [(&components, "components"), (&schemas, "schemas")] {
        let missing = document.at(pointer).is_none();
        if let Some(parent) = document.node_mut(&pointer.parent()).filter(|_| missing) {
            parent.set(key, json!({}));
        }
    }
    for component in [OPEN_BODY, OPEN_VALUE] {
        if let Some(taken) = document.at(&schemas.join(component)) {
            let problem = format!("the schema name `{component}` is reserved by the generator");
            return Err(taken.error(problem, "another name for this schema"));
        }
        if let Some(section) = document.node_mut(&schemas) {
            section.set(component, json!({ "type": "object" }));
        }
    }
    Ok(())
}
