//! Public OpenAPI documents: what the generator accepts of them, and why it rejects the rest.
//!
//! The documents are not part of the repository. The environment variable `OPENAPI_LAB` is the path of a folder with
//! documents, or of one document; without it the test passes and reports that nothing was tested. Each document is generated
//! as a whole, and each of its operations alone. The report lists the documents, then the distinct reasons of rejections.
//! It is printed, and written to `target/tmp/lab.md`:
//!
//! ```console
//! $ OPENAPI_LAB=~/documents cargo test -p backendless-gen --test lab -- --nocapture
//! ```
//!
//! With `OPENAPI_LAB_CHECK=1` the code of all accepted operations is also compiled, a crate for each document. The test
//! fails if it does not compile, or if the generator panics. Rejections do not fail the test.
//!
//! With `OPENAPI_LAB_REQUESTS=100` the requests of 100 sampled operations are compared with the documents instead: see
//! `lab/requests`. `OPENAPI_LAB_SEED` chooses another sample. Each difference fails the test.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may unwrap: its panic is the failure report; the report is the purpose of this test"
)]

#[path = "changed/crates.rs"]
mod crates;
#[path = "lab/report.rs"]
mod report;
#[path = "lab/requests/mod.rs"]
mod requests;

use std::fs;
use std::path::{Path, PathBuf};

use backendless_gen::testing::Slices;
use backendless_gen::{GeneratedFile, Source};
use crates::{
    fresh_workspace, read, sdk, try_cargo, write_manifest, write_sources, write_workspace_manifest,
};
use report::{Outcome, Rejection};

const FOLDER: &str = "OPENAPI_LAB";
const CHECK: &str = "OPENAPI_LAB_CHECK";
const REQUESTS: &str = "OPENAPI_LAB_REQUESTS";
const SEED: &str = "OPENAPI_LAB_SEED";

#[test]
fn accepted_operations_of_public_documents_compile() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        println!("nothing tested: {FOLDER} is not set to a folder of OpenAPI documents");
        return;
    };
    if std::env::var_os(REQUESTS).is_some() {
        println!("nothing generated as a whole: {REQUESTS} is set");
        return;
    }
    let documents = documents(Path::new(&folder));
    assert!(!documents.is_empty(), "no document in {}", folder.display());
    let mut outcomes = Vec::new();
    let mut accepted = Vec::new();
    for path in &documents {
        let (outcome, files) = generate(path);
        println!("{}", report::line(&outcome));
        accepted.push((outcome.name.clone(), files));
        outcomes.push(outcome);
    }
    let text = report::text(&outcomes);
    println!("{text}");
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab.md"), text).unwrap();
    if std::env::var_os(CHECK).is_some() {
        check(&accepted);
    }
}

#[test]
fn requests_of_public_documents_are_those_of_the_documents() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (Some(folder), Some(count)) = (std::env::var_os(FOLDER), number(REQUESTS)) else {
        println!("nothing tested: {FOLDER} or {REQUESTS} is not set");
        return;
    };
    let count = usize::try_from(count).unwrap();
    let documents = documents(Path::new(&folder));
    let (report, differences) = requests::run(&documents, count, number(SEED).unwrap_or(1));
    println!("{report}");
    append_to_report(&report);
    assert!(differences.is_empty(), "{} differences", differences.len());
}

/// Adds a part to the report in `target/tmp`.
fn append_to_report(text: &str) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let kept = before.split(requests::TITLE).next().unwrap_or_default();
    fs::write(path, format!("{kept}{text}")).unwrap();
}

/// The documents of a folder, in the order of their names, or the document itself.
fn documents(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap();
    let is_document = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("json" | "yaml" | "yml"))
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(is_document).collect();
    paths.sort();
    paths
}

/// Generates a document as a whole and each operation alone. Returns the files of everything that is accepted.
fn generate(path: &Path) -> (Outcome, Vec<GeneratedFile>) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let slices = match Slices::parse(&Source::new(&name, text), &read("Cargo.lock")) {
        Ok(slices) => slices,
        Err(error) => return (Outcome::unreadable(name, &error), Vec::new()),
    };
    let operations = slices.operations();
    let mut rejections = Vec::new();
    let mut accepted = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        match slices.generate(&[index]) {
            Ok(_) => accepted.push(index),
            Err(error) => rejections.push(Rejection::new(operation, &error)),
        }
    }
    let all: Vec<usize> = (0..operations.len()).collect();
    // Progenitor is run on the complete document only if it can succeed: looking for the cause of a failure takes long.
    let complete = match rejections.is_empty() {
        true => slices.generate(&all),
        false => slices.check().map(|()| Vec::new()),
    };
    let (whole, files) = match (complete, rejections.is_empty()) {
        (Ok(files), true) => (None, files),
        (Ok(_), false) => (Some("rejected by progenitor".to_owned()), Vec::new()),
        (Err(error), _) => (Some(error.to_string()), Vec::new()),
    };
    let files = match whole.is_some() && !accepted.is_empty() {
        true => slices.generate(&accepted).unwrap_or_default(),
        false => files,
    };
    let outcome = Outcome {
        name,
        operations: operations.len(),
        whole,
        rejections,
    };
    (outcome, files)
}

/// Compiles the code of each document. Panics with the errors of all of them.
fn check(documents: &[(String, Vec<GeneratedFile>)]) {
    let workspace = fresh_workspace("lab");
    let mut members = Vec::new();
    for (name, files) in documents.iter().filter(|(_, files)| !files.is_empty()) {
        let member = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let folder = workspace.join(&member);
        write_sources(&folder.join("src"), files, "");
        // A document uses only some of the handwritten parts.
        let lib = sdk().replace(
            "#![deny(warnings, ",
            "#![allow(dead_code)]\n#![deny(unused_mut, ",
        );
        fs::write(folder.join("src/lib.rs"), lib).unwrap();
        write_manifest(&folder, &member);
        members.push(member);
    }
    let names: Vec<&str> = members.iter().map(String::as_str).collect();
    write_workspace_manifest(&workspace, &names);
    let failures = names.iter().filter_map(|member| {
        let result = try_cargo(&workspace, &["check", "--package", member]).err();
        println!(
            "{member}: {}",
            if result.is_none() {
                "compiles"
            } else {
                "does not compile"
            }
        );
        result
    });
    let failures: Vec<String> = failures.collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
