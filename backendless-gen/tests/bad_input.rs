//! Invalid specifications and overlays are rejected with an error that contains the place, the problem, and what is valid.
//!
//! Each `tests/bad_input/<name>.yaml` is an invalid document, and `<name>.txt` the exact message. Each
//! `tests/bad_input/overlays/<name>.yaml` is an overlay that is applied to `tests/bad_input/overlays/document.txt`, and each
//! `tests/bad_input/second_overlays/<name>.yaml` one that is applied after `tests/bad_input/second_overlays/first.txt`.
//! `BLESS=1 cargo test -p backendless-gen --test bad_input` updates the messages; review the diff before you commit it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::{Overlay, Source, generate};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input")
}

fn workspace(file: &str) -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(workspace.join(file)).unwrap()
}

/// The error message for an invalid specification.
fn rejection(source: &Source) -> String {
    match generate(source, &workspace("Cargo.lock")) {
        Ok(_) => panic!("the generator accepted an invalid specification:\n{source:?}"),
        Err(error) => format!("{error}\n"),
    }
}

/// Compares the message for each `.yaml` file of a folder with the `.txt` file beside it.
fn compare(folder: &Path, source: impl Fn(String) -> Source) {
    let mut mismatches = Vec::new();
    for path in files(folder, "yaml") {
        let message = rejection(&source(fs::read_to_string(&path).unwrap()));
        let expected = path.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &message).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != message {
            mismatches.push(format!("{}:\n{message}", path.display()));
        }
    }
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}

/// The files of a folder with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .collect();
    files.sort();
    files
}

#[test]
fn each_invalid_document_has_the_expected_message() {
    compare(&folder(), |text| Source::new("openapi.yaml", text));
}

#[test]
fn each_invalid_overlay_has_the_expected_message() {
    let folder = folder().join("overlays");
    let document = fs::read_to_string(folder.join("document.txt")).unwrap();
    compare(&folder, |text| {
        let overlay = Overlay {
            name: "overlays/more.yaml".to_owned(),
            text,
        };
        Source::new("openapi.yaml", &document).with_overlays([overlay])
    });
}

#[test]
fn each_overlay_that_contradicts_another_has_the_expected_message() {
    let document = fs::read_to_string(folder().join("overlays/document.txt")).unwrap();
    let folder = folder().join("second_overlays");
    let first = Overlay {
        name: "overlays/first.yaml".to_owned(),
        text: fs::read_to_string(folder.join("first.txt")).unwrap(),
    };
    compare(&folder, |text| {
        let second = Overlay {
            name: "overlays/more.yaml".to_owned(),
            text,
        };
        Source::new("openapi.yaml", &document).with_overlays([first.clone(), second])
    });
}

#[test]
fn every_message_contains_a_place_and_what_is_valid() {
    let overlays = folder().join("overlays");
    let mut messages = files(&folder(), "txt");
    let second = folder().join("second_overlays");
    messages.extend(files(&overlays, "txt"));
    messages.extend(files(&second, "txt"));
    messages
        .retain(|path| *path != overlays.join("document.txt") && *path != second.join("first.txt"));
    for path in messages {
        let message = fs::read_to_string(path).unwrap();
        let parts: Vec<&str> = message.splitn(4, ':').collect();
        let is_number = |text: &&str| text.parse::<u32>().is_ok();
        assert!(
            matches!(parts[0], "openapi.yaml" | "overlays/more.yaml")
                && parts.len() == 4
                && parts[1..3].iter().all(is_number),
            "{message}"
        );
        assert!(message.contains("\n  help: "), "{message}");
    }
}

#[test]
fn a_truncated_document_is_rejected_without_a_panic() {
    let spec = workspace("openapi.yaml");
    let lines: Vec<&str> = spec.lines().collect();
    // Truncating at every 23rd line reaches each kind of construct.
    for end in (0..lines.len()).step_by(23) {
        let truncated = Source::new("openapi.yaml", lines[..end].join("\n"));
        assert!(
            generate(&truncated, &workspace("Cargo.lock")).is_err(),
            "truncated at line {end}"
        );
    }
}

#[test]
fn a_truncated_overlay_never_causes_a_panic() {
    let text = workspace("overlays/document.yaml");
    let lines: Vec<&str> = text.lines().collect();
    for end in (0..lines.len()).step_by(7) {
        let overlay = Overlay {
            name: "overlays/document.yaml".to_owned(),
            text: lines[..end].join("\n"),
        };
        let truncated =
            Source::new("openapi.yaml", workspace("openapi.yaml")).with_overlays([overlay]);
        let _ = backendless_gen::merged(&truncated);
    }
}

#[test]
fn a_document_with_20000_nested_lists_is_rejected() {
    let deep = format!(
        "openapi: 3.0.1\nx-deep: {}{}\n",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    assert!(rejection(&Source::new("openapi.yaml", deep)).starts_with("openapi.yaml:"));
}
