//! Rules and overlays that no longer apply to the document are rejected with a remedy.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::path::Path;

use backendless_gen::{Source, generate};

/// The error message for a changed document.
fn rejection(change: impl FnOnce(String) -> String) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    let mut source = Source::working_copy(root).unwrap();
    let before = source.text.clone();
    source.text = change(before.clone());
    assert_ne!(source.text, before, "the change has no effect");
    generate(&source, &lock).unwrap_err().to_string()
}

#[test]
fn a_rule_that_changes_nothing_is_rejected() {
    // Both allow any additional property; the rule converts the first to the second.
    let error =
        rejection(|spec| spec.replace("additionalProperties: true", "additionalProperties: {}"));
    assert!(
        error.starts_with("the rule `unknown-properties` of backendless-gen/src/rules is unused"),
        "{error}"
    );
    assert!(
        error.contains("\n  help: remove the rule, or mark it as a guard"),
        "{error}"
    );
}

#[test]
fn an_action_for_a_removed_operation_is_rejected() {
    let error =
        rejection(|spec| spec.replace("operationId: pollMessages", "operationId: receiveMessages"));
    assert!(error.starts_with("overlays/document.yaml:"), "{error}");
    assert!(
        error.contains(
            "/target: the target of this action matches nothing: \
             $.paths.*[?@.operationId == 'pollMessages']\n  help: "
        ),
        "{error}"
    );
}

#[test]
fn an_extension_that_the_document_already_has_is_rejected() {
    let error = rejection(|spec| {
        let id = "      operationId: pollMessages\n";
        spec.replace(id, &format!("{id}      x-idempotency: safe\n"))
    });
    assert!(
        error.contains("the document already has a value for")
            && error.contains("/x-idempotency at openapi.yaml:"),
        "{error}"
    );
}

#[test]
fn a_condition_on_a_removed_query_parameter_is_rejected() {
    let error = rejection(|spec| spec.replace("- name: overwrite\n", "- name: replace\n"));
    assert!(
        error.contains("`uploadFile` has no query parameter `overwrite`\n  help: one of replace"),
        "{error}"
    );
}

#[test]
fn an_extension_of_a_removed_path_parameter_is_rejected() {
    let error = rejection(|spec| {
        spec.replace("/files/{path}", "/files/{name}")
            .replace("- name: path\n", "- name: name\n")
    });
    assert!(
        error.contains("/target: the target of this action matches nothing"),
        "{error}"
    );
}

#[test]
fn open_json_for_schemas_that_are_already_open_is_rejected() {
    let error = rejection(|spec| {
        let point = "    GeoPoint:\n      type: object\n";
        spec.replace(point, &format!("{point}      additionalProperties: true\n"))
    });
    assert!(error.starts_with("overlays/document.yaml:"), "{error}");
    assert!(
        error.contains("the schemas of `findGeoPoints` are open without it")
            || error.contains("the schemas of `saveGeoPoint` are open without it"),
        "{error}"
    );
}
