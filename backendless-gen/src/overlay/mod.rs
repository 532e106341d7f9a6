//! Overlays: documents that add to `openapi.yaml` what it lacks, without an edit of it.
//!
//! The format is [OpenAPI Overlay 1.1](https://spec.openapis.org/overlay/v1.1.0.html). Targets are JSONPath
//! expressions (RFC 9535). This implementation is stricter than the standard, so that an overlay cannot become outdated
//! unnoticed:
//!
//! - An action whose target matches nothing is an error.
//! - An action that adds a value that the document already has is an error.
//! - An action without `x-source`, which names where its content is known from, is an error.
//! - Unknown keys, and an `extends` that names another document, are errors.
//!
//! `actions` reads an overlay document, `target` evaluates a JSONPath expression, `merge` combines two nodes, `reviews`
//! finds the operations whose idempotency an action reviews.

mod actions;
mod merge;
mod reviews;
mod target;

use crate::Error;
use crate::document::{At, Document, Node, Pointer};
use actions::{Action, Change};

/// The text of an overlay document, and its name in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// The path below the root of the checkout: `overlays/document.yaml`.
    pub name: String,
    /// The YAML text.
    pub text: String,
}

/// What happens to an action that does not apply to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    /// It is an error.
    Reject,
    /// It is skipped. For comparisons with a document that the overlays were not written for.
    Skip,
}

/// Why an action failed.
enum Failure {
    /// The overlay is invalid, whatever the document is.
    Invalid(Error),
    /// The action does not apply to this document.
    Outdated(Error),
}

/// Applies the actions of all overlays, in the order of the list.
pub(crate) fn apply(
    document: &mut Document,
    overlays: &[Overlay],
    outdated: Outdated,
) -> Result<(), Error> {
    for overlay in overlays {
        let parsed = document.parse_beside(&overlay.name, &overlay.text)?;
        for action in actions::read(&parsed)? {
            match run(document, &action) {
                Err(Failure::Outdated(_)) if outdated == Outdated::Skip => {}
                Err(Failure::Invalid(error) | Failure::Outdated(error)) => return Err(error),
                Ok(()) => {}
            }
        }
    }
    Ok(())
}

fn run(document: &mut Document, action: &Action<'_>) -> Result<(), Failure> {
    let targets = target::select(document, &action.target)?;
    if targets.is_empty() {
        let target = action.target.node().str().unwrap_or_default();
        let problem = format!("the target of this action matches nothing: {target}");
        let help = "the JSONPath expression of a node of the document, or of an action before this one (overlays are \
                    applied in the order of their names); no such action if what it describes is gone";
        let error = action.target.error(problem, help);
        return Err(Failure::Outdated(error));
    }
    match &action.change {
        Change::Update(value) if reviews::has_review(value) && are_several(document, &targets) => {
            let problem = format!(
                "this action reviews the idempotency of {} operations at once, and of each that the document adds",
                targets.len()
            );
            let help = "an action for each operation, with its own reason";
            return Err(Failure::Invalid(action.target.error(problem, help)));
        }
        Change::Update(value) => {
            merge_into(document, &targets, value)?;
            document.add_reviews(reviews::of(action, &targets, value));
        }
        Change::Copy(from) => {
            let value = copied(document, from)?;
            merge_into(document, &targets, &from.with_node(&value))?;
        }
        Change::Remove => {
            if targets
                .iter()
                .any(|pointer| pointer.keys().next().is_none())
            {
                let problem = "an action cannot remove the whole document";
                let error = action.target.error(problem, "a target below the root");
                return Err(Failure::Invalid(error));
            }
            remove(document, targets);
        }
    }
    Ok(())
}

/// Whether the targets are several operations. A duplicate operationId is an error of its own.
fn are_several(document: &Document, targets: &[Pointer]) -> bool {
    let id = |pointer: &Pointer| {
        let operation = document.at(pointer)?;
        operation.node().get("operationId").and_then(Node::str)
    };
    let first = targets.first().and_then(id);
    let is_other = |pointer: &Pointer| first.is_none() || id(pointer) != first;
    targets.iter().skip(1).any(is_other)
}

/// The value that a `copy` expression selects. It gets the place of the expression: the overlay adds it.
fn copied(document: &Document, from: &At<'_>) -> Result<Node, Failure> {
    let found = target::select(document, from)?;
    let [pointer] = found.as_slice() else {
        let problem = format!("`copy` selects {} nodes", found.len());
        let error = from.error(
            problem,
            "a JSONPath expression that selects exactly one node",
        );
        return Err(Failure::Outdated(error));
    };
    let at = document.at(pointer).unwrap_or_else(|| document.root());
    let mut value = at.node().clone();
    value.move_to(from.node().place);
    Ok(value)
}

/// Adds a value to all targets, or to none if it does not fit one of them.
fn merge_into(document: &mut Document, targets: &[Pointer], value: &At<'_>) -> Result<(), Failure> {
    for pointer in targets {
        merge::check(document, pointer, value)?;
    }
    for pointer in targets {
        if let Some(node) = document.node_mut(pointer) {
            merge::add(node, value.node());
        }
    }
    Ok(())
}

/// Removes the targets, the last first: a removal moves the later items of a list.
fn remove(document: &mut Document, mut targets: Vec<Pointer>) {
    targets.sort_by_key(|pointer| pointer.keys().map(index_or_key).collect::<Vec<_>>());
    for pointer in targets.iter().rev() {
        document.forget_reviews(pointer);
        if let (Some(parent), Some(key)) =
            (document.node_mut(&pointer.parent()), pointer.keys().last())
        {
            parent.remove(key);
        }
    }
}

/// Indexes in the order of their numbers.
fn index_or_key(key: &str) -> (Option<usize>, String) {
    (key.parse().ok(), key.to_owned())
}
