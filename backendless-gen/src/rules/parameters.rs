//! Gives parameters the names and the types that progenitor can express. The request builders send them as the document
//! says: see [`crate::parameters`].

use serde_json::json;

use super::{Rule, Touched};
use crate::Error;
use crate::document::{At, Document, Node, Pointer};
use crate::model::{Model, Operation};
use crate::parameters::{In, Parameter, Scalar, Shape, is_skipped, known_values, list, schema_of};

pub(super) const RULE: Rule = Rule {
    id: "parameters",
    why: "progenitor supports one style for each `in`, no `content` and no cookies, and generates two arguments of one name \
          where names differ only in case or in their `in`; the request builders do not depend on it",
    guard: true,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    for operation in &model.operations {
        if operation.is_renamed()
            && let Some(node) = document.node_mut(&operation.pointer)
        {
            node.set("operationId", operation.function.as_str().into());
            node.describe(&format!(
                "The operation `{}`: another operation has the same name in Rust.",
                operation.id
            ));
            touched.insert(operation.pointer.join("operationId"));
        }
        for parameter in &operation.parameters {
            let list = operation.pointer.join("parameters");
            let pointer = list.join(&parameter.index.to_string());
            if rewrite(document, &pointer, parameter)? {
                touched.insert(pointer);
            }
        }
        touched.extend(remove_cookies(document, operation));
    }
    Ok(touched)
}

/// Rewrites one parameter. Returns whether it changed.
fn rewrite(
    document: &mut Document,
    pointer: &Pointer,
    parameter: &Parameter,
) -> Result<bool, Error> {
    let Some(at) = document.at(pointer) else {
        return Ok(false);
    };
    let schema = schema(&at, parameter)?;
    let Some(node) = document.node_mut(pointer) else {
        return Ok(false);
    };
    let mut changed = false;
    for key in ["style", "explode", "content"] {
        changed |= node.remove(key);
    }
    if let Some(schema) = schema {
        changed = true;
        node.insert("schema", schema);
    }
    if parameter.shape == Shape::Unknown {
        node.describe(
            "OpenAPI defines no text for a value of this type: it is sent as it is passed.",
        );
    }
    if parameter.is_renamed() {
        changed = true;
        // The rule `path-names` renames those of paths, together with their paths.
        if parameter.place != In::Path {
            node.set("name", parameter.argument.as_str().into());
        }
        let place = parameter.place.name();
        node.describe(&format!("The {place} parameter `{}`.", parameter.name));
    }
    Ok(changed)
}

/// The schema that progenitor gets instead; none if it can express the one in the document.
fn schema(at: &At<'_>, parameter: &Parameter) -> Result<Option<Node>, Error> {
    let place = at.node().place;
    let (media_type, found) = schema_of(at);
    let Some(found) = found else {
        return Ok(Some(Node::new(place, json!({}))));
    };
    // A path and a header have no text for `null`, and an absent query parameter is `None` as well.
    let is_nullable = found.resolved("schemas")?.bool("nullable") == Some(true);
    let must_drop_null = is_nullable && parameter.place != In::Query;
    let mut node = match parameter.shape {
        Shape::Unknown => Node::new(place, json!({ "type": "string" })),
        Shape::Scalar(scalar) if must_drop_null || !is_plain(&found, scalar)? => {
            scalar_node(&found, scalar)?
        }
        Shape::List(scalar) if must_drop_null || !is_plain_list(&found, scalar)? => {
            let items = found.resolved("schemas")?.child("items");
            let items = match items {
                Some(items) => scalar_node(&items, scalar)?,
                None => scalar_node(&found, scalar)?,
            };
            let mut list = Node::new(place, json!({ "type": "array" }));
            list.insert("items", items);
            list
        }
        Shape::Object if must_drop_null && found.bool("nullable").is_some() => {
            let mut node = found.node().clone();
            node.remove("nullable");
            node
        }
        _ if media_type.is_some() => found.node().clone(),
        _ => return Ok(None),
    };
    if is_nullable && !must_drop_null && parameter.shape != Shape::Object {
        node.set("nullable", true.into());
    }
    Ok(Some(node))
}

/// Whether a schema has the type of the scalar, and is not composed.
fn is_plain(schema: &At<'_>, scalar: Scalar) -> Result<bool, Error> {
    Ok(schema.resolved("schemas")?.str("type") == Some(scalar.name()))
}

fn is_plain_list(schema: &At<'_>, scalar: Scalar) -> Result<bool, Error> {
    let schema = schema.resolved("schemas")?;
    match schema.child("items") {
        Some(items) if schema.str("type") == Some("array") => is_plain(&items, scalar),
        _ => Ok(false),
    }
}

/// A schema with the type of the scalar, and the values of the enums of `schema`.
fn scalar_node(schema: &At<'_>, scalar: Scalar) -> Result<Node, Error> {
    let mut node = Node::new(schema.node().place, json!({ "type": scalar.name() }));
    if let Some(values) = known_values(schema)? {
        node.set_list("enum", values);
    }
    Ok(node)
}

/// Removes the optional cookies of an operation, and names them in its description.
fn remove_cookies(document: &mut Document, operation: &Operation) -> Vec<Pointer> {
    let Some(at) = document.at(&operation.pointer) else {
        return Vec::new();
    };
    let skipped = list(&at).into_iter().filter(is_skipped);
    let skipped: Vec<(Pointer, String)> = skipped
        .map(|at| {
            let name = at.str("name").unwrap_or_default().to_owned();
            (at.pointer().clone(), name)
        })
        .collect();
    for (pointer, _) in skipped.iter().rev() {
        let index = pointer.keys().last().unwrap_or_default().to_owned();
        if let Some(list) = document.node_mut(&pointer.parent()) {
            list.remove(&index);
        }
    }
    if let Some(node) = document.node_mut(&operation.pointer) {
        for (_, name) in &skipped {
            node.describe(&format!("The optional cookie `{name}` is not sent."));
        }
    }
    skipped.into_iter().map(|(pointer, _)| pointer).collect()
}
