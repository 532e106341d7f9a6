//! What a maintainer is told when the specification changes as the service is likely to change it.
//!
//! Each `tests/specs/<what>.patch` of the workspace is a change of `openapi.yaml`, and `<what>.txt` beside it what
//! `cargo xtask spec diff` says of it. `BLESS=1` writes the texts anew; read the diff before committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::spec::{Diff, Source, Wrappers};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn patches() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/specs")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "patch"));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn rehearsed(patch: &Path) -> Source {
    Source::find(root(), patch.to_str().unwrap()).unwrap()
}

#[test]
fn each_change_is_told_as_expected() {
    let wrappers = Wrappers::read(root()).unwrap();
    let old = Source::working_copy(root()).unwrap();
    let mut wrong = Vec::new();
    for patch in patches() {
        let diff = Diff::of(&old, &rehearsed(&patch), &wrappers, "0.1.0").unwrap();
        let text = without_lines(&diff.text());
        let expected = patch.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &text).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != text {
            wrong.push(format!("{}:\n{text}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text with `:12:7` and `:12` cut off: an edit elsewhere in the file is no other answer.
fn without_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(colon) = rest.find(':') {
        let (before, after) = rest.split_at(colon + 1);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(if digits == 0 {
            before
        } else {
            &before[..colon]
        });
        rest = &after[digits..];
    }
    out + rest
}

#[test]
fn each_changed_specification_can_be_generated_from() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for patch in patches() {
        let source = rehearsed(&patch);
        if let Err(error) = source.generate(&lock) {
            panic!("{}: {error}", patch.display());
        }
    }
}
