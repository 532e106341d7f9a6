//! Content files: the bytes of uploaded files, each under a random name in the data folder, or in a
//! temporary folder that is deleted with the server. `files` maps paths to these names.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::id::{is_id, new_id};

/// The folder of all content files.
#[derive(Clone, Debug)]
pub(crate) struct ContentStore {
    folder: Arc<Folder>,
}

#[derive(Debug)]
enum Folder {
    Persistent(PathBuf),
    Temporary(TempDir),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Folder::Persistent(path) => path,
            Folder::Temporary(folder) => folder.path(),
        }
    }
}

impl ContentStore {
    /// Opens the folder and removes the content files that `known` does not contain.
    pub(crate) fn open_folder(
        data_dir: Option<&Path>,
        known: &[String],
    ) -> io::Result<ContentStore> {
        let folder = match data_dir {
            None => Folder::Temporary(tempfile::tempdir()?),
            Some(data_dir) => {
                let path = data_dir.join("files");
                std::fs::create_dir_all(&path)?;
                remove_orphans(&path, known)?;
                Folder::Persistent(path)
            }
        };
        Ok(ContentStore {
            folder: Arc::new(folder),
        })
    }

    /// Creates an empty content file. It is removed when the returned value is dropped, unless it is
    /// [kept](NewContent::keep).
    pub(crate) async fn create(&self) -> io::Result<NewContent> {
        let name = new_id();
        let path = self.folder.path().join(&name);
        // Not awaited: a cancellation between creation and guard would leave an orphan.
        let file = std::fs::File::create_new(&path)?;
        Ok(NewContent {
            name,
            path,
            file: File::from_std(file),
            kept: false,
        })
    }

    /// Opens a content file and returns it with its length; `None` if it was removed.
    pub(crate) async fn open(&self, name: &str) -> io::Result<Option<(File, u64)>> {
        match File::open(self.folder.path().join(name)).await {
            Ok(file) => {
                let length = file.metadata().await?.len();
                Ok(Some((file, length)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a content file. If that fails, the next start with the same data folder removes it.
    pub(crate) async fn remove(&self, name: &str) {
        let _ = tokio::fs::remove_file(self.folder.path().join(name)).await;
    }
}

/// Removes the content files that no path refers to. Files whose names are not ids are kept, because
/// the folder may have existed before.
fn remove_orphans(folder: &Path, known: &[String]) -> io::Result<()> {
    let known: HashSet<&str> = known.iter().map(String::as_str).collect();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_orphan = name
            .to_str()
            .is_some_and(|name| is_id(name) && !known.contains(name));
        if is_orphan && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A content file that is being written.
#[derive(Debug)]
pub(crate) struct NewContent {
    name: String,
    path: PathBuf,
    file: File,
    kept: bool,
}

impl NewContent {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece).await
    }

    /// Flushes the bytes and the name of the file to disk.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.file.sync_all().await?;
        match self.path.parent() {
            Some(folder) => File::open(folder).await?.sync_all().await,
            None => Ok(()),
        }
    }

    /// Keeps the content file, because a path refers to it.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewContent {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
