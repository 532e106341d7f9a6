//! Changes of request bodies and responses: their statuses, media types and schemas.

use super::schemas::{self, Context};
use super::{Change, Comparison, Level, Subject, keys, necessity, only};
use crate::Error;
use crate::bodies::{Request, is_json};
use crate::document::At;
use crate::model::{Operation, Response};

pub(super) fn request(
    comparison: &mut Comparison<'_>,
    (before, after): (&Operation, &Operation),
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let id = &after.id;
    let (old, new) = (before.request.as_ref(), after.request.as_ref());
    for (level, what) in declaration(id, old, new) {
        let change = Change::new(level, what, to).about([Subject::Body]);
        comparison.add(change.of(only(after)));
    }
    let chosen = match (old, new) {
        (None, None) => None,
        (Some(old), Some(new)) => Some((old.media_type.as_str(), new.media_type.as_str())),
        _ => return Ok(()),
    };
    if let (Some(from), Some(to)) = (from.child("requestBody"), to.child("requestBody")) {
        let label = format!("the body of `{id}`");
        for change in keys::compare(&label, &from, &to, &["content", "required"]) {
            comparison.add(change.of(only(after)));
        }
        let context = Context::of_request(only(after)).about(Subject::Body);
        contents(comparison, &context, &label, (&from, &to), chosen)?;
    }
    Ok(())
}

/// The changes of a body as a whole.
fn declaration(id: &str, old: Option<&Request>, new: Option<&Request>) -> Vec<(Level, String)> {
    let (old, new) = match (old, new) {
        (None, None) => return Vec::new(),
        (Some(_), None) => {
            return vec![(Level::Breaking, format!("`{id}` no longer has a body"))];
        }
        (None, Some(new)) => {
            let (level, verb) = match new.required {
                true => (Level::Breaking, "requires"),
                false => (Level::Additive, "accepts"),
            };
            return vec![(level, format!("`{id}` {verb} a body of {}", new.media_type))];
        }
        (Some(old), Some(new)) => (old, new),
    };
    let mut changes = Vec::new();
    let (from, to) = (&old.media_type, &new.media_type);
    if from != to {
        let what = format!("`{id}` sends its body as {to} now, was {from}");
        changes.push((Level::Breaking, what));
    }
    let necessity = necessity(old.required, new.required);
    changes.extend(necessity.map(|(level, what)| (level, format!("the body of `{id}` {what}"))));
    changes
}

pub(super) fn response(
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
        let change = Change::new(level, what, to).about([Subject::Response]);
        comparison.add(change.of(only(after)));
    }
    let (mut from, mut to) = (responses(from), responses(to));
    for (old, new) in paired(&mut from, &mut to) {
        one_response(comparison, after, old, new)?;
    }
    for (verb, responses) in [("declares", to), ("no longer declares", from)] {
        for (status, at) in responses {
            let what = format!("`{}` {verb} the response {status}", after.id);
            let change = match is_success(status) {
                true => Change::new(Level::Behaviour, what, &at).about([Subject::Response]),
                false => Change::new(Level::Textual, what, &at),
            };
            let note = "every 2xx is read as a success, every other status as an error";
            comparison.add(change.note(note).of(only(after)));
        }
    }
    Ok(())
}

/// A response and its status.
type Status<'d> = (&'d str, At<'d>);

fn responses<'d>(operation: &At<'d>) -> Vec<Status<'d>> {
    operation.entries_of("responses")
}

fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Removes the responses with the same status on both sides, and the only successes that are left.
fn paired<'d>(
    from: &mut Vec<Status<'d>>,
    to: &mut Vec<Status<'d>>,
) -> Vec<(Status<'d>, Status<'d>)> {
    let mut pairs = Vec::new();
    from.retain(|old| match to.iter().position(|new| new.0 == old.0) {
        Some(index) => {
            pairs.push((old.clone(), to.remove(index)));
            false
        }
        None => true,
    });
    let successes = |list: &[Status<'_>]| -> Vec<usize> {
        (0..list.len())
            .filter(|index| is_success(list[*index].0))
            .collect()
    };
    if let ([old], [new]) = (&successes(from)[..], &successes(to)[..]) {
        pairs.push((from.remove(*old), to.remove(*new)));
    }
    pairs
}

fn one_response(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    (old, from): Status<'_>,
    (new, to): Status<'_>,
) -> Result<(), Error> {
    let id = &operation.id;
    if old != new {
        let what = format!("`{id}` succeeds with the status {new} now, was {old}");
        comparison.add(Change::new(Level::Textual, what, &to).of(only(operation)));
    }
    let context = Context::of_response(only(operation));
    let (label, context) = match is_success(new) {
        true => (
            format!("the response of `{id}`"),
            context.about(Subject::Response),
        ),
        // The success of an operation without another.
        false if new == "default" => (
            format!("the response {new} of `{id}`"),
            context.about(Subject::Response),
        ),
        false => (format!("the response {new} of `{id}`"), context),
    };
    for change in keys::compare(&label, &from, &to, &["content"]) {
        comparison.add(change.of(only(operation)));
    }
    let json = |at: &At<'_>| {
        let mut types = media_types(at).into_iter();
        types
            .find(|(name, _)| is_json(name))
            .map(|(name, _)| name.to_owned())
    };
    let (old, new) = (json(&from), json(&to));
    let chosen = old.as_deref().zip(new.as_deref());
    contents(comparison, &context, &label, (&from, &to), chosen)
}

fn media_types<'d>(at: &At<'d>) -> Vec<(&'d str, At<'d>)> {
    at.entries_of("content")
}

/// Compares the media types of both sides. `chosen` are those that the SDK uses, whatever their names.
fn contents(
    comparison: &mut Comparison<'_>,
    context: &Context,
    label: &str,
    (from, to): (&At<'_>, &At<'_>),
    chosen: Option<(&str, &str)>,
) -> Result<(), Error> {
    let (old, new) = (media_types(from), media_types(to));
    let has = |types: &[(&str, At<'_>)], name: &str| types.iter().any(|(other, _)| *other == name);
    let chosen = chosen.filter(|names| !has(&old, names.1) && !has(&new, names.0));
    for (name, after) in &new {
        let earlier = match chosen {
            Some((old, new)) if new == *name => old,
            _ => name,
        };
        let Some((_, before)) = old.iter().find(|(other, _)| other == &earlier) else {
            let what = format!("{label} can be `{name}`");
            context.add(comparison, Change::new(Level::Textual, what, after));
            continue;
        };
        if earlier != *name {
            let what = format!("{label} has the media type `{name}` now, was `{earlier}`");
            context.add(comparison, Change::new(Level::Textual, what, after));
        }
        for change in keys::compare(label, before, after, &["schema"]) {
            comparison.add(change.of(context.operations.clone()));
        }
        let schemas = (before.child("schema"), after.child("schema"));
        schemas::both(comparison, context, label, schemas.0, schemas.1)?;
    }
    for (name, before) in &old {
        let is_renamed = chosen.is_some_and(|(old, _)| old == *name);
        if !is_renamed && !has(&new, name) {
            let what = format!("{label} can no longer be `{name}`");
            context.add(comparison, Change::new(Level::Textual, what, before));
        }
    }
    Ok(())
}
