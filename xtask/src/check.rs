//! `cargo xtask check`: everything that must pass before a change lands.
//!
//! [`CHECKS`] is the only list: `.ci/run` runs it, and a test compares CONTRIBUTING.md with it.

mod areas;
mod quick;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::{show, tool};

pub(crate) use quick::run as run_quick;

/// A cargo command that must succeed.
struct Check {
    /// Arguments of cargo.
    cargo: &'static [&'static str],
    /// What the check guards: its cell in the table of CONTRIBUTING.md.
    guards: &'static str,
    /// Environment variables of this command only.
    environment: &'static [(&'static str, &'static str)],
    /// Rejected prefixes of its output's lines.
    forbidden_prefixes: &'static [&'static str],
}

/// Creates a check that only requires exit status 0.
const fn cargo(cargo: &'static [&'static str], guards: &'static str) -> Check {
    Check {
        cargo,
        guards,
        environment: &[],
        forbidden_prefixes: &[],
    }
}

/// The checks in the order in which they run, the fastest first.
const CHECKS: [Check; 14] = [
    cargo(&["fmt", "--all", "--check"], "formatting"),
    cargo(
        &["xtask", "generate", "--check"],
        "generated files are up to date",
    ),
    cargo(
        &["xtask", "layers"],
        "no import cycle in any crate, and no import of an upper layer; the order is in `xtask/src/layers/rules.rs`",
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
        forbidden_prefixes: &[
            "openapiv3 ",
            "opentelemetry",
            "prettyplease ",
            "progenitor",
            "tracing-opentelemetry",
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
            "users compile no part of the generator, and OpenTelemetry only with its feature",
        )
    },
    Check {
        forbidden_prefixes: &["aws-lc-", "openssl ", "ring "],
        ..cargo(
            &[
                "tree",
                "-p",
                "backendless",
                "--no-default-features",
                "--features",
                "rustls-no-provider",
                "-e",
                "normal",
                "--locked",
                "--prefix",
                "none",
            ],
            "the feature `rustls-no-provider` adds no cryptography provider",
        )
    },
    cargo(
        &["xtask", "features"],
        "the client's features compile without a warning, each alone and those of TLS in pairs; installs cargo-hack in `target/tools`",
    ),
    cargo(
        &["xtask", "api", "--check"],
        "`backendless/public-api.txt` is the public API, and contains no type of another crate except those in `xtask/src/api.rs`",
    ),
    cargo(
        &[
            "package",
            "-p",
            "backendless-local",
            "-p",
            "backendless",
            "--no-verify",
            "--allow-dirty",
            "--locked",
        ],
        "both published crates can be packed",
    ),
    cargo(
        &["xtask", "readme"],
        "the README's install lines and first example work in a new package with the packed crates",
    ),
    cargo(
        &[
            "test",
            "-p",
            "backendless-tls-tests",
            "--locked",
            "--",
            "--include-ignored",
        ],
        "TLS without the feature `rustls`: with the provider ring, and without a provider",
    ),
    cargo(
        &["test", "--workspace"],
        "behaviour; [docs/reliability.md](docs/reliability.md) lists what the suites test",
    ),
    cargo(
        &[
            "bench",
            "-p",
            "backendless-benches",
            "--bench",
            "performance",
            "--locked",
            "--",
            "--short",
        ],
        "a call and a row take at most 20 % more instructions than their goals; skipped if valgrind is missing",
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
            "the documentation builds without a warning",
        )
    },
];

/// Runs all checks up to the first that fails, and prints the time of each.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut times = String::new();
    for check in &CHECKS {
        show(&format!("\n== {}\n", check.command()));
        let start = Instant::now();
        let result = check.run(root);
        let status = if result.is_ok() { "ok" } else { "failed" };
        times.push_str(&line(status, start.elapsed(), &check.command()));
        if let Err(reason) = result {
            show(&format!("\n{times}"));
            eprintln!("error: `{}` {reason}", check.command());
            return ExitCode::FAILURE;
        }
    }
    show(&format!("\n{times}"));
    ExitCode::SUCCESS
}

/// Returns the table of CONTRIBUTING.md.
pub(crate) fn table() -> String {
    let mut text = "| check | guards |\n| --- | --- |\n".to_owned();
    for check in &CHECKS {
        text.push_str(&format!("| `{}` | {} |\n", check.command(), check.guards));
    }
    text
}

fn line(status: &str, time: Duration, command: &str) -> String {
    format!("{status:6} {:7.1} s  {command}\n", time.as_secs_f64())
}

impl Check {
    fn command(&self) -> String {
        format!("cargo {}", self.cargo.join(" "))
    }

    /// Returns the reason of a failure.
    fn run(&self, root: &Path) -> Result<(), String> {
        let mut command = Command::new(tool::cargo());
        command
            .args(self.cargo)
            .envs(self.environment.iter().copied())
            .current_dir(root);
        // Output that is searched for prefixes is not printed.
        if !self.forbidden_prefixes.is_empty() {
            command.stdout(Stdio::piped());
        }
        let output = command
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .map_err(|error| format!("cannot be started: {error}"))?;
        if !output.status.success() {
            return Err("failed".to_owned());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        match forbidden_line(&text, self.forbidden_prefixes) {
            Some(line) => Err(format!("printed a forbidden line: {line}")),
            None => Ok(()),
        }
    }
}

/// Returns the first line that starts with one of the prefixes.
fn forbidden_line<'t>(text: &'t str, prefixes: &[&str]) -> Option<&'t str> {
    let mut lines = text.lines();
    lines.find(|line| prefixes.iter().any(|prefix| line.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{CHECKS, Check, cargo, forbidden_line, table};

    #[test]
    fn contributing_lists_the_checks() {
        let contributing = include_str!("../../CONTRIBUTING.md");
        assert!(
            contributing.contains(&table()),
            "CONTRIBUTING.md should contain:\n{}",
            table()
        );
    }

    #[test]
    fn command_that_fails_or_prints_a_forbidden_line_is_reported() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(cargo(&["--version"], "").run(root), Ok(()));
        assert_eq!(
            cargo(&["--no-such-flag"], "").run(root),
            Err("failed".to_owned())
        );
        let version = Check {
            forbidden_prefixes: &["cargo "],
            ..cargo(&["--version"], "")
        };
        let reason = version.run(root).unwrap_err();
        assert!(
            reason.starts_with("printed a forbidden line: cargo "),
            "{reason}"
        );
    }

    #[test]
    fn forbidden_crates_are_found_and_no_others() {
        let prefixes = CHECKS.iter().flat_map(|check| check.forbidden_prefixes);
        let prefixes: Vec<&str> = prefixes.copied().collect();
        let clean = "backendless v0.1.0 (/home)\nopenssl-probe v0.2.2\npercent-encoding v2.3.2\nserde v1.0.0\n";
        assert_eq!(forbidden_line(clean, &prefixes), None);
        for line in [
            "progenitor v0.15.1",
            "progenitor-client v0.15.1",
            "typify-impl v0.8.0",
            "openapiv3 v2.2.0",
            "aws-lc-rs v1.19.0",
            "ring v0.17.14",
        ] {
            let tree = format!("{clean}{line}\n");
            assert_eq!(forbidden_line(&tree, &prefixes), Some(line));
        }
    }
}
