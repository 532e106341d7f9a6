//! `cargo xtask coverage`: the lines and regions that the tests execute, with a minimum for each crate.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{fs, io};

use serde::Deserialize;

use crate::show;
use crate::tool::{Tool, cargo};

const CARGO_LLVM_COV: Tool = Tool {
    name: "cargo-llvm-cov",
    version: "0.9.1",
};

/// The tests that are counted. Doc tests, the leak tests and the soak test are not.
const TESTS: [&str; 19] = [
    "--all-features",
    "--locked",
    "-p",
    "backendless",
    "-p",
    "backendless-local",
    "-p",
    "backendless-tests",
    "--lib",
    "--test",
    "suite",
    "--test",
    "protocol",
    "--test",
    "wire",
    "--test",
    "services",
    "--test",
    "console",
];

/// Code whose coverage is a row of the report.
struct Part {
    /// The start of the files' paths.
    path: &'static str,
    /// The start of paths that are not a part of it.
    except: Option<&'static str>,
    /// The minimum share of its lines, in percent.
    min_lines: Option<f64>,
}

const fn part(path: &'static str) -> Part {
    Part {
        path,
        except: None,
        min_lines: None,
    }
}

const GENERATED: &str = "backendless/src/generated/";

const PARTS: [Part; 13] = [
    Part {
        except: Some(GENERATED),
        min_lines: Some(93.0),
        ..part("backendless/src/")
    },
    part("backendless/src/transport/"),
    part("backendless/src/data/"),
    part("backendless/src/files/"),
    part("backendless/src/messaging/"),
    part("backendless/src/prepared/"),
    part("backendless/src/users/"),
    part("backendless/src/secret/"),
    part(GENERATED),
    Part {
        min_lines: Some(95.0),
        ..part("backendless-local/src/")
    },
    part("backendless-local/src/query/"),
    part("backendless-local/src/services/"),
    part("backendless-local/src/store/"),
];

/// The report of cargo-llvm-cov.
#[derive(Deserialize)]
struct Report {
    data: Vec<Data>,
}

#[derive(Deserialize)]
struct Data {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    lines: Count,
    regions: Count,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Count {
    count: u64,
    covered: u64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.covered += other.covered;
    }

    fn percent(self) -> f64 {
        // The numbers are those of lines.
        100.0 * self.covered as f64 / self.count as f64
    }
}

/// Runs the tests, prints the coverage, and fails if it is below the minimum.
pub(crate) fn run(root: &Path) -> ExitCode {
    let problems = measure(root).map(|report| {
        let (table, problems) = summarize(&report, root);
        show(&table);
        problems
    });
    match problems {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            for problem in problems {
                eprintln!("error: {problem}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(root: &Path) -> io::Result<Report> {
    let program = CARGO_LLVM_COV.program(root)?;
    let output = root.join("target/coverage.json");
    let status = Command::new(program)
        .current_dir(root)
        .env("CARGO", cargo())
        .args(["llvm-cov", "--json", "--summary-only", "--output-path"])
        .arg(&output)
        .args(TESTS)
        .status()?;
    if !status.success() {
        return Err(io::Error::other(
            "the tests failed, or cargo-llvm-cov did: it needs `rustup component add llvm-tools`",
        ));
    }
    serde_json::from_slice(&fs::read(output)?).map_err(io::Error::from)
}

/// Returns the table of the parts, and which of them have too little coverage.
fn summarize(report: &Report, root: &Path) -> (String, Vec<String>) {
    let mut table = String::from("| code | lines | regions |\n| --- | --- | --- |\n");
    let mut problems = Vec::new();
    for part in &PARTS {
        let (mut lines, mut regions) = (Count::default(), Count::default());
        for file in report.data.iter().flat_map(|data| &data.files) {
            if part.contains(&file.filename, root) {
                lines.add(file.summary.lines);
                regions.add(file.summary.regions);
            }
        }
        let path = part.path;
        if lines.count == 0 {
            problems.push(format!(
                "no file of {path} was compiled: correct `PARTS` in xtask/src/coverage.rs"
            ));
            continue;
        }
        let (lines, regions) = (lines.percent(), regions.percent());
        let except = part
            .except
            .map_or(String::new(), |except| format!(" without `{except}`"));
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "| `{path}`{except} | {lines:.1} % | {regions:.1} % |"
        );
        if let Some(min) = part.min_lines.filter(|min| lines < *min) {
            problems.push(format!(
                "{lines:.1} % of the lines of {path} are executed, less than {min:.1} %: test the new code, or see docs/reliability.md"
            ));
        }
    }
    (table, problems)
}

impl Part {
    fn contains(&self, file: &str, root: &Path) -> bool {
        let path = Path::new(file);
        let path = path.strip_prefix(root).unwrap_or(path);
        // Comparing `Path`s ignores the separator of the system and a final one.
        path.starts_with(self.path) && !self.except.is_some_and(|except| path.starts_with(except))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(files: &[(&str, u64, u64)]) -> Report {
        let files = files.iter().map(|(name, covered, count)| {
            let lines = Count {
                count: *count,
                covered: *covered,
            };
            File {
                filename: format!("/checkout/{name}"),
                summary: Summary {
                    lines,
                    regions: lines,
                },
            }
        });
        Report {
            data: vec![Data {
                files: files.collect(),
            }],
        }
    }

    /// One file of each part, completely covered.
    fn complete() -> Vec<(&'static str, u64, u64)> {
        let paths = PARTS.iter().skip(1).map(|part| part.path);
        paths
            .filter(|path| *path != "backendless-local/src/")
            .map(|path| (path, 100, 100))
            .collect()
    }

    #[test]
    fn coverage_below_the_minimum_is_rejected() {
        let (table, problems) = summarize(&report(&complete()), Path::new("/checkout"));
        assert_eq!(problems, [""; 0]);
        assert_eq!(table.lines().count(), 2 + PARTS.len());

        let mut files = complete();
        files.push(("backendless-local/src/new.rs", 50, 100));
        let (_, problems) = summarize(&report(&files), Path::new("/checkout"));
        let expected = "87.5 % of the lines of backendless-local/src/ are executed, less than 95.0 %: test the new code, or see docs/reliability.md";
        assert_eq!(problems, [expected]);
    }

    #[test]
    fn generated_code_does_not_count_as_code_of_the_client() {
        let mut files = complete();
        files.push(("backendless/src/generated/new.rs", 0, 10_000));
        let (table, problems) = summarize(&report(&files), Path::new("/checkout"));
        assert_eq!(problems, [""; 0]);
        assert!(
            table.contains("| `backendless/src/generated/` | 1.0 % | 1.0 % |"),
            "{table}"
        );
    }

    #[test]
    fn part_without_files_is_reported() {
        let mut files = complete();
        files.retain(|(path, ..)| *path != "backendless/src/secret/");
        let (_, problems) = summarize(&report(&files), Path::new("/checkout"));
        let expected = "no file of backendless/src/secret/ was compiled: correct `PARTS` in xtask/src/coverage.rs";
        assert_eq!(problems, [expected]);
    }
}
