//! A new operation is retried only if its method is safe, until an overlay states its idempotency with a reason.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::spec::{Diff, Findings, Wrappers};
use backendless_gen::{Error, Output, Overlay, Source, generate};

/// An operation that counts twice if it is sent twice.
const COUNTER: &str = "  /counters/{counter-name}/get/twice:
    parameters: [{$ref: '#/components/parameters/CounterName'}]
    put: {operationId: countTwice, tags: [Counters], summary: Count, responses: {'200': {description: a}}}
";
/// Another method of the path of `uploadFile` and `deleteFile`.
const FILE: &str = "    patch:
      operationId: touchFile
      tags: [Files]
      summary: Touch
      parameters: [{name: path, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: a}}
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The document of the checkout with `text` inserted before `line`, and its overlays.
fn with(line: &str, text: &str) -> Source {
    let mut source = Source::working_copy(&root()).unwrap();
    let (before, after) = source.text.split_once(line).unwrap();
    source.text = format!("{before}{text}{line}{after}");
    source
}

fn with_counter() -> Source {
    with("  /counters/{counter-name}/reset:\n", COUNTER)
}

fn output(source: &Source) -> Result<Output, Error> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    generate(source, &lock)
}

/// The operation table of `source` from the constant `name` up to the end of the item.
fn constant(source: &Source, name: &str) -> String {
    let output = output(source).unwrap();
    let table = output
        .files
        .iter()
        .find(|file| file.name == "operations.rs");
    let text = &table.unwrap().text;
    let start = text.find(&format!("pub static {name}: ")).unwrap();
    let end = text[start..].find("\n};").unwrap();
    text[start..start + end].to_owned()
}

/// The overlay action of a warning, with some of its values replaced.
fn action(warning: &str, values: &[(&str, &str)]) -> Overlay {
    let (_, action) = warning.split_once("the reason\n").unwrap();
    let mut text = action.to_owned();
    for (placeholder, value) in values {
        assert!(text.contains(placeholder), "{text}");
        text = text.replace(placeholder, value);
    }
    Overlay {
        name: "overlays/new.yaml".to_owned(),
        text: format!("overlay: 1.1.0\ninfo: {{title: New, version: 1.0.0}}\nactions:\n{text}\n"),
    }
}

const SOURCE: (&str, &str) = ("x-source: ''", "x-source: a page");
const CLASS: (&str, &str) = ("safe | idempotent | not-idempotent", "idempotent");
const REASON: (&str, &str) = (
    "x-idempotency-reason: ''",
    "x-idempotency-reason: it sets a value",
);

#[test]
fn every_operation_of_the_checkout_is_reviewed() {
    let source = Source::working_copy(&root()).unwrap();
    assert_eq!(output(&source).unwrap().warnings, [""; 0]);
}

#[test]
fn a_new_put_is_not_retried_and_generation_warns() {
    let source = with_counter();
    let item = constant(&source, "COUNT_TWICE");
    assert!(
        item.contains("idempotency: Idempotency::NotIdempotent"),
        "{item}"
    );
    let warnings = output(&source).unwrap().warnings;
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    assert!(warning.starts_with("openapi.yaml:"), "{warning}");
    assert!(
        warning.contains(
            "`countTwice` (PUT /counters/{counter-name}/get/twice): the idempotency is not reviewed; \
             it is not retried, because its method is not safe"
        ),
        "{warning}"
    );
    let target = "- target: $.paths.*[?@.operationId == 'countTwice']\n";
    assert!(warning.contains(target), "{warning}");
    let findings = Findings::of(&source).unwrap().to_string();
    assert!(findings.contains(target), "{findings}");
}

#[test]
fn the_action_of_the_warning_is_the_review() {
    let source = with_counter();
    let warning = output(&source).unwrap().warnings.remove(0);
    let reviewed = source.with_overlays([action(&warning, &[SOURCE, CLASS, REASON])]);
    assert_eq!(output(&reviewed).unwrap().warnings, [""; 0]);
    let item = constant(&reviewed, "COUNT_TWICE");
    assert!(
        item.contains("idempotency: Idempotency::Idempotent"),
        "{item}"
    );
}

