//! A small specification per rule, per subject of the generated functions and per change of the types.
//!
//! Each folder below `tests/golden` contains `spec.yaml`, the types and functions generated from it in `expected.rs`, and for
//! a rule the places that it changed in `touched.txt`. The notes of a document are in `notes.txt`. The folder of a rule has the rule's name; [`SUBJECTS`] names the
//! others. After an intended change `BLESS=1 cargo test -p backendless-gen --test golden` updates the expected files; review the diff
//! before you commit it.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::Source;
use backendless_gen::testing::{bindings, rules};
use syn::Item;

/// Subjects of the normalization, of the generated functions, then the changes of types and docs.
const SUBJECTS: [&str; 22] = [
    // src/document and src/normalize
    "dropped-schemas",
    "media-types",
    "merge-keys",
    "openapi-3-1",
    "operation-ids",
    "references",
    "servers",
    // src/functions
    "functions",
    "bodies",
    "headers",
    "methods",
    "names",
    "parameter-styles",
    "path-parameters",
    "profiles",
    "query-parameters",
    "response-types",
    "type-parameters",
    // src/types and src/docs.rs
    "extra",
    "optional-properties",
    "secrets",
    "docs",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

#[test]
fn examples_generate_the_expected_code() {
    let mut wrong = Vec::new();
    for name in names() {
        let spec = fs::read_to_string(folder().join(&name).join("spec.yaml")).unwrap();
        let generated = bindings(&Source::new("spec.yaml", spec));
        let generated = generated.unwrap_or_else(|error| panic!("{name}: {error}"));
        wrong.extend(differs(&name, "expected.rs", &shown(&name, generated.code)));
        let notes: String = generated
            .notes
            .iter()
            .map(|note| format!("{note}\n"))
            .collect();
        if !notes.is_empty() || folder().join(&name).join("notes.txt").exists() {
            wrong.extend(differs(&name, "notes.txt", &notes));
        }
        let changes = generated.changes.iter();
        if let Some((_, places)) = changes.clone().find(|(rule, _)| *rule == name) {
            assert!(
                !places.is_empty(),
                "the rule {name} changes nothing in its own example"
            );
            let places: String = places.iter().map(|place| format!("{place}\n")).collect();
            wrong.extend(differs(&name, "touched.txt", &places));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_and_subject_has_an_example() {
    let examples = rules().into_iter().chain(SUBJECTS);
    let mut expected: Vec<String> = examples.map(str::to_owned).collect();
    expected.sort();
    assert_eq!(names(), expected);
}

fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap();
    let names: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.into_iter().collect()
}

/// The code without the parts that all examples have; the example `functions` shows them.
fn shown(name: &str, mut file: syn::File) -> String {
    if name != "functions" {
        file.attrs.clear();
        file.items.retain(|item| !matches!(item, Item::Use(_)));
    }
    prettyplease::unparse(&file)
}

/// The difference between a file of an example and `actual`. `BLESS` updates the file instead.
fn differs(name: &str, file: &str, actual: &str) -> Option<String> {
    let path = folder().join(name).join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, actual).unwrap();
        return None;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(expected.as_str(), actual);
    let diff = diff
        .unified_diff()
        .header(&format!("{name}/{file}"), "generated")
        .to_string();
    (expected != actual).then_some(diff)
}
