//! Rules and rows that say nothing any more are refused, and the refusal says what to do.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(workspace.join(file)).unwrap()
}

/// The refusal of the specification after a change.
fn refusal(change: impl FnOnce(String) -> String) -> String {
    let before = read("openapi.yaml");
    let after = change(before.clone());
    assert_ne!(after, before, "the change found nothing to change");
    let error = backendless_gen::generate("openapi.yaml", &after, &read("Cargo.lock")).unwrap_err();
    error.to_string()
}

#[test]
fn a_rule_that_touches_nothing_is_stale() {
    let multipart = "          multipart/form-data:\n            schema:\n              type: object\n              \
                     properties:\n                file:\n                  type: string\n                  format: binary\n";
    let json = "          application/json:\n            schema:\n              type: object\n";
    let error = refusal(|spec| spec.replace(multipart, json));
    assert!(
        error.starts_with("the rule `multipart` of backendless-gen/src/rules is stale"),
        "{error}"
    );
    assert!(
        error.contains("\n  valid: remove the rule, or make it a guard"),
        "{error}"
    );
}

#[test]
fn a_row_without_its_operation_is_stale() {
    let error =
        refusal(|spec| spec.replace("operationId: pollMessages", "operationId: receiveMessages"));
    let expected = "the row `pollMessages` of backendless-gen/src/facts.rs is stale: there is no such operation\n  \
                    valid: remove the row, or write it for the operation that took its place";
    assert_eq!(error, expected);
}

#[test]
fn a_row_that_says_what_the_method_says_is_stale() {
    let error = refusal(|spec| {
        let get = "  /users/logout:\n    get:\n";
        spec.replace(get, &get.replace("get", "put"))
    });
    assert!(
        error.starts_with(
            "the row `logoutUser` of backendless-gen/src/facts.rs is stale: PUT says the same"
        ),
        "{error}"
    );
}

#[test]
fn a_row_without_its_query_parameter_is_stale() {
    let error = refusal(|spec| spec.replace("- name: overwrite\n", "- name: replace\n"));
    assert!(
        error.contains("`uploadFile`") && error.contains("it has no query parameter `overwrite`"),
        "{error}"
    );
}

#[test]
fn a_row_without_its_path_parameter_is_stale() {
    let error = refusal(|spec| {
        spec.replace("/files/{path}", "/files/{name}")
            .replace("- name: path\n", "- name: name\n")
    });
    assert!(
        error.contains("`uploadFile`") && error.contains("path parameter `path`"),
        "{error}"
    );
}

#[test]
fn a_row_for_a_schema_that_is_open_by_itself_is_stale() {
    let error = refusal(|spec| {
        let point = "    GeoPoint:\n      type: object\n";
        spec.replace(point, &format!("{point}      additionalProperties: true\n"))
    });
    assert!(
        error.contains("`saveGeoPoint`") || error.contains("`findGeoPoints`"),
        "{error}"
    );
    assert!(error.contains("its schemas are open without it"), "{error}");
}
