//! `cargo xtask check`: everything that must hold before a change lands.
//!
//! [`CHECKS`] is the one list: `.ci/run` runs it, and CONTRIBUTING.md shows it.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::show;

/// One thing that must hold.
struct Check {
    /// The arguments of cargo.
    cargo: &'static [&'static str],
    /// What it guards.
    guards: &'static str,
    /// Set for the command only.
    environment: &'static [(&'static str, &'static str)],
    /// What must not stand at the start of a line that it prints.
    never: &'static [&'static str],
}

/// A command that has to succeed.
const fn cargo(cargo: &'static [&'static str], guards: &'static str) -> Check {
    Check {
        cargo,
        guards,
        environment: &[],
        never: &[],
    }
}

/// In the order in which they are run: the cheapest first.
const CHECKS: [Check; 7] = [
    cargo(&["fmt", "--all", "--check"], "formatting"),
    cargo(
        &["xtask", "generate", "--check"],
        "that the generated files are what the generator writes",
    ),
    cargo(
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        "lints",
    ),
    Check {
        never: &[
            "openapiv3 ",
            "prettyplease ",
            "progenitor ",
            "progenitor-impl ",
            "progenitor-macro ",
            "typify",
        ],
        ..cargo(
            &[
                "tree",
                "-p",
                "backendless",
                "-e",
                "normal",
                "--locked",
                "--prefix",
                "none",
            ],
            "that users compile no generator",
        )
    },
    cargo(
        &["test", "--workspace"],
        "behaviour; the README's command. What its suites hold: [docs/reliability.md](docs/reliability.md)",
    ),
    Check {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        ..cargo(
            &[
                "doc",
                "--workspace",
                "--all-features",
                "--no-deps",
                "--locked",
            ],
            "the documentation, in which a warning is an error",
        )
    },
    cargo(
        &[
            "bench",
            "-p",
            "backendless-tests",
            "--locked",
            "--",
            "--short",
        ],
        "what a call and a row cost beside the same by hand, in instructions; skipped without valgrind: [docs/performance.md](docs/performance.md)",
    ),
];

/// Runs all checks up to the first that fails, and then tells how long each took.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut times = String::new();
    for check in &CHECKS {
        show(&format!("\n== {}\n", check.command()));
        let start = Instant::now();
        let result = check.run(root);
        let word = if result.is_ok() { "ok" } else { "failed" };
        times.push_str(&line(word, start.elapsed(), &check.command()));
        if let Err(why) = result {
            show(&format!("\n{times}"));
            eprintln!("error: `{}` {why}", check.command());
            return ExitCode::FAILURE;
        }
    }
    show(&format!("\n{times}"));
    ExitCode::SUCCESS
}

/// The list as CONTRIBUTING.md shows it.
pub(crate) fn table() -> String {
    let mut text = "| check | guards |\n| --- | --- |\n".to_owned();
    for check in &CHECKS {
        text.push_str(&format!("| `{}` | {} |\n", check.command(), check.guards));
    }
    text
}

fn line(word: &str, time: Duration, command: &str) -> String {
    format!("{word:6} {:7.1} s  {command}\n", time.as_secs_f64())
}

impl Check {
    fn command(&self) -> String {
        format!("cargo {}", self.cargo.join(" "))
    }

    /// Fails with why.
    fn run(&self, root: &Path) -> Result<(), String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(self.cargo)
            .envs(self.environment.iter().copied())
            .current_dir(root);
        // What is looked through is not shown.
        if !self.never.is_empty() {
            command.stdout(Stdio::piped());
        }
        let output = command
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .map_err(|error| format!("cannot be run: {error}"))?;
        if !output.status.success() {
            return Err("failed".to_owned());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        match forbidden(&text, self.never) {
            Some(line) => Err(format!("printed what it never should: {line}")),
            None => Ok(()),
        }
    }
}

fn forbidden<'t>(text: &'t str, never: &[&str]) -> Option<&'t str> {
    let mut lines = text.lines();
    lines.find(|line| never.iter().any(|start| line.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{CHECKS, Check, cargo, forbidden, table};

    #[test]
    fn contributing_shows_the_checks_that_are_run() {
        let contributing = include_str!("../../CONTRIBUTING.md");
        assert!(
            contributing.contains(&table()),
            "it should hold:\n{}",
            table()
        );
    }

    #[test]
    fn a_command_that_fails_or_prints_what_it_never_should_is_told() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(cargo(&["--version"], "").run(root), Ok(()));
        assert_eq!(
            cargo(&["--no-such-flag"], "").run(root),
            Err("failed".to_owned())
        );
        let version = Check {
            never: &["cargo "],
            ..cargo(&["--version"], "")
        };
        let why = version.run(root).unwrap_err();
        assert!(
            why.starts_with("printed what it never should: cargo "),
            "{why}"
        );
    }

    #[test]
    fn the_crates_of_the_generator_are_found_and_no_others() {
        let never = CHECKS.iter().flat_map(|check| check.never);
        let never: Vec<&str> = never.copied().collect();
        let clean = "backendless v0.1.0 (/home)\nprogenitor-client v0.15.1\nserde v1.0.0\n";
        assert_eq!(forbidden(clean, &never), None);
        for line in [
            "progenitor v0.15.1",
            "typify-impl v0.8.0",
            "openapiv3 v2.2.0",
        ] {
            let tree = format!("{clean}{line}\n");
            assert_eq!(forbidden(&tree, &never), Some(line));
        }
    }
}
