//! Directories: their entries and the number of their files.

use std::fmt;
use std::future::IntoFuture;

use super::{FileEntry, FileStream, Files, ListFilesParameters};
use crate::Result;
use crate::generated::raw;
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture, sealed};

/// Request for the entries of a directory; created by [`Files::list`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let files = client.files();
/// # files.upload("web/css/a.css", backendless::Upload::bytes("one")).await?;
/// let pages = files.list("web").pattern("*.css").recursive(true).page_size(10).await?;
/// assert_eq!(pages[0].path(), "web/css/a.css");
/// # });
/// ```
pub type ListFiles = Request<Vec<FileEntry>, ListFilesParameters>;

/// Request for the number of files of a directory; created by [`Files::count`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let files = client.files();
/// # files.upload("web/css/a.css", backendless::Upload::bytes("one")).await?;
/// assert_eq!(files.count("web").await?, 0);
/// assert_eq!(files.count("web").recursive(true).directories(true).await?, 2);
/// # });
/// ```
pub type CountFiles = Request<u64, CountFilesParameters>;

/// Parameters of [`CountFiles`].
#[derive(Clone)]
pub struct CountFilesParameters {
    /// `None` for the root directory.
    directory: Option<String>,
    pattern: String,
    recursive: bool,
    directories: bool,
}

impl Files {
    /// Lists the files and directories in `directory`; see [`list_root`](Self::list_root) for the root directory.
    ///
    /// The service returns one page, whose size it limits: read all pages with [`stream`](ListFiles::stream).
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/file_directory_listing.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the directory does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty, or the page size is 0.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
    /// files.create_directory("docs/old").await?;
    /// let entries = files.list("docs").await?;
    /// let names: Vec<&str> = entries.iter().map(|entry| entry.name()).collect();
    /// assert_eq!(names, ["old", "a.txt"]);
    /// # });
    /// ```
    pub fn list(&self, directory: impl Into<String>) -> ListFiles {
        let parameters = ListFilesParameters::new(Some(directory.into()));
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Lists the files and directories in the root directory; see [`list`](Self::list).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the page size is 0.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.create_directory("docs").await?;
    /// assert_eq!(files.list_root().await?[0].path(), "docs");
    /// # });
    /// ```
    pub fn list_root(&self) -> ListFiles {
        Request::with_parameters(self.client.clone(), ListFilesParameters::new(None))
    }

    /// Counts the files in `directory`, and its directories only if [`directories`](CountFiles::directories) is set.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the directory does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
    /// assert_eq!(files.count("docs").pattern("*.txt").await?, 1);
    /// # });
    /// ```
    pub fn count(&self, directory: impl Into<String>) -> CountFiles {
        let parameters = CountFilesParameters::new(Some(directory.into()));
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Counts the files in the root directory; see [`count`](Self::count).
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
    /// assert_eq!(files.count_root().recursive(true).await?, 1);
    /// # });
    /// ```
    pub fn count_root(&self) -> CountFiles {
        Request::with_parameters(self.client.clone(), CountFilesParameters::new(None))
    }

    /// Returns whether a file or a directory exists at `path`.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
    /// assert!(files.exists("docs/a.txt").await?);
    /// assert!(files.exists("docs").await?);
    /// assert!(!files.exists("docs/b.txt").await?);
    /// # });
    /// ```
    pub fn exists(&self, path: impl Into<String>) -> Request<bool> {
        let path = path.into();
        let request = raw::list_files(&path, Some("exists"), None, None, None, None, None);
        Request::new(&self.client, request)
    }
}

impl ListFiles {
    /// Sets a pattern that the names of the entries match, in which `*` matches any text and `?` one character.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.create_directory("web").await?;
    /// let pages = files.list("web").pattern("*.html").await?;
    /// # });
    /// ```
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.parameters.pattern = Some(pattern.into());
        self
    }

    /// Sets whether the entries of all directories below are included. The default is `false`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.create_directory("web").await?;
    /// let everything = files.list("web").recursive(true).await?;
    /// # });
    /// ```
    pub fn recursive(mut self, recursive: bool) -> Self {
        self.parameters.recursive = Some(recursive);
        self
    }

    /// Sets the maximum number of entries, at least 1. By default the service decides.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.create_directory("web").await?;
    /// let first = files.list("web").page_size(10).await?;
    /// # });
    /// ```
    pub fn page_size(mut self, entries: u32) -> Self {
        self.parameters.page_size = Some(entries);
        self
    }

    /// Sets the number of entries to skip. The default is 0.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.create_directory("web").await?;
    /// let second = files.list("web").page_size(10).offset(10).await?;
    /// # });
    /// ```
    pub fn offset(mut self, entries: u64) -> Self {
        self.parameters.offset = Some(entries);
        self
    }

    /// Returns a stream of all entries, which reads page after page; see [`FileStream`].
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # for n in 0..3 { files.create_directory(format!("web/{n}")).await?; }
    /// let entries: Vec<_> = files.list("web").page_size(2).stream().try_collect().await?;
    /// assert_eq!(entries.len(), 3);
    /// # });
    /// ```
    pub fn stream(self) -> FileStream {
        let (client, parameters, settings) = self.into_parts();
        FileStream::new(client, parameters, settings)
    }
}

impl CountFiles {
    /// Sets a pattern that the names of the files match, in which `*` matches any text and `?` one character. The default
    /// is `*`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.create_directory("web").await?;
    /// assert_eq!(files.count("web").pattern("*.html").await?, 0);
    /// # });
    /// ```
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.parameters.pattern = pattern.into();
        self
    }

