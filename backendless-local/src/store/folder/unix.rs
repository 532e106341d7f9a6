//! Folders on Unix: file descriptors, and modes.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, FlockOperation, Mode, OFlags, chmodat, fchmod, flock, fstat,
    fsync, mkdirat, openat, statat, unlinkat,
};
use rustix::io::Errno;

use super::not_a;

/// The user may read and write; no other user has access.
const PRIVATE_FILE: Mode = Mode::RUSR.union(Mode::WUSR);
const PRIVATE_FOLDER: Mode = Mode::RWXU;

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A named pipe must not block the one that opens it.
const FILE: OFlags = OFlags::NOFOLLOW
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);

/// The permissions of the user, the group and others.
const PERMISSIONS: Mode = Mode::RWXU.union(Mode::RWXG).union(Mode::RWXO);

fn is_open_to_others(mode: Mode) -> bool {
    mode.intersects(Mode::RWXG | Mode::RWXO)
}

/// Sets the permissions of a file or folder, which at its creation depend on the umask.
fn set_mode(file: impl AsFd, mode: Mode) -> Result<(), Errno> {
    match Mode::from_raw_mode(fstat(&file)?.st_mode) & PERMISSIONS == mode {
        true => Ok(()),
        false => fchmod(file, mode),
    }
}

/// Creates a private folder. Succeeds if the path exists.
fn create_folder(parent: impl AsFd, path: &Path) -> Result<(), Errno> {
    match mkdirat(&parent, path, PRIVATE_FOLDER) {
        Ok(()) => {}
        Err(Errno::EXIST) => return Ok(()),
        Err(error) => return Err(error),
    }
    Folder::open_new_at(parent, path).map(drop)
}

/// Creates a private folder and the missing folders above it.
fn create_folders(path: &Path) -> Result<(), Errno> {
    match (create_folder(CWD, path), path.parent()) {
        (Err(Errno::NOENT), Some(parent)) => {
            create_folders(parent)?;
            create_folder(CWD, path)
        }
        // A file system that is read-only may report this instead of the existence.
        (Err(_), _) if path.is_dir() => Ok(()),
        (result, _) => result,
    }
}

/// An open folder. Its files are found even if another folder takes its path.
#[derive(Debug)]
pub(crate) struct Folder(OwnedFd);

impl Folder {
    pub(crate) fn open_or_create(path: &Path) -> io::Result<Folder> {
        create_folders(path)?;
        // With `DIR/..`, the last component is not a link.
        Folder::open_at(CWD, path).map_err(|error| match error {
            Errno::LOOP | Errno::NOTDIR => io::Error::other(
                "it is a symbolic link or not a folder; choose a folder, or the target of the link",
            ),
            other => other.into(),
        })
    }

    /// Opens a folder that was just created and makes it private.
    pub(crate) fn open_new(path: &Path) -> io::Result<Folder> {
        Ok(Folder::open_new_at(CWD, path)?)
    }

    fn open_new_at(parent: impl AsFd, path: &Path) -> Result<Folder, Errno> {
        let folder = match Folder::open_at(&parent, path) {
            // The umask removed the rights of the user.
            Err(Errno::ACCESS) => {
                chmodat(&parent, path, PRIVATE_FOLDER, AtFlags::empty())?;
                Folder::open_at(parent, path)?
            }
            opened => opened?,
        };
        set_mode(&folder.0, PRIVATE_FOLDER)?;
        Ok(folder)
    }

    fn open_at(parent: impl AsFd, path: &Path) -> Result<Folder, Errno> {
        openat(parent, path, FOLDER, Mode::empty()).map(Folder)
    }

    pub(crate) fn open_or_create_folder(&self, name: &str) -> io::Result<Folder> {
        create_folder(&self.0, Path::new(name))?;
        Folder::open_at(&self.0, Path::new(name)).map_err(|error| match error {
            Errno::LOOP | Errno::NOTDIR => not_a("folder", name),
            other => other.into(),
        })
    }

