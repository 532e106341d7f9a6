//! The bytes of files, each in a file of the data folder, or of a temporary one that goes with the
//! server. It knows nothing of paths.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::app::{is_id, new_id};

/// The folder of all contents.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    folder: Arc<Folder>,
}

#[derive(Debug)]
enum Folder {
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Folder::Kept(path) => path,
            Folder::Temporary(folder) => folder.path(),
        }
    }
}

impl Content {
    /// Opens the folder, and sweeps up what none of `known` names.
    pub(crate) fn open_folder(data_dir: Option<&Path>, known: &[String]) -> io::Result<Content> {
        let folder = match data_dir {
            None => Folder::Temporary(tempfile::tempdir()?),
            Some(data_dir) => {
                let path = data_dir.join("files");
                std::fs::create_dir_all(&path)?;
                sweep(&path, known)?;
                Folder::Kept(path)
            }
        };
        Ok(Content {
            folder: Arc::new(folder),
        })
    }

    /// A new content, which is removed again unless it is [kept](Incoming::keep).
    pub(crate) async fn receive(&self) -> io::Result<Incoming> {
        let name = new_id();
        let path = self.folder.path().join(&name);
        // In one step, not awaited: given up in between, it would leave a file without a guard.
        let file = std::fs::File::create_new(&path)?;
        Ok(Incoming {
            name,
            path,
            file: File::from_std(file),
            kept: false,
        })
    }

    /// The content and its length; none if it was removed.
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

    /// Removes a content that no path leads to. One that cannot be removed is swept up later.
    pub(crate) async fn remove(&self, name: &str) {
        let _ = tokio::fs::remove_file(self.folder.path().join(name)).await;
    }
}

/// Removes the contents that no path leads to. What has not the name of a content is not this
/// server's: the data folder may have been somebody's folder before.
fn sweep(folder: &Path, known: &[String]) -> io::Result<()> {
    let known: HashSet<&str> = known.iter().map(String::as_str).collect();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let orphaned = name
            .to_str()
            .is_some_and(|name| is_id(name) && !known.contains(name));
        if orphaned && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A content that is being written.
#[derive(Debug)]
pub(crate) struct Incoming {
    name: String,
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Incoming {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece).await
    }

    /// The bytes are on the disk when this returns, and so is the name of their file.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        self.file.sync_all().await?;
        match self.path.parent() {
            Some(folder) => File::open(folder).await?.sync_all().await,
            None => Ok(()),
        }
    }

    /// A path leads to it: from now on it stays.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
