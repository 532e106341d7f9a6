//! Files: the application's file storage, its directories and their permissions.
//!
//! `upload`, `content` and `download` transfer content, `listing` and `stream` read directories, `changes` renames, copies
//! and moves, and `permissions` grants and denies access. `source` and `form` are the content of an upload, and `stored`
//! reads the URL of a file from a response.

mod base64;
mod changes;
mod content;
mod download;
mod entry;
mod form;
mod info;
mod listing;
mod permissions;
mod query;
mod read_ahead;
mod source;
mod stored;
mod stream;
mod temporary;
mod upload;

pub use content::{SaveFile, SaveFileParameters, UploadFromUrl, UploadFromUrlParameters};
pub use download::{Download, DownloadFile, DownloadFileParameters, FileLocation};
pub use entry::FileEntry;
pub use info::FileInfo;
pub use listing::{CountFiles, CountFilesParameters, ListFiles};
pub use permissions::FilePermission;
pub use query::ListFilesParameters;
pub use source::Upload;
pub use stream::FileStream;
pub use upload::{UploadFile, UploadFileParameters};

use crate::Client;
use crate::generated::raw;
use crate::request::Request;

/// Handle of the files of an application; created by [`Client::files`].
///
/// A path consists of segments separated by `/`, such as `images/photo.png`, without a `/` at its start or end. A cheap
/// handle: clone it and move it into tasks.
///
/// ```
/// use backendless::Upload;
///
/// # backendless_local::doc_example!(|client| {
/// let files = client.files();
/// let info = files.upload("notes/today.txt", Upload::bytes("milk")).await?;
/// assert_eq!(files.download(&info).await?.bytes().await?, "milk");
/// files.delete("notes/today.txt").await?;
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Files {
    client: Client,
}

impl Client {
    /// Returns the handle of the file storage; see [`Files`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let files = client.files();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn files(&self) -> Files {
        Files::new(self.clone())
    }
}

impl Files {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Uploads a file to `path`. Missing directories are created.
    ///
    /// An existing file is not replaced, unless [`overwrite`](UploadFile::overwrite) is set. An upload has no total
    /// timeout by default: it ends with [`Timeout`](crate::ErrorKind::Timeout) when it makes no progress for the
    /// client's [`attempt_timeout`](crate::ClientBuilder::attempt_timeout).
    ///
    /// # Errors
    ///
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 6003 if the file exists and `overwrite` is not set.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid.
    /// - [`Io`](crate::ErrorKind::Io) if a local file cannot be read.
    /// - [`ConnectionLost`](crate::ErrorKind::ConnectionLost) if the stream of an [`Upload::stream`] fails.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{ErrorKind, Upload};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.upload("a.txt", Upload::bytes("one")).await?;
    /// let error = files.upload("a.txt", Upload::bytes("two")).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Conflict);
    /// files.upload("a.txt", Upload::bytes("two")).overwrite(true).await?;
    /// # });
    /// ```
    pub fn upload(&self, path: impl Into<String>, upload: Upload) -> UploadFile {
        let parameters = UploadFileParameters::new(path.into(), upload);
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Deletes the file at `path`, or the directory at `path` with everything in it.
    ///
    /// If the response to an attempt is lost, the next attempt finds no file: `NotFound` with more than one
    /// [attempt](crate::Error::attempts) may mean that an earlier attempt deleted it.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6000 if the path does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Upload;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.upload("notes/today.txt", Upload::bytes("milk")).await?;
    /// files.delete("notes").await?;
    /// assert!(files.delete("notes/today.txt").await.unwrap_err().is_not_found());
    /// # });
    /// ```
    pub fn delete(&self, path: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::delete_file(&path.into()))
    }

    /// Opens the file at a path, or the file whose URL a [`FileInfo`] contains.
    ///
    /// A path is read from the host of the API, with the user token: `GET /files/{path}`, as documented for custom domains.
    /// That of a directory is not an error, but downloads its listing. A URL may have another origin, as the files of the
    /// Backendless cloud do, and then the user token is not sent. The URL comes from the service: download only files of a
    /// service that you trust.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the file does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path or the URL is invalid.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
    /// # let folder = tempfile::tempdir()?;
    /// files.download(&info).await?.save_to(folder.path().join("a.txt")).await?;
    /// assert_eq!(std::fs::read(folder.path().join("a.txt"))?, b"one");
    /// assert_eq!(files.download("a.txt").await?.bytes().await?, "one");
    /// # });
    /// ```
    pub fn download(&self, file: impl Into<FileLocation>) -> DownloadFile {
        let parameters = DownloadFileParameters::new(file.into());
        Request::with_parameters(self.client.clone(), parameters)
    }
}
