//! Code generated from a changed specification compiles without warnings, and builds the requests that it describes.
//!
//! Each case is a changed copy of `openapi.yaml`. Its three generated files go into a small crate together with the handwritten
//! files of the SDK that they use (`operation.rs`, `mock.rs`, `encode.rs`, `prepared/form.rs`), and a small request builder, `changed/prepared.rs`, that
//! replaces that of the SDK. All crates form one temporary workspace, which is compiled offline with the versions in Cargo.lock. The case
//! `requests` also runs the tests in `changed/requests.rs`. The small documents in `changed/documents`, one for each subject,
//! are the modules of one more crate, with tests of their meaning in `changed/documents.rs`. They use the target folder of the checkout, in which most
//! dependencies are already compiled.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

#[path = "changed/crates.rs"]
mod crates;

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::testing::generate_leniently;
use backendless_gen::{Overlay, Source};
use crates::{
    fresh_workspace, read, sdk, try_cargo, write_manifest, write_sources, write_workspace_manifest,
};

const PATHS_END: &str = "\ncomponents:\n";

/// The case that has tests.
const REQUESTS: &str = "requests";

/// The crate with a module for each small document.
const DOCUMENTS: &str = "documents";

/// A changed copy of the specification.
struct Case {
    name: &'static str,
    change: fn(String) -> String,
}

const CASES: &[Case] = &[
    Case {
        name: "nothing_changed",
        change: |spec| spec,
    },
    Case {
        name: "operation_under_a_new_tag",
        change: |spec| with_paths(&spec, include_str!("changed/new_tag.yaml")),
    },
    Case {
        name: "operation_removed",
        change: |spec| {
            without(
                &spec,
                "  /data/{table-name}/count:\n",
                "  /users/register:\n",
            )
        },
    },
    Case {
        name: "schema_renamed",
        change: |spec| spec.replace("FileInfo", "stored-file_info"),
    },
    Case {
        name: "responses",
        change: |spec| with_paths(&spec, include_str!("changed/responses.yaml")),
    },
    Case {
        name: "errors",
        change: |spec| with_paths(&spec, include_str!("changed/errors.yaml")),
    },
    Case {
        name: "parameters",
        change: |spec| with_paths(&spec, include_str!("changed/parameters.yaml")),
    },
    Case {
        name: "bodies",
        change: |spec| with_paths(&spec, include_str!("changed/bodies.yaml")),
    },
    Case {
        name: "schemas",
        change: |spec| with_paths(&spec, include_str!("changed/schemas.yaml")),
    },
    Case {
        name: "names",
        change: |spec| with_paths(&spec, include_str!("changed/names.yaml")),
    },
    Case {
        name: REQUESTS,
        change: |spec| with_paths(&spec, include_str!("changed/requests.yaml")),
    },
    Case {
        name: "lists_that_are_nullable",
        change: nullable_lists,
    },
    Case {
        name: "a_second_media_type",
        change: second_media_type,
    },
];

/// Adds paths to the specification, and the schemas that some of them use.
fn with_paths(spec: &str, paths: &str) -> String {
    let (before, after) = spec.split_once(PATHS_END).unwrap();
    let schemas = include_str!("changed/shared_schemas.yaml");
    format!(
        "{before}\n{}{PATHS_END}{}\n{schemas}",
        paths.trim_end(),
        after.trim_end()
    )
}

/// Adds the overlay of the checkout, without the actions for operations that the document no longer has.
fn with_overlay(document: String) -> Source {
    let text = read("overlays/document.yaml");
    let (head, actions) = text.split_once("\nactions:\n").unwrap();
    let actions = actions.split("\n- target: ").filter(|action| {
        let id = action.split('\'').nth(1);
        id.is_none_or(|id| document.contains(&format!("operationId: {id}\n")))
    });
    let actions: Vec<&str> = actions.collect();
    let text = format!("{head}\nactions:\n{}", actions.join("\n- target: "));
    Source::new("openapi.yaml", document).with_overlays([Overlay {
        name: "overlays/document.yaml".to_owned(),
        text,
    }])
}

