//! The retry class of each new or changed operation.

use serde::Serialize;

use super::{Change, Side};
use crate::extensions::Idempotency;
use crate::model::Operation;
use crate::review;

/// Whether a request of an operation is sent again after a lost response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retries {
    /// The operationId.
    pub operation: String,
    /// Method and path.
    pub request: String,
    /// The class in the new specification, and whether an overlay has it with a reason.
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
        let class = class(after);
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
