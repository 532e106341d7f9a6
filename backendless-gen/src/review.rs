//! Operations whose idempotency is not reviewed: a warning for the maintainer, with the overlay action to add.
//!
//! A retry may repeat the effect of a request. Only a review can determine whether that is harmless, and only an
//! action of an overlay with a reason is a review. It is a review of one request: another one that takes over the operationId
//! has none.

use crate::document::Document;
use crate::extensions::{self, Idempotency};
use crate::model::{Model, Operation};

/// One line per unreviewed operation with its place, and below it the overlay action to add.
pub(crate) fn warnings(model: &Model, document: &Document) -> Vec<String> {
    let unreviewed = model.operations.iter().filter(|one| !is_reviewed(one));
    let warning = |operation: &Operation| {
        let at = document.at(&operation.pointer);
        let at = at.unwrap_or_else(|| document.root());
        format!("{}: {}", at.place(), description(operation))
    };
    unreviewed.map(warning).collect()
}

/// Whether an overlay states, with a reason, if a request may be sent again.
pub(crate) fn is_reviewed(operation: &Operation) -> bool {
    operation.extensions.idempotency_reason.is_some()
}

/// Describes how an unreviewed operation is handled, and below it the overlay action to add.
pub(crate) fn description(operation: &Operation) -> String {
    let retried = match operation.extensions.idempotency {
        Idempotency::Safe => "it is retried, because its method is safe",
        _ => "it is not retried, because its method is not safe",
    };
    let (id, method, path) = (&operation.id, &operation.method, &operation.template);
    if let Some(other) = &operation.extensions.other_review {
        return format!(
            "`{id}` ({method} {path}): the idempotency is not reviewed; {retried}\n  \
               help: the action at {} is for another request, or for any request of this name: review it, and write \
               `x-request: {method} {path}` below its target",
            other.place
        );
    }
    format!(
        "`{id}` ({method} {path}): the idempotency is not reviewed; {retried}\n  \
           help: add this action to overlays/document.yaml, or to the end of the overlay that adds the operation, with the source, one idempotency and the reason\n{}",
        action(operation)
    )
}

/// An overlay action whose values the generator rejects until they are replaced.
pub(crate) fn action(operation: &Operation) -> String {
    let name = operation.id.replace('\\', "\\\\").replace('\'', "\\'");
    let target = scalar(&format!("$.paths.*[?@.operationId == '{name}']"));
    let request = scalar(&format!("{} {}", operation.method, operation.template));
    let (idempotency, reason) = (extensions::IDEMPOTENCY, extensions::REASON);
    format!(
        "- target: {target}\n  \
           x-request: {request}\n  \
           # a text of the document, a page of the vendor, a line of an SDK\n  \
           x-source: ''\n  \
           update:\n    \
             # one of these, or: {{idempotent-when: {{query: name, value: text}}}}\n    \
             {idempotency}: safe | idempotent | not-idempotent\n    \
             # what a second, equal request does\n    \
             {reason}: ''"
    )
}

/// A text as a YAML value: plain where every parser reads it as the same text, otherwise quoted.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "$.*[?@='] _-/{}".contains(c);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => serde_json::Value::from(text).to_string(),
    }
}
