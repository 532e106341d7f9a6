//! Operations: added, removed, renamed, moved; and what each sends and answers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, Level, only, parameters, schemas};
use crate::Error;
use crate::document::At;
use crate::model::{Operation, Response};
use crate::reserved;
use crate::validate::route;

pub(super) fn compare(comparison: &mut Comparison<'_>) -> Result<(), Error> {
    let (old, new) = (comparison.old, comparison.new);
    for before in &old.model.operations {
        match new.operation(&before.id) {
            Some(after) => same(comparison, before, after)?,
            None => gone(comparison, before),
        }
    }
    for after in &new.model.operations {
        let renamed =
            old.model.operations.iter().any(|before| {
                address(before) == address(after) && new.operation(&before.id).is_none()
            });
        if old.operation(&after.id).is_none() && !renamed {
            added(comparison, after);
        }
    }
    Ok(())
}

/// What a request of it looks like, whatever its parameters are called.
fn address(operation: &Operation) -> (String, String) {
    (operation.method.clone(), route(&operation.template))
}

fn title(operation: &Operation) -> String {
    format!(
        "`{}` ({} {})",
        operation.id, operation.method, operation.template
    )
}

fn gone(comparison: &mut Comparison<'_>, before: &Operation) {
    let mut others = comparison.new.model.operations.iter();
    let heir = others.find(|after| {
        address(after) == address(before) && comparison.old.operation(&after.id).is_none()
    });
    let (what, at) = match heir {
        Some(after) => (
            format!("operation {} is called `{}`", title(before), after.id),
            comparison.new.document.at(&after.pointer),
        ),
        None => (
            format!("operation {} is removed", title(before)),
            comparison.old.document.at(&before.pointer),
        ),
    };
    let note = match heir {
        Some(_) => {
            "its constant in `operations` and its mock are renamed, and so are its targets in overlays"
        }
        None => "its methods, its constant in `operations` and its mock go",
    };
    let at = at.unwrap_or_else(|| comparison.new.document.root());
    comparison.add_with(
        Level::Breaking,
        what,
        Some(note.to_owned()),
        &at,
        only(before),
    );
}

fn added(comparison: &mut Comparison<'_>, after: &Operation) {
    let at = comparison.new.document.at(&after.pointer);
    let at = at.unwrap_or_else(|| comparison.new.document.root());
    let note = "new in `operations`, the mock and the raw client; no method of its own until it is wrapped";
    comparison.add_with(
        Level::Additive,
        format!("operation {} is new", title(after)),
        Some(note.to_owned()),
        &at,
        only(after),
    );
}

/// The same operation on both sides.
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
    let mut add = |level, what: String, note: Option<String>| {
        comparison.add_with(level, what, note, &to, only(after));
    };
    if address(before) != address(after) {
        let what = format!(
            "operation {} is moved to {} {}",
            title(before),
            after.method,
            after.template
        );
        let note = (before.extensions.idempotency != after.extensions.idempotency)
            .then(|| "its idempotency changes too, and with it its retries".to_owned());
        add(Level::Breaking, what, note);
    }
    if before.service != after.service {
        let what = format!(
            "`{}` belongs to the service {}, was {}",
            after.id, after.service, before.service
        );
        let note = "spans and `operations` name it so".to_owned();
        add(Level::Breaking, what, Some(note));
    }
    reserved_values(comparison, before, after, &to);
    parameters::compare(comparison, after, &from, &to)?;
    request(comparison, (before, after), &from, &to)?;
    answer(comparison, (before, after), &from, &to)?;
    texts(comparison, after, &from, &to);
    Ok(())
}

/// A new operation can take a value away from a path parameter of another.
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
    for (name, value) in new.difference(&old) {
        let what = format!("`{id}` refuses `{value}` for `{name}`");
        let note = "it would be the path of another operation".to_owned();
        comparison.add_with(Level::Breaking, what, Some(note), at, only(after));
    }
    for (name, value) in old.difference(&new) {
        let what = format!("`{id}` takes `{value}` for `{name}`, which was reserved");
        comparison.add(Level::Additive, what, at, only(after));
    }
}

