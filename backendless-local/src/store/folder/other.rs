//! Folders on systems without Unix modes: paths, checked for links at each use. Access rights are
//! those that the folder inherits.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{LOCK, not_a};

#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn open_or_create(path: &Path) -> io::Result<Folder> {
        std::fs::create_dir_all(path)?;
        Folder::open(path)
    }

    /// Opens a folder that was just created.
    pub(crate) fn open_new(path: &Path) -> io::Result<Folder> {
        Folder::open(path)
    }

    /// Opens an existing folder.
    fn open(path: &Path) -> io::Result<Folder> {
        match path.symlink_metadata()?.is_dir() {
            true => Ok(Folder(path.to_owned())),
            false => Err(io::Error::other(
                "it is a symbolic link or not a folder; choose a folder, or the target of the link",
            )),
        }
    }

    pub(crate) fn open_or_create_folder(&self, name: &str) -> io::Result<Folder> {
        Folder::open_or_create(&self.0.join(name)).map_err(|_| not_a("folder", name))
    }

    /// Opens a folder in this folder; `None` if it does not exist or is not a folder.
    pub(crate) fn open_folder(&self, name: &str) -> io::Result<Option<Folder>> {
        match self.contains(name)? {
            true => Ok(Folder::open(&self.0.join(name)).ok()),
            false => Ok(None),
        }
    }

    /// Locks the folder, where the system can do so.
    pub(crate) fn claim(&self, _: &Path) -> io::Result<bool> {
        Ok(true)
    }

    /// Exchanges two folders at once; false, because the system cannot.
    pub(crate) fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
        Ok(false)
    }

    /// The system knows no owner: access is that of the folder.
    pub(crate) fn is_own(&self) -> io::Result<bool> {
        Ok(true)
    }

    pub(super) fn is_private(&self) -> io::Result<bool> {
        Ok(true)
    }

    pub(crate) fn make_private(&self) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn secure_files(&self) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn contains(&self, name: &str) -> io::Result<bool> {
        match self.0.join(name).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn open_or_create_file(&self, name: &str) -> io::Result<File> {
        if self.contains(name)? && !self.is_file(name)? {
            return Err(not_a("file", name));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        #[cfg(windows)]
        if name == LOCK {
            use std::os::windows::fs::OpenOptionsExt;
            // No other process can open the file until this one closes it.
            options.share_mode(0);
        }
        match options.open(self.0.join(name)) {
            // The code of Windows for a file that another process has opened exclusively.
            Err(error) if name == LOCK && error.raw_os_error() == Some(32) => {
                Err(io::Error::other(super::IN_USE))
            }
            file => file,
        }
    }

    fn is_file(&self, name: &str) -> io::Result<bool> {
        Ok(self.0.join(name).symlink_metadata()?.is_file())
    }

    pub(crate) fn create_new(&self, name: &str) -> io::Result<File> {
        File::create_new(self.0.join(name))
    }

    pub(crate) fn open_file(&self, name: &str) -> io::Result<Option<File>> {
        match self.contains(name)? && self.is_file(name)? {
            true => File::open(self.0.join(name)).map(Some),
            false => Ok(None),
        }
    }

    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// The file was opened exclusively, where the system can do so.
    pub(super) fn lock(file: File) -> io::Result<Option<Lock>> {
        Ok(Some(Lock { _file: file }))
    }
}

/// A file that no other server can open until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}
