//! Changes of the parameters of one operation.

use super::schemas::{self, Context};
use super::{Change, Comparison, Level, Subject, keys, necessity, only};
use crate::Error;
use crate::document::At;
use crate::model::Operation;
use crate::names;
use crate::spec::text::kind;

pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let (old, new) = (list(from), list(to));
    let mut removed = missing(&old, &new);
    let mut added = missing(&new, &old);
    while let Some((before, after)) = renamed(&removed, &added)? {
        let what = format!(
            "{} of `{}` is renamed to `{}`",
            title(&removed[before]),
            operation.id,
            name(&added[after])
        );
        let mut note = "its method of the mock is renamed".to_owned();
        if rank(&old, &removed[before]) != rank(&new, &added[after]) {
            note.push_str(
                ", and the generated function takes it at another position, because arguments are sorted by name: a call in \
                 the old order still compiles if two arguments have one type",
            );
        }
        let at = &added[after];
        let subjects = [&removed[before], at].map(subject);
        let change = Change::new(Level::Breaking, what, at).about(subjects);
        comparison.add(change.note(note).of(only(operation)));
        removed.remove(before);
        added.remove(after);
    }
    for parameter in &removed {
        let what = format!("{} of `{}` is removed", title(parameter), operation.id);
        let note = "the generated function loses an argument: its calls have to change";
        let change = Change::new(Level::Breaking, what, parameter).about([subject(parameter)]);
        comparison.add(change.note(note).of(only(operation)));
    }
    for parameter in &added {
        new_one(comparison, operation, parameter);
    }
    for before in &old {
        if let Some(after) = new.iter().find(|other| key(other) == key(before)) {
            same(comparison, operation, before, after)?;
        }
    }
    Ok(())
}

fn list<'d>(operation: &At<'d>) -> Vec<At<'d>> {
    operation.items_of("parameters")
}

fn name<'d>(parameter: &At<'d>) -> &'d str {
    parameter.str("name").unwrap_or_default()
}

fn place<'d>(parameter: &At<'d>) -> &'d str {
    parameter.str("in").unwrap_or_default()
}

fn key<'d>(parameter: &At<'d>) -> (&'d str, &'d str) {
    (place(parameter), name(parameter))
}

fn title(parameter: &At<'_>) -> String {
    format!("{} parameter `{}`", place(parameter), name(parameter))
}

fn required(parameter: &At<'_>) -> bool {
    parameter.bool("required") == Some(true)
}

/// The parameters of `list` that `other` does not have.
fn missing<'d>(list: &[At<'d>], other: &[At<'d>]) -> Vec<At<'d>> {
    let found = list
        .iter()
        .filter(|one| !other.iter().any(|other| key(other) == key(one)));
    found.cloned().collect()
}

/// The indexes of a removed and an added parameter that differ only in their names. None if it is ambiguous.
fn renamed(removed: &[At<'_>], added: &[At<'_>]) -> Result<Option<(usize, usize)>, Error> {
    for (index, before) in removed.iter().enumerate() {
        let mut successors = Vec::new();
        for (index, after) in added.iter().enumerate() {
            let alike = place(before) == place(after) && required(before) == required(after);
            if alike && type_of(before)? == type_of(after)? {
                successors.push(index);
            }
        }
        if let [successor] = successors[..] {
            return Ok(Some((index, successor)));
        }
    }
    Ok(None)
}

/// The position of a parameter among the arguments of the same kind of the generated function.
fn rank(list: &[At<'_>], parameter: &At<'_>) -> usize {
    let before =
        |other: &&At<'_>| place(other) == place(parameter) && name(other) < name(parameter);
    match place(parameter) {
        "path" => 0,
        _ => list.iter().filter(before).count(),
    }
}

fn type_of(parameter: &At<'_>) -> Result<String, Error> {
    parameter
        .child("schema")
        .map_or(Ok(String::new()), |schema| kind(&schema))
}

fn new_one(comparison: &mut Comparison<'_>, operation: &Operation, parameter: &At<'_>) {
    let (level, word, note) = match required(parameter) {
        true => (
            Level::Breaking,
            "required ",
            "every call has to pass it, and its methods need an argument for it",
        ),
        false => (
            Level::Additive,
            "",
            "the generated function gains an argument: its calls have to pass it, or `None`",
        ),
    };
    let what = format!("{word}{} of `{}` is new", title(parameter), operation.id);
    let change = Change::new(level, what, parameter).about([subject(parameter)]);
    comparison.add(change.note(note).of(only(operation)));
}

fn same(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    before: &At<'_>,
    after: &At<'_>,
) -> Result<(), Error> {
    let label = format!("{} of `{}`", title(after), operation.id);
    if let Some((level, what)) = necessity(required(before), required(after)) {
        let change = Change::new(level, format!("{label} {what}"), after);
        comparison.add(change.about([subject(after)]).of(only(operation)));
    }
    for change in keys::compare(&label, before, after, &["in", "name", "required", "schema"]) {
        comparison.add(change.of(only(operation)));
    }
    let context = Context::of_request(only(operation)).about(subject(after));
    let (old, new) = (before.child("schema"), after.child("schema"));
    schemas::both(comparison, &context, &label, old, new)
}

fn subject(parameter: &At<'_>) -> Subject {
    Subject::Parameter(names::function(name(parameter)))
}
