//! Content that is saved in one request, appended, or downloaded by the service from a URL.

use std::fmt;
use std::future::IntoFuture;

use bytes::Bytes;
use serde_json::json;

use super::base64::encode;
use super::form::append_form;
use super::{FileInfo, Files, Upload, stored};
use crate::generated::raw;
use crate::request::{Request, RequestFuture, sealed};

/// Request that saves the content of a file; created by [`Files::save`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// client.files().save("notes/today.txt", "milk").overwrite(true).await?;
/// # });
/// ```
pub type SaveFile = Request<FileInfo, SaveFileParameters>;

/// Request to upload a file from a URL; created by [`Files::upload_from_url`].
///
/// ```
/// # use backendless_local::Server;
/// # let builder = Server::builder().remote_file("https://example.com/logo.png", "one");
/// # backendless_local::doc_example!(builder, |client, server| {
/// let files = client.files();
/// files.upload_from_url("images/logo.png", "https://example.com/logo.png").overwrite(true).await?;
/// # });
/// ```
pub type UploadFromUrl = Request<FileInfo, UploadFromUrlParameters>;

/// Parameters of [`SaveFile`].
#[derive(Clone)]
pub struct SaveFileParameters {
    path: String,
    content: Bytes,
    overwrite: Option<bool>,
}

/// Parameters of [`UploadFromUrl`].
#[derive(Clone)]
pub struct UploadFromUrlParameters {
    path: String,
    url: String,
    overwrite: Option<bool>,
}

impl Files {
    /// Saves `content` as a file, in one request with base64: for content of at most 2,800,000 bytes. Use
    /// [`upload`](Self::upload) for larger files. Missing directories are created.
    ///
    /// An existing file is not replaced, unless [`overwrite`](SaveFile::overwrite) is set.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 6003 if the file exists and `overwrite` is not set.
    /// - [`Api`](crate::ErrorKind::Api) with code 6016 if the content is too long.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.save("notes/today.txt", "milk").await?;
    /// assert_eq!(files.download("notes/today.txt").await?.bytes().await?, "milk");
    /// # });
    /// ```
    pub fn save(&self, path: impl Into<String>, content: impl Into<Bytes>) -> SaveFile {
        let parameters = SaveFileParameters {
            path: path.into(),
            content: content.into(),
            overwrite: None,
        };
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Appends bytes to the file at `path`, which is created if it does not exist.
    ///
    /// The request is not idempotent: sent twice, it appends the bytes twice.
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
    /// let files = client.files();
    /// files.append("logs/today.bin", vec![1, 2]).await?;
    /// let file = files.append("logs/today.bin", vec![3]).await?;
    /// assert_eq!(files.download(&file).await?.bytes().await?, vec![1, 2, 3]);
    /// # });
    /// ```
    pub fn append(&self, path: impl Into<String>, content: impl Into<Bytes>) -> Request<FileInfo> {
        let request = raw::append_binary(&path.into(), encode(&content.into()));
        stored::request(&self.client, request)
    }

    /// Appends an upload, such as a local file or a stream, to the file at `path`, which is created if it does not exist. The
    /// content is sent as it is read, so it does not have to fit into memory.
    ///
    /// The request is not idempotent: sent twice, it appends the content twice.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Io`](crate::ErrorKind::Io) if the local file cannot be read.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Upload;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.append_upload("logs/today.txt", Upload::bytes("one\n")).await?;
    /// let lines = futures_util::stream::iter([Ok::<_, std::io::Error>("two\n"), Ok("three\n")]);
    /// let file = files.append_upload("logs/today.txt", Upload::stream(lines, None)).await?;
    /// assert_eq!(files.download(&file).await?.bytes().await?, "one\ntwo\nthree\n");
    /// # });
    /// ```
    pub fn append_upload(&self, path: impl Into<String>, upload: Upload) -> Request<FileInfo> {
        let path = path.into();
        let form = append_form(&path, upload);
        stored::request(&self.client, raw::append_from_url_multipart(&path, form))
    }

    /// Appends text to the file at `path`, which is created if it does not exist.
    ///
    /// The request is not idempotent: sent twice, it appends the text twice.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty, or starts with `binary/`,
    ///   which is the path of another operation.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.append_text("logs/today.txt", "milk, ").await?;
    /// let file = files.append_text("logs/today.txt", "eggs").await?;
    /// assert_eq!(files.download(&file).await?.bytes().await?, "milk, eggs");
    /// # });
    /// ```
    pub fn append_text(
        &self,
        path: impl Into<String>,
        text: impl Into<String>,
    ) -> Request<FileInfo> {
        let request = raw::append_text(&path.into(), text.into());
        stored::request(&self.client, request)
    }

    /// Appends the content of a URL, which the service downloads, to the file at `path`. The file is created if it does not
    /// exist.
    ///
    /// The request is not idempotent: sent twice, it appends the content twice.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Api`](crate::ErrorKind::Api) with code 6009 if the service cannot download the content.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::builder().remote_file("https://example.com/log.txt", "one").start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// let files = client.files();
    /// files.append_from_url("logs/all.txt", "https://example.com/log.txt").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn append_from_url(
        &self,
        path: impl Into<String>,
        url: impl Into<String>,
    ) -> Request<FileInfo> {
        let body = json!({ "url": url.into() });
        stored::request(&self.client, raw::append_from_url(&path.into(), &body))
    }

