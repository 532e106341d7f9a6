//! Files: uploads, downloads and deletions in the application's file storage.

mod download;
mod info;
mod upload;

pub use download::{Download, DownloadFile, DownloadFileParameters};
pub use info::FileInfo;
pub use upload::{Upload, UploadFile, UploadFileParameters};

use crate::Client;
use crate::generated::raw;
use crate::request::Request;

/// The files of an application; made by [`Client::files`].
///
/// A path has segments with `/` between them, as `images/photo.png`; it does not begin or end with
/// one. A handle like the client: cheap to clone, and free to move into tasks.
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

impl Files {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Stores a file at `path`; directories that are missing are made.
    ///
    /// A file that is there is left alone, unless [`overwrite`](UploadFile::overwrite) says
    /// otherwise. However large the file, the call ends only when it makes no progress for the
    /// client's [`attempt_timeout`](crate::ClientBuilder::attempt_timeout).
    ///
    /// # Errors
    ///
    /// [`Conflict`](crate::ErrorKind::Conflict) with code 6003 if there is a file and `overwrite` is
    /// not set; [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be one;
    /// [`Io`](crate::ErrorKind::Io) for a local file that cannot be read;
    /// [`ConnectionLost`](crate::ErrorKind::ConnectionLost) if the upload's own stream fails; and what every call may answer.
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

    /// Deletes the file or the whole directory at `path`.
    ///
    /// Where the answer to a first attempt was lost, the next finds nothing: `NotFound` with
    /// [`attempts`](crate::Error::attempts) above one may mean that this call deleted it.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) with code 6000 if there is none;
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be one, an
    /// empty one above all; and what every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// assert!(client.files().delete("nothing.txt").await.unwrap_err().is_not_found());
    /// # });
    /// ```
    pub fn delete(&self, path: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::delete_file(&path.into()))
    }

    /// Opens the file that `info` tells the address of.
    ///
    /// The user token goes along only if the file is at the client's own origin; the files of the
    /// Backendless cloud are at another one. The address is the service's: download only what comes
    /// from a service that is trusted to name one.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if the file is gone;
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an address that is none; and what
    /// every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # let info = files.upload("a.txt", backendless::Upload::bytes("one")).await?;
    /// # let folder = tempfile::tempdir()?;
    /// files.download(&info).await?.save_to(folder.path().join("a.txt")).await?;
    /// assert_eq!(std::fs::read(folder.path().join("a.txt"))?, b"one");
    /// # });
    /// ```
    pub fn download(&self, info: &FileInfo) -> DownloadFile {
        let parameters = DownloadFileParameters::new(info.secret_url());
        Request::with_parameters(self.client.clone(), parameters)
    }
}
