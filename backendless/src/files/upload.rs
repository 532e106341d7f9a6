//! The request that uploads a file.

use std::fmt;
use std::future::IntoFuture;

use serde::Deserialize;

use super::FileInfo;
use super::form::{OnProgress, multipart};
use super::source::Upload;
use crate::generated::raw;
use crate::operations::UPLOAD_FILE;
use crate::request::{Request, RequestFuture, sealed};

/// Request that uploads a file; created by [`Files::upload`](super::Files::upload).
///
/// ```
/// use backendless::Upload;
///
/// # backendless_local::doc_example!(|client| {
/// let info = client.files()
///     .upload("notes/today.txt", Upload::bytes("milk"))
///     .overwrite(true)
///     .content_type("text/plain")
///     .await?;
/// # });
/// ```
pub type UploadFile = Request<FileInfo, UploadFileParameters>;

/// Parameters of [`UploadFile`].
pub struct UploadFileParameters {
    path: String,
    upload: Upload,
    overwrite: Option<bool>,
    content_type: Option<String>,
    on_progress: Option<OnProgress>,
}

impl UploadFileParameters {
    pub(super) fn new(path: String, upload: Upload) -> Self {
        Self {
            path,
            upload,
            overwrite: None,
            content_type: None,
            on_progress: None,
        }
    }
}

impl UploadFile {
    /// Sets whether an existing file is replaced. With `true`, the request is idempotent. The default is `false`.
    ///
    /// ```
    /// use backendless::Upload;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.upload("a.txt", Upload::bytes("one")).await?;
    /// let info = files.upload("a.txt", Upload::bytes("two")).overwrite(true).await?;
    /// assert_eq!(files.download(&info).await?.bytes().await?, "two");
    /// # });
    /// ```
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.parameters.overwrite = Some(overwrite);
        self
    }

    /// Sets the media type of the file, such as `image/png`. By default it is guessed from the file name extension.
    ///
    /// ```
    /// use backendless::Upload;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// client.files().upload("notes/today", Upload::bytes("milk")).content_type("text/plain").await?;
    /// # });
    /// ```
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.parameters.content_type = Some(media_type.into());
        self
    }

    /// Sets a callback that is called after each chunk, with the number of bytes sent so far and, if it is known, the
    /// total number. For an upload of 0 bytes it is called once, with 0. Another attempt starts at 0 again. If the
    /// callback panics, the upload ends with an error.
    ///
    /// ```
    /// use backendless::Upload;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let upload = client.files().upload("a.bin", Upload::bytes(vec![0; 100_000]));
    /// upload.on_progress(|sent, total| println!("{sent} of {total:?} bytes")).await?;
    /// # });
    /// ```
    pub fn on_progress(mut self, report: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.parameters.on_progress = Some(Box::new(report));
        self
    }
}

impl sealed::Sendable<FileInfo> for UploadFileParameters {
    fn send(request: Request<FileInfo, Self>) -> RequestFuture<FileInfo> {
        let (client, parameters, settings) = request.into_parts();
        let UploadFileParameters {
            path,
            upload,
            overwrite,
            content_type,
            on_progress,
        } = parameters;
        let file_name = path.rsplit('/').next().unwrap_or_default();
        let form = multipart(&UPLOAD_FILE, file_name, upload, content_type, on_progress);
        let request = raw::upload_file(&path, overwrite, form);
        Request::map(&client, request, |Uploaded { file_url }| {
            FileInfo::from_url(file_url)
        })
        .with_settings(settings)
        .into_future()
    }
}

/// Prints the path and the kind of the source; the content is the caller's data.
impl fmt::Debug for UploadFileParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFile")
            .field("path", &self.path)
            .field("upload", &self.upload)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}

/// Response to an upload.
#[derive(Deserialize)]
struct Uploaded {
    #[serde(rename = "fileURL")]
    file_url: String,
}
