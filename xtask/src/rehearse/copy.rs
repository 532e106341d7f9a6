//! A copy of the checkout: the files that git tracks, and the untracked ones that it does not ignore.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use backendless_gen::{Error, OVERLAYS, Overlay};
use tempfile::TempDir;

/// A copy, which is deleted when it is dropped.
pub(super) struct Copy {
    folder: TempDir,
}

impl Copy {
    /// Copies the checkout at `root`.
    ///
    /// The version of its packages gets a suffix, so that it can share the target folder with the checkout: the
    /// dependencies are already compiled there, and no artifact of the copy is mistaken for one of the checkout.
    pub(super) fn of(root: &Path) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("rehearsal-").tempdir();
        let folder = folder.map_err(|error| failed("create", "a temporary folder", &error))?;
        let copy = Self { folder };
        for file in files(root)? {
            copy.take(root, &file)
                .map_err(|error| failed("copy", &file, &error))?;
        }
        let manifest = copy.path().join("Cargo.toml");
        let text =
            fs::read_to_string(&manifest).map_err(|error| failed("read", "Cargo.toml", &error))?;
        copy.put("Cargo.toml", &marked(&text))?;
        // cargo resolves again if the lock file has other versions, which can need the network.
        if let (Some(version), Ok(lock)) = (
            version(&text),
            fs::read_to_string(copy.path().join("Cargo.lock")),
        ) {
            copy.put("Cargo.lock", &marked_lock(&lock, version))?;
        }
        Ok(copy)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the copy.
    pub(super) fn put(&self, file: &str, text: &str) -> Result<(), Error> {
        fs::write(self.path().join(file), text).map_err(|error| failed("write", file, &error))
    }

    /// Replaces the overlays of the copy. A name in messages (`HEAD:overlays/a.yaml`) is reduced to that of the file.
    pub(super) fn put_overlays(&self, overlays: &[Overlay]) -> Result<(), Error> {
        let folder = self.path().join(OVERLAYS);
        let replaced = || -> io::Result<()> {
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)
        };
        replaced().map_err(|error| failed("replace", OVERLAYS, &error))?;
        for overlay in overlays {
            let name = overlay.name.split(' ').next().unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or_default();
            self.put(&format!("{OVERLAYS}/{name}"), &overlay.text)?;
        }
        Ok(())
    }

    fn take(&self, root: &Path, file: &str) -> io::Result<()> {
        let (from, to) = (root.join(file), self.path().join(file));
        // A tracked file may be deleted in the working copy.
        if !from.is_file() {
            return Ok(());
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(from, to).map(|_| ())
    }
}

/// The manifest with `+rehearsal` appended to the version that all packages share.
fn marked(manifest: &str) -> String {
    let mut done = false;
    let lines = manifest.lines().map(|line| {
        let version = line.strip_prefix("version = \"");
        match version.and_then(|rest| rest.strip_suffix('"')) {
            Some(version) if !done => {
                done = true;
                format!("version = \"{version}+rehearsal\"\n")
            }
            _ => format!("{line}\n"),
        }
    });
    lines.collect()
}

/// The version that all packages share.
fn version(manifest: &str) -> Option<&str> {
    let mut lines = manifest.lines();
    let version = lines.find_map(|line| line.strip_prefix("version = \""))?;
    version.strip_suffix('"')
}

/// The lock file with the same suffix for the packages of the checkout, which have no source.
fn marked_lock(lock: &str, version: &str) -> String {
    let line = format!("version = \"{version}\"\n");
    let marked = format!("version = \"{version}+rehearsal\"\n");
    let packages =
        lock.split("[[package]]\n")
            .map(|package| match package.contains("\nsource = ") {
                true => package.to_owned(),
                false => package.replacen(&line, &marked, 1),
            });
    packages.collect::<Vec<_>>().join("[[package]]\n")
}

fn files(root: &Path) -> Result<Vec<String>, Error> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .map_err(|error| failed("run", "git", &error))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(Error::new(format!("git ls-files: {}", message.trim_end())));
    }
    let names = String::from_utf8_lossy(&output.stdout);
    let names = names.split('\0').filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

fn failed(action: &str, file: &str, error: &io::Error) -> Error {
    Error::new(format!("cannot {action} {file}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::{Copy, marked_lock};

    #[test]
    fn the_lock_file_has_the_versions_of_the_copy() {
        let lock = "version = 4\n\n[[package]]\nname = \"backendless\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"other\"\n\
            version = \"0.1.0\"\nsource = \"registry\"\n";
        let expected = lock.replacen("0.1.0", "0.1.0+rehearsal", 1);
        assert_eq!(marked_lock(lock, "0.1.0"), expected);
    }

    #[test]
    fn a_copy_has_the_tracked_and_the_untracked_files_and_does_not_change_the_checkout() {
        let checkout = tempfile::tempdir().unwrap();
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\n\n[x]\nversion = \"2\"\n";
        let files = [
            ("Cargo.toml", manifest),
            ("a/new.rs", "// not added yet"),
            (".gitignore", "/target"),
            ("target/big", "not to be copied"),
            ("gone.rs", "deleted below"),
        ];
        for (file, text) in files {
            let path = checkout.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for arguments in [&["init", "--quiet"][..], &["add", "Cargo.toml", "gone.rs"]] {
            let mut git = Command::new("git");
            let status = git.current_dir(checkout.path()).args(arguments).status();
            assert!(status.unwrap().success());
        }
        fs::remove_file(checkout.path().join("gone.rs")).unwrap();
        let copy = Copy::of(checkout.path()).unwrap();
        let read = |file: &str| fs::read_to_string(copy.path().join(file)).ok();
        assert_eq!(read("a/new.rs").as_deref(), Some("// not added yet"));
        assert_eq!(read("target/big"), None);
        assert_eq!(read("gone.rs"), None);
        let marked = manifest.replace("0.1.0", "0.1.0+rehearsal");
        assert_eq!(read("Cargo.toml"), Some(marked));
        let untouched = fs::read_to_string(checkout.path().join("Cargo.toml")).unwrap();
        assert_eq!(untouched, manifest);
    }
}
