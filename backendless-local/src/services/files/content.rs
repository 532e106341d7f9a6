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
    /// Deletes the folder when the store is dropped.
    _temporary: Option<TempDir>,
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
                _temporary: temporary,
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
            file: File::from_std(file),
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

    /// Returns the names of content files that were removed since the last call, so that the
    /// database need not list them any longer.
    pub(crate) fn take_removed(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock_removed())
    }
}

impl Shared {
    fn remove(&self, name: &str) {
        if check_name(name).is_ok() && self.folder.remove_file(name).is_ok() {
            self.lock_removed().push(name.to_owned());
        }
    }

    fn lock_removed(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.removed.lock().unwrap_or_else(PoisonError::into_inner)
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
    file: File,
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
        self.file.write_all(piece).await?;
        self.length += piece.len() as u64;
        Ok(())
    }

    /// Flushes the bytes and the name of the file to disk.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.file.sync_all().await?;
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.folder.sync()).await?
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
