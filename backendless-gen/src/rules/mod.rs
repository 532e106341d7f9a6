//! The rules that rewrite the document into what progenitor can express.
//!
//! A rule matches shapes, never paths or names, so that it also applies to a changed document. It returns the places that
//! it changed. A rule that changes nothing is an error, unless it is a guard: a rule for a shape that the current document
//! does not have.

mod component_names;
mod compositions;
mod constraints;
mod directions;
mod extensions;
mod media_types;
mod multipart;
mod null_is_absent;
mod nullable_components;
mod open_enums;
mod open_schemas;
mod opened_schemas;
mod parameters;
mod path_names;
mod property_names;
mod responses;
pub(crate) mod schemas;
mod titles;
mod tree;
mod type_names;
mod unions;
mod unknown_properties;
mod unused_schemas;

pub(crate) use open_schemas::{OPEN_BODY, OPEN_VALUE};
pub(crate) use property_names::SEPARATOR;
pub(crate) use unions::{MARKER, Test};

use std::collections::BTreeSet;

use crate::Error;
use crate::document::{Document, Pointer};
use crate::model::Model;

/// One rewrite of the document.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    /// Why it is needed: usually a limitation of progenitor or typify.
    pub(crate) why: &'static str,
    /// Whether it may change nothing.
    pub(crate) guard: bool,
    pub(crate) apply: fn(&Model, &mut Document) -> Result<Touched, Error>,
}

/// The places that a rule changed.
pub(crate) type Touched = BTreeSet<Pointer>;

/// All rules, in the order in which they are applied. A rule can rely on the rules before it.
pub(crate) static RULES: [Rule; 21] = [
    parameters::RULE,
    extensions::RULE,
    media_types::RULE,
    responses::RULE,
    component_names::RULE,
    constraints::RULE,
    compositions::RULE,
    unions::RULE,
    property_names::RULE,
    open_enums::RULE,
    open_schemas::RULE,
    multipart::RULE,
    directions::RULE,
    null_is_absent::RULE,
    nullable_components::RULE,
    titles::RULE,
    unknown_properties::RULE,
    unused_schemas::RULE,
    type_names::RULE,
    opened_schemas::RULE,
    path_names::RULE,
];

/// The places that each rule changed.
pub(crate) type Applied = Vec<(&'static Rule, Touched)>;

/// Applies all rules, and returns what each of them changed.
pub(crate) fn apply(model: &Model, document: &mut Document) -> Result<Applied, Error> {
    RULES
        .iter()
        .map(|rule| Ok((rule, (rule.apply)(model, document)?)))
        .collect()
}

/// Removes the components that no operation uses.
pub(crate) fn remove_unused(model: &Model, document: &mut Document) {
    // The rule has no error.
    let _ = (unused_schemas::RULE.apply)(model, document);
}

/// Adds components that were opened because progenitor rejects them to what the rules changed.
pub(crate) fn add_opened(applied: &mut Applied, components: Vec<Pointer>) {
    let found = applied
        .iter_mut()
        .find(|(rule, _)| rule.id == opened_schemas::RULE.id);
    if let Some((_, touched)) = found {
        touched.extend(components);
    }
}

/// Rejects rules that changed nothing.
pub(crate) fn check(applied: &Applied) -> Result<(), Error> {
    let unused = applied
        .iter()
        .find(|(rule, touched)| touched.is_empty() && !rule.guard);
    unused.map_or(Ok(()), |(rule, _)| Err(unused_error(rule)))
}

/// Returns one line per rule, followed by one line per place that it changed.
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

fn unused_error(rule: &Rule) -> Error {
    Error::new(format!(
        "the rule `{}` of backendless-gen/src/rules is unused: no part of the document has the shape that it rewrites\n  \
         reason of the rule: {}\n  \
         help: remove the rule, or mark it as a guard if the shape may return",
        rule.id, rule.why
    ))
}
