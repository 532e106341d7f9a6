//! What `cargo xtask spec diff` says, to the letter.
//!
//! `tests/spec_tools/diff` holds two small specifications that differ in every way the tool knows. `BLESS=1` writes
//! the expected texts anew; read the diff before committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::Source;
use backendless_gen::spec::{Diff, Level, Wrappers};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec_tools")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn source(name: &str) -> Source {
    let text = fs::read_to_string(folder().join("diff").join(name)).unwrap();
    Source::new(name, text)
}

fn diff(old: &Source, new: &Source) -> Diff {
    let wrappers = Wrappers::read(&folder().join("checkout")).unwrap();
    Diff::of(old, new, &wrappers, "0.1.0").unwrap()
}

/// The levels of a change of a text, with what they say.
fn between(old: &str, new: &str) -> Vec<(Level, String)> {
    let diff = diff(&Source::new("old", old), &Source::new("new", new));
    let changes = diff.changes.into_iter();
    changes.map(|change| (change.level, change.what)).collect()
}

fn compare(name: &str, actual: &str) {
    let path = folder().join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{name} is now:\n{actual}");
}

#[test]
fn every_kind_of_difference_is_shown_in_each_format() {
    let diff = diff(&source("old.yaml"), &source("new.yaml"));
    compare("diff/expected.txt", &diff.text());
    compare("diff/expected.md", &diff.markdown());
    compare("diff/expected.json", &diff.json().unwrap());
    assert!(diff.is_breaking());
}

#[test]
fn a_specification_does_not_differ_from_itself() {
    let diff = diff(&source("old.yaml"), &source("old.yaml"));
    assert_eq!(diff.changes, []);
    assert_eq!(diff.bump.to, None);
    assert!(!diff.is_breaking());
}

#[test]
fn what_differs_is_never_passed_over() {
    let old = source_text("old.yaml");
    let comment = format!("{old}# a comment\n");
    let (level, what) = between(&old, &comment).remove(0);
    assert_eq!(
        (level, what.as_str()),
        (Level::Textual, "only layout or comments differ")
    );
    let extension = format!("{old}x-more: 1\n");
    let (level, what) = between(&old, &extension).remove(0);
    assert_eq!(level, Level::Textual);
    assert_eq!(what, "a part differs that the generator does not read");
}

fn source_text(name: &str) -> String {
    fs::read_to_string(folder().join("diff").join(name)).unwrap()
}

/// Both ways round: what breaks one way is more to use the other way.
#[test]
fn who_writes_a_value_decides_what_its_change_means() {
    let old = source_text("old.yaml");
    let optional = old.replace("required: [name]", "required: [name, remember]");
    assert_eq!(levels(&between(&old, &optional)), [Level::Breaking]);
    assert_eq!(levels(&between(&optional, &old)), [Level::Additive]);
    let answered = old.replace(
        "{type: object, properties: {amount",
        "{type: object, required: [amount], properties: {amount",
    );
    assert_eq!(levels(&between(&old, &answered)), [Level::Additive]);
    assert_eq!(levels(&between(&answered, &old)), [Level::Breaking]);
}

fn levels(changes: &[(Level, String)]) -> Vec<Level> {
    changes.iter().map(|(level, _)| *level).collect()
}

#[test]
fn the_version_asked_for_is_the_step_of_semantic_versioning() {
    let (old, new) = (source("old.yaml"), source("new.yaml"));
    let text = source_text("old.yaml");
    let added = text.replace(
        "{name: sort, in: query, schema: {type: string, enum: [name, price]}}",
        "{name: sort, in: query, schema: {type: string, enum: [name, price, age]}}",
    );
    let reworded = text.replace("All items", "Items");
    let bump = |new: &Source, version: &str| {
        let diff = Diff::of(&old, new, &Wrappers::default(), version).unwrap();
        diff.bump.to.unwrap()
    };
    let (added, reworded) = (Source::new("a", added), Source::new("r", reworded));
    assert_eq!(bump(&new, "0.1.3"), "0.2.0");
    assert_eq!(bump(&added, "0.1.3"), "0.1.4");
    assert_eq!(bump(&reworded, "0.1.3"), "0.1.4");
    assert_eq!(bump(&new, "1.4.2"), "2.0.0");
    assert_eq!(bump(&added, "1.4.2"), "1.5.0");
    assert_eq!(bump(&reworded, "1.4.2"), "1.4.3");
}

#[test]
fn every_operation_of_the_document_has_a_public_method() {
    let wrappers = Wrappers::read(root()).unwrap();
    let empty = "openapi: 3.0.1\ninfo: {title: T, version: '1'}\npaths: {}\n";
    let working_copy = Source::working_copy(root()).unwrap();
    let diff = Diff::of(
        &working_copy,
        &Source::new("empty", empty),
        &wrappers,
        "0.1.0",
    )
    .unwrap();
    let removed: Vec<_> = diff
        .changes
        .iter()
        .filter(|c| c.what.contains("is removed"))
        .collect();
    assert!(!removed.is_empty());
    for change in removed {
        assert!(
            change.operations.is_empty() || !change.methods.is_empty(),
            "{}",
            change.what
        );
    }
}