    /// Uploads a file to `path` that the service downloads from a URL. Missing directories are created.
    ///
    /// An existing file is not replaced, unless [`overwrite`](UploadFromUrl::overwrite) is set.
    ///
    /// The OpenAPI document lacks this form of the request
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 6003 if the file exists and `overwrite` is not set.
    /// - [`Api`](crate::ErrorKind::Api) with code 6009 if the service cannot download the file.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::builder().remote_file("https://example.com/logo.png", "one").start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// let files = client.files();
    /// let file = files.upload_from_url("images/logo.png", "https://example.com/logo.png").await?;
    /// assert_eq!(file.path().as_deref(), Some("images/logo.png"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_from_url(
        &self,
        path: impl Into<String>,
        url: impl Into<String>,
    ) -> UploadFromUrl {
        let parameters = UploadFromUrlParameters {
            path: path.into(),
            url: url.into(),
            overwrite: None,
        };
        Request::with_parameters(self.client.clone(), parameters)
    }
}

impl SaveFile {
    /// Sets whether an existing file is replaced. With `true`, the request is idempotent. The default is `false`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.save("a.txt", "one").await?;
    /// files.save("a.txt", "two").overwrite(true).await?;
    /// # });
    /// ```
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.parameters.overwrite = Some(overwrite);
        self
    }
}

impl UploadFromUrl {
    /// Sets whether an existing file is replaced. With `true`, the request is idempotent. The default is `false`.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # let builder = Server::builder().remote_file("https://example.com/logo.png", "one");
    /// # backendless_local::doc_example!(builder, |client, server| {
    /// let files = client.files();
    /// files.upload_from_url("images/logo.png", "https://example.com/logo.png").overwrite(true).await?;
    /// # });
    /// ```
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.parameters.overwrite = Some(overwrite);
        self
    }
}

impl sealed::Sendable<FileInfo> for SaveFileParameters {
    fn send(request: Request<FileInfo, Self>) -> RequestFuture<FileInfo> {
        let (client, parameters, settings) = request.into_parts();
        let content = encode(&parameters.content);
        let request = raw::save_file(&parameters.path, parameters.overwrite, content);
        stored::request(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

impl sealed::Sendable<FileInfo> for UploadFromUrlParameters {
    fn send(request: Request<FileInfo, Self>) -> RequestFuture<FileInfo> {
        let (client, parameters, settings) = request.into_parts();
        let body = json!({ "url": parameters.url });
        let request = raw::upload_file_json(&parameters.path, parameters.overwrite, &body);
        stored::request(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

/// Prints the path; the content is the caller's data.
impl fmt::Debug for SaveFileParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveFile")
            .field("path", &self.path)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}

/// Prints the path; the URL may contain a secret.
impl fmt::Debug for UploadFromUrlParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFromUrl")
            .field("path", &self.path)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}
