//! `cargo xtask layers`: rejects import cycles and imports of upper layers in every crate.
//!
//! `source` reads the imports of a file, `graph` resolves them to modules, and `rules` checks them.

mod graph;
mod lexer;
mod rules;
mod source;

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::show;
use graph::Crate;
use rules::{RULES, Rules};

/// Checks all crates, and prints every violation with its file and line.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for rules in RULES {
        match check(root, rules) {
            Ok((imports, violations)) => {
                for violation in &violations {
                    show(&format!("{}: {violation}", rules.package));
                    code = ExitCode::FAILURE;
                }
                show(&format!(
                    "{}: {imports} imports between modules, {} violations\n",
                    rules.package,
                    violations.len()
                ));
            }
            Err(error) => {
                eprintln!("error: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

/// Returns the number of imports between modules of a crate, and the violations.
fn check(root: &Path, rules: &Rules) -> io::Result<(usize, Vec<String>)> {
    let mut imports = 0;
    let mut violations = Vec::new();
    for file in rules.roots {
        let krate = Crate::read(file, &|file| fs::read_to_string(root.join(file)).ok())?;
        let edges = krate.edges();
        imports += edges.len();
        violations.extend(rules.violations(&krate.top_level(), &edges));
    }
    Ok((imports, violations))
}

#[cfg(test)]
mod tests;
