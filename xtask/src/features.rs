//! `cargo xtask features`: the features of `backendless` compile without a warning, each alone and in pairs.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The release of cargo-hack that is installed if it is missing.
const CARGO_HACK: &str = "0.6.46";

/// Maximum number of features that are enabled together. No `cfg` names more than two, and the check with
/// clippy enables all of them; every subset of eight features would be 256 runs.
const DEPTH: &str = "2";

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
    let status = Command::new(cargo_hack(root)?)
        .current_dir(root)
        .env("CARGO", cargo())
        .args(["hack", "clippy", "--quiet", "--locked"])
        .args(["-p", "backendless", "--lib"])
        .args(["--feature-powerset", "--depth", DEPTH])
        // Only enables other features.
        .args(["--exclude-features", "default"])
        .args(["--", "-D", "warnings"])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("a combination of features fails"))
    }
}

/// Returns the path of cargo-hack. Installs it below `target` if it is missing.
fn cargo_hack(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(format!("target/tools/cargo-hack-{CARGO_HACK}"));
    let program = folder
        .join("bin/cargo-hack")
        .with_extension(env::consts::EXE_EXTENSION);
    if program.exists() {
        return Ok(program);
    }
    let status = Command::new(cargo())
        .current_dir(root)
        // Unoptimized, because it then compiles in a third of the time and only starts cargo.
        .args(["install", "cargo-hack", "--locked", "--debug", "--quiet"])
        .args(["--version", CARGO_HACK, "--root"])
        .arg(&folder)
        .status()?;
    if status.success() {
        Ok(program)
    } else {
        Err(io::Error::other(format!(
            "cannot install cargo-hack {CARGO_HACK}; the installation needs access to the package registry"
        )))
    }
}

fn cargo() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

#[cfg(test)]
mod tests {
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
}
