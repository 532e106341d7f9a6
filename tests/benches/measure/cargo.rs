//! Crates that are built to see what they cost: one on the client, and one that does the same by
//! hand. Both take the versions of this workspace's lock file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::Result;

/// A crate in a folder of its own, which ends when this is dropped.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A crate that does the calls of the quickstart with the client.
    pub fn on_the_client() -> Result<Self> {
        let backendless = root().join("backendless");
        let dependency = format!("backendless = {{ path = {backendless:?} }}\n");
        let rest = include_str!("../programs/sdk.toml");
        Self::new(
            &format!("{rest}{dependency}"),
            include_str!("../programs/sdk.rs"),
        )
    }

    /// A crate that does the same by hand.
    pub fn by_hand() -> Result<Self> {
        let manifest = include_str!("../programs/by_hand.toml");
        Self::new(manifest, include_str!("../programs/by_hand.rs"))
    }

    fn new(manifest: &str, program: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("src"))?;
        std::fs::write(folder.path().join("Cargo.toml"), manifest)?;
        std::fs::write(folder.path().join("src/main.rs"), program)?;
        std::fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
        Ok(Self { folder })
    }

    /// Builds it, and answers the program.
    pub fn build(&self, options: &[&str]) -> Result<PathBuf> {
        build(self.folder.path(), options)
    }

    /// Deletes what was built.
    pub fn clean(&self) -> Result<()> {
        run(&mut cargo(self.folder.path(), "clean")).map(drop)
    }

    /// How many crates are compiled for it.
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
        // A crate is marked where it comes again.
        let names = text.lines().map(|line| line.trim_end_matches(" (*)"));
        let crates: BTreeSet<&str> = names.collect();
        Ok(crates.len())
    }
}

/// Builds what is in this folder, and answers the program that comes of it.
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

/// The workspace.
pub fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

fn cargo(folder: &Path, command: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Each crate has a target folder of its own.
    cargo
        .current_dir(folder)
        .env_remove("CARGO_TARGET_DIR")
        .arg(command);
    cargo.args(["--quiet"]).stdin(Stdio::null());
    cargo
}

/// Runs a command and answers what it prints.
fn run(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo: {}\n{problem}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
