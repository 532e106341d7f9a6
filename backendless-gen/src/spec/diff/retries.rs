//! The retry class of each new or changed operation.

use serde::Serialize;

use super::{Change, Side};
use crate::extensions::Idempotency;
use crate::model::Operation;
use crate::{review, validate};

/// Whether a request of an operation is sent again after a lost response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retries {
    /// The operationId.
    pub operation: String,
    /// Method and path.
    pub request: String,
    /// The class in the new specification, whether an overlay has it with a reason, and the request that was reviewed, if
    /// it is another one.
    pub class: String,
    /// The class in the old specification, if it differs.
    pub before: Option<String>,
}

/// The classes of the operations of `new` that `old` lacks, or that differ in any way.
pub(super) fn compare(old: &Side, new: &Side, changes: &[Change]) -> Vec<Retries> {
    let is_affected = |after: &Operation| {
        let node = |side: &Side, one: &Operation| {
            let at = side.document.at(&one.pointer)?;
            Some(at.node().clone())
        };
        let same = old.operation(&after.id).is_some_and(|before| {
            before.pointer == after.pointer && node(old, before) == node(new, after)
        });
        !same || changes.iter().any(|one| one.operations.contains(&after.id))
    };
    let affected = new.model.operations.iter().filter(|one| is_affected(one));
    let retries = |after: &Operation| {
        let before = old.operation(&after.id);
        let mut class = class(after);
        // The review is of the request that the operation was before: it moves along with the operationId.
        if let Some(before) = before.filter(|before| is_review_of(before, after)) {
            class.push_str(&format!(" as {} {}", before.method, before.template));
        }
        let before = before.map(self::class);
        Retries {
            operation: after.id.clone(),
            request: format!("{} {}", after.method, after.template),
            before: before.filter(|before| *before != class),
            class,
        }
    };
    affected.map(retries).collect()
}

/// Whether the review of `before` is that of `after`, which is another request.
fn is_review_of(before: &Operation, after: &Operation) -> bool {
    let text = |one: &Operation| {
        let reason = one.extensions.idempotency_reason.as_ref();
        reason.map(|reason| reason.text.clone())
    };
    let is_moved = before.method != after.method
        || validate::route(&before.template) != validate::route(&after.template);
    is_moved && text(after).is_some() && text(before) == text(after)
}

fn class(operation: &Operation) -> String {
    let idempotency = &operation.extensions.idempotency;
    let retried = match idempotency {
        Idempotency::Safe | Idempotency::Idempotent => "retried",
        Idempotency::NotIdempotent => "not retried",
        Idempotency::IdempotentWhen { .. } => "retried on a condition",
    };
    let review = match review::is_reviewed(operation) {
        true => "reviewed",
        false => "not reviewed",
    };
    format!("{retried}: {idempotency}, {review}")
}

impl Retries {
    /// The class, and the earlier one if it differs.
    pub(super) fn line(&self) -> String {
        let before = self.before.as_ref();
        let before = before.map(|class| format!("; was {class}"));
        format!("{}{}", self.class, before.unwrap_or_default())
    }
}