#[test]
fn an_action_with_a_placeholder_is_rejected() {
    let warning = output(&with_counter()).unwrap().warnings.remove(0);
    let cases: [(&[(&str, &str)], &str); 3] = [
        (&[CLASS, REASON], "`x-source`"),
        (&[SOURCE, REASON], "`x-idempotency` has an unknown value"),
        (&[SOURCE, CLASS], "`x-idempotency-reason` is"),
    ];
    for (values, problem) in cases {
        let source = with_counter().with_overlays([action(&warning, values)]);
        let error = output(&source).unwrap_err().to_string();
        assert!(error.starts_with("overlays/new.yaml:"), "{error}");
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn an_operation_id_with_special_characters_is_reviewed_by_the_action_of_its_warning() {
    for id in ["count it's", "count\\x", "count: # \"x\"", "countä"] {
        let quoted = serde_json::to_string(id).unwrap();
        let source = with(
            "  /counters/{counter-name}/reset:\n",
            &COUNTER.replace("countTwice", &quoted),
        );
        let warning = output(&source).unwrap().warnings.remove(0);
        let reviewed = source.with_overlays([action(&warning, &[SOURCE, CLASS, REASON])]);
        assert_eq!(output(&reviewed).unwrap().warnings, [""; 0], "{id}");
    }
}

#[test]
fn an_extension_of_the_document_itself_is_no_review() {
    let own = COUNTER.replace(
        "tags: [Counters]",
        "tags: [Counters], x-idempotency: idempotent, x-idempotency-reason: the vendor says so",
    );
    let source = with("  /counters/{counter-name}/reset:\n", &own);
    let item = constant(&source, "COUNT_TWICE");
    assert!(
        item.contains("idempotency: Idempotency::NotIdempotent"),
        "{item}"
    );
    assert_eq!(output(&source).unwrap().warnings.len(), 1);
}

#[test]
fn the_diff_shows_the_retries_of_new_and_changed_operations() {
    let old = Source::working_copy(&root()).unwrap();
    let mut new = with_counter();
    new.text = new
        .text
        .replace("summary: Publish a message", "summary: Publish");
    assert_ne!(new.text, with_counter().text);
    let diff = Diff::of(&old, &new, &Wrappers::default(), "0.1.0").unwrap();
    let lines: Vec<String> = diff
        .retries
        .iter()
        .map(|one| format!("{}: {}", one.operation, one.class))
        .collect();
    assert_eq!(
        lines,
        [
            "publishMessage: not retried: not idempotent, reviewed",
            "countTwice: not retried: not idempotent, not reviewed"
        ]
    );
    let line = "`countTwice` (PUT /counters/{counter-name}/get/twice)";
    let class = "not retried: not idempotent, not reviewed";
    assert!(diff.text().contains(&format!("{line} is {class}\n")));
    assert!(diff.markdown().contains(&format!("- {line}: {class}\n")));
    assert!(diff.json().unwrap().contains(class));
}

#[test]
fn the_diff_shows_a_review_that_no_longer_applies() {
    let old = Source::working_copy(&root()).unwrap();
    let mut new = old.clone();
    new.text = new
        .text
        .replace("operationId: resetCounter", "operationId: clearCounter");
    let diff = Diff::of(&old, &new, &Wrappers::default(), "0.1.0").unwrap();
    let [one] = diff.retries.as_slice() else {
        panic!("{:?}", diff.retries);
    };
    assert_eq!(one.operation, "clearCounter");
    assert_eq!(one.class, "not retried: not idempotent, not reviewed");
}

/// Otherwise a new request with the name of a reviewed one is retried, and the difference calls it reviewed.
#[test]
fn the_diff_shows_which_request_was_reviewed_if_its_name_moves_to_another() {
    let old = Source::working_copy(&root()).unwrap();
    let mut new = with_counter();
    new.text = new
        .text
        .replace("operationId: resetCounter", "operationId: clearCounter")
        .replace("operationId: countTwice", "operationId: resetCounter");
    let diff = Diff::of(&old, &new, &Wrappers::default(), "0.1.0").unwrap();
    let moved = diff
        .retries
        .iter()
        .find(|one| one.operation == "resetCounter");
    assert_eq!(
        moved.unwrap().class,
        "retried: idempotent, reviewed as PUT /counters/{counter-name}/reset"
    );
}

#[test]
fn a_new_method_of_a_path_keeps_the_slashes_of_its_parameters() {
    let source = with("    delete:\n      operationId: deleteFile\n", FILE);
    let item = constant(&source, "TOUCH_FILE");
    assert!(item.contains("multi_segment: true"), "{item}");
}

/// The extension is on one method, and the other declares the parameter on its own.
#[test]
fn all_methods_of_a_path_share_its_multi_segment_parameters() {
    let text = "\
openapi: 3.0.1
info: {title: T, version: '1'}
paths:
  /docs/{path}/{page}:
    parameters: [{name: page, in: path, required: true, schema: {type: string}}]
    get:
      operationId: read
      parameters: [{name: path, in: path, required: true, schema: {type: string}, x-multi-segment: true}]
      responses: {'200': {description: a}}
    put:
      operationId: write
      parameters:
      - {name: path, in: path, required: true, schema: {type: string}}
      - {name: page, in: path, required: true, schema: {type: string}}
      responses: {'200': {description: a}}
  /pages/{path}:
    get:
      operationId: other
      parameters: [{name: path, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: a}}
";
    let source = Source::new("spec.yaml", text);
    let explain = |id: &str| {
        let explanation = backendless_gen::spec::Explanation::of(&source, &Wrappers::default());
        let text = explanation.unwrap().operation(id).unwrap();
        text.matches("may contain slashes").count()
    };
    assert_eq!(["read", "write", "other"].map(explain), [1, 1, 0]);
}
