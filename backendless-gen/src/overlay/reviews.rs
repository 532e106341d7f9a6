//! Finds the operations whose idempotency an action reviews.
//!
//! A review is about one request. An operationId can move to another request, so that an action which selects an operation
//! by its name is a review only if its `x-request` names the method and the path of that operation.

use super::actions::Action;
use crate::document::{At, Pointer};
use crate::extensions::IDEMPOTENCY;
use crate::template::Template;
use crate::validate::route;

/// Whether a value states the idempotency of an operation.
pub(super) fn has_review(value: &At<'_>) -> bool {
    let entries = value.entries();
    entries
        .iter()
        .any(|(key, child)| *key == IDEMPOTENCY || has_review(child))
}

/// The operations that `value` gives a review to, if it is added to the targets of an action.
pub(super) fn of(action: &Action<'_>, targets: &[Pointer], value: &At<'_>) -> Vec<Pointer> {
    let text = action.target.node().str().unwrap_or_default();
    let operations = targets
        .iter()
        .flat_map(|target| reviewed(target.clone(), value));
    operations
        .filter(|pointer| match &action.request {
            Some(request) => is_request(request, pointer),
            None => names_its_nodes(text),
        })
        .collect()
}

/// The operations at or below `pointer` that have a review in `value`.
fn reviewed(pointer: Pointer, value: &At<'_>) -> Vec<Pointer> {
    /// Keys of the path of an operation: `paths`, path, method.
    const OPERATION: usize = 3;
    if pointer.keys().count() == OPERATION {
        let is_reviewed = value.child(IDEMPOTENCY).is_some();
        return is_reviewed.then_some(pointer).into_iter().collect();
    }
    let children = value.entries().into_iter();
    children
        .flat_map(|(key, child)| reviewed(pointer.join(key), &child))
        .collect()
}

/// Whether `PUT /counters/{counter-name}/reset` is the request of the operation at `pointer`, whatever the names of the
/// parameters are.
fn is_request(request: &str, pointer: &Pointer) -> bool {
    let Some((method, path)) = request.split_once(' ') else {
        return false;
    };
    let keys: Vec<&str> = pointer.keys().collect();
    let ["paths", own_path, own_method] = keys.as_slice() else {
        return false;
    };
    match (Template::parse(path), Template::parse(own_path)) {
        (Ok(path), Ok(own)) => {
            method.eq_ignore_ascii_case(own_method) && route(&path) == route(&own)
        }
        _ => false,
    }
}

/// Whether a JSONPath expression contains the keys of its nodes, and no condition about their values.
fn names_its_nodes(expression: &str) -> bool {
    // Quoted keys may contain any character. A quote inside a key is escaped, or of the other kind.
    let mut quote = None;
    let mut characters = expression.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '?' | '*' | ':' | ',') => return false,
            (None, _) => {}
        }
    }
    !expression.contains("..")
}
