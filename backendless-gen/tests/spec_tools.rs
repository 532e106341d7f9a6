//! The exact output of `cargo xtask spec explain` and `spec lint`.
//!
//! `tests/spec_tools/lint/spec.yaml` with the overlay `overlay.yaml` contains everything that a check looks for. `BLESS=1`
//! updates the expected texts; review the diff before you commit it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::spec::{Explanation, Findings, Wrappers};
use backendless_gen::{Overlay, Source};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec_tools")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join("lint").join(name)).unwrap()
}

fn overlay(text: String) -> Overlay {
    Overlay {
        name: "overlay.yaml".to_owned(),
        text,
    }
}

/// The specification that has something for each check to find.
fn source() -> Source {
    Source::new("spec.yaml", read("spec.yaml")).with_overlays([overlay(read("overlay.yaml"))])
}

fn explanation() -> Explanation {
    let wrappers = Wrappers::read(&folder().join("checkout")).unwrap();
    Explanation::of(&source(), &wrappers).unwrap()
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
fn every_check_lists_its_findings_with_their_places() {
    let findings = Findings::of(&source()).unwrap().to_string();
    compare("lint/expected.txt", &findings);
    assert!(
        findings.ends_with(" findings of 14 of 14 checks\n"),
        "{findings}"
    );
}

#[test]
fn a_specification_without_problems_has_no_findings() {
    let reviewed = overlay(read("clean_overlay.yaml"));
    let source = Source::new("spec.yaml", read("clean.yaml")).with_overlays([reviewed]);
    let findings = Findings::of(&source).unwrap();
    assert_eq!(findings.to_string(), "0 findings of 0 of 14 checks\n");
}

#[test]
fn the_table_has_a_line_per_operation() {
    compare("lint/table.txt", &explanation().table());
}

#[test]
fn an_explanation_has_all_metadata_of_an_operation() {
    for id in ["uploadFile", "removeItem", "listFiles", "endSession"] {
        let text = explanation().operation(id).unwrap();
        compare(&format!("lint/{id}.txt"), &text);
    }
}

#[test]
fn an_unknown_operation_is_rejected_with_similar_names() {
    let error = |id: &str| explanation().operation(id).unwrap_err().to_string();
    assert_eq!(
        error("listItem"),
        "there is no operation `listItem`\n  help: an operationId, such as listItems, listFiles; a new one is first added to a file in overlays/, as CONTRIBUTING.md describes"
    );
    assert_eq!(
        error("42"),
        "there is no operation `42`\n  help: `cargo xtask spec explain` lists all operations; a new one is first added to a file in overlays/, as CONTRIBUTING.md describes"
    );
}

#[test]
fn a_merged_document_has_the_keys_in_the_order_of_the_files() {
    let merged = backendless_gen::merged(&source()).unwrap();
    compare("lint/merged.json", &merged);
}
