//! What `cargo xtask spec explain` and `spec lint` say, to the letter.
//!
//! `tests/spec_tools/lint/spec.yaml` holds everything that a check looks for. `BLESS=1` writes the expected texts anew;
//! read the diff before committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::spec::{Explanation, Findings, Source, Wrappers};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec_tools")
}

fn source(name: &str) -> Source {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    Source::new("spec.yaml", text)
}

fn explanation() -> Explanation {
    let wrappers = Wrappers::read(&folder().join("checkout")).unwrap();
    Explanation::of(&source("lint/spec.yaml"), &wrappers).unwrap()
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
fn every_check_tells_what_it_finds_where_and_what_is_done_about_it() {
    let findings = Findings::of(&source("lint/spec.yaml")).unwrap().to_string();
    compare("lint/expected.txt", &findings);
    assert!(
        findings.ends_with(" findings of 12 of 12 checks\n"),
        "{findings}"
    );
}

#[test]
fn a_specification_that_hurts_nobody_has_no_findings() {
    let findings = Findings::of(&source("lint/clean.yaml")).unwrap();
    assert_eq!(findings.to_string(), "0 findings of 0 of 12 checks\n");
}

#[test]
fn the_operations_are_told_in_a_line_each() {
    compare("lint/table.txt", &explanation().table());
}

#[test]
fn all_of_an_operation_is_told() {
    for id in ["uploadFile", "removeItem", "listFiles"] {
        let text = explanation().operation(id).unwrap();
        compare(&format!("lint/{id}.txt"), &text);
    }
}

#[test]
fn an_unknown_operation_is_answered_with_those_called_nearly_so() {
    let error = |id: &str| explanation().operation(id).unwrap_err().to_string();
    assert_eq!(
        error("listItem"),
        "there is no operation `listItem`\n  valid: an operationId, such as listItems, listFiles"
    );
    assert_eq!(
        error("42"),
        "there is no operation `42`\n  valid: an operationId; `cargo xtask spec explain` lists them"
    );
}
