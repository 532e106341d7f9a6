//! A small specification per rule and per pass, and the Rust that comes of it.
//!
//! Each folder below `tests/golden` is named after the rule or the pass that it shows and holds `spec.yaml`, the generated
//! types and functions in `expected.rs` (the client around them only where it is the subject), and for a rule the places
//! it touched in `touched.txt`. After a wanted change `BLESS=1 cargo test -p backendless-gen golden` writes what is
//! expected anew; read the diff before committing it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{ImplItem, Item};

use crate::passes::PASSES;
use crate::rules::{Applied, RULES};
use crate::{raw, read};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

#[test]
fn every_rule_and_pass_makes_of_its_example_what_is_expected() {
    let mut wrong = Vec::new();
    for name in names() {
        let spec = fs::read_to_string(folder().join(&name).join("spec.yaml")).unwrap();
        let (model, document) =
            read("spec.yaml", &spec).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (file, applied) =
            raw(&model, &document).unwrap_or_else(|error| panic!("{name}: {error}"));
        wrong.extend(differs(&name, "expected.rs", &shown(&name, file)));
        if let Some(touched) = touched(&name, &applied) {
            assert!(
                !touched.is_empty(),
                "the rule {name} touches nothing in its own example"
            );
            wrong.extend(differs(&name, "touched.txt", &touched));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_and_pass_has_an_example() {
    let rules = RULES.iter().map(|rule| rule.id);
    let passes = PASSES.iter().map(|pass| pass.id);
    let mut expected: Vec<String> = rules.chain(passes).map(str::to_owned).collect();
    expected.sort();
    expected.dedup();
    assert_eq!(names(), expected);
}

fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap();
    let names: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.into_iter().collect()
}

/// The places, if `name` is a rule.
fn touched(name: &str, applied: &Applied) -> Option<String> {
    let (_, touched) = applied.iter().find(|(rule, _)| rule.id == name)?;
    Some(
        touched
            .iter()
            .map(|pointer| format!("{pointer}\n"))
            .collect(),
    )
}

/// The code without what is the same in every example.
fn shown(name: &str, mut file: syn::File) -> String {
    if name != "client" {
        file.attrs.clear();
        file.items.retain_mut(|item| match item {
            Item::Mod(types) => types.content.as_mut().is_some_and(|(_, items)| {
                items.retain(|item| !matches!(item, Item::Mod(error) if error.ident == "error"));
                !items.is_empty()
            }),
            Item::Impl(client) => client
                .items
                .iter()
                .any(|item| matches!(item, ImplItem::Fn(method) if method.sig.asyncness.is_some())),
            _ => false,
        });
    }
    prettyplease::unparse(&file)
}

/// What is wrong with a file of an example, or nothing when it was blessed.
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
