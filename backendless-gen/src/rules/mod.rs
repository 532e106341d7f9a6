//! The rules that rewrite the specification into what progenitor can express and Backendless deserves.
//!
//! A rule matches shapes, never paths or names, so that it holds for a changed specification. It says what it touched; a
//! rule that touches nothing has gone stale and is refused, unless it stands guard against a shape
//! that the specification does not have today.

mod constraints;
mod extensions;
mod media_types;
mod multipart;
mod null_is_absent;
mod open_enums;
mod open_schemas;
mod responses;
pub(crate) mod schemas;
mod unknown_properties;
mod unused_schemas;

pub(crate) use open_schemas::{OPEN_BODY, OPEN_VALUE};

use std::collections::BTreeSet;

use crate::Error;
use crate::document::{Document, Pointer};
use crate::model::Model;

/// One rewrite of the specification.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    /// Why it is needed, with the limit of progenitor or typify that it answers.
    pub(crate) why: &'static str,
    /// Whether it may touch nothing: it stands guard.
    pub(crate) guard: bool,
    pub(crate) apply: fn(&Model, &mut Document) -> Result<Touched, Error>,
}

/// Where a rule changed the specification.
pub(crate) type Touched = BTreeSet<Pointer>;

/// In the order in which they are applied: each may rely on those before it.
pub(crate) static RULES: [Rule; 10] = [
    extensions::RULE,
    media_types::RULE,
    responses::RULE,
    constraints::RULE,
    open_enums::RULE,
    open_schemas::RULE,
    multipart::RULE,
    null_is_absent::RULE,
    unknown_properties::RULE,
    unused_schemas::RULE,
];

/// What each rule touched.
pub(crate) type Applied = Vec<(&'static Rule, Touched)>;

/// Applies all rules and tells what each of them touched.
pub(crate) fn apply(model: &Model, document: &mut Document) -> Result<Applied, Error> {
    RULES
        .iter()
        .map(|rule| Ok((rule, (rule.apply)(model, document)?)))
        .collect()
}

/// Refuses rules that have gone stale.
pub(crate) fn check(applied: &Applied) -> Result<(), Error> {
    let idle = applied
        .iter()
        .find(|(rule, touched)| touched.is_empty() && !rule.guard);
    idle.map_or(Ok(()), |(rule, _)| Err(stale(rule)))
}

/// A line per rule, and below it one per place it touched.
pub(crate) fn report(applied: &Applied) -> String {
    let mut text = String::new();
    for (rule, touched) in applied {
        text.push_str(&format!("{}: {}\n", rule.id, rule.why));
        for pointer in touched {
            text.push_str(&format!("  {pointer}\n"));
        }
    }
    text
}

fn stale(rule: &Rule) -> Error {
    Error::new(format!(
        "the rule `{}` of backendless-gen/src/rules is stale: nothing in the specification has the shape it rewrites\n  \
         it is there because: {}\n  \
         valid: remove the rule, or make it a guard if the shape may come back",
        rule.id, rule.why
    ))
}