/// Removes the text from `start` up to `end`, which is kept.
fn without(spec: &str, start: &str, end: &str) -> String {
    let (before, rest) = spec.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    format!("{before}{end}{after}")
}

fn nullable_lists(spec: String) -> String {
    let list = "type: array\n                items:\n                  $ref: '#/components/schemas/GeoPoint'";
    assert!(spec.contains(list));
    spec.replace(
        list,
        &list.replace("array\n", "array\n                nullable: true\n"),
    )
}

fn second_media_type(spec: String) -> String {
    let json = "          application/json:\n            schema:\n              $ref: '#/components/schemas/LoginRequest'\n";
    let xml = "          text/xml:\n            schema:\n              type: string\n";
    assert!(spec.contains(json));
    spec.replace(json, &format!("{xml}{json}"))
}

#[test]
fn code_of_changed_specifications_compiles_without_warnings_and_builds_requests() {
    let workspace = write_workspace();
    cargo(&workspace, &["check", "--workspace", "--keep-going"]);
    let tested = ["test", "--package", REQUESTS, "--package", DOCUMENTS];
    cargo(&workspace, &[&tested[..], &["--lib"]].concat());
}

/// Runs cargo. Panics with its output if it fails.
fn cargo(workspace: &Path, arguments: &[&str]) {
    try_cargo(workspace, arguments).unwrap_or_else(|output| panic!("{output}"));
}

/// Writes a crate per case and returns the folder of their workspace.
fn write_workspace() -> PathBuf {
    let (spec, lock) = (read("openapi.yaml"), read("Cargo.lock"));
    let workspace = fresh_workspace("changed-specs");
    for case in CASES {
        let changed = (case.change)(spec.clone());
        let output = backendless_gen::generate(&with_overlay(changed), &lock)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        write_crate(&workspace.join(case.name), case.name, &output);
    }
    write_documents(&workspace.join(DOCUMENTS), &lock);
    let names = CASES.iter().map(|case| case.name).chain([DOCUMENTS]);
    write_workspace_manifest(&workspace, &names.collect::<Vec<_>>());
    workspace
}

fn write_crate(folder: &Path, name: &str, output: &backendless_gen::Output) {
    let source = folder.join("src");
    write_sources(&source, &output.files, "");
    let mut lib = include_str!("changed/lib.rs").to_owned();
    if name == REQUESTS {
        lib.push_str("\n#[cfg(test)]\nmod requests;\n");
        let tests = include_str!("changed/requests.rs");
        fs::write(source.join("requests.rs"), tests).unwrap();
    }
    fs::write(source.join("lib.rs"), lib).unwrap();
    write_manifest(folder, name);
}

/// Writes the crate of the small documents.
fn write_documents(folder: &Path, lock: &str) {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/changed/documents");
    // The part of the SDK that every document needs.
    let (_, sdk) = sdk().split_once("\npub mod mock;").unwrap();
    let mut names: Vec<String> = fs::read_dir(documents.as_path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    // A document uses only some of the handwritten parts.
    let mut lib = "#![deny(warnings)]\n#![allow(dead_code, unused_imports)]\n".to_owned();
    for name in names {
        let text = fs::read_to_string(documents.join(&name)).unwrap();
        let files = generate_leniently(&Source::new(&name, text), lock);
        let files = files.unwrap_or_else(|error| panic!("{error}"));
        let module = name.trim_end_matches(".yaml");
        let source = folder.join("src").join(module);
        write_sources(&source, &files, &format!("::{module}"));
        fs::write(
            source.join("mod.rs"),
            format!("mod encode;\npub mod mock;{sdk}"),
        )
        .unwrap();
        lib.push_str(&format!("pub mod {module};\n"));
    }
    lib.push_str("\n#[cfg(test)]\nmod tests;\n");
    let source = folder.join("src");
    fs::write(source.join("lib.rs"), lib).unwrap();
    fs::write(
        source.join("tests.rs"),
        include_str!("changed/documents.rs"),
    )
    .unwrap();
    write_manifest(folder, DOCUMENTS);
}
