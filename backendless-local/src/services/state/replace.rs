//! Replaces the database by another one, in one transaction, with the contents of its files.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::archive::Archive;
use super::manifest::hex;
use crate::service_error::ServiceError;
use crate::services::files::{self, NewContent};
use crate::services::{Services, users};
use crate::store::copy;

/// The content of files of the new database.
pub(super) struct Content {
    /// Its name in the new database.
    pub(super) name: String,
    pub(super) source: Source,
}

pub(super) enum Source {
    Bytes(Arc<[u8]>),
    /// A file of an export.
    File {
        archive: Arc<Archive>,
        path: String,
        /// In bytes, when the export was read.
        length: u64,
    },
}

impl Services {
    /// Replaces the data of all services. Each content gets a new name, because files of the old database may have the
    /// name of one of the new database and be deleted at the same time.
    pub(super) async fn replace(
        &self,
        database: Connection,
        contents: Vec<Content>,
    ) -> Result<(), ServiceError> {
        let new_names = self.files.list_contents(contents.len()).await?;
        let mut new_contents = Vec::new();
        let mut names = HashMap::new();
        for (Content { name, source }, new_name) in contents.into_iter().zip(new_names) {
            let new = self.files.create_content(new_name)?;
            names.insert(name, new.name().to_owned());
            new_contents.push(write_content(new, source).await?);
        }
        self.files.sync_contents().await?;
        let roles = Arc::clone(&self.roles);
        // A request that appends to a file reads its content before.
        let suspended = self.files.suspend().await;
        // It owns the contents: this function may be cancelled before its end, and they are those of the new state then.
        let replaced = self.database.run_alone(move |connection| {
            let old_contents = complete(&database, connection, &names, &roles)?;
            copy::replace(connection, &database)?;
            for content in new_contents {
                content.keep();
            }
            Ok(old_contents)
        });
        let old_contents = replaced.await?;
        drop(suspended);
        for content in old_contents {
            self.files.remove_content(&content).await;
        }
        Ok(())
    }
}

/// Writes a content and closes it, because a state may have more files than a process may open.
async fn write_content(
    mut content: NewContent,
    source: Source,
) -> Result<NewContent, ServiceError> {
    match source {
        Source::Bytes(bytes) => {
            let written = content.write(&bytes).await;
            written.map_err(ServiceError::internal)?;
        }
        Source::File {
            archive,
            path,
            length,
        } => write_checked(&mut content, archive, path, length).await?,
    }
    content.close().await.map_err(ServiceError::internal)?;
    Ok(content)
}

/// Writes the bytes of a file of an export, and checks that they are those of the manifest.
async fn write_checked(
    content: &mut NewContent,
    archive: Arc<Archive>,
    path: String,
    length: u64,
) -> Result<(), ServiceError> {
    const CHUNK: usize = 64 * 1024;
    let open = move || {
        let (file, entry) = archive.file(&path)?;
        Ok::<_, String>((file, entry.clone()))
    };
    let opened = tokio::task::spawn_blocking(open).await;
    let (file, mut entry) = opened
        .map_err(ServiceError::internal)?
        .map_err(ServiceError::internal)?;
    // The database has this length.
    entry.bytes = Some(length);
    let mut file = tokio::fs::File::from_std(file);
    let mut digest = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file
            .read(&mut chunk)
            .await
            .map_err(ServiceError::internal)?;
        if read == 0 {
            break;
        }
        digest.update(&chunk[..read]);
        let written = content.write(&chunk[..read]).await;
        written.map_err(ServiceError::internal)?;
    }
    let checked = entry.check(content.length(), &hex(&digest.finalize()));
    checked.map_err(ServiceError::internal)
}

/// Gives the new database the roles of the settings, and what it keeps of the old one: the app id and the keys, and the list
/// of content files to be removed. Returns the names of the contents of the old database.
fn complete(
    new: &Connection,
    old: &Connection,
    names: &HashMap<String, String>,
    roles: &[String],
) -> Result<Vec<String>, ServiceError> {
    for (name, new_name) in names {
        files::rename_content(new, name, new_name)?;
    }
    let kept: HashSet<&String> = names.values().collect();
    let old_contents = files::content_names(old)?;
    let unused = files::unused_contents(old)?;
    let removed = old_contents.iter().chain(&unused);
    files::replace_unused(new, removed.filter(|name| !kept.contains(name)))?;
    new.execute_batch("DELETE FROM setting")?;
    users::create_roles(new, roles)?;
    let mut settings = old.prepare("SELECT name, value FROM setting")?;
    let mut settings = settings.query([])?;
    while let Some(row) = settings.next()? {
        let (name, value): (String, String) = (row.get(0)?, row.get(1)?);
        new.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?)",
            [name, value],
        )?;
    }
    Ok(old_contents)
}
