//! Content files: the bytes of uploaded files, each under a random name in the data folder, or in a
//! temporary folder that is deleted with the server. `files` maps paths to these names.
//!
//! A name from the database becomes a file name only if it has the form of a name that this server
//! creates, because the database may have been edited.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::error::Error;
use crate::id::is_id;
use crate::store::folder::{DataFolder, Folder};

/// The folder of all content files.
#[derive(Clone, Debug)]
pub(crate) struct ContentStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: Folder,
    /// Names of content files that were removed, until [`ContentStore::take_removed`].
    removed: Mutex<Vec<String>>,
    leases: Mutex<Leases>,
    /// Deletes the folder when the store is dropped. Nothing in it is flushed to disk.
    temporary: Option<TempDir>,
}

impl ContentStore {
    /// Opens the folder, and removes the content files that the database lists as unused. All other
    /// files are kept, because they may be those of another database.
    pub(crate) fn open_folder(
        data_folder: Option<&DataFolder>,
        unused: &[String],
    ) -> Result<ContentStore, Error> {
        let (folder, temporary) = match data_folder {
            Some(data_folder) => (data_folder.files()?, None),
            None => {
                let (folder, temporary) = temporary_folder().map_err(|error| {
                    Error::with_cause("cannot create a temporary folder for files", error)
                })?;
                (folder, Some(temporary))
            }
        };
        let store = ContentStore {
            shared: Arc::new(Shared {
                folder,
                removed: Mutex::default(),
                leases: Mutex::default(),
                temporary,
            }),
        };
        for name in unused {
            store.shared.remove(name);
        }
        Ok(store)
    }

    /// Creates an empty content file. It is removed when the returned value is dropped, unless it is
    /// [kept](NewContent::keep).
    pub(crate) fn create(&self, name: String) -> io::Result<NewContent> {
        check_name(&name)?;
        // Not awaited: a cancellation between creation and guard would leave the file.
        let file = self.shared.folder.create_new(&name)?;
        Ok(NewContent {
            name,
            file: Some(File::from_std(file)),
            length: 0,
            shared: Arc::clone(&self.shared),
            kept: false,
        })
    }

    /// Opens a content file and returns it with its length; `None` if it was removed.
    pub(crate) async fn open(&self, name: &str) -> io::Result<Option<(File, u64)>> {
        check_name(name)?;
        let (shared, name) = (Arc::clone(&self.shared), name.to_owned());
        let open = move || match shared.folder.open_file(&name)? {
            Some(file) => {
                let length = file.metadata()?.len();
                Ok(Some((File::from_std(file), length)))
            }
            None => Ok(None),
        };
        tokio::task::spawn_blocking(open).await?
    }

    /// Removes a content file. If that fails, the next start with the same data folder removes it.
    pub(crate) async fn remove(&self, name: &str) {
        let (shared, name) = (Arc::clone(&self.shared), name.to_owned());
        // The task does not panic.
        let _ = tokio::task::spawn_blocking(move || shared.remove(&name)).await;
    }

    /// Flushes the names of all content files to disk.
    pub(crate) async fn sync(&self) -> io::Result<()> {
        sync(&self.shared).await
    }

    /// Delays the removal of content files until the returned value is dropped, so that all files of a copy of the
    /// database that is created meanwhile can be read.
    pub(crate) fn retain(&self) -> ContentLease {
        self.shared.lock_leases().count += 1;
        ContentLease {
            shared: Arc::clone(&self.shared),
        }
    }

    /// Returns the names of content files that were removed since the last call, so that the
    /// database need not list them any longer.
    pub(crate) fn take_removed(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock_removed())
    }
}

async fn sync(shared: &Arc<Shared>) -> io::Result<()> {
    if shared.temporary.is_some() {
        return Ok(());
    }
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || shared.folder.sync()).await?
}

impl Shared {
    fn remove(&self, name: &str) {
        let mut leases = self.lock_leases();
        if leases.count > 0 {
            leases.delayed.push(name.to_owned());
            return;
        }
        drop(leases);
        if check_name(name).is_ok() && self.folder.remove_file(name).is_ok() {
            self.lock_removed().push(name.to_owned());
        }
    }

    fn lock_leases(&self) -> std::sync::MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_removed(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.removed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The leases that exist, and the removals that wait for their end.
#[derive(Debug, Default)]
struct Leases {
    count: usize,
    delayed: Vec<String>,
}

/// While it exists, no content file is removed.
#[derive(Debug)]
pub(crate) struct ContentLease {
    shared: Arc<Shared>,
}

impl ContentLease {
    /// Opens a content file.
    pub(crate) fn open(&self, name: &str) -> io::Result<std::fs::File> {
        check_name(name)?;
        let file = self.shared.folder.open_file(name)?;
        file.ok_or_else(|| io::Error::other("the content of a file is missing in the data folder"))
    }
}

impl Drop for ContentLease {
    fn drop(&mut self) {
        let mut leases = self.shared.lock_leases();
        leases.count -= 1;
        if leases.count > 0 {
            return;
        }
        let delayed = std::mem::take(&mut leases.delayed);
        drop(leases);
        for name in delayed {
            self.shared.remove(&name);
        }
    }
}

fn temporary_folder() -> io::Result<(Folder, TempDir)> {
    let temporary = tempfile::tempdir()?;
    Ok((Folder::open_new(temporary.path())?, temporary))
}

/// Rejects a name that this server does not create.
fn check_name(name: &str) -> io::Result<()> {
    if is_id(name) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "the database contains an invalid name of a content file",
    ))
}

/// A content file that is being written.
#[derive(Debug)]
pub(crate) struct NewContent {
    name: String,
    /// `None` once it is closed.
    file: Option<File>,
    length: u64,
    shared: Arc<Shared>,
    kept: bool,
}

impl NewContent {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the number of bytes that were written.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.open_file()?.write_all(piece).await?;
        self.length += piece.len() as u64;
        Ok(())
    }

    /// Flushes the bytes and the name of the file to disk.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.flush_bytes().await?;
        sync(&self.shared).await
    }

    /// Flushes the bytes to disk, but not the name, and closes the file. It is removed as before, unless it is kept.
    pub(crate) async fn close(&mut self) -> io::Result<()> {
        self.flush_bytes().await?;
        self.file = None;
        Ok(())
    }

    async fn flush_bytes(&mut self) -> io::Result<()> {
        let is_temporary = self.shared.temporary.is_some();
        let file = self.open_file()?;
        match is_temporary {
            // For those that open the file.
            true => file.flush().await,
            false => file.sync_all().await,
        }
    }

    fn open_file(&mut self) -> io::Result<&mut File> {
        let closed = || io::Error::other("the content file is closed");
        self.file.as_mut().ok_or_else(closed)
    }

    /// Keeps the content file, because a path refers to it.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewContent {
    fn drop(&mut self) {
        if !self.kept {
            self.shared.remove(&self.name);
        }
    }
}