    /// Sets whether the files of all directories below are counted. The default is `false`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.create_directory("web").await?;
    /// assert_eq!(files.count("web").recursive(true).await?, 0);
    /// # });
    /// ```
    pub fn recursive(mut self, recursive: bool) -> Self {
        self.parameters.recursive = recursive;
        self
    }

    /// Sets whether directories are counted as well. The default is `false`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.create_directory("web/css").await?;
    /// assert_eq!(files.count("web").directories(true).await?, 1);
    /// # });
    /// ```
    pub fn directories(mut self, directories: bool) -> Self {
        self.parameters.directories = directories;
        self
    }
}

impl sealed::Sendable<Vec<FileEntry>> for ListFilesParameters {
    fn send(request: Request<Vec<FileEntry>, Self>) -> RequestFuture<Vec<FileEntry>> {
        let (client, parameters, settings) = request.into_parts();
        Request::map(&client, parameters.prepare(), Option::unwrap_or_default)
            .with_settings(settings)
            .into_future()
    }
}

impl CountFilesParameters {
    fn new(directory: Option<String>) -> Self {
        Self {
            directory,
            pattern: "*".to_owned(),
            recursive: false,
            directories: false,
        }
    }

    fn prepare(&self) -> Result<Prepared<u64>> {
        let (action, pattern) = (Some("count"), Some(self.pattern.as_str()));
        let (directories, recursive) = (Some(self.directories), Some(self.recursive));
        match &self.directory {
            None => raw::list_root_directory(action, directories, None, None, pattern, recursive),
            Some(path) => {
                raw::list_files(path, action, directories, None, None, pattern, recursive)
            }
        }
    }
}

impl sealed::Sendable<u64> for CountFilesParameters {
    fn send(request: Request<u64, Self>) -> RequestFuture<u64> {
        let (client, parameters, settings) = request.into_parts();
        Request::new(&client, parameters.prepare())
            .with_settings(settings)
            .into_future()
    }
}

/// Prints the directory.
impl fmt::Debug for CountFilesParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountFiles")
            .field("directory", &self.directory)
            .field("recursive", &self.recursive)
            .field("directories", &self.directories)
            .finish_non_exhaustive()
    }
}
