//! The documentation of the public API: examples, and sources of what the OpenAPI document lacks.

use std::fs;
use std::path::{Path, PathBuf};

/// Parts of the crate without functions that call the service: generated code, private modules, the mock, whose module has
/// the examples, and the metadata of operations.
const WITHOUT_EXAMPLES: [&str; 5] = ["generated", "transport", "prepared", "mock", "operation.rs"];

/// The documentation of a public function.
struct Documented {
    place: String,
    text: String,
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../backendless/src")
}

/// Adds the Rust files in `folder`, and in the folders in it.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.is_dir() {
            _ if name.contains("tests") => {}
            true => collect(&path, files),
            false if name.ends_with(".rs") => files.push(path),
            false => {}
        }
    }
}

fn public_functions() -> Vec<Documented> {
    let mut files = Vec::new();
    collect(&sources(), &mut files);
    let mut functions = Vec::new();
    for file in files {
        let name = file.strip_prefix(sources()).unwrap().display().to_string();
        let is_excluded = |part: &&str| {
            name == **part || name.starts_with(&format!("{part}/")) || name == format!("{part}.rs")
        };
        if WITHOUT_EXAMPLES.iter().any(is_excluded) {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        let mut text = String::new();
        for (number, line) in source.lines().map(str::trim_start).enumerate() {
            if line.starts_with("#[cfg(test)]") {
                break;
            }
            match line.strip_prefix("///") {
                Some(doc) => {
                    text.push_str(doc.trim());
                    text.push('\n');
                }
                None if line.starts_with("#[") => {}
                None => {
                    let text = std::mem::take(&mut text);
                    if ["pub fn ", "pub async fn ", "pub const fn "]
                        .iter()
                        .any(|start| line.starts_with(start))
                    {
                        functions.push(Documented {
                            place: format!("{name}:{}: {line}", number + 1),
                            text,
                        });
                    }
                }
            }
        }
    }
    assert!(
        functions.len() > 300,
        "{} functions were found",
        functions.len()
    );
    functions
}

#[test]
fn every_public_function_has_an_example_that_runs() {
    let has_example = |function: &Documented| {
        let blocks = function.text.matches("```").count() / 2;
        let does_not_run = ["```no_run", "```ignore", "async fn example"];
        blocks > 0 && !does_not_run.iter().any(|text| function.text.contains(text))
    };
    let without: Vec<String> = public_functions()
        .into_iter()
        .filter(|function| !has_example(function))
        .map(|function| function.place)
        .collect();
    assert_eq!(without, [""; 0]);
}

#[test]
fn every_addition_to_the_document_has_a_source() {
    let mut number = 0;
    let mut without = Vec::new();
    for function in public_functions() {
        let text = function.text.replace('\n', " ");
        for addition in ["operation", "parameter"] {
            let statement =
                format!("The OpenAPI document lacks this {addition} of the live service");
            for rest in text.split(&statement).skip(1) {
                number += 1;
                if !rest.starts_with(" (") {
                    without.push(function.place.clone());
                }
            }
        }
        if text.contains("beyond the document") {
            without.push(function.place);
        }
    }
    assert_eq!(without, [""; 0]);
    assert!(number > 70, "{number} additions were found");
}
