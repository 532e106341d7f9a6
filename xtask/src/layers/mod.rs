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
        match violations(root, rules) {
            Ok(violations) if violations.is_empty() => {
                show(&format!(
                    "{}: no cycle, no forbidden import\n",
                    rules.package
                ));
            }
            Ok(violations) => {
                for violation in violations {
                    show(&format!("{}: {violation}", rules.package));
                }
                code = ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("error: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn violations(root: &Path, rules: &Rules) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for file in rules.roots {
        let krate = Crate::read(file, &|file| fs::read_to_string(root.join(file)).ok())?;
        found.extend(rules.violations(&krate.top_level(), &krate.edges()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
