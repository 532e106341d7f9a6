//! The file to which a download is written until it is complete.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// File that replaces another one when it is complete. It is removed when it is dropped before.
pub(super) struct TemporaryFile {
    path: PathBuf,
    target: PathBuf,
    is_persisted: bool,
}

impl TemporaryFile {
    /// Creates a file in the directory of `target`, with the usual mode of a new file.
    pub(super) fn near(target: &Path) -> io::Result<(Self, File)> {
        // The current directory may change during the download.
        let target = std::path::absolute(target)?;
        let directory = target.parent().unwrap_or(Path::new("/"));
        loop {
            let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
            let path = directory.join(format!(".download-{random:016x}"));
            // An existing file, or a symbolic link, is not opened.
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let temporary = Self {
                        path,
                        target,
                        is_persisted: false,
                    };
                    return Ok((temporary, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Renames the file to its target, which is replaced if it exists.
    pub(super) fn persist(mut self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)?;
        self.is_persisted = true;
        Ok(())
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.is_persisted {
            // The caller gets the error of the download.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn file_replaces_the_target_or_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a.txt");
        fs::write(&target, "old").unwrap();
        let (temporary, _file) = TemporaryFile::near(&target).unwrap();
        assert_eq!(names(directory.path()).len(), 2);
        drop(temporary);
        assert_eq!(names(directory.path()), ["a.txt"]);
        let (temporary, file) = TemporaryFile::near(&target).unwrap();
        io::Write::write_all(&mut &file, b"new").unwrap();
        drop(file);
        temporary.persist().unwrap();
        assert_eq!(names(directory.path()), ["a.txt"]);
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    }

    #[test]
    fn file_that_cannot_replace_its_target_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a");
        fs::create_dir(&target).unwrap();
        let (temporary, file) = TemporaryFile::near(&target).unwrap();
        drop(file);
        temporary.persist().unwrap_err();
        assert_eq!(names(directory.path()), ["a"]);
        TemporaryFile::near(&directory.path().join("missing/a"))
            .map(|_| ())
            .unwrap_err();
    }
}
