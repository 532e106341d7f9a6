//! `cargo xtask features`: the features of `backendless` compile without a warning, each alone and in pairs.
//!
//! Features that choose how the HTTP client is built and features of the API are paired among themselves only: no code depends
//! on one of each, which a test checks.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The release of cargo-hack that is installed if it is missing.
const CARGO_HACK: &str = "0.6.46";

/// Maximum number of features that are enabled together. No `cfg` names more than two, and the check with
/// clippy enables all of them; every subset of eight features would be 256 runs.
const DEPTH: &str = "2";

/// The features that choose how the HTTP client is built. Each combination compiles reqwest again.
const HTTP_FEATURES: &str = "gzip,native-tls,rustls,rustls-no-provider";

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
    let cargo_hack = cargo_hack(root)?;
    check_pairs(root, &cargo_hack, &["--include-features", HTTP_FEATURES])?;
    // `default` only enables other features.
    let others = format!("default,{HTTP_FEATURES}");
    check_pairs(root, &cargo_hack, &["--exclude-features", &others])
}

/// Checks the selected features alone and in pairs.
fn check_pairs(root: &Path, cargo_hack: &Path, selection: &[&str]) -> io::Result<()> {
    let status = Command::new(cargo_hack)
        .current_dir(root)
        .env("CARGO", cargo())
        .args(["hack", "clippy", "--quiet", "--locked"])
        .args(["-p", "backendless", "--lib"])
        .args(["--feature-powerset", "--depth", DEPTH])
        .args(selection)
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
    use std::fs;
    use std::path::Path;

    use super::HTTP_FEATURES;

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

    /// Otherwise that pair of features would compile nowhere.
    #[test]
    fn no_file_depends_on_a_feature_of_the_http_client_and_one_of_the_api() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backendless/src");
        let mut files = 0;
        for path in sources(&source) {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let conditions = text.lines().filter(|line| line.contains("cfg"));
            let named = |feature: &&str| {
                let name = format!("feature = \"{feature}\"");
                conditions.clone().any(|line| line.contains(&name))
            };
            let (http, api): (Vec<&str>, Vec<&str>) = features(MANIFEST)
                .into_iter()
                .filter(named)
                .partition(|name| HTTP_FEATURES.split(',').any(|http| http == *name));
            assert!(
                http.is_empty() || api.is_empty(),
                "{}: {http:?} {api:?}",
                path.display()
            );
            files += usize::from(!http.is_empty() || !api.is_empty());
        }
        assert!(files > 10, "only {files} files depend on a feature");
    }
}
