//! Downloads: the content of a file as a stream, in memory or in a local file.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;

use super::FileInfo;
use super::temporary::TemporaryFile;
use crate::prepared::encode_path;
use crate::request::{Request, RequestFuture, sealed};
use crate::transport::{DOWNLOAD, FileBody};
use crate::{Error, ErrorKind, Result};

/// Request that opens a file; created by [`Files::download`](super::Files::download).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let files = client.files();
/// let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
/// let request = files.download(&info).timeout(std::time::Duration::from_secs(60));
/// assert_eq!(request.await?.bytes().await?, "one");
/// # });
/// ```
pub type DownloadFile = Request<Download, DownloadFileParameters>;

/// Location of a file to download: its path, or the URL of a [`FileInfo`].
///
/// ```
/// use backendless::FileLocation;
///
/// let by_path = FileLocation::from("images/photo.png");
/// ```
#[derive(Clone)]
pub struct FileLocation(Location);

#[derive(Clone)]
enum Location {
    Path(String),
    Url(Arc<SecretString>),
}

impl From<&str> for FileLocation {
    fn from(path: &str) -> Self {
        Self(Location::Path(path.to_owned()))
    }
}

impl From<String> for FileLocation {
    fn from(path: String) -> Self {
        Self(Location::Path(path))
    }
}

impl From<&String> for FileLocation {
    fn from(path: &String) -> Self {
        Self(Location::Path(path.clone()))
    }
}

impl From<&FileInfo> for FileLocation {
    fn from(info: &FileInfo) -> Self {
        Self(Location::Url(info.secret_url()))
    }
}

/// Omits the path and the URL, which is a secret.
impl fmt::Debug for FileLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Location::Path(_) => "path",
            Location::Url(_) => "url",
        };
        f.debug_tuple("FileLocation").field(&kind).finish()
    }
}

/// Parameters of [`DownloadFile`].
pub struct DownloadFileParameters {
    location: Location,
}

impl DownloadFileParameters {
    pub(super) fn new(FileLocation(location): FileLocation) -> Self {
        Self { location }
    }
}

impl sealed::Sendable<Download> for DownloadFileParameters {
    fn send(request: Request<Download, Self>) -> RequestFuture<Download> {
        let (client, parameters, settings) = request.into_parts();
        Box::pin(async move {
            let transport = &client.transport;
            let body = match &parameters.location {
                Location::Url(url) => transport.download(url.expose_secret(), settings).await?,
                Location::Path(path) => {
                    let path = encode_path(path).map_err(|problem| {
                        let text = format!("the path of the file {problem}");
                        Error::invalid_argument(text).with_operation(&DOWNLOAD)
                    })?;
                    let path = format!("/files/{path}");
                    transport.download_path(&path, settings).await?
                }
            };
            Ok(Download { body })
        })
    }
}

/// Prints no part of the URL, which is a secret.
impl fmt::Debug for DownloadFileParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadFile").finish_non_exhaustive()
    }
}

/// Open file; returned by [`Files::download`](super::Files::download).
///
/// It is a stream of chunks. If no chunk arrives within the client's
/// [`attempt_timeout`](crate::ClientBuilder::attempt_timeout) after it was polled, the stream ends with an error.
///
/// ```
/// use futures_util::TryStreamExt;
///
/// # backendless_local::doc_example!(|client| {
/// # let files = client.files();
/// # let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
/// let mut file = files.download(&info).await?;
/// let mut length = 0;
/// while let Some(chunk) = file.try_next().await? {
///     length += chunk.len();
/// }
/// assert_eq!(length, 3);
/// # });
/// ```
#[must_use = "a download is read from as a stream, or with `bytes` or `save_to`"]
pub struct Download {
    body: FileBody,
}

impl Download {
    /// Returns the length of the file in bytes, if the response states it.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
    /// assert_eq!(files.download(&info).await?.length(), Some(3));
    /// # });
    /// ```
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.body.length()
    }

    /// Reads the whole file into memory, up to the client's
    /// [`max_response_size`](crate::ClientBuilder::max_response_size), or 64 MiB by default. Read larger files as a
    /// stream, or save them with [`save_to`](Self::save_to).
    ///
    /// # Errors
    ///
    /// - [`Decode`](ErrorKind::Decode) if the file is larger than the maximum.
    /// - [`ConnectionLost`](ErrorKind::ConnectionLost) or [`Timeout`](ErrorKind::Timeout) if the download is
    ///   interrupted.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
    /// assert_eq!(files.download(&info).await?.bytes().await?, "one");
    /// # });
    /// ```
    pub async fn bytes(mut self) -> Result<Bytes> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.next().await? {
            if all.len() + chunk.len() > self.body.max_file_size() {
                return Err(self.body.too_long());
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Writes the file to `path`, replacing an existing file, and returns its length in bytes.
    ///
    /// The content is written to a temporary file in the same directory, which replaces the file at `path` at the end.
    /// If the download fails, the existing file is unchanged.
    ///
    /// # Errors
    ///
    /// - [`Io`](ErrorKind::Io) if the file cannot be written.
    /// - [`ConnectionLost`](ErrorKind::ConnectionLost) or [`Timeout`](ErrorKind::Timeout) if the download is
    ///   interrupted.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
    /// let folder = tempfile::tempdir()?;
    /// let length = files.download(&info).await?.save_to(folder.path().join("a.txt")).await?;
    /// assert_eq!(length, 3);
    /// # });
    /// ```
    pub async fn save_to(mut self, path: impl Into<PathBuf>) -> Result<u64> {
        let path = path.into();
        let attempts = self.body.attempts();
        let failed = |error: io::Error| {
            Error::new(ErrorKind::Io, format!("{}: {error}", path.display()))
                .with_operation(&DOWNLOAD)
                .with_attempts(attempts)
                .with_source(error)
        };
        let near = path.clone();
        let created = blocking(move || TemporaryFile::near(&near));
        let (temporary, file) = self.body.write(created).await?.map_err(failed)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut length = 0;
        while let Some(chunk) = self.next().await? {
            let written = self.body.write(file.write_all(&chunk)).await?;
            written.map_err(failed)?;
            length += chunk.len() as u64;
        }
        // Writes are completed in the background; only a flush returns their errors.
        self.body.write(file.flush()).await?.map_err(failed)?;
        self.body.finish(file.sync_all()).await?.map_err(failed)?;
        drop(file);
        // Without a limit: a timeout would not show whether the file was replaced.
        let persist = move || temporary.persist();
        blocking(persist).await.map_err(failed)?;
        Ok(length)
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        std::future::poll_fn(|context| self.body.poll(context)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(io::Error::other(error)),
    }
}

impl Stream for Download {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(ready!(self.body.poll(context)).transpose())
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}
