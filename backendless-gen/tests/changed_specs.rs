//! Whatever the specification becomes, what is generated from it compiles, with no warning.
//!
//! Each case is a changed copy of `openapi.yaml`. Its three generated files go into a small crate together with the handwritten
//! files of the SDK that they are made for (`operation.rs`, `mock.rs`) and stand-ins for the rest. All crates form one temporary
//! workspace, and one `cargo check --offline` with the versions of our Cargo.lock decides. What cargo compiled is kept in
//! `target/tmp`, so only the first run takes long.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PATHS_END: &str = "\ncomponents:\n";

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
        name: "answers",
        change: |spec| with_paths(&spec, include_str!("changed/answers.yaml")),
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
        name: "lists_that_are_nullable",
        change: nullable_lists,
    },
    Case {
        name: "a_second_media_type",
        change: second_media_type,
    },
];

/// The specification with more paths, and with the schemas that some of them use.
fn with_paths(spec: &str, paths: &str) -> String {
    let (before, after) = spec.split_once(PATHS_END).unwrap();
    let schemas = include_str!("changed/shared_schemas.yaml");
    format!(
        "{before}\n{}{PATHS_END}{}\n{schemas}",
        paths.trim_end(),
        after.trim_end()
    )
}

/// The text without what stands from `start` up to `end`.
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

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn what_changed_specifications_generate_compiles_without_a_warning() {
    let (spec, lock) = (read("openapi.yaml"), read("Cargo.lock"));
    let workspace = fresh_workspace();
    for case in CASES {
        let changed = (case.change)(spec.clone());
        let output = backendless_gen::generate("openapi.yaml", &changed, &lock)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        write_crate(&workspace.join(case.name), case.name, &output);
    }
    let members: Vec<String> = CASES
        .iter()
        .map(|case| format!("\"{}\"", case.name))
        .collect();
    let manifest = include_str!("changed/workspace.toml").replace("MEMBERS", &members.join(", "));
    fs::write(workspace.join("Cargo.toml"), manifest).unwrap();
    fs::write(workspace.join("Cargo.lock"), lock).unwrap();
    let result = Command::new(env!("CARGO"))
        .args([
            "check",
            "--quiet",
            "--offline",
            "--workspace",
            "--keep-going",
        ])
        .current_dir(&workspace)
        .env("CARGO_TARGET_DIR", workspace.with_extension("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    assert!(
        result.status.success(),
        "{}",
        String::from_utf8_lossy(&result.stderr)
    );
}

/// An empty folder for the crates. It stays where it is, so that what cargo compiled is found again.
fn fresh_workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed-specs");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn write_crate(folder: &Path, name: &str, output: &backendless_gen::Output) {
    let source = folder.join("src");
    fs::create_dir_all(source.join("generated")).unwrap();
    for file in &output.files {
        fs::write(source.join("generated").join(file.name), &file.text).unwrap();
    }
    fs::write(
        folder.join("Cargo.toml"),
        include_str!("changed/member.toml").replace("NAME", name),
    )
    .unwrap();
    fs::create_dir_all(source.join("mock")).unwrap();
    fs::create_dir_all(source.join("transport")).unwrap();
    for handwritten in [
        "operation.rs",
        "mock.rs",
        "mock/route.rs",
        "transport/query.rs",
    ] {
        fs::write(
            source.join(handwritten),
            read(&format!("backendless/src/{handwritten}")),
        )
        .unwrap();
    }
    fs::write(source.join("lib.rs"), include_str!("changed/lib.rs")).unwrap();
    fs::write(
        source.join("transport.rs"),
        include_str!("changed/transport.rs"),
    )
    .unwrap();
}
