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

/// The operationId of a reviewed request is that of a new one.
fn with_moved_name() -> Source {
    let mut source = with_counter();
    source.text = source
        .text
        .replace("operationId: resetCounter", "operationId: clearCounter")
        .replace("operationId: countTwice", "operationId: resetCounter");
    source
}

#[test]
fn a_request_that_takes_over_a_reviewed_name_is_not_retried_and_generation_warns() {
    let source = with_moved_name();
    for name in ["RESET_COUNTER", "CLEAR_COUNTER"] {
        let item = constant(&source, name);
        let class = "idempotency: Idempotency::NotIdempotent";
        assert!(item.contains(class), "{item}");
    }
    let warnings = output(&source).unwrap().warnings;
    let [moved, renamed] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    assert!(
        moved.contains("`resetCounter` (PUT /counters/{counter-name}/get/twice): the idempotency is not reviewed")
            && moved.contains("help: the action at overlays/document.yaml:")
            && moved.contains("write `x-request: PUT /counters/{counter-name}/get/twice` below its target"),
        "{moved}"
    );
    let target = "- target: $.paths.*[?@.operationId == 'clearCounter']\n  x-request: PUT /counters/{counter-name}/reset\n";
    assert!(renamed.contains(target), "{renamed}");
    let findings = Findings::of(&source).unwrap().to_string();
    assert!(findings.contains(moved.as_str()), "{findings}");
    let old = Source::working_copy(&root()).unwrap();
    let diff = Diff::of(&old, &source, &Wrappers::default(), "0.1.0").unwrap();
    let mut retries = diff.retries.iter();
    let one = retries.find(|one| one.operation == "resetCounter").unwrap();
    assert_eq!(one.class, "not retried: not idempotent, not reviewed");
}

#[test]
fn a_review_is_of_a_method_and_a_path_and_not_of_the_names_of_its_parameters() {
    let warnings = |from: &str, to: &str| {
        let mut source = Source::working_copy(&root()).unwrap();
        assert!(source.text.contains(from), "{from}");
        source.text = source.text.replace(from, to);
        output(&source).unwrap().warnings.len()
    };
    let reset = "/reset:\n    put:\n";
    assert_eq!(warnings(reset, "/reset:\n    post:\n"), 1);
    assert_eq!(warnings(reset, "/clear:\n    put:\n"), 1);
    // The parameter `identity` of this path is the only one of its name.
    let mut source = Source::working_copy(&root()).unwrap();
    let path = "/users/restorepassword/{identity}";
    let (before, after) = source.text.split_once(path).unwrap();
    let after = after.replacen("name: identity", "name: user-identity", 1);
    source.text = format!("{before}/users/restorepassword/{{user-identity}}{after}");
    assert_eq!(output(&source).unwrap().warnings, [""; 0]);
}

/// The document with actions that `update` or `copy`, and its operation `write`.
fn with_actions(actions: &str) -> Source {
    let text = "openapi: 3.0.1\ninfo: {title: T, version: '1'}\npaths:\n  \
                /a: {put: {operationId: write, x-idempotency: idempotent, x-idempotency-reason: none, responses: {'200': {description: a}}}}\n  \
                /b: {summary: Others}\n";
    let text = match actions.contains("copy: ") {
        true => text.to_owned(),
        false => text.replace(
            " x-idempotency: idempotent, x-idempotency-reason: none,",
            "",
        ),
    };
    Source::new("spec.yaml", text).with_overlays([Overlay {
        name: "overlays/new.yaml".to_owned(),
        text: format!("overlay: 1.1.0\ninfo: {{title: New, version: 1.0.0}}\nactions:\n{actions}"),
    }])
}

fn unreviewed(source: &Source) -> usize {
    let findings = Findings::of(source).unwrap().to_string();
    findings
        .matches("the idempotency is not reviewed; ")
        .count()
}

#[test]
fn an_action_is_a_review_if_it_or_its_target_names_the_request() {
    let review = "  x-source: a page\n  update: {x-idempotency: idempotent, x-idempotency-reason: it sets}\n";
    for (action, expected) in [
        ("- target: $.paths['/a'].put\n", 0),
        ("- target: $['paths'][\"/a\"]['put']\n", 0),
        (
            "- target: $.paths.*[?@.operationId == 'write']\n  x-request: PUT /a\n",
            0,
        ),
        ("- target: $.paths.*[?@.operationId == 'write']\n", 1),
        ("- target: $.paths['/a'].*\n", 1),
        ("- target: $.paths..put\n", 1),
        ("- target: $.paths['/a'].put\n  x-request: PUT /b\n", 1),
    ] {
        let source = with_actions(&format!("{action}{review}"));
        assert_eq!(unreviewed(&source), expected, "{action}");
    }
    let whole = "- target: $.paths['/b']\n  x-source: a page\n  update: {put: {operationId: other, x-idempotency: safe, \
                 x-idempotency-reason: it reads, responses: {'200': {description: a}}}}\n";
    assert_eq!(unreviewed(&with_actions(whole)), 1, "only `write`");
}

#[test]
fn a_review_that_an_action_copies_is_none() {
    let copy = "- {target: \"$.paths['/b']\", x-source: a page, copy: \"$.paths['/a']\"}\n\
                - {target: \"$.paths['/b'].put.operationId\", x-source: a page, remove: true}\n\
                - {target: \"$.paths['/b'].put\", x-source: a page, update: {operationId: other}}\n";
    assert_eq!(unreviewed(&with_actions(copy)), 2);
    let reviewed = "- {target: \"$.paths['/a'].put['x-idempotency']\", x-source: a page, remove: true}\n\
                    - {target: \"$.paths['/a'].put['x-idempotency-reason']\", x-source: a page, remove: true}\n\
                    - {target: \"$.paths['/a'].put\", x-source: a page, update: {x-idempotency: idempotent, x-idempotency-reason: it sets}}\n";
    assert_eq!(unreviewed(&with_actions(&format!("{reviewed}{copy}"))), 1);
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
