//! The data folder and its files, private to the user that runs the server.
//!
//! Every file is opened relative to its folder, so that no symbolic link is followed, neither in
//! place of a file nor in place of a folder that was opened before. `unix` and `other` have the same
//! functions; only Unix has the modes 0700 and 0600 and keeps folders open.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::io;
use std::path::{Path, PathBuf};

#[cfg(not(unix))]
pub(crate) use other::Folder;
#[cfg(not(unix))]
use other::Lock;
#[cfg(unix)]
pub(crate) use unix::Folder;
#[cfg(unix)]
use unix::Lock;

use crate::error::Error;
use crate::store::ownership;

/// Name of the database in the data folder.
pub(super) const DATABASE: &str = "backendless.sqlite3";

/// Name of the file whose lock keeps other servers out. It is empty.
const LOCK: &str = "backendless.lock";

pub(super) const IN_USE: &str = "another server uses it; stop that server or choose another folder";

/// Name of the folder of content files.
const FILES: &str = "files";

/// The files that SQLite creates for the database.
const DATABASE_FILES: [&str; 4] = [
    DATABASE,
    "backendless.sqlite3-wal",
    "backendless.sqlite3-shm",
    "backendless.sqlite3-journal",
];

/// The data folder of a server, locked until this is dropped.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    folder: Folder,
    _lock: Lock,
}

impl DataFolder {
    /// Opens the folder, creates it if it does not exist, makes it and the server's files in it
    /// private, and locks it.
    pub(crate) fn open(path: &Path) -> Result<DataFolder, Error> {
        // Without this, the link of `link/` and `link/.` would be followed.
        let path: PathBuf = path.components().collect();
        DataFolder::open_and_lock(&path).map_err(|error| match error.raw_os_error() {
            None => unusable(&path, error),
            Some(_) => {
                let remedy = "choose a folder that this user can create and write";
                unusable(&path, format!("{error}; {remedy}"))
            }
        })
    }

    /// Whether a folder, which need not exist, has a database with data of an earlier start. A start whose import was rejected
    /// leaves one without data.
    pub(crate) fn has_database(path: &Path) -> bool {
        // What cannot be read may be data.
        path.join(DATABASE).exists() && DataFolder::has_data(path).unwrap_or(true)
    }

    fn has_data(path: &Path) -> io::Result<bool> {
        // SQLite rejects links in every part of the path.
        let path = path.canonicalize()?;
        let folder = Folder::open_or_create(&path)?;
        let has_data = ownership::has_data(&path.join(DATABASE), is_recovered(&folder)?);
        has_data.map_err(io::Error::other)
    }

    fn open_and_lock(path: &Path) -> io::Result<DataFolder> {
        let folder = Folder::open_or_create(path)?;
        if !folder.is_private()? {
            check_owned(path)?;
        }
        let has_lock = folder.contains(LOCK)?;
        let lock = Folder::lock(folder.open_or_create_file(LOCK)?)?;
        let lock = lock.ok_or_else(|| io::Error::other(IN_USE))?;
        // SQLite rejects links in every part of the path.
        let path = path.canonicalize()?;
        if let Err(error) = check_database(&folder, &path) {
            if !has_lock {
                folder.remove_file(LOCK)?;
            }
            return Err(error);
        }
        folder.make_private()?;
        // SQLite would create it readable for everyone; its other files get the same mode.
        for name in DATABASE_FILES {
            if name == DATABASE || folder.contains(name)? {
                folder.open_or_create_file(name)?;
            }
        }
        Ok(DataFolder {
            path,
            folder,
            _lock: lock,
        })
    }

    /// Returns the path of the folder, without symbolic links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the folder of content files. Creates it if it does not exist, and makes it private.
    pub(crate) fn files(&self) -> Result<Folder, Error> {
        let path = self.path.join(FILES);
        let files = self.folder.open_or_create_folder(FILES);
        let files = files.map_err(|error| unusable(&path, error))?;
        let secured = files.make_private().and_then(|()| files.secure_files());
        secured.map_err(|error| unusable(&path, error))?;
        Ok(files)
    }
}

fn unusable(path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::with_cause(
        format!("cannot use the data folder {}", path.display()),
        cause,
    )
}

/// Rejects a folder that others can access and that has files, but no database: it was not created
/// for this server, and making it private could lock out other programs.
fn check_owned(path: &Path) -> io::Result<()> {
    let mut has_other_files = false;
    for entry in std::fs::read_dir(path)? {
        let name = entry?.file_name();
        if name == DATABASE {
            return Ok(());
        }
        has_other_files |= name != FILES && name != LOCK;
    }
    if !has_other_files {
        return Ok(());
    }
    Err(io::Error::other(
        "other users can access it, and it contains files of other programs; choose another \
         folder, or remove the access of others (chmod 700)",
    ))
}

/// Rejects a database that this server did not create, before anything of it changes.
fn check_database(folder: &Folder, path: &Path) -> io::Result<()> {
    if !folder.contains(DATABASE)? {
        return Ok(());
    }
    let Some(file) = folder.open_file(DATABASE)? else {
        return Err(not_a("file", DATABASE));
    };
    ownership::check(file, &path.join(DATABASE), is_recovered(folder)?)
        .map_err(|problem| io::Error::other(format!("its file '{DATABASE}' {problem}")))
}

/// Whether the database is complete without its log; false if a process that wrote it was killed, or still runs.
fn is_recovered(folder: &Folder) -> io::Result<bool> {
    let is_empty = |name: &str| match folder.open_file(name)? {
        Some(file) => Ok(file.metadata()?.len() == 0),
        None => io::Result::Ok(true),
    };
    let [_, log, _, journal] = DATABASE_FILES;
    Ok(is_empty(log)? && is_empty(journal)?)
}

/// The error for a file that is a symbolic link, or neither a file nor a folder as expected.
fn not_a(expected: &str, name: &str) -> io::Error {
    let problem = format!("'{name}' is a symbolic link or not a {expected}; remove it");
    io::Error::other(problem)
}
