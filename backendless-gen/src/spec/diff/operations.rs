//! Changes of operations: added, removed, renamed, moved; their reviews and reserved values.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Comparison, Level, Subject, bodies, keys, only, parameters};
use crate::Error;
use crate::document::At;
use crate::model::Operation;
use crate::reserved;
use crate::review::is_reviewed;
use crate::validate::route;

pub(super) fn compare(comparison: &mut Comparison<'_>) -> Result<(), Error> {
    let (old, new) = (comparison.old, comparison.new);
    for before in &old.model.operations {
        match new.operation(&before.id) {
            Some(after) => same(comparison, before, after)?,
            None => removed(comparison, before),
        }
    }
    for after in &new.model.operations {
        let renamed = old.model.operations.iter().any(|before| {
            route_of(before) == route_of(after) && new.operation(&before.id).is_none()
        });
        if old.operation(&after.id).is_none() && !renamed {
            added(comparison, after);
        }
    }
    Ok(())
}

/// Method and path, without the names of the parameters.
fn route_of(operation: &Operation) -> (String, String) {
    (operation.method.clone(), route(&operation.template))
}

fn title(operation: &Operation) -> String {
    format!(
        "`{}` ({} {})",
        operation.id, operation.method, operation.template
    )
}

fn removed(comparison: &mut Comparison<'_>, before: &Operation) {
    let mut others = comparison.new.model.operations.iter();
    let successor = others.find(|after| {
        route_of(after) == route_of(before) && comparison.old.operation(&after.id).is_none()
    });
    let (what, at) = match successor {
        Some(after) => (
            format!("operation {} is renamed to `{}`", title(before), after.id),
            comparison.new.document.at(&after.pointer),
        ),
        None => (
            format!("operation {} is removed", title(before)),
            comparison.old.document.at(&before.pointer),
        ),
    };
    let note = match successor {
        Some(_) => {
            "its constant in `operations` and its mock are renamed; targets of overlays that name it have to change"
        }
        None => "its methods, its constant in `operations` and its mock are removed",
    };
    let at = at.unwrap_or_else(|| comparison.new.document.root());
    comparison.add(
        Change::new(Level::Breaking, what, &at)
            .note(note)
            .of(only(before)),
    );
}

fn added(comparison: &mut Comparison<'_>, after: &Operation) {
    let at = comparison.new.document.at(&after.pointer);
    let at = at.unwrap_or_else(|| comparison.new.document.root());
    let note = "new in `operations`, the mock and the generated functions; it has no method until it is wrapped";
    let what = format!("operation {} is new", title(after));
    comparison.add(
        Change::new(Level::Additive, what, &at)
            .note(note)
            .of(only(after)),
    );
}

/// Compares an operation that both sides have.
fn same(
    comparison: &mut Comparison<'_>,
    before: &Operation,
    after: &Operation,
) -> Result<(), Error> {
    let (old, new) = (comparison.old, comparison.new);
    let (Some(from), Some(to)) = (
        old.document.at(&before.pointer),
        new.document.at(&after.pointer),
    ) else {
        return Ok(());
    };
    if route_of(before) != route_of(after) {
        let what = format!(
            "operation {} is moved to {} {}",
            title(before),
            after.method,
            after.template
        );
        let subjects = ["method", "path"].map(|field| Subject::Constant(field.to_owned()));
        let change = Change::new(Level::Breaking, what, &to)
            .about(subjects)
            .of(only(after));
        comparison.add(
            match before.extensions.idempotency == after.extensions.idempotency {
                true => change,
                false => change.note("its idempotency changes too, and so do its retries"),
            },
        );
    }
    review(comparison, before, after, &to);
    reserved_values(comparison, before, after, &to);
    parameters::compare(comparison, after, &from, &to)?;
    bodies::request(comparison, (before, after), &from, &to)?;
    bodies::response(comparison, (before, after), &from, &to)?;
    for change in keys::compare(&format!("`{}`", after.id), &from, &to, &KNOWN) {
        comparison.add(change.of(only(after)));
    }
    Ok(())
}

/// The keys of an operation that have a comparison of their own.
const KNOWN: [&str; 5] = [
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
];

/// Compares whether the idempotency is reviewed, which alone changes no request.
fn review(comparison: &mut Comparison<'_>, before: &Operation, after: &Operation, at: &At<'_>) {
    let what = match (is_reviewed(before), is_reviewed(after)) {
        (false, true) => format!("the idempotency of `{}` is reviewed", after.id),
        (true, false) => format!("the idempotency of `{}` is no longer reviewed", after.id),
        _ => return,
    };
    comparison.add(Change::new(Level::Textual, what, at).of(only(after)));
}

/// A new operation can reserve a value of a path parameter of another one.
fn reserved_values(
    comparison: &mut Comparison<'_>,
    before: &Operation,
    after: &Operation,
    at: &At<'_>,
) {
    let old = reserved::of(&comparison.old.model, before).values;
    let new = reserved::of(&comparison.new.model, after).values;
    let pairs = |values: BTreeMap<String, BTreeSet<String>>| {
        let pairs = values.into_iter();
        let pairs =
            pairs.flat_map(|(name, values)| values.into_iter().map(move |v| (name.clone(), v)));
        pairs.collect::<BTreeSet<(String, String)>>()
    };
    let (old, new) = (pairs(old), pairs(new));
    let id = &after.id;
    let subject = Subject::Constant("path_parameters".to_owned());
    for (name, value) in new.difference(&old) {
        let what = format!("`{id}` rejects `{value}` for `{name}`");
        let change = Change::new(Level::Breaking, what, at).about([subject.clone()]);
        let note = "it would make the path address another operation";
        comparison.add(change.note(note).of(only(after)));
    }
    for (name, value) in old.difference(&new) {
        let what = format!("`{id}` accepts `{value}` for `{name}`, which was reserved");
        let change = Change::new(Level::Additive, what, at).about([subject.clone()]);
        comparison.add(change.of(only(after)));
    }
}
