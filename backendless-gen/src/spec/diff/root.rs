//! Changes outside the operations: of the document, its paths and its shared parts.

use std::collections::BTreeSet;

use super::{Change, Comparison, Level, keys};
use crate::document::{At, Document, Pointer};
use crate::inline::METHODS;
use crate::source::Source;

/// The sections of the components that are copied to where they are used, and compared there.
const INLINED: [&str; 3] = ["parameters", "requestBodies", "responses"];

pub(super) fn compare(comparison: &mut Comparison<'_>, old: &Source, new: &Source) {
    let (before, after) = (
        comparison.old.document.root(),
        comparison.new.document.root(),
    );
    let mut found = keys::compare("", &before, &after, &["paths", "components", "security"]);
    if before.node().get("security") != after.node().get("security")
        && !comparison
            .found
            .iter()
            .any(|change| change.what.starts_with("auth of "))
    {
        let what = "the `security` of the document changed, but not that of any operation";
        found.push(Change::new(Level::Textual, what, &after));
    }
    found.extend(notes(&comparison.old.document, &comparison.new.document));
    found.extend(paths(&comparison.old.document, &comparison.new.document));
    found.extend(components(old, new, &before, &after));
    found.into_iter().for_each(|change| comparison.add(change));
    if comparison.found.is_empty() && (&old.text, &old.overlays) != (&new.text, &new.overlays) {
        let what = match before.node() == after.node() {
            true => "only layout or comments changed",
            false => "a part changed that the generator does not read",
        };
        let note = "the digests in the generated files change: run `cargo xtask generate`";
        comparison.add(Change::new(Level::Textual, what, &after).note(note));
    }
}

/// The notes of one document only: what is generated in another way than the document expresses it.
fn notes(old: &Document, new: &Document) -> Vec<Change> {
    let (before, after) = (unplaced(old), unplaced(new));
    let changes = |notes: &BTreeSet<String>, verb: &str, document: &Document| -> Vec<Change> {
        let lines = notes
            .iter()
            .map(|note| format!("the note is {verb}: {note}"));
        lines
            .map(|what| Change::new(Level::Textual, what, &document.root()))
            .collect()
    };
    let mut found = changes(&(&after - &before), "new", new);
    found.extend(changes(&(&before - &after), "gone", old));
    found
}

/// The notes without their line and column, and without the help.
fn unplaced(document: &Document) -> BTreeSet<String> {
    let lines = document
        .notes()
        .iter()
        .filter_map(|note| note.lines().next());
    lines
        .map(|line| {
            line.split_once(": ")
                .map_or(line, |(_, note)| note)
                .to_owned()
        })
        .collect()
}

/// The keys of the paths beside their operations.
fn paths(old: &Document, new: &Document) -> Vec<Change> {
    let section = Pointer::of(["paths"]);
    let (Some(before), Some(after)) = (old.at(&section), new.at(&section)) else {
        return Vec::new();
    };
    let items = before.entries().into_iter().chain(after.entries());
    let paths = items
        .map(|(name, _)| name)
        .filter(|name| name.starts_with('/'));
    let mut found = keys::compare("the paths", &before, &after, &paths.collect::<Vec<_>>());
    let known = [&METHODS[..], &["parameters"]].concat();
    for (path, item) in before.entries() {
        if let Some(other) = after.child(path).filter(|_| path.starts_with('/')) {
            found.extend(keys::compare(&format!("`{path}`"), &item, &other, &known));
        }
    }
    found
}

/// The shared parts except schemas and security schemes. One that the document refers to is compared where it is used.
fn components(old: &Source, new: &Source, before: &At<'_>, after: &At<'_>) -> Vec<Change> {
    let (Some(before), Some(after)) = (before.child("components"), after.child("components"))
    else {
        return keys::compare("", before, after, &["paths", "security"])
            .into_iter()
            .filter(|change| change.what == "`components` changed")
            .collect();
    };
    let known = [&INLINED[..], &["schemas", "securitySchemes"]].concat();
    let mut found = keys::compare("the components", &before, &after, &known);
    for section in INLINED {
        let entry = |at: &At<'_>, name: &str| Some(at.below(&[section, name])?.node().clone());
        let sections = [before.child(section), after.child(section)]
            .into_iter()
            .flatten();
        let names: BTreeSet<&str> = sections
            .flat_map(|at| at.entries())
            .map(|(name, _)| name)
            .collect();
        for name in names {
            let reference = format!("#/components/{section}/{name}");
            let is_used = [old, new]
                .iter()
                .any(|source| source.text.contains(&reference));
            if !is_used && entry(&before, name) != entry(&after, name) {
                let what = format!("`{name}` of the unused {section} changed");
                found.push(Change::new(Level::Textual, what, &after));
            }
        }
    }
    found
}
