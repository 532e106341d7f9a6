//! What cannot be generated from is refused in one message, with its place and what would be valid there.
//!
//! Each `tests/bad_input/<what>.yaml` is a broken specification and `<what>.txt` the message, to the letter.
//! `BLESS=1 cargo test -p backendless-gen --test bad_input` writes the messages anew; read the diff before committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input")
}

fn lock() -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(workspace.join("Cargo.lock")).unwrap()
}

/// The message for a specification, which is called as it is in the workspace.
fn refusal(spec: &str) -> String {
    match backendless_gen::generate("openapi.yaml", spec, &lock()) {
        Ok(_) => panic!("this was generated from:\n{spec}"),
        Err(error) => format!("{error}\n"),
    }
}

#[test]
fn each_broken_specification_gets_its_message() {
    let mut wrong = Vec::new();
    let entries = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut specs: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    specs.sort();
    for path in &specs {
        let message = refusal(&fs::read_to_string(path).unwrap());
        let expected = path.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &message).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != message {
            wrong.push(format!("{}:\n{message}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_message_about_the_specification_names_a_place_and_what_is_valid() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "txt") {
            let message = fs::read_to_string(&path).unwrap();
            let place = message.strip_prefix("openapi.yaml:").unwrap_or_default();
            let numbers: Vec<&str> = place.splitn(3, ':').collect();
            assert!(
                numbers.len() == 3
                    && numbers[..2]
                        .iter()
                        .all(|number| number.parse::<u32>().is_ok()),
                "{message}"
            );
            assert!(message.contains("\n  valid: "), "{message}");
        }
    }
}

#[test]
fn a_document_that_is_cut_off_anywhere_is_refused_and_never_a_panic() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let spec = fs::read_to_string(workspace.join("openapi.yaml")).unwrap();
    let lines: Vec<&str> = spec.lines().collect();
    // Every 23rd line: each kind of construct is cut somewhere.
    for end in (0..lines.len()).step_by(23) {
        let cut = lines[..end].join("\n");
        assert!(
            backendless_gen::generate("openapi.yaml", &cut, &lock()).is_err(),
            "cut at line {end}"
        );
    }
}

#[test]
fn a_document_nested_without_end_is_refused() {
    let deep = format!(
        "openapi: 3.0.1\nx-deep: {}{}\n",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    assert!(refusal(&deep).starts_with("openapi.yaml:"));
}
