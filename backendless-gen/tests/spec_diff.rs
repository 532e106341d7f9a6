//! The exact output of `cargo xtask spec diff`.
//!
//! `tests/spec_tools/diff` contains two small specifications with every kind of difference. `BLESS=1` updates the expected
//! texts; review the diff before you commit it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::spec::{Diff, Level, Wrappers};
use backendless_gen::{Overlay, Source};

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

/// The changes between two texts.
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
fn a_difference_that_affects_no_one_is_reported() {
    let old = source_text("old.yaml");
    let comment = format!("{old}# a comment\n");
    let (level, what) = between(&old, &comment).remove(0);
    assert_eq!(
        (level, what.as_str()),
        (Level::Textual, "only layout or comments changed")
    );
    let extension = format!("{old}x-more: 1\n");
    let change = (Level::Textual, "`x-more` changed".to_owned());
    assert_eq!(between(&old, &extension), [change]);
}

fn source_text(name: &str) -> String {
    fs::read_to_string(folder().join("diff").join(name)).unwrap()
}

/// In both directions: what is breaking in one is additive in the other. The schemas are open, so that no generated type
/// has their properties.
#[test]
fn the_level_of_a_change_depends_on_who_writes_the_value() {
    let (old, _) = open_schemas();
    let optional = old.replace("required: [name]", "required: [name, remember]");
    assert_eq!(levels(&between(&old, &optional)), [Level::Breaking]);
    assert_eq!(levels(&between(&optional, &old)), [Level::Additive]);
    let in_response = old.replace(
        "properties: {amount",
        "required: [amount], properties: {amount",
    );
    assert_eq!(levels(&between(&old, &in_response)), [Level::Additive]);
    assert_eq!(levels(&between(&in_response, &old)), [Level::Breaking]);
}

/// A field of another type is breaking for all code that uses the generated type, whoever writes the value.
#[test]
fn another_type_of_a_field_is_breaking_in_both_directions() {
    let (_, old) = open_schemas();
    for changed in [
        old.replace("required: [name]", "required: [name, remember]"),
        old.replace(
            "properties: {amount",
            "required: [amount], properties: {amount",
        ),
    ] {
        assert_eq!(levels(&between(&old, &changed)), [Level::Breaking]);
        assert_eq!(levels(&between(&changed, &old)), [Level::Breaking]);
    }
}

/// The old document with a body and a response that are open, and as it is.
fn open_schemas() -> (String, String) {
    let old = source_text("old.yaml");
    let body = "              type: object\n              required: [name]\n";
    let response = "{type: object, properties: {amount";
    assert!(old.contains(body) && old.contains(response));
    let open = old
        .replace(
            body,
            &format!("{body}              additionalProperties: true\n"),
        )
        .replace(
            response,
            "{type: object, additionalProperties: true, properties: {amount",
        );
    (open, old)
}

fn levels(changes: &[(Level, String)]) -> Vec<Level> {
    changes.iter().map(|(level, _)| *level).collect()
}

#[test]
fn the_next_version_is_the_step_of_semantic_versioning() {
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

/// The changes between two overlays of one document.
fn between_overlays(old: &str, new: &str) -> Vec<(Level, String, Option<String>)> {
    let source = |update: &str| {
        let text = format!(
            "overlay: 1.1.0\ninfo: {{title: Metadata, version: 1.0.0}}\nactions:\n- target: \
             $.paths['/items/{{id}}'].delete\n  x-source: a page\n  update: {update}\n"
        );
        source("old.yaml").with_overlays([Overlay {
            name: "overlay.yaml".to_owned(),
            text,
        }])
    };
    let changes = diff(&source(old), &source(new)).changes.into_iter();
    changes
        .map(|change| (change.level, change.what, change.note))
        .collect()
}

#[test]
fn a_change_of_metadata_in_an_overlay_is_reported() {
    let safe = "{x-idempotency: safe, x-idempotency-reason: it reads}";
    let ends = "{x-idempotency: not-idempotent, x-idempotency-reason: it counts, x-session: ends}";
    let changes = between_overlays(safe, ends);
    let change = |key: &str, note: &str| {
        let what = format!("the {key} of `removeItem` changed");
        (
            Level::Behaviour,
            what,
            Some(format!("generated code: {note}")),
        )
    };
    let idempotency = "the idempotency of `removeItem` is NotIdempotent now, was Safe";
    let session = "the session of `removeItem` is Ends now, was Uses";
    assert_eq!(
        changes[..2],
        [
            change("x-idempotency", idempotency),
            change("x-session", session)
        ]
    );
}

#[test]
fn a_change_of_a_reason_in_an_overlay_is_textual() {
    let old = "{x-idempotency: safe, x-idempotency-reason: it reads}";
    let new = "{x-idempotency: safe, x-idempotency-reason: it only reads}";
    let changes = between_overlays(old, new);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].0, Level::Textual);
}

#[test]
fn an_action_that_does_not_apply_is_skipped_in_a_comparison() {
    let overlay = Overlay {
        name: "overlay.yaml".to_owned(),
        text: "overlay: 1.1.0\ninfo: {title: T, version: 1.0.0}\nactions:\n- {target: $.nothing, x-source: none, remove: true}\n"
            .to_owned(),
    };
    let new = source("new.yaml").with_overlays([overlay]);
    assert_eq!(
        diff(&source("old.yaml"), &new).changes,
        diff(&source("old.yaml"), &source("new.yaml")).changes
    );
}
