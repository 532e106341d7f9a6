//! Checks that each extension is at a place where it has an effect, and is consistent with its operation.

use crate::Error;
use crate::document::{At, Document};
use crate::extensions::{IDEMPOTENCY, Idempotency, OF_OPERATIONS, OF_PARAMETERS, SESSION};
use crate::inline::METHODS;
use crate::model::{Model, Operation, Session};
use crate::parameters::{In, Scalar, Shape};

/// Rejects extensions that an overlay adds where the generator does not read them.
///
/// Extensions of the document itself are for other tools, and are ignored.
pub(super) fn places(document: &Document) -> Result<(), Error> {
    check_below(&document.root())
}

/// Checks the extensions of a node and of all its descendants.
fn check_below(at: &At<'_>) -> Result<(), Error> {
    for (key, child) in at.entries() {
        if key.starts_with("x-") && child.is_from_overlay() {
            check_known(at, key, &child)?;
        } else if !matches!(key, "example" | "examples" | "default") {
            check_below(&child)?;
        }
    }
    at.items().iter().try_for_each(check_below)
}

/// Checks that the extension `key` of `owner` is one that the generator reads there.
fn check_known(owner: &At<'_>, key: &str, extension: &At<'_>) -> Result<(), Error> {
    let keys: Vec<&str> = owner.pointer().keys().collect();
    let (owner, known) = match keys.as_slice() {
        ["paths", _, method] if METHODS.contains(method) => ("an operation", &OF_OPERATIONS[..]),
        ["paths", _, _, "parameters", _]
        | ["paths", _, "parameters", _]
        | ["components", "parameters", _] => ("a parameter", &OF_PARAMETERS[..]),
        _ => {
            let problem = format!("`{key}` has no effect here");
            return Err(extension.error(problem, "extensions of operations and parameters"));
        }
    };
    if known.contains(&key) {
        return Ok(());
    }
    let problem = format!("`{key}` is not an extension of {owner}");
    Err(extension.error(problem, &format!("one of {}", known.join(", "))))
}

/// Rejects extensions that contradict their operation. `document` is the one that `model` was read from.
pub(crate) fn consistency(document: &Document, model: &Model) -> Result<(), Error> {
    for operation in &model.operations {
        check_condition(document, operation)?;
        if operation.extensions.ends_session && operation.session != Session::Ends {
            let problem = format!(
                "`{}` ends a session, but does not require a user token",
                operation.id
            );
            let pointer = operation.pointer.join(SESSION);
            let help = "an operation whose `security` requires the user token";
            return Err(document.error_near(&pointer, problem, help));
        }
    }
    Ok(())
}

/// Checks that the query parameter of `idempotent-when` exists and can have the value.
fn check_condition(document: &Document, operation: &Operation) -> Result<(), Error> {
    let Idempotency::IdempotentWhen { query, value } = &operation.extensions.idempotency else {
        return Ok(());
    };
    let pointer = operation.pointer.join(IDEMPOTENCY).join("idempotent-when");
    let mut parameters = operation.parameters_in(In::Query);
    let Some(parameter) = parameters.find(|parameter| parameter.name == *query) else {
        let problem = format!("`{}` has no query parameter `{query}`", operation.id);
        let names = operation.parameters_in(In::Query);
        let names: Vec<&str> = names.map(|parameter| parameter.name.as_str()).collect();
        let help = match names.is_empty() {
            true => "no condition: the operation has no query parameters".to_owned(),
            false => format!("one of {}", names.join(", ")),
        };
        return Err(document.error_near(&pointer.join("query"), problem, &help));
    };
    if parameter.shape == Shape::Scalar(Scalar::Boolean)
        && !matches!(value.as_str(), "true" | "false")
    {
        let problem = format!("`{query}` is a boolean and cannot be `{value}`");
        return Err(document.error_near(&pointer.join("value"), problem, "'true' or 'false'"));
    }
    Ok(())
}
