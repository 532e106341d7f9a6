//! `cargo xtask check --quick`: the checks of a change in hand.
//!
//! It runs what is fast for any change, the lints, and the tests that `AREAS` names for the changed files. What it
//! leaves out is printed at the end: a change lands only after `cargo xtask check`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use super::areas::tests_of;
use super::line;
use crate::{show, tool};

/// What every test command selects: the packages and features of the complete check, so that no dependency is
/// compiled again.
const WORKSPACE: [&str; 3] = ["--workspace", "--all-features", "--locked"];

/// Runs the checks up to the first that fails, and prints the time of each.
pub(crate) fn run(root: &Path, base: Option<&str>) -> ExitCode {
    let changed = match changed_files(root, base) {
        Ok(changed) => changed,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    if changed.is_empty() {
        show("no file is changed\n");
        return ExitCode::SUCCESS;
    }
    let plan = Plan::of(&changed);
    show(&format!("{} files are changed\n", changed.len()));
    let mut times = String::new();
    let mut is_ok = true;
    for command in plan.commands() {
        let text = format!("cargo {}", command.join(" "));
        show(&format!("\n== {text}\n"));
        let start = Instant::now();
        is_ok = run_cargo(root, &command);
        let status = if is_ok { "ok" } else { "failed" };
        times.push_str(&line(status, start.elapsed(), &text));
        if !is_ok {
            break;
        }
    }
    show(&format!("\n{times}"));
    if !is_ok {
        return ExitCode::FAILURE;
    }
    for file in &plan.without_tests {
        show(&format!("no test was selected for {file}\n"));
    }
    show(
        "not run: the other tests, documentation examples, features, packages, benchmarks (`cargo xtask check`)\n",
    );
    ExitCode::SUCCESS
}

fn run_cargo(root: &Path, arguments: &[String]) -> bool {
    let status = Command::new(tool::cargo())
        .args(arguments)
        .current_dir(root)
        .env("CARGO_INCREMENTAL", "1")
        .status();
    match status {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("error: cargo cannot be started: {error}");
            false
        }
    }
}

/// What a set of changed files requires.
#[derive(Debug, Default, PartialEq)]
struct Plan {
    has_rust: bool,
    /// The filters of each test binary, such as `--test suite`. An empty list selects all its tests.
    tests: BTreeMap<&'static str, Vec<String>>,
    /// Changed files for which no area names a test.
    without_tests: Vec<String>,
}

impl Plan {
    fn of(changed: &[String]) -> Self {
        let mut plan = Self::default();
        for file in changed {
            plan.has_rust |= file.ends_with(".rs") || file.ends_with(".toml");
            let tests = tests_of(file);
            if tests.is_empty() {
                plan.without_tests.push(file.clone());
            }
            for (binary, filter) in tests {
                let filters = plan.tests.entry(binary).or_default();
                if !filters.contains(&filter) {
                    filters.push(filter);
                }
            }
        }
        for filters in plan.tests.values_mut() {
            if filters.iter().any(String::is_empty) {
                filters.clear();
            }
        }
        plan
    }

    fn commands(&self) -> Vec<Vec<String>> {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let mut commands = vec![
            words("fmt --all --check"),
            words("xtask generate --check"),
            words("xtask layers"),
        ];
        if self.has_rust {
            let mut clippy = words("clippy --all-targets");
            clippy.extend(WORKSPACE.map(str::to_owned));
            clippy.extend(words("-- -D warnings"));
            commands.push(clippy);
        }
        for (binary, filters) in &self.tests {
            let mut test = vec!["test".to_owned()];
            test.extend(WORKSPACE.map(str::to_owned));
            test.extend(words(binary));
            if !filters.is_empty() {
                test.push("--".to_owned());
                test.extend(filters.iter().cloned());
            }
            commands.push(test);
        }
        commands
    }
}

/// Returns the files that differ from the commit `base`, or else from the last one that the main branch has.
fn changed_files(root: &Path, base: Option<&str>) -> Result<Vec<String>, String> {
    let base = match base {
        Some(base) => base.to_owned(),
        None => merge_base(root)?,
    };
    let differing = git(root, &["diff", "--name-only", "--relative", &base, "--"])?;
    let new = git(root, &["ls-files", "--others", "--exclude-standard"])?;
    let mut files: Vec<String> = differing
        .lines()
        .chain(new.lines())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

fn merge_base(root: &Path) -> Result<String, String> {
    for branch in ["origin/main", "main"] {
        if let Ok(base) = git(root, &["merge-base", branch, "HEAD"]) {
            return Ok(base.trim().to_owned());
        }
    }
    git(root, &["rev-parse", "HEAD"])
        .map(|head| head.trim().to_owned())
        .map_err(|error| format!("{error}; name the commit to compare with: --base REV"))
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("git cannot be started: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("git {}: {}", arguments.join(" "), reason.trim()));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| "a changed file has a name that is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Plan, changed_files, git};

    fn plan(files: &[&str]) -> Plan {
        Plan::of(
            &files
                .iter()
                .map(|file| (*file).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn filters_of_one_binary_are_one_command() {
        let plan = plan(&[
            "tests/suite/geo.rs",
            "tests/suite/users/roles.rs",
            "tests/suite/geo.rs",
        ]);
        assert_eq!(plan.tests["--test suite"], ["geo::", "users::roles::"]);
        let last = plan.commands().pop().unwrap_or_default().join(" ");
        assert_eq!(
            last,
            "test --workspace --all-features --locked --test suite -- geo:: users::roles::"
        );
    }

    #[test]
    fn shared_code_of_the_suites_selects_all_their_tests() {
        let plan = plan(&["tests/suite/geo.rs", "tests/kit/lib.rs"]);
        assert_eq!(plan.tests["--test suite"], [""; 0]);
    }

    #[test]
    fn text_needs_no_lints_and_is_named_without_tests() {
        let plan = plan(&["LICENSE-MIT"]);
        assert!(!plan.commands().iter().any(|command| command[0] == "clippy"));
        assert_eq!(plan.without_tests, ["LICENSE-MIT"]);
    }

    #[test]
    fn changed_and_new_files_are_found_and_ignored_ones_are_not() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let root = folder.path();
        let write = |name: &str, text: &str| {
            fs::write(root.join(name), text).expect("the temporary folder can be written");
        };
        let run = |arguments: &[&str]| git(root, arguments).expect("git runs in a new repository");
        run(&["init", "--quiet", "--initial-branch", "main"]);
        write(".gitignore", "ignored");
        write("same", "1");
        write("changed", "1");
        run(&["add", "."]);
        let identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"];
        run(&[&identity[..], &["commit", "--quiet", "-m", "First"]].concat());
        write("changed", "2");
        write("new", "1");
        write("ignored", "1");
        assert_eq!(
            changed_files(root, None),
            Ok(vec!["changed".to_owned(), "new".to_owned()])
        );
        assert!(changed_files(root, Some("no-such-commit")).is_err());
        assert!(changed_files(Path::new("/"), None).is_err());
    }
}
