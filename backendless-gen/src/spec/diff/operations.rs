//! Changes of operations: added, removed, renamed, moved; their metadata, requests and responses.

use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, Level, only, parameters, schemas};
use crate::Error;
use crate::document::At;
use crate::model::{Operation, Response};
use crate::parameters::In;
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
    let note = "new in `operations`, the mock and the generated functions; it has no method until it is wrapped";
    comparison.add_with(
        Level::Additive,
        format!("operation {} is new", title(after)),
        Some(note.to_owned()),
        &at,
        only(after),
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
    let mut add = |level, what: String, note: Option<String>| {
        comparison.add_with(level, what, note, &to, only(after));
    };
    if route_of(before) != route_of(after) {
        let what = format!(
            "operation {} is moved to {} {}",
            title(before),
            after.method,
            after.template
        );
        let note = (before.extensions.idempotency != after.extensions.idempotency)
            .then(|| "its idempotency changes too, and so do its retries".to_owned());
        add(Level::Breaking, what, note);
    }
    if before.service != after.service {
        let what = format!(
            "`{}` belongs to the service {} now, was {}",
            after.id, after.service, before.service
        );
        let note = "spans and `operations` contain this name".to_owned();
        add(Level::Breaking, what, Some(note));
    }
    metadata(comparison, before, after, &to);
    review(comparison, before, after, &to);
    reserved_values(comparison, before, after, &to);
    parameters::compare(comparison, after, &from, &to)?;
    request(comparison, (before, after), &from, &to)?;
    response(comparison, (before, after), &from, &to)?;
    texts(comparison, after, &from, &to);
    Ok(())
}

/// Compares what overlays say about an operation.
fn metadata(comparison: &mut Comparison<'_>, before: &Operation, after: &Operation, at: &At<'_>) {
    let (old, new) = (&before.extensions, &after.extensions);
    let mut changed = |level, subject: &str, note: &str| {
        let what = format!("{subject} of `{}` changed", after.id);
        comparison.add_with(level, what, Some(note.to_owned()), at, only(after));
    };
    // A moved operation has this in its note.
    if old.idempotency != new.idempotency && before.method == after.method {
        let note = format!(
            "it is {} now, was {}; its retries change",
            new.idempotency, old.idempotency
        );
        changed(Level::Breaking, "the idempotency", &note);
    }
    if old.ends_session != new.ends_session {
        let note = "a success ends the session of the user token, or no longer does";
        changed(Level::Breaking, "the session use", note);
    }
    if old.error_codes != new.error_codes {
        let note = "the kinds of its errors change";
        changed(Level::Breaking, "the origin of the error codes", note);
    }
    if old.open_json.is_some() != new.open_json.is_some() {
        let note = "the generated function has a type parameter, or no longer has one";
        changed(Level::Textual, "the JSON type", note);
    }
    for parameter in before.parameters_in(In::Path) {
        let name = &parameter.name;
        if before.is_multi_segment(name) != after.is_multi_segment(name) {
            let note = "slashes in its value are encoded, or no longer are";
            changed(
                Level::Breaking,
                &format!("the path parameter `{name}`"),
                note,
            );
        }
    }
    if live_names(before) != live_names(after) || before.live_template != after.live_template {
        let note = "`Profile::Live` sends another request";
        changed(Level::Breaking, "the live profile", note);
    }
}

/// Compares whether the idempotency is reviewed, which alone changes no request.
fn review(comparison: &mut Comparison<'_>, before: &Operation, after: &Operation, at: &At<'_>) {
    let what = match (is_reviewed(before), is_reviewed(after)) {
        (false, true) => format!("the idempotency of `{}` is reviewed", after.id),
        (true, false) => format!("the idempotency of `{}` is no longer reviewed", after.id),
        _ => return,
    };
    comparison.add(Level::Textual, what, at, only(after));
}

fn live_names(operation: &Operation) -> BTreeSet<(&str, &str)> {
    let names = operation
        .parameters
        .iter()
        .filter_map(|parameter| Some((parameter.name.as_str(), parameter.live_name.as_deref()?)));
    names.collect()
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
    for (name, value) in new.difference(&old) {
        let what = format!("`{id}` rejects `{value}` for `{name}`");
        let note = "it would make the path address another operation".to_owned();
        comparison.add_with(Level::Breaking, what, Some(note), at, only(after));
    }
    for (name, value) in old.difference(&new) {
        let what = format!("`{id}` accepts `{value}` for `{name}`, which was reserved");
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
            format!("`{id}` accepts a body of {}", new.media_type),
        ),
        (Some(_), None) => (Level::Breaking, format!("`{id}` no longer has a body")),
        (Some(old), Some(new)) if old.media_type != new.media_type => (
            Level::Breaking,
            format!(
                "`{id}` sends its body as {} now, was {}",
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

/// Compares whether the body is required.
fn presence(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    required: (bool, bool),
    at: &At<'_>,
) {
    let (level, what) = match required {
        (false, true) => (Level::Breaking, "is required now"),
        (true, false) => (Level::Additive, "is optional now"),
        _ => return,
    };
    let what = format!("the body of `{}` {what}", operation.id);
    comparison.add(level, what, at, only(operation));
}

fn response(
    comparison: &mut Comparison<'_>,
    (before, after): (&Operation, &Operation),
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let kind = |response: &Response| match response {
        Response::Json(_) => "JSON",
        Response::Text => "text",
        Response::Raw => "bytes",
        Response::Empty => "nothing",
    };
    let (old, new) = (kind(&before.response), kind(&after.response));
    if old != new {
        let level = match before.response {
            Response::Empty => Level::Additive,
            _ => Level::Breaking,
        };
        let what = format!("`{}` returns {new} now, was {old}", after.id);
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

/// Only the documentation changes: every 2xx is the success and every other status an error, declared or not.
fn status_changed(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    status: &str,
    verb: &str,
    at: &At<'_>,
) {
    let what = format!("`{}` {verb} the response {status}", operation.id);
    let note = "every 2xx is read as a success, every other status as an error".to_owned();
    comparison.add_with(Level::Textual, what, Some(note), at, only(operation));
}

/// The schemas of one response, for each of its media types.
fn contents(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    status: &str,
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let context = schemas::Context::of_response(only(operation));
    let label = match status.starts_with('2') {
        true => format!("the response of `{}`", operation.id),
        false => format!("the response {status} of `{}`", operation.id),
    };
    let media = to.child("content").map(|at| at.entries());
    for (media, _) in media.unwrap_or_default() {
        let keys = ["content", media, "schema"];
        // A schema on one side only is another kind of response, which `response` compares.
        if let (Some(from), Some(to)) = (from.below(&keys), to.below(&keys)) {
            schemas::both(comparison, &context, &label, Some(from), Some(to))?;
        }
    }
    if from.str("description") != to.str("description") {
        let what = format!("the description of {label} changed");
        comparison.add(Level::Textual, what, to, only(operation));
    }
    Ok(())
}

fn texts(comparison: &mut Comparison<'_>, operation: &Operation, from: &At<'_>, to: &At<'_>) {
    for key in ["summary", "description", "deprecated", "externalDocs"] {
        if from.node().get(key) != to.node().get(key) {
            let what = format!("the {key} of `{}` changed", operation.id);
            comparison.add(Level::Textual, what, to, only(operation));
        }
    }
}
