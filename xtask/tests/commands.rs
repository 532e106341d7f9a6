//! Exit codes of the commands, and the start of their output. What they print is tested in backendless-gen.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::path::Path;
use std::process::Command;

/// Runs a command. Returns the exit code, stdout and stderr.
fn xtask(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn spec_diff_fails_on_a_breaking_difference_only_if_requested() {
    let exit = |patch: &str, more: &[&str]| {
        let patch = format!("tests/specs/{patch}.patch");
        xtask(&[&["spec", "diff", "openapi.yaml", &patch], more].concat()).0
    };
    let fail_on = ["--fail-on", "breaking"];
    assert_eq!(exit("counter_removed", &[]), 0);
    assert_eq!(exit("counter_removed", &fail_on), 1);
    assert_eq!(exit("enum_value", &fail_on), 0);
}

#[test]
fn spec_diff_writes_the_requested_format() {
    let patch = "tests/specs/enum_value.patch";
    let diff = |more: &[&str]| xtask(&[&["spec", "diff", "openapi.yaml", patch], more].concat()).1;
    assert!(diff(&[]).starts_with("openapi.yaml -> "));
    assert!(diff(&["--format", "json"]).starts_with("{\n"));
    assert!(diff(&["--format", "markdown"]).starts_with("### `openapi.yaml`"));
}

#[test]
fn spec_diff_compares_with_the_working_copy_by_default() {
    let (code, text, _) = xtask(&["spec", "diff", "openapi.yaml"]);
    assert_eq!(code, 0);
    assert!(
        text.starts_with("openapi.yaml -> openapi.yaml\n\n0 breaking"),
        "{text}"
    );
}

#[test]
fn spec_explain_and_spec_lint_print_their_results() {
    let (code, table, _) = xtask(&["spec", "explain"]);
    assert_eq!(
        (
            code,
            table.lines().next().unwrap().starts_with("operation ")
        ),
        (0, true)
    );
    let (code, text, _) = xtask(&["spec", "explain", "createObject"]);
    assert_eq!((code, text.starts_with("createObject: ")), (0, true));
    let (code, _, error) = xtask(&["spec", "explain", "makeObject"]);
    assert!(
        code == 1 && error.contains("no operation `makeObject`"),
        "{error}"
    );
}

#[test]
fn lint_prints_the_number_of_findings() {
    let (code, text, _) = xtask(&["spec", "lint"]);
    assert!(code == 0 && text.contains(" findings of "), "{text}");
}

#[test]
fn spec_merged_prints_the_document_with_the_overlays() {
    let (code, text, _) = xtask(&["spec", "merged"]);
    assert!(code == 0 && text.starts_with("{\n"), "{text}");
    assert!(text.contains("\"x-idempotency\": \"safe\""), "{text}");
}

#[test]
fn rehearse_without_a_specification_is_rejected() {
    assert_eq!(xtask(&["rehearse"]).0, 2);
    let (code, _, error) = xtask(&["rehearse", "no-such-spec"]);
    assert!(
        code == 1 && error.contains("`no-such-spec` is not a specification"),
        "{error}"
    );
}
