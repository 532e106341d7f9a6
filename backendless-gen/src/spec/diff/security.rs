//! Changes of the security schemes, and of the schemes that an operation requires.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Comparison, Level, Side, Subject, keys, only};
use crate::document::{At, Document, Node, Pointer};
use crate::model::Operation;

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
            let names = (text(&from), text(&to));
            let group = groups.entry((names.0, names.1, level(&from, &to)));
            group.or_default().insert(after.id.clone());
        } else if node(old, before) != node(new, after)
            && let Some(at) = new.document.at(&after.pointer)
        {
            let what = format!("the security of `{}` is written differently", after.id);
            comparison.add(Change::new(Level::Textual, what, &at).of(only(after)));
        }
    }
    for ((from, to, level), operations) in groups {
        let first = operations.first().and_then(|id| new.operation(id));
        let at = first.and_then(|operation| new.document.at(&operation.pointer));
        let at = at.unwrap_or_else(|| new.document.root());
        let names: Vec<String> = operations.iter().map(|id| format!("`{id}`")).collect();
        let what = format!("auth of {} is {to} now, was {from}", names.join(", "));
        let change = Change::new(level, what, &at)
            .about([Subject::Constant("session".to_owned())])
            .of(operations);
        comparison.add(match foreign(&new.document, &to) {
            Some(names) => change.note(format!(
                "the client sends only `{HEADER}`, whatever the scheme: {names} needs handwritten code in \
                 backendless/src/transport"
            )),
            None => change,
        });
    }
}

/// The schemes of one alternative, with their scopes.
type Alternative = BTreeMap<String, BTreeSet<String>>;

/// Additive if each client that was accepted still is.
fn level(from: &BTreeSet<Alternative>, to: &BTreeSet<Alternative>) -> Level {
    let is_accepted = |old: &Alternative| {
        to.is_empty()
            || to.iter().any(|new| {
                let mut schemes = new.iter();
                schemes.all(|(name, scopes)| old.get(name).is_some_and(|old| scopes.is_subset(old)))
            })
    };
    let accepted = match from.is_empty() {
        true => is_accepted(&Alternative::new()),
        false => from.iter().all(is_accepted),
    };
    match accepted {
        true => Level::Additive,
        false => Level::Breaking,
    }
}

/// The node with the security of an operation: its own, or that of the document.
fn security<'d>(side: &'d Side, operation: &Operation) -> Option<At<'d>> {
    let own = side.document.at(&operation.pointer.join("security"));
    own.or_else(|| side.document.at(&Pointer::of(["security"])))
}

fn node<'d>(side: &'d Side, operation: &Operation) -> Option<&'d Node> {
    Some(security(side, operation)?.node())
}

/// The security alternatives of an operation.
fn required(side: &Side, operation: &Operation) -> BTreeSet<Alternative> {
    let scopes = |at: At<'_>| {
        let scopes = at.items().into_iter();
        scopes
            .filter_map(|scope| scope.node().str().map(str::to_owned))
            .collect()
    };
    let alternatives = security(side, operation).map(|at| at.items());
    let alternatives = alternatives.unwrap_or_default().into_iter();
    alternatives
        .map(|at| {
            let schemes = at.entries().into_iter();
            schemes
                .map(|(name, at)| (name.to_owned(), scopes(at)))
                .collect()
        })
        .collect()
}

/// Alternatives as text: `key or token and app (read, write)`.
fn text(alternatives: &BTreeSet<Alternative>) -> String {
    let scheme = |(name, scopes): (&String, &BTreeSet<String>)| match scopes.is_empty() {
        true => name.clone(),
        false => {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            format!("{name} ({})", scopes.join(", "))
        }
    };
    let alternative = |one: &Alternative| match one.is_empty() {
        true => "nothing".to_owned(),
        false => one.iter().map(scheme).collect::<Vec<_>>().join(" and "),
    };
    match alternatives.is_empty() {
        true => "nothing".to_owned(),
        false => alternatives
            .iter()
            .map(alternative)
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

fn is_user_token(scheme: &At<'_>) -> bool {
    scheme.str("type") == Some("apiKey")
        && scheme.str("in") == Some("header")
        && scheme.str("name") == Some(HEADER)
}

/// The names of the schemes in `required` that are not the user token.
fn foreign(document: &Document, required: &str) -> Option<String> {
    let schemes = document.components("securitySchemes");
    let foreign = schemes
        .iter()
        .filter(|(name, at)| !is_user_token(at) && required.split(' ').any(|word| word == *name));
    let names: Vec<String> = foreign.map(|(name, _)| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn schemes(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old, comparison.new);
    let (before, after) = (
        old.document.components("securitySchemes"),
        new.document.components("securitySchemes"),
    );
    for (name, at) in &after {
        let Some((_, from)) = before.iter().find(|(other, _)| other == name) else {
            let what = format!("security scheme `{name}` is new");
            comparison.add(Change::new(Level::Textual, what, at));
            continue;
        };
        let label = format!("the security scheme `{name}`");
        for change in keys::compare(&label, from, at, &[]) {
            let is_text = change.level == Level::Textual;
            let change = change.of(users(new, name));
            comparison.add(match is_text {
                true => change,
                false => change.at_level(Level::Breaking).note(format!(
                    "the client sends `{HEADER}` by handwritten code in backendless/src/transport"
                )),
            });
        }
    }
    for (name, at) in &before {
        if !after.iter().any(|(other, _)| other == name) {
            let what = format!("security scheme `{name}` is removed");
            comparison.add(Change::new(Level::Textual, what, at));
        }
    }
}

/// The operations that require a scheme.
fn users(side: &Side, scheme: &str) -> BTreeSet<String> {
    let requires = |operation: &&Operation| {
        let required = required(side, operation);
        required
            .iter()
            .any(|alternative| alternative.contains_key(scheme))
    };
    let found = side.model.operations.iter().filter(requires);
    found.map(|operation| operation.id.clone()).collect()
}
