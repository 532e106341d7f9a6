//! Properties of `cargo xtask spec diff`, tested with many changes of two small documents.
//!
//! - A change that is not breaking keeps yesterday's calls: the generated code of the new document has each function, type
//!   and mock of the old one. [`model`] compares the code without any part of the diff.
//! - A change that is textual does not change the generated code at all.
//! - Each changed key has a line, also beside other changes.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

#[path = "spec_diff_properties/changes.rs"]
mod changes;
#[path = "spec_diff_properties/model.rs"]
mod model;

use backendless_gen::spec::{Diff, Level, Wrappers};
use backendless_gen::testing::generate_leniently;
use backendless_gen::{Source, merged};
use serde_json::{Value, json};

use changes::{changed, pointers, remove};
use model::Model;

const SHOP: &str = include_str!("spec_diff_cases/shop.yaml");
const ITEMS: &str = include_str!("spec_tools/diff/old.yaml");
const LOCK: &str = include_str!("../../Cargo.lock");

fn parsed(text: &str) -> Value {
    let json = merged(&Source::new("spec.yaml", text)).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// The code of a document, or none if it is rejected.
fn code(document: &Value) -> Option<Model> {
    let source = Source::new("spec.yaml", document.to_string());
    Some(Model::read(&generate_leniently(&source, LOCK).ok()?))
}

fn diff(old: &Value, new: &Value) -> Option<Diff> {
    let source = |document: &Value| Source::new("spec.yaml", document.to_string());
    Diff::of(&source(old), &source(new), &Wrappers::default(), "0.1.0").ok()
}

#[test]
fn a_change_that_is_not_breaking_keeps_all_calls() {
    let mut compared = 0;
    for text in [SHOP, ITEMS] {
        let original = parsed(text);
        let old = code(&original).unwrap();
        for seed in 0..60 {
            let new = changed(&mut fastrand::Rng::with_seed(seed), &original);
            let (Some(code), Some(diff)) = (code(&new), diff(&original, &new)) else {
                continue;
            };
            let report = || format!("seed {seed}\n{}\n{new:#}", diff.text());
            let lost = old.lost_in(&code);
            assert!(
                diff.is_breaking() || lost.is_empty(),
                "{lost:#?}\n{}",
                report()
            );
            let is_textual = diff.changes.iter().all(|one| one.level == Level::Textual);
            assert!(!is_textual || old == code, "{}", report());
            compared += usize::from(!diff.is_breaking());
        }
    }
    assert!(compared > 30, "only {compared} changes are not breaking");
}

/// Removes each key, and changes each value, together with the title of the document.
#[test]
fn each_changed_key_has_a_line_beside_another_change() {
    let mut compared = 0;
    // A sample of the second document keeps the test short.
    for (text, step) in [(SHOP, 1), (ITEMS, 4)] {
        let original = parsed(text);
        let mut all = Vec::new();
        pointers(&original, "", &mut all);
        all.retain(|pointer| !pointer.starts_with("/info"));
        for pointer in all.iter().step_by(step) {
            for new in [with(&original, pointer), without(&original, pointer)] {
                let Some(mut new) = new else { continue };
                new["info"]["title"] = json!("Another title");
                let Some(diff) = diff(&original, &new) else {
                    continue;
                };
                let what = |change: &backendless_gen::spec::Change| change.what != "`info` changed";
                assert!(diff.changes.iter().any(what), "{pointer}\n{}", diff.text());
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "only {compared} documents are valid");
}

/// The document with another value at `pointer`.
fn with(document: &Value, pointer: &str) -> Option<Value> {
    let mut new = document.clone();
    let value = new.pointer_mut(pointer)?;
    match value {
        Value::Bool(value) => *value = !*value,
        Value::Number(_) => *value = json!(7),
        Value::String(value) => value.push_str("other"),
        Value::Array(items) => items.push(json!("other")),
        Value::Object(entries) => drop(entries.insert("x-other".to_owned(), json!({}))),
        Value::Null => return None,
    }
    Some(new)
}

fn without(document: &Value, pointer: &str) -> Option<Value> {
    let mut new = document.clone();
    remove(&mut new, pointer).map(|_| new)
}
