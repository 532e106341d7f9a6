//! Crates that are built to measure their cost: one with the client, and one with plain reqwest. Both
//! use the versions in the lock file of this workspace.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::Result;

/// A crate in a temporary folder, which is deleted when this is dropped.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// The calls of the quickstart, with the client.
    pub fn sdk() -> Result<Self> {
        let backendless = root().join("backendless");
        let dependency = format!("backendless = {{ path = {backendless:?} }}\n");
        let rest = include_str!("../programs/sdk.toml");
        Self::new(
            &format!("{rest}{dependency}"),
            include_str!("../programs/sdk.rs"),
        )
    }

    /// The calls of the quickstart, with plain reqwest.
    pub fn plain_reqwest() -> Result<Self> {
        let manifest = include_str!("../programs/plain_reqwest.toml");
        Self::new(manifest, include_str!("../programs/plain_reqwest.rs"))
    }

    fn new(manifest: &str, program: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("src"))?;
        std::fs::write(folder.path().join("Cargo.toml"), manifest)?;
        std::fs::write(folder.path().join("src/main.rs"), program)?;
        std::fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
        Ok(Self { folder })
    }

    /// Builds it, and returns the program.
    pub fn build(&self, options: &[&str]) -> Result<PathBuf> {
        build(self.folder.path(), options)
    }

    /// Deletes the build.
    pub fn clean(&self) -> Result<()> {
        run(&mut cargo(self.folder.path(), "clean")).map(drop)
    }

    /// The number of crates that are compiled for it.
    pub fn crates(&self) -> Result<usize> {
        let mut tree = cargo(self.folder.path(), "tree");
        tree.args([
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]);
        let text = run(&mut tree)?;
        // Cargo marks a repeated crate.
        let names = text.lines().map(|line| line.trim_end_matches(" (*)"));
        let crates: BTreeSet<&str> = names.collect();
        Ok(crates.len())
    }
}

/// Builds the crate in this folder, and returns the program.
pub fn build(folder: &Path, options: &[&str]) -> Result<PathBuf> {
    let mut build = cargo(folder, "build");
    build.arg("--message-format=json").args(options);
    let messages = run(&mut build)?;
    let program = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| Some(message.get("executable")?.as_str()?.into()))
        .next_back();
    program.ok_or_else(|| "cargo built no program".into())
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    // The manifest is in `tests/benches`.
    root.pop();
    root.pop();
    root
}

fn cargo(folder: &Path, command: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Each crate has its own target folder.
    cargo
        .current_dir(folder)
        .env_remove("CARGO_TARGET_DIR")
        .arg(command);
    cargo.args(["--quiet"]).stdin(Stdio::null());
    cargo
}

/// Runs a command and returns its output.
fn run(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo: {}\n{problem}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
