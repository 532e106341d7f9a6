//! Programs of other packages that a command runs, installed below `target`.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package with a program of the same name, and its release.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Tool {
    /// Returns the path of the program. Installs it below `target` if it is missing.
    pub(crate) fn program(&self, root: &Path) -> io::Result<PathBuf> {
        let Self { name, version } = self;
        let folder = root.join(format!("target/tools/{name}-{version}"));
        let program = folder
            .join("bin")
            .join(name)
            .with_extension(env::consts::EXE_EXTENSION);
        if program.exists() {
            return Ok(program);
        }
        let status = Command::new(cargo())
            .current_dir(root)
            // Unoptimized, because it then compiles in a third of the time and only starts cargo.
            .args(["install", name, "--locked", "--debug", "--quiet"])
            .args(["--version", version, "--root"])
            .arg(&folder)
            .status()?;
        if status.success() {
            Ok(program)
        } else {
            Err(io::Error::other(format!(
                "cannot install {name} {version}; the installation needs access to the package registry"
            )))
        }
    }
}

/// Returns the cargo that runs this program.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
