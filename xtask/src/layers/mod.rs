//! `cargo xtask layers`: no circle of modules in any crate, and no import of an upper layer.
//!
//! `rules` is what is allowed; `graph` finds the imports between modules in what `source` reads.

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
                    "{}: no circle, no forbidden import\n",
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
        found.extend(rules.violations(&krate.top(), &krate.edges()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
