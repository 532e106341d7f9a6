//! Snapshots, exports and imports.

use std::path::{Path, PathBuf};

use super::start::Import;
use super::{Builder, Server};
use crate::error::Error;
use crate::services::state::{Snapshot, check_replaceable};

impl Server {
    /// Returns the state of the server: the data of all services, as [`reset`](Server::reset) deletes it. A request that
    /// runs meanwhile is either completely part of it, or not at all.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// let base = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
    /// server.seed(serde_json::json!({"Person": [{"name": "Bob"}]})).await?;
    /// let snapshot = server.snapshot().await?;
    ///
    /// reqwest::Client::new().post(format!("{base}/data/Person")).body("{}").send().await?;
    /// server.restore(&snapshot).await?;
    /// assert_eq!(reqwest::get(format!("{base}/data/Person/count")).await?.text().await?, "1");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database or the contents of files cannot be read.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.run(|services| async move { services.snapshot().await })
            .await?
    }

    /// Replaces the state of the server by that of a snapshot, which may be one of another server. The app id, the keys, the
    /// clock, the faults, and the settings of the builder remain. A request that runs meanwhile takes effect either before
    /// or after it.
    ///
    /// # Errors
    ///
    /// If the state cannot be written, or is larger than [`Limits::memory`](crate::Limits::memory). Then nothing changes.
    pub async fn restore(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let snapshot = snapshot.clone();
        self.run(|services| async move { services.restore(&snapshot).await })
            .await?
    }

    /// Writes the state of the server to a folder of readable files, which [`import`](Server::import) reads. It is written
    /// beside the folder, flushed to disk and renamed at the end, so the folder always has a complete export. An earlier
    /// export in the folder is replaced; a folder with a file that its export does not list is not changed. Requests wait
    /// only if there is no data folder: while the database is copied to a temporary file.
    ///
    /// Keep an export secret if its data is: it has the hashes of passwords.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let temporary = tempfile::tempdir()?;
    /// # let folder = temporary.path().join("state");
    /// server.seed(serde_json::json!({"Person": [{"name": "Bob"}]})).await?;
    /// server.export(&folder).await?;
    /// assert!(folder.join("manifest.json").exists());
    ///
    /// let copy = backendless_local::Server::start().await?;
    /// copy.import(&folder).await?;
    /// let count = format!("{}/{}/{}/data/Person/count", copy.url(), copy.app_id(), copy.api_key());
    /// assert_eq!(reqwest::get(count).await?.text().await?, "1");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the folder cannot be written, or exists and is not an export, or if the state has something that no import accepts,
    /// such as a row of more than 16 MiB. Then an earlier export remains.
    pub async fn export(&self, folder: impl Into<PathBuf>) -> Result<(), Error> {
        let folder = folder.into();
        self.run(|services| async move { services.export(folder).await })
            .await?
    }

    /// Replaces the state of the server by that of an export. Sessions and cache values have the life that remained at the
    /// export. The app id, the keys and the settings of the builder remain.
    ///
    /// # Errors
    ///
    /// If a part of the export is missing, invalid, changed, or not a regular file in the folder. The message names the file
    /// and the line. Then nothing changes.
    pub async fn import(&self, folder: impl Into<PathBuf>) -> Result<(), Error> {
        let folder = folder.into();
        self.run(|services| async move { services.import(folder).await })
            .await?
    }

    /// Rejects a folder that [`export`](Server::export) would not replace, so that a program can check it before it starts.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use backendless_local::Server;
    /// let site = tempfile::tempdir()?;
    /// Server::check_export_folder(site.path())?; // it is empty
    /// std::fs::write(site.path().join("manifest.json"), r#"{"name": "Shop"}"#)?;
    /// assert!(Server::check_export_folder(site.path()).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the folder exists, is not empty, and has something else than an export.
    pub fn check_export_folder(folder: impl AsRef<Path>) -> Result<(), Error> {
        check_replaceable(folder.as_ref())
    }

    /// Stops the server as [`stop`](Server::stop), and writes its state to a folder as [`export`](Server::export), after the
    /// last request.
    ///
    /// # Errors
    ///
    /// Those of [`export`](Server::export). The server stops in any case.
    pub async fn stop_and_export(mut self, folder: impl Into<PathBuf>) -> Result<(), Error> {
        let Some(services) = self.services.clone() else {
            return Err(Error::new("the server has stopped: start another one"));
        };
        let (folder, (sender, receiver)) = (folder.into(), tokio::sync::oneshot::channel());
        let task = Box::pin(async move {
            // The receiver is gone if the caller was cancelled.
            let _ = sender.send(services.export(folder).await);
        });
        self.stop_after(Some(task)).await;
        receiver
            .await
            .map_err(|error| Error::with_cause("the server failed before the export", error))?
    }
}

impl Builder {
    /// Sets the export whose state the server has when it starts, as by [`Server::import`]. No request sees another state. A
    /// data folder that has data must be [reset](Builder::reset).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Seed, Server};
    ///
    /// # let temporary = tempfile::tempdir()?;
    /// # let folder = temporary.path().join("state");
    /// let seed = Seed::new().user("ann@example.com", "pa55").file("docs/a.txt", "milk");
    /// Server::builder().seed(seed).start().await?.stop_and_export(&folder).await?;
    ///
    /// let server = Server::builder().import(&folder).start().await?;
    /// let file = format!("{}/{}/{}/files/docs/a.txt", server.url(), server.app_id(), server.api_key());
    /// assert_eq!(reqwest::get(file).await?.text().await?, "milk");
    /// # Ok(())
    /// # }
    /// ```
    pub fn import(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.import = Some(Import {
            folder: folder.into(),
            is_optional: false,
        });
        self
    }

    /// As [`import`](Builder::import), but if the folder does not exist, the server starts without it: the first run of a
    /// program that keeps its state by [`Server::stop_and_export`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let temporary = tempfile::tempdir()?;
    /// # let folder = temporary.path().join("state");
    /// let server = backendless_local::Server::builder().import_if_exists(&folder).start().await?;
    /// server.stop_and_export(&folder).await?;
    /// assert!(folder.exists());
    /// # Ok(())
    /// # }
    /// ```
    pub fn import_if_exists(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.import = Some(Import {
            folder: folder.into(),
            is_optional: true,
        });
        self
    }

    /// Deletes the data of the data folder at the start, as [`Server::reset`]. Nothing is deleted if the import or the seed is
    /// rejected. Default: false.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Seed, Server};
    ///
    /// # let temporary = tempfile::tempdir()?;
    /// # let data = temporary.path().join("data");
    /// for _ in 0..2 {
    ///     let seed = Seed::new().user("ann@example.com", "pa55");
    ///     // Without the reset, the second start would be rejected: the user exists.
    ///     let server = Server::builder().data_dir(&data).reset(true).seed(seed).start().await?;
    ///     server.stop().await;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(mut self, is_reset: bool) -> Builder {
        self.is_reset = is_reset;
        self
    }
}
