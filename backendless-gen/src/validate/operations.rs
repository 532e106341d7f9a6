//! Operations: their identities, their paths, and the names they get in Rust.

use std::collections::HashMap;

use crate::Error;
use crate::document::{At, Document, Pointer};
use crate::inline;
use crate::model::{In, Model, Operation};
use crate::template::Template;

/// Path items and operationIds.
pub(super) fn identities(document: &Document) -> Result<(), Error> {
    let mut seen: HashMap<&str, At<'_>> = HashMap::new();
    for item in inline::path_items(document) {
        if let Some(reference) = item.child("$ref") {
            let what = "a path item that stands elsewhere is not followed";
            return Err(reference.error(what, "the operations of this path, written here"));
        }
        for (_, operation) in inline::operations(&item) {
            const VALID: &str = "an operationId that no other operation has";
            let Some(id) = operation.child("operationId") else {
                return Err(operation.error("this operation has no operationId", VALID));
            };
            let Some(name) = id.node().str().filter(|name| !name.trim().is_empty()) else {
                return Err(id.error("this operationId is not a text", VALID));
            };
            if let Some(first) = seen.insert(name, id.clone()) {
                let what = format!(
                    "the operationId `{name}` stands twice, first at {}",
                    first.place()
                );
                return Err(id.error(what, VALID));
            }
        }
    }
    Ok(())
}

/// The checks on whole operations.
pub(crate) fn model(document: &Document, model: &Model) -> Result<(), Error> {
    let mut seen: HashMap<&str, &Operation> = HashMap::new();
    let mut templates: HashMap<(String, String), &Operation> = HashMap::new();
    for operation in &model.operations {
        let id = operation.pointer.join("operationId");
        if let Some(first) = seen.insert(&operation.function, operation) {
            let what = format!(
                "`{}` and `{}` are both `{}` in Rust",
                first.id, operation.id, operation.function
            );
            return Err(document.error_near(
                &id,
                what,
                "operationIds that differ in more than case and punctuation",
            ));
        }
        let route = (operation.method.clone(), route(&operation.template));
        if let Some(first) = templates.insert(route, operation) {
            let what = format!(
                "`{}` has the method and the path of `{}`",
                operation.id, first.id
            );
            return Err(document.error_near(
                &operation.pointer,
                what,
                "paths that differ in more than names of parameters",
            ));
        }
        path(document, operation)?;
        arguments(document, operation)?;
    }
    Ok(())
}

/// The template with every parameter called the same.
pub(crate) fn route(template: &Template) -> String {
    let mut text = template.to_string();
    for name in template.parameters() {
        text = text.replace(&format!("{{{name}}}"), "{}");
    }
    text
}

/// The template and the declared parameters have to agree.
fn path(document: &Document, operation: &Operation) -> Result<(), Error> {
    let parameters = operation.pointer.join("parameters");
    for name in operation.template.parameters() {
        if !operation
            .parameters_in(In::Path)
            .any(|parameter| parameter.name == name)
        {
            let what = format!(
                "the path `{}` has the parameter `{name}`, which is not declared",
                operation.template
            );
            let valid = format!(
                "a parameter `{name}` with `in: path` and `required: true`, or a path without it"
            );
            return Err(document.error_near(&operation.pointer, what, &valid));
        }
    }
    for (index, parameter) in operation.parameters.iter().enumerate() {
        let in_template = operation
            .template
            .parameters()
            .any(|name| name == parameter.name);
        if parameter.place == In::Path && !in_template {
            let what = format!(
                "the parameter `{}` is not in the path `{}`",
                parameter.name, operation.template
            );
            let valid = format!("`{{{}}}` in the path, or another `in`", parameter.name);
            return Err(document.error_near(&parameters.join(&index.to_string()), what, &valid));
        }
    }
    Ok(())
}

/// Each argument of the function has a name of its own.
fn arguments(document: &Document, operation: &Operation) -> Result<(), Error> {
    let pointer = |index: usize| -> Pointer {
        operation
            .pointer
            .join("parameters")
            .join(&index.to_string())
    };
    let mut seen: HashMap<&str, String> = HashMap::new();
    if operation.request.is_some() {
        seen.insert("body", "the request body".to_owned());
    }
    for (index, parameter) in operation.parameters.iter().enumerate() {
        if let Some(first) = seen.insert(&parameter.argument, format!("`{}`", parameter.name)) {
            let what = format!(
                "`{}` and {first} are both `{}` in Rust",
                parameter.name, parameter.argument
            );
            let valid = "names that differ in more than case, punctuation and `in`";
            return Err(document.error_near(&pointer(index), what, valid));
        }
    }
    Ok(())
}
