//! `cargo xtask features`: every combination of the features of `backendless` compiles without a warning.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::show;

/// Checks all combinations, up to the first that fails.
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
    let features = features(&fs::read_to_string(root.join("backendless/Cargo.toml"))?);
    let sets = combinations(&features);
    for set in &sets {
        let set = set.join(",");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .current_dir(root)
            .args([
                "clippy",
                "--quiet",
                "--locked",
                "-p",
                "backendless",
                "--lib",
            ])
            .args(["--no-default-features", "--features", &set])
            .args(["--", "-D", "warnings"])
            .status()?;
        if !status.success() {
            return Err(io::Error::other(format!("with the features [{set}]")));
        }
    }
    show(&format!("{} combinations of {features:?}\n", sets.len()));
    Ok(())
}

/// The names in `[features]`, without `default`, which is a set of them.
fn features(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != "[features]");
    lines
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned()))
        .filter(|name| name != "default")
        .collect()
}

/// All subsets. Those that differ in the last feature only follow each other, so that features that
/// stand first, which change the most dependencies, change the least often.
fn combinations(features: &[String]) -> Vec<Vec<&str>> {
    let mut sets = vec![Vec::new()];
    for feature in features {
        sets = sets
            .into_iter()
            .flat_map(|set: Vec<&str>| {
                let with = [set.as_slice(), &[feature]].concat();
                [set, with]
            })
            .collect();
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = include_str!("../../backendless/Cargo.toml");
    const README: &str = include_str!("../../README.md");

    #[test]
    fn every_subset_comes_once() {
        let features = ["a".to_owned(), "b".to_owned()];
        let sets = combinations(&features);
        assert_eq!(sets, [vec![], vec!["b"], vec!["a"], vec!["a", "b"]]);
    }

    #[test]
    fn the_readme_lists_every_feature_of_the_manifest() {
        let features = features(MANIFEST);
        assert!(features.len() >= 5, "{features:?}");
        for feature in features {
            assert!(README.contains(&format!("\n| `{feature}`")), "{feature}");
        }
    }

    #[test]
    fn the_readme_names_the_rust_version_of_the_manifest() {
        let workspace = include_str!("../../Cargo.toml");
        let version = workspace
            .lines()
            .find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'));
        let version = version.expect("the workspace has a rust-version");
        assert!(README.contains(&format!("\nRust {version} or newer.")));
        assert!(MANIFEST.contains("\nrust-version.workspace = true"));
    }
}
