//! The exact output of `cargo xtask spec scaffold`, and that its parts are valid.
//!
//! `BLESS=1` updates `spec_tools/scaffold/expected.txt`; review the difference before you commit it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::Path;

use backendless_gen::spec::{Explanation, Scaffold, Wrappers};
use backendless_gen::{Overlay, Source};

/// The document of the checkout with a new operation.
fn source() -> Source {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let new = include_str!("spec_tools/scaffold/new_operation.yaml");
    let mut source = Source::working_copy(root).unwrap();
    let with_new = format!("\npaths:\n{new}");
    assert!(source.text.contains("\npaths:\n"));
    source.text = source.text.replacen("\npaths:\n", &with_new, 1);
    source
}

fn scaffold() -> Scaffold {
    Scaffold::of(&source(), "multiplyCounter").unwrap()
}

#[test]
fn all_parts_of_a_new_operation_are_written() {
    let actual = scaffold().to_string();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec_tools/scaffold/expected.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), actual);
}

#[test]
fn the_method_and_the_route_are_rust_with_open_questions() {
    let scaffold = scaffold();
    let method = syn::parse_file(&scaffold.method).unwrap();
    let [syn::Item::Impl(block)] = &method.items[..] else {
        panic!("{}", scaffold.method);
    };
    let [syn::ImplItem::Fn(function)] = &block.items[..] else {
        panic!("{}", scaffold.method);
    };
    assert_eq!(function.sig.ident, "multiply_counter");
    assert!(syn::parse_file(&scaffold.route).is_ok());
    for (text, part) in [
        ("raw::multiply_counter(", &scaffold.method),
        ("impl Counters", &scaffold.method),
        ("\"/counters/{counter_name}/multiplyby\"", &scaffold.route),
        ("put(multiply_counter)", &scaffold.route),
    ] {
        assert!(part.contains(text), "{text}: {part}");
        assert!(part.contains("compile_error!("), "{part}");
    }
}

#[test]
fn the_row_is_an_expression_with_open_questions() {
    let row = scaffold().row;
    let list = format!("vec![{row}]");
    assert!(syn::parse_str::<syn::Expr>(&list).is_ok(), "{row}");
    for text in [
        "&MULTIPLY_COUNTER,",
        "context.client.counters().multiply_counter(",
        "context.path(0)",
        "compile_error!(\"a value of `counter-name`\")",
        "(\"expected\", compile_error!(",
        "compile_error!(\"the body of a successful response\")",
    ] {
        let row: String = row.split_whitespace().collect();
        let text: String = text.split_whitespace().collect();
        assert!(row.contains(&text), "{text}: {row}");
    }
}

/// The generator rejects the action as it is printed, and accepts it with the values of a person.
#[test]
fn the_action_is_an_overlay_that_reviews_the_operation() {
    let action = scaffold().overlay.unwrap();
    let with = |action: &str| {
        let text =
            format!("overlay: 1.1.0\ninfo: {{title: New, version: 1.0.0}}\nactions:\n{action}\n");
        let name = "overlays/new.yaml".to_owned();
        source().with_overlays([Overlay { name, text }])
    };
    assert!(Explanation::of(&with(&action), &Wrappers::default()).is_err());
    let filled = action
        .replace("x-source: ''", "x-source: a page")
        .replace("safe | idempotent | not-idempotent", "not-idempotent")
        .replace(
            "x-idempotency-reason: ''",
            "x-idempotency-reason: it counts",
        );
    let explanation = Explanation::of(&with(&filled), &Wrappers::default()).unwrap();
    let text = explanation.operation("multiplyCounter").unwrap();
    assert!(text.contains("it counts"), "{text}");
    let reviewed = Scaffold::of(&with(&filled), "multiplyCounter").unwrap();
    assert_eq!(reviewed.overlay, None);
}

#[test]
fn each_operation_of_the_document_has_a_scaffold_that_parses() {
    let scaffolds = Scaffold::all(&source()).unwrap();
    assert!(scaffolds.contains_key("multiplyCounter"));
    for scaffold in scaffolds.values() {
        for part in [&scaffold.method, &scaffold.route] {
            assert!(syn::parse_file(part).is_ok(), "{part}");
        }
        let row = format!("vec![{}]", scaffold.row);
        assert!(syn::parse_str::<syn::Expr>(&row).is_ok(), "{row}");
    }
}

#[test]
fn an_unknown_operation_is_rejected() {
    let error = Scaffold::of(&source(), "noSuchOperation").unwrap_err();
    let start = "there is no operation `noSuchOperation`";
    assert!(error.to_string().starts_with(start), "{error}");
}