fn request(
    comparison: &mut Comparison<'_>,
    (before, after): (&Operation, &Operation),
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let id = &after.id;
    let (level, what) = match (&before.request, &after.request) {
        (None, None) => return Ok(()),
        (None, Some(new)) if new.required => (
            Level::Breaking,
            format!("`{id}` requires a body of {}", new.media_type),
        ),
        (None, Some(new)) => (
            Level::Additive,
            format!("`{id}` takes a body of {}", new.media_type),
        ),
        (Some(_), None) => (Level::Breaking, format!("`{id}` takes no body any more")),
        (Some(old), Some(new)) if old.media_type != new.media_type => (
            Level::Breaking,
            format!(
                "`{id}` sends its body as {}, was {}",
                new.media_type, old.media_type
            ),
        ),
        (Some(old), Some(new)) => {
            presence(comparison, after, (old.required, new.required), to);
            let keys = ["requestBody", "content", &new.media_type, "schema"];
            let context = schemas::Context::of_request(only(after));
            let label = format!("the body of `{id}`");
            return schemas::both(
                comparison,
                &context,
                &label,
                from.below(&keys),
                to.below(&keys),
            );
        }
    };
    comparison.add(level, what, to, only(after));
    Ok(())
}

/// Whether the body was, and is, required.
fn presence(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    required: (bool, bool),
    at: &At<'_>,
) {
    let (level, what) = match required {
        (false, true) => (Level::Breaking, "is required"),
        (true, false) => (Level::Additive, "may be left out"),
        _ => return,
    };
    let what = format!("the body of `{}` {what}", operation.id);
    comparison.add(level, what, at, only(operation));
}

fn answer(
    comparison: &mut Comparison<'_>,
    (before, after): (&Operation, &Operation),
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let kind = |answer: &Response| match answer {
        Response::Json(_) => "JSON",
        Response::Raw => "bytes",
        Response::Empty => "nothing",
    };
    let (old, new) = (kind(&before.response), kind(&after.response));
    if old != new {
        let level = match before.response {
            Response::Empty => Level::Additive,
            _ => Level::Breaking,
        };
        let what = format!("`{}` answers {new}, was {old}", after.id);
        comparison.add(level, what, to, only(after));
    }
    let (from, to) = (responses(from), responses(to));
    for (status, after_response) in &to {
        match from.iter().find(|(other, _)| other == status) {
            Some((_, before_response)) => {
                contents(comparison, after, status, before_response, after_response)?;
            }
            None => status_changed(comparison, after, status, "declares", after_response),
        }
    }
    for (status, response) in &from {
        if !to.iter().any(|(other, _)| other == status) {
            status_changed(comparison, after, status, "no longer declares", response);
        }
    }
    Ok(())
}

fn responses<'d>(operation: &At<'d>) -> Vec<(&'d str, At<'d>)> {
    let responses = operation.child("responses");
    responses.map(|at| at.entries()).unwrap_or_default()
}

/// Every 2xx is the success and every other status an error, whether it is declared or not.
fn status_changed(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    status: &str,
    verb: &str,
    at: &At<'_>,
) {
    let what = format!("`{}` {verb} the answer {status}", operation.id);
    let note = "every 2xx is read as its success, every other status as an error".to_owned();
    comparison.add_with(Level::Textual, what, Some(note), at, only(operation));
}

/// The schemas of one answer, for each of its media types.
fn contents(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    status: &str,
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let context = schemas::Context::of_answer(only(operation));
    let label = match status.starts_with('2') {
        true => format!("the answer of `{}`", operation.id),
        false => format!("the answer {status} of `{}`", operation.id),
    };
    let media = to.child("content").map(|at| at.entries());
    for (media, _) in media.unwrap_or_default() {
        let keys = ["content", media, "schema"];
        // A schema that only one side has is another kind of answer, which was told above.
        if let (Some(from), Some(to)) = (from.below(&keys), to.below(&keys)) {
            schemas::both(comparison, &context, &label, Some(from), Some(to))?;
        }
    }
    if from.str("description") != to.str("description") {
        let what = format!("the description of {label} is another");
        comparison.add(Level::Textual, what, to, only(operation));
    }
    Ok(())
}

fn texts(comparison: &mut Comparison<'_>, operation: &Operation, from: &At<'_>, to: &At<'_>) {
    for key in ["summary", "description", "deprecated", "externalDocs"] {
        if from.node().get(key) != to.node().get(key) {
            let what = format!("the {key} of `{}` is another", operation.id);
            comparison.add(Level::Textual, what, to, only(operation));
        }
    }
}