    /// Opens a folder in this folder; `None` if it does not exist or is not a folder.
    pub(crate) fn open_folder(&self, name: &str) -> io::Result<Option<Folder>> {
        match Folder::open_at(&self.0, Path::new(name)) {
            Ok(folder) => Ok(Some(folder)),
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Locks the folder until it is closed; false if another process has locked it, or if another folder has taken its
    /// path.
    pub(crate) fn claim(&self, path: &Path) -> io::Result<bool> {
        match flock(&self.0, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let (own, found) = (
            fstat(&self.0)?,
            statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW),
        );
        Ok(found.is_ok_and(|found| (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino)))
    }

    /// Exchanges two folders at once; false if the file system cannot.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
        use rustix::fs::{RenameFlags, renameat_with};
        match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Exchanges two folders at once; false, because the system cannot.
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    pub(crate) fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
        Ok(false)
    }

    /// Whether the folder is that of the user.
    pub(crate) fn is_own(&self) -> io::Result<bool> {
        Ok(fstat(&self.0)?.st_uid == rustix::process::geteuid().as_raw())
    }

    /// Whether only the user has access.
    pub(super) fn is_private(&self) -> io::Result<bool> {
        Ok(!is_open_to_others(Mode::from_raw_mode(
            fstat(&self.0)?.st_mode,
        )))
    }

    /// Gives the user all rights and others none.
    pub(crate) fn make_private(&self) -> io::Result<()> {
        Ok(set_mode(&self.0, PRIVATE_FOLDER)?)
    }

    /// Makes the files in the folder private. Links and folders in it stay as they are.
    pub(super) fn secure_files(&self) -> io::Result<()> {
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let found = statat(&self.0, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW);
            let found = match found {
                Err(Errno::NOENT) => continue,
                found => found?,
            };
            let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
            if is_file && is_open_to_others(Mode::from_raw_mode(found.st_mode)) {
                let flags = OFlags::RDONLY | FILE;
                let file = openat(&self.0, entry.file_name(), flags, Mode::empty())?;
                set_mode(&file, PRIVATE_FILE)?;
            }
        }
        Ok(())
    }

    /// Whether the folder has an entry of this name.
    pub(crate) fn contains(&self, name: &str) -> io::Result<bool> {
        match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a private file. Creates it if it does not exist, and makes it private if it does.
    pub(super) fn open_or_create_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | FILE;
        let file = match openat(&self.0, name, flags, PRIVATE_FILE) {
            Err(Errno::LOOP | Errno::ISDIR | Errno::NXIO) => return Err(not_a("file", name)),
            file => File::from(file?),
        };
        let found = fstat(&file)?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return Err(not_a("file", name));
        }
        set_mode(&file, PRIVATE_FILE)?;
        Ok(file)
    }

    /// Creates a private file; an error if the name exists.
    pub(crate) fn create_new(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | FILE;
        let file = openat(&self.0, name, flags, PRIVATE_FILE)?;
        set_mode(&file, PRIVATE_FILE)?;
        Ok(File::from(file))
    }

    /// Opens a file for reading; `None` if it does not exist or is not a regular file.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<Option<File>> {
        let file = match openat(&self.0, name, OFlags::RDONLY | FILE, Mode::empty()) {
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => return Ok(None),
            file => File::from(file?),
        };
        Ok(file.metadata()?.is_file().then_some(file))
    }

    /// Removes a file, or a link, but not what it points to. Succeeds if there is none.
    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        match unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Flushes the names of the files to disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(fsync(&self.0)?)
    }

    /// Locks a file; `None` if another process or server has locked it.
    pub(super) fn lock(file: File) -> io::Result<Option<Lock>> {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Lock(file))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A locked file, which is unlocked when this is dropped.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that another thread starts meanwhile has a copy of its descriptor until it
        // executes its program.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_the_descriptor_does_not_keep_the_lock() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let open = || Folder::lock(file.reopen().unwrap()).unwrap();
        let lock = open().unwrap();
        let _copy = lock.0.try_clone().unwrap();
        assert!(open().is_none());
        drop(lock);
        assert!(open().is_some());
    }
}
