//! Writes and checks the generated files of a checkout.
//!
//! All contents are generated and all temporary files are written before the first file is replaced.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use similar::TextDiff;
use tempfile::NamedTempFile;

use crate::error::Error;
use crate::generate::{GeneratedFile, Output, generate};
use crate::source::Source;

const FOLDER: &str = "backendless/src/generated";

/// A checkout: the specification, and the folder of generated files.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

/// The result of writing one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The path relative to the root of the checkout.
    pub path: String,
    /// The kind of change.
    pub change: Change,
}

/// The kind of change of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file was created or replaced.
    Written,
    /// The file already had the generated content.
    Unchanged,
    /// The file is not a generated file, and was removed.
    Removed,
}

/// A file that differs from the generated one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The path relative to the root of the checkout.
    pub path: String,
    /// A unified diff from the current content to the generated one.
    pub diff: String,
}

impl Workspace {
    /// Returns the checkout at `root`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Generates all files in memory. Writes nothing.
    ///
    /// # Errors
    ///
    /// See [`generate`]. Also if the specification, an overlay or Cargo.lock cannot be read.
    pub fn output(&self) -> Result<Output, Error> {
        generate(&Source::working_copy(&self.root)?, &self.lock()?)
    }

    /// Returns the content of Cargo.lock.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn lock(&self) -> Result<String, Error> {
        self.read("Cargo.lock")
    }

    /// Writes `output` to the folder of generated files, and removes all other files from it.
    ///
    /// # Errors
    ///
    /// If a file cannot be written. If one of the temporary files cannot be written, no file is replaced.
    pub fn write(&self, output: &Output) -> Result<Vec<Written>, Error> {
        let folder = self.root.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|error| failed("create", &folder, &error))?;
        let strays = strays(&folder, output)?;
        let mut changes = Vec::new();
        let mut ready = Vec::new();
        for file in &output.files {
            let path = folder.join(file.name);
            let change = match read_if_present(&path)? {
                Some(text) if text == file.text => Change::Unchanged,
                _ => {
                    ready.push((temporary(&folder, file)?, path));
                    Change::Written
                }
            };
            changes.push(written(file.name, change));
        }
        for (temporary, path) in ready {
            temporary
                .persist(&path)
                .map_err(|error| failed("write", &path, &error.error))?;
        }
        for name in strays {
            let path = folder.join(&name);
            fs::remove_file(&path).map_err(|error| failed("remove", &path, &error))?;
            changes.push(written(&name, Change::Removed));
        }
        Ok(changes)
    }

    /// Returns the files in the folder of generated files that differ from `output`. Writes nothing.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn check(&self, output: &Output) -> Result<Vec<Drift>, Error> {
        let folder = self.root.join(FOLDER);
        let mut found = Vec::new();
        for file in &output.files {
            let current = read_if_present(&folder.join(file.name))?;
            if current.as_deref() != Some(file.text.as_str()) {
                found.push(drift(file.name, current.as_deref(), Some(&file.text)));
            }
        }
        for name in strays(&folder, output)? {
            let current = read_if_present(&folder.join(&name))?;
            found.push(drift(&name, current.as_deref(), None));
        }
        Ok(found)
    }

    fn read(&self, name: &str) -> Result<String, Error> {
        let path = self.root.join(name);
        fs::read_to_string(&path).map_err(|error| failed("read", &path, &error))
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match self.change {
            Change::Written => "written",
            Change::Unchanged => "unchanged",
            Change::Removed => "removed",
        };
        write!(f, "{change:9} {}", self.path)
    }
}

fn written(name: &str, change: Change) -> Written {
    Written {
        path: format!("{FOLDER}/{name}"),
        change,
    }
}

/// Writes the content of a file to a temporary file in the folder.
fn temporary(folder: &Path, file: &GeneratedFile) -> Result<NamedTempFile, Error> {
    let create = || -> io::Result<NamedTempFile> {
        let mut temporary = tempfile::Builder::new()
            .prefix(".generating-")
            .suffix(".tmp")
            .tempfile_in(folder)?;
        temporary.write_all(file.text.as_bytes())?;
        readable(temporary.as_file())?;
        temporary.as_file().sync_all()?;
        Ok(temporary)
    };
    create().map_err(|error| failed("write into", folder, &error))
}

/// Sets the permissions of a temporary file, which only the owner can read, to those of a source file.
#[cfg(unix)]
fn readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// The names of files in the folder that are not generated, such as temporary files left by a crash.
fn strays(folder: &Path, output: &Output) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", folder, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed("read", folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            let problem = io::Error::other("a subfolder is not allowed among the generated files");
            return Err(failed("accept", &entry.path(), &problem));
        }
        if !output.files.iter().any(|file| file.name == name) {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

fn read_if_present(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
    }
}

fn drift(name: &str, current: Option<&str>, expected: Option<&str>) -> Drift {
    let path = format!("{FOLDER}/{name}");
    let label = |text: Option<&str>, side: &str| match text {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let diff = TextDiff::from_lines(current.unwrap_or_default(), expected.unwrap_or_default());
    let diff = diff
        .unified_diff()
        .header(&label(current, "a"), &label(expected, "b"))
        .to_string();
    Drift { path, diff }
}

fn failed(action: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(format!("cannot {action} {}: {error}", path.display()))
}
