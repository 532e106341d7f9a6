//! Renames parameters in paths whose arguments would have equal names, and documents fragments of paths.

use serde_json::json;

use super::{Rule, Touched};
use crate::Error;
use crate::document::{Document, Pointer};
use crate::model::{Model, Operation};
use crate::parameters::{In, Parameter, list};

pub(super) const RULE: Rule = Rule {
    id: "path-names",
    why: "progenitor generates two arguments of one name where the names of two parameters of a path differ only in case; \
          the fragment of a path is documented, because it is not sent; this is the last rule, because it moves operations \
          to other paths",
    guard: true,
    apply,
};

fn apply(model: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    for operation in &model.operations {
        if let Some(fragment) = &operation.template.fragment
            && let Some(node) = document.node_mut(&operation.pointer)
        {
            node.describe(&format!(
                "The fragment `#{fragment}` of the path is not sent."
            ));
            touched.insert(operation.pointer.clone());
        }
        let mut renamed = operation.parameters_in(In::Path);
        if renamed.any(Parameter::is_renamed) {
            rename(document, operation);
            touched.insert(operation.pointer.clone());
        }
    }
    Ok(touched)
}

/// Moves an operation to a path with the names of its arguments.
fn rename(document: &mut Document, operation: &Operation) {
    let mut path = operation.template.to_string();
    for parameter in operation.parameters_in(In::Path) {
        let (old, new) = (&parameter.name, &parameter.argument);
        // The braces of the new name do not match those of any name that is still to be replaced.
        path = path.replace(&format!("{{{old}}}"), &format!("{{\0{new}}}"));
        for pointer in places(document, operation, old) {
            if let Some(node) = document.node_mut(&pointer) {
                node.set("name", new.as_str().into());
            }
        }
    }
    let mut path = path.replace('\0', "");
    if let Some(fragment) = &operation.template.fragment {
        path.push_str(&format!("#{fragment}"));
    }
    let Some(method) = operation.pointer.keys().last() else {
        return;
    };
    let item = document.node_mut(&operation.pointer.parent());
    let Some(node) = item.and_then(|item| item.take(method)) else {
        return;
    };
    let paths = Pointer::of(["paths"]);
    let missing = document.at(&paths.join(&path)).is_none();
    if let Some(paths) = document.node_mut(&paths).filter(|_| missing) {
        paths.set(&path, json!({}));
    }
    if let Some(item) = document.node_mut(&paths.join(&path)) {
        item.insert(method, node);
    }
}

/// The place of a path parameter, whose index the rule `parameters` may have changed.
fn places(document: &Document, operation: &Operation, name: &str) -> Vec<Pointer> {
    let parameters = document.at(&operation.pointer).map(|at| list(&at));
    let of_path = parameters
        .unwrap_or_default()
        .into_iter()
        .filter(|at| at.str("in") == Some("path") && at.str("name") == Some(name));
    of_path.map(|at| at.pointer().clone()).collect()
}
