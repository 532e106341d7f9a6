//! Parameters of one operation.

use super::schemas::{self, Context};
use super::{Comparison, Level, only};
use crate::Error;
use crate::document::At;
use crate::model::Operation;
use crate::spec::text::kind;

pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    from: &At<'_>,
    to: &At<'_>,
) -> Result<(), Error> {
    let (old, new) = (list(from), list(to));
    let mut gone = missing(&old, &new);
    let mut added = missing(&new, &old);
    while let Some((before, after)) = renamed(&gone, &added)? {
        let what = format!(
            "{} of `{}` is called `{}`",
            title(&gone[before]),
            operation.id,
            name(&added[after])
        );
        let mut note = "its mock's method is renamed".to_owned();
        if rank(&old, &gone[before]) != rank(&new, &added[after]) {
            note.push_str(
                ", and the raw function takes it at another place, because its arguments go by name: where two have \
                 one type a call that passes them in the old order still compiles",
            );
        }
        let at = &added[after];
        comparison.add_with(Level::Breaking, what, Some(note), at, only(operation));
        gone.remove(before);
        added.remove(after);
    }
    for parameter in &gone {
        let what = format!("{} of `{}` is removed", title(parameter), operation.id);
        let note = "the raw function loses an argument: its calls have to leave it out".to_owned();
        comparison.add_with(
            Level::Breaking,
            what,
            Some(note),
            parameter,
            only(operation),
        );
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
    let parameters = operation.child("parameters");
    parameters.map(|at| at.items()).unwrap_or_default()
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

/// Those of `list` that `other` has not.
fn missing<'d>(list: &[At<'d>], other: &[At<'d>]) -> Vec<At<'d>> {
    let found = list
        .iter()
        .filter(|one| !other.iter().any(|other| key(other) == key(one)));
    found.cloned().collect()
}

/// One that went and one that came, alike but for their names. Where several could be meant, none is.
fn renamed(gone: &[At<'_>], added: &[At<'_>]) -> Result<Option<(usize, usize)>, Error> {
    for (index, before) in gone.iter().enumerate() {
        let mut heirs = Vec::new();
        for (index, after) in added.iter().enumerate() {
            let alike = place(before) == place(after) && required(before) == required(after);
            if alike && type_of(before)? == type_of(after)? {
                heirs.push(index);
            }
        }
        if let [heir] = heirs[..] {
            return Ok(Some((index, heir)));
        }
    }
    Ok(None)
}

/// How many of its kind stand before it among the arguments of the raw function.
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
            "every call has to give it, and its methods have to ask for it",
        ),
        false => (
            Level::Additive,
            "",
            "the raw function gains an argument: its calls have to pass it, or `None`",
        ),
    };
    let what = format!("{word}{} of `{}` is new", title(parameter), operation.id);
    let note = Some(note.to_owned());
    comparison.add_with(level, what, note, parameter, only(operation));
}

fn same(
    comparison: &mut Comparison<'_>,
    operation: &Operation,
    before: &At<'_>,
    after: &At<'_>,
) -> Result<(), Error> {
    let label = format!("{} of `{}`", title(after), operation.id);
    match (required(before), required(after)) {
        (false, true) => {
            let what = format!("{label} is required");
            comparison.add(Level::Breaking, what, after, only(operation));
        }
        (true, false) => {
            let what = format!("{label} may be left out");
            comparison.add(Level::Additive, what, after, only(operation));
        }
        _ => {}
    }
    if before.str("description") != after.str("description") {
        let what = format!("the description of {label} is another");
        comparison.add(Level::Textual, what, after, only(operation));
    }
    let context = Context::of_request(only(operation));
    let (old, new) = (before.child("schema"), after.child("schema"));
    schemas::both(comparison, &context, &label, old, new)
}
