//! Checks operations: their operationIds, their paths, and their names in Rust.

use std::collections::HashMap;

use crate::Error;
use crate::document::{At, Document, Pointer};
use crate::inline;
use crate::model::{In, Model, Operation};
use crate::template::Template;
use crate::variants;

/// Checks that no path item is a `$ref`, and that no two operations have the same operationId.
pub(super) fn identities(document: &Document) -> Result<(), Error> {
    let mut seen: HashMap<&str, At<'_>> = HashMap::new();
    for item in inline::path_items(document) {
        if let Some(reference) = item.child("$ref") {
            let problem = "a $ref in place of a path item is not supported";
            return Err(reference.error(problem, "the operations of this path, written here"));
        }
        for (_, operation) in inline::operations(&item) {
            const HELP: &str = "an operationId that no other operation has";
            let Some(id) = operation.child("operationId") else {
                return Err(operation.error("this operation has no operationId", HELP));
            };
            let Some(name) = id.node().str().filter(|name| !name.trim().is_empty()) else {
                return Err(id.error("this operationId is not a string", HELP));
            };
            if let Some(first) = seen.insert(name, id.clone()) {
                let problem = format!("duplicate operationId `{name}`, first at {}", first.place());
                return Err(id.error(problem, HELP));
            }
        }
    }
    Ok(())
}

/// Checks the operations of an inlined document.
pub(crate) fn model(document: &Document, model: &Model) -> Result<(), Error> {
    let mut seen: HashMap<(usize, String), &Operation> = HashMap::new();
    let mut templates: HashMap<(String, String), &Operation> = HashMap::new();
    for operation in &model.operations {
        check_names(document, operation, &mut seen)?;
        check_variants(document, operation, model)?;
        let route = (operation.method.clone(), route(&operation.template));
        if let Some(first) = templates.insert(route, operation) {
            let problem = format!(
                "`{}` has the same method and path as `{}`",
                operation.id, first.id
            );
            return Err(document.error_near(
                &operation.pointer,
                problem,
                "paths that differ in more than names of parameters",
            ));
        }
        check_path(document, operation)?;
        check_arguments(document, operation)?;
    }
    Ok(())
}

/// Checks that no other operation has the same function, the same constant or the same types of the mock.
///
/// Names that differ as functions can be equal as types: `list_users1` and `list_users_1` are both `ListUsers1`.
fn check_names<'m>(
    document: &Document,
    operation: &'m Operation,
    seen: &mut HashMap<(usize, String), &'m Operation>,
) -> Result<(), Error> {
    let names = [
        operation.function.clone(),
        operation.constant(),
        operation.type_name(),
    ];
    for (kind, name) in names.into_iter().enumerate() {
        let Some(first) = seen.insert((kind, name.clone()), operation) else {
            continue;
        };
        let problem = format!(
            "`{}` and `{}` are both `{name}` in Rust",
            first.id, operation.id
        );
        let id = operation.pointer.join("operationId");
        let help = "operationIds that differ in more than case and punctuation";
        return Err(document.error_near(&id, problem, help));
    }
    Ok(())
}

/// Checks that no operation has the name of a function for another media type.
fn check_variants(document: &Document, operation: &Operation, model: &Model) -> Result<(), Error> {
    for variant in variants::of(operation) {
        if let Some(other) = model.by_function(&variant.function) {
            let problem = format!(
                "`{}` has the name of the function of `{}` for another media type",
                other.id, operation.id
            );
            let id = other.pointer.join("operationId");
            return Err(document.error_near(&id, problem, "another operationId"));
        }
    }
    Ok(())
}

/// Returns the template without the names of its parameters. Two paths with the same route are indistinguishable.
pub(crate) fn route(template: &Template) -> String {
    let mut text = template.to_string();
    for name in template.parameters() {
        text = text.replace(&format!("{{{name}}}"), "{}");
    }
    text
}

/// Checks that the template has exactly the declared path parameters.
fn check_path(document: &Document, operation: &Operation) -> Result<(), Error> {
    let parameters = operation.pointer.join("parameters");
    for name in operation.template.parameters() {
        if !operation
            .parameters_in(In::Path)
            .any(|parameter| parameter.name == name)
        {
            let problem = format!(
                "the path `{}` has the parameter `{name}`, which is not declared",
                operation.template
            );
            let help = format!(
                "a parameter `{name}` with `in: path` and `required: true`, or a path without it"
            );
            return Err(document.error_near(&operation.pointer, problem, &help));
        }
    }
    for (index, parameter) in operation.parameters.iter().enumerate() {
        let in_template = operation
            .template
            .parameters()
            .any(|name| name == parameter.name);
        if parameter.place == In::Path && !in_template {
            let problem = format!(
                "the parameter `{}` is not in the path `{}`",
                parameter.name, operation.template
            );
            let help = format!("`{{{}}}` in the path, or another `in`", parameter.name);
            return Err(document.error_near(&parameters.join(&index.to_string()), problem, &help));
        }
    }
    Ok(())
}

/// Checks that the arguments of the function have distinct names.
fn check_arguments(document: &Document, operation: &Operation) -> Result<(), Error> {
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
            let problem = format!(
                "`{}` and {first} are both `{}` in Rust",
                parameter.name, parameter.argument
            );
            let help = "names that differ in more than case and punctuation, whatever their `in`";
            return Err(document.error_near(&pointer(index), problem, help));
        }
    }
    Ok(())
}
