//! Changes of the security schemes, and of the schemes that an operation requires.

use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, Level, Side};
use crate::document::{At, Document, Pointer};
use crate::model::{Operation, Session};

/// The header of the only scheme that the client supports.
const HEADER: &str = "user-token";

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    schemes(comparison);
    let (old, new) = (comparison.old, comparison.new);
    let mut groups: BTreeMap<(String, String, Level), BTreeSet<String>> = BTreeMap::new();
    for after in &new.model.operations {
        let Some(before) = old.operation(&after.id) else {
            continue;
        };
        let (from, to) = (required(old, before), required(new, after));
        if from != to {
            let level = match (before.session, after.session) {
                (Session::Uses | Session::Ends, Session::None) => Level::Additive,
                _ => Level::Breaking,
            };
            let group = groups.entry((from, to, level)).or_default();
            group.insert(after.id.clone());
        }
    }
    for ((from, to, level), operations) in groups {
        let first = operations.first().and_then(|id| new.operation(id));
        let at = first.and_then(|operation| new.document.at(&operation.pointer));
        let at = at.unwrap_or_else(|| new.document.root());
        let names: Vec<String> = operations.iter().map(|id| format!("`{id}`")).collect();
        let what = format!("auth of {} is {to} now, was {from}", names.join(", "));
        let note = foreign(&new.document, &to).map(|names| {
            format!(
                "the client sends only `{HEADER}`, whatever the scheme: {names} needs handwritten code in \
                 backendless/src/transport"
            )
        });
        comparison.add_with(level, what, note, &at, operations);
    }
}

/// The security alternatives of an operation, as text.
fn required(side: &Side, operation: &Operation) -> String {
    let own = side
        .document
        .at(&operation.pointer.join("security"))
        .or_else(|| side.document.at(&Pointer::of(["security"])));
    let alternatives: BTreeSet<String> = own
        .map(|at| at.items())
        .unwrap_or_default()
        .iter()
        .map(|at| {
            let names = at.entries().into_iter().map(|(name, _)| name);
            let names: BTreeSet<&str> = names.collect();
            match names.is_empty() {
                true => "nothing".to_owned(),
                false => names.into_iter().collect::<Vec<_>>().join(" and "),
            }
        })
        .collect();
    match alternatives.is_empty() {
        true => "nothing".to_owned(),
        false => alternatives.into_iter().collect::<Vec<_>>().join(" or "),
    }
}

fn section(document: &Document) -> Vec<(&str, At<'_>)> {
    let section = document.at(&Pointer::of(["components", "securitySchemes"]));
    section.map(|at| at.entries()).unwrap_or_default()
}

fn is_user_token(scheme: &At<'_>) -> bool {
    scheme.str("type") == Some("apiKey")
        && scheme.str("in") == Some("header")
        && scheme.str("name") == Some(HEADER)
}

/// The names of the schemes in `required` that are not the user token.
fn foreign(document: &Document, required: &str) -> Option<String> {
    let schemes = section(document);
    let foreign = schemes
        .iter()
        .filter(|(name, at)| !is_user_token(at) && required.split(' ').any(|word| word == *name));
    let names: Vec<String> = foreign.map(|(name, _)| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn schemes(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old, comparison.new);
    let (before, after) = (section(&old.document), section(&new.document));
    for (name, at) in &after {
        let Some((_, from)) = before.iter().find(|(other, _)| other == name) else {
            let what = format!("security scheme `{name}` is new");
            comparison.add(Level::Textual, what, at, BTreeSet::new());
            continue;
        };
        let changed: Vec<&str> = ["type", "in", "name", "scheme", "flows"]
            .into_iter()
            .filter(|key| from.node().get(key) != at.node().get(key))
            .collect();
        if !changed.is_empty() {
            let what = format!(
                "the {} of the security scheme `{name}` changed",
                changed.join(", ")
            );
            let note = format!(
                "the client sends `{HEADER}` by handwritten code in backendless/src/transport"
            );
            let users = users(new, name);
            comparison.add_with(Level::Breaking, what, Some(note), at, users);
        } else if from.node() != at.node() {
            let what = format!("the description of the security scheme `{name}` changed");
            comparison.add(Level::Textual, what, at, BTreeSet::new());
        }
    }
    for (name, at) in &before {
        if !after.iter().any(|(other, _)| other == name) {
            let what = format!("security scheme `{name}` is removed");
            comparison.add(Level::Textual, what, at, BTreeSet::new());
        }
    }
}

/// The operations that require a scheme.
fn users(side: &Side, scheme: &str) -> BTreeSet<String> {
    let requires = |operation: &&Operation| {
        let required = required(side, operation);
        required.split(' ').any(|word| word == scheme)
    };
    let found = side.model.operations.iter().filter(requires);
    found.map(|operation| operation.id.clone()).collect()
}
