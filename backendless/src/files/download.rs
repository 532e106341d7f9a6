//! Downloads: the bytes of a file as they come.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use secrecy::{ExposeSecret, SecretString};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use crate::request::{Request, RequestFuture, sealed};
use crate::transport::{DOWNLOAD, FileBody};
use crate::{Error, ErrorKind, Result};

/// Request that opens a file; created by [`Files::download`](super::Files::download).
pub type DownloadFile = Request<Download, DownloadFileParameters>;

/// Parameters of [`DownloadFile`].
pub struct DownloadFileParameters {
    url: Arc<SecretString>,
}

impl DownloadFileParameters {
    pub(super) fn new(url: Arc<SecretString>) -> Self {
        Self { url }
    }
}

impl sealed::Sendable<Download> for DownloadFileParameters {
    fn send(request: Request<Download, Self>) -> RequestFuture<Download> {
        let (client, parameters, settings) = request.into_parts();
        Box::pin(async move {
            let url = parameters.url.expose_secret();
            let body = client.transport.download(url, settings).await?;
            Ok(Download { body })
        })
    }
}

/// Prints nothing of the URL, which is a secret.
impl fmt::Debug for DownloadFileParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadFile").finish_non_exhaustive()
    }
}

/// A file that is being read; made by [`Files::download`](super::Files::download).
///
/// It is a stream of pieces. One that does not come for as long as the client's
/// [`attempt_timeout`](crate::ClientBuilder::attempt_timeout) ends it with an error.
///
/// ```
/// use futures_util::TryStreamExt;
///
/// # backendless_local::doc_example!(|client| {
/// # let files = client.files();
/// # let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
/// let mut file = files.download(&info).await?;
/// let mut length = 0;
/// while let Some(piece) = file.try_next().await? {
///     length += piece.len();
/// }
/// assert_eq!(length, 3);
/// # });
/// ```
#[must_use = "a download is read from as a stream, or with `bytes` or `save_to`"]
pub struct Download {
    body: FileBody,
}

impl Download {
    /// The length of the file in bytes, if the server tells it.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.body.length()
    }

    /// Reads the whole file into memory, up to the client's
    /// [`max_response_size`](crate::ClientBuilder::max_response_size). Larger ones are read as a
    /// stream or saved.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) for a file above the limit;
    /// [`ConnectionLost`](ErrorKind::ConnectionLost) or [`Timeout`](ErrorKind::Timeout) if it breaks off.
    pub async fn bytes(mut self) -> Result<Bytes> {
        let mut all = BytesMut::new();
        while let Some(piece) = self.next().await? {
            if all.len() + piece.len() > self.body.max_response_size() {
                return Err(self.body.too_long());
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }

    /// Writes the file to `path`, in place of what is there, and answers how many bytes it has.
    ///
    /// The bytes go into a new file beside it, which takes its place at the end: whatever happens,
    /// there is the old file or the new one at `path`, and never a part of it.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) if the file cannot be written;
    /// [`ConnectionLost`](ErrorKind::ConnectionLost) or [`Timeout`](ErrorKind::Timeout) if the download
    /// breaks off.
    pub async fn save_to(mut self, path: impl Into<PathBuf>) -> Result<u64> {
        let path = path.into();
        let attempts = self.body.attempts();
        let failed = |error: io::Error| {
            Error::new(ErrorKind::Io, format!("{}: {error}", path.display()))
                .with_operation(&DOWNLOAD)
                .with_attempts(attempts)
                .with_source(error)
        };
        let beside = path.clone();
        let (temporary, file) = blocking(move || create_beside(&beside))
            .await
            .map_err(failed)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut length = 0;
        while let Some(piece) = self.next().await? {
            file.write_all(&piece).await.map_err(failed)?;
            length += piece.len() as u64;
        }
        // A write is done behind the scenes, and only a flush tells that it failed.
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)?;
        drop(file);
        let target = path.clone();
        let put = move || temporary.persist(target).map_err(|error| error.error);
        blocking(put).await.map_err(failed)?;
        Ok(length)
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        std::future::poll_fn(|context| self.body.poll(context)).await
    }
}

/// A new file in the directory of `path`, which is removed if it does not take its place.
fn create_beside(path: &Path) -> io::Result<(NamedTempFile, std::fs::File)> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".download-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any file that a program makes; the umask takes away from it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(directory)?;
    let file = temporary.as_file().try_clone()?;
    Ok((temporary, file))
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
