//! `cargo xtask features`: the features of `backendless` compile without a warning, each alone, and those of TLS in pairs.
//!
//! Other pairs cannot differ from their parts: no code depends on two of them, which a test checks.

use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::tool::{Tool, cargo};

const CARGO_HACK: Tool = Tool {
    name: "cargo-hack",
    version: "0.6.46",
};

/// The features that choose the TLS library. Each combination compiles reqwest again.
const TLS_FEATURES: &str = "native-tls,rustls,rustls-no-provider";

/// Checks the combinations, up to the first that fails.
pub(crate) fn run(root: &Path) -> ExitCode {
    match check_all(root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn check_all(root: &Path) -> io::Result<()> {
    let cargo_hack = CARGO_HACK.program(root)?;
    let pairs = ["--feature-powerset", "--depth", "2", "--include-features"];
    check_combinations(root, &cargo_hack, &[&pairs[..], &[TLS_FEATURES]].concat())?;
    // `default` only enables other features. All features together are checked by clippy of the workspace.
    let others = format!("default,{TLS_FEATURES}");
    let each = [
        "--each-feature",
        "--exclude-no-default-features",
        "--exclude-all-features",
    ];
    check_combinations(
        root,
        &cargo_hack,
        &[&each[..], &["--exclude-features", &others]].concat(),
    )
}

/// Checks the selected combinations of features.
fn check_combinations(root: &Path, cargo_hack: &Path, selection: &[&str]) -> io::Result<()> {
    let status = Command::new(cargo_hack)
        .current_dir(root)
        .env("CARGO", cargo())
        .args(["hack", "clippy", "--quiet", "--locked"])
        .args(["-p", "backendless", "--lib"])
        .args(selection)
        .args(["--", "-D", "warnings"])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("a combination of features fails"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::TLS_FEATURES;

    const MANIFEST: &str = include_str!("../../backendless/Cargo.toml");
    const README: &str = include_str!("../../README.md");

    /// Returns the names in `[features]` without `default`.
    fn features(manifest: &str) -> Vec<&str> {
        let lines = manifest.lines().skip_while(|line| *line != "[features]");
        lines
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| Some(line.split_once('=')?.0.trim()))
            .filter(|name| *name != "default")
            .collect()
    }

    #[test]
    fn readme_lists_every_feature_of_the_manifest() {
        let features = features(MANIFEST);
        assert!(features.len() >= 5, "{features:?}");
        for feature in features {
            assert!(README.contains(&format!("\n| `{feature}`")), "{feature}");
        }
    }

    /// Returns the source files of a folder.
    fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(folder).expect("the crate's folders are readable");
        let paths = entries.map(|entry| entry.expect("the crate's folders are readable").path());
        paths
            .flat_map(|path| match path.is_dir() {
                true => sources(&path),
                false => vec![path],
            })
            .collect()
    }

    /// Otherwise a pair of features that no run enables could fail.
    #[test]
    fn no_condition_names_two_features_except_those_of_tls() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backendless/src");
        let mut conditions = 0;
        // The guide has no code of its own.
        let has_code = |path: &std::path::PathBuf| !path.ends_with("guide.rs");
        for path in sources(&source).into_iter().filter(has_code) {
            let text = fs::read_to_string(&path).expect("a source file is text");
            for line in text.lines().filter(|line| line.contains("feature = \"")) {
                let named = |name: &&str| line.contains(&format!("feature = \"{name}\""));
                let named: Vec<&str> = features(MANIFEST).into_iter().filter(named).collect();
                let are_paired = |name: &&str| TLS_FEATURES.split(',').any(|http| http == *name);
                assert!(
                    named.len() == 1 || named.iter().all(are_paired),
                    "{}: {line}",
                    path.display()
                );
                conditions += 1;
            }
        }
        assert!(
            conditions > 20,
            "only {conditions} conditions name a feature"
        );
    }
}
