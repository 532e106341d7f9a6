//! Checks operations: their operationIds and their paths.

use std::collections::HashMap;

use crate::Error;
use crate::document::{At, Document};
use crate::inline;
use crate::model::{Model, Operation};
use crate::parameters::In;
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
    let mut templates: HashMap<(String, String), &Operation> = HashMap::new();
    for operation in &model.operations {
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

/// Returns the template without the names of its parameters, and with its fragment. Two paths with the same route are
/// indistinguishable.
pub(crate) fn route(template: &Template) -> String {
    let mut text = template.to_string();
    for name in template.parameters() {
        text = text.replace(&format!("{{{name}}}"), "{}");
    }
    if let Some(fragment) = &template.fragment {
        text.push_str(&format!("#{fragment}"));
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
    for parameter in &operation.parameters {
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
            return Err(document.error_near(
                &parameters.join(&parameter.index.to_string()),
                problem,
                &help,
            ));
        }
    }
    Ok(())
}
