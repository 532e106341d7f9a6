//! Uploads: the sources of their content, and the form in which it is sent.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::FileInfo;
use crate::generated::raw;
use crate::operations::{APPEND_FROM_URL, Operation, UPLOAD_FILE};
use crate::prepared::{BoxError, Content, Form, FormSource, Multipart, Progress, TransferStage};
use crate::request::{Request, RequestFuture, sealed};
use crate::transport::is_media_type;
use crate::{Error, ErrorKind, Result};

/// Size in bytes of the chunks that are read and sent. An upload times out if no chunk is sent within the attempt
/// timeout: larger chunks would need less CPU time, but would time out on slow connections.
const CHUNK_SIZE: usize = 64 * 1024;

type OnProgress = Box<dyn FnMut(u64, Option<u64>) + Send>;

/// Content of an upload.
///
/// ```
/// use backendless::Upload;
///
/// let from_memory = Upload::bytes("some text");
/// let from_disk = Upload::file("photo.png");
/// let lines = futures_util::stream::iter([Ok::<_, std::io::Error>("one\n"), Ok("two\n")]);
/// let from_stream = Upload::stream(lines, Some(8));
/// ```
pub struct Upload(Source);

enum Source {
    Replayable(Replayable),
    Stream(Content, Option<u64>),
}

/// Content that can be read again for another attempt.
#[derive(Clone)]
enum Replayable {
    Bytes(Bytes),
    File(PathBuf),
}

impl Upload {
    /// Creates an upload of these bytes.
    ///
    /// ```
    /// let upload = backendless::Upload::bytes("some text");
    /// ```
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Source::Replayable(Replayable::Bytes(bytes.into())))
    }

    /// Creates an upload of a local file. Its size is determined when the upload is sent. The file is read in chunks,
    /// so that it does not have to fit into memory.
    ///
    /// ```
    /// let upload = backendless::Upload::file("photo.png");
    /// ```
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::Replayable(Replayable::File(path.into())))
    }

    /// Creates an upload of the bytes of a stream. `length` is the total number of bytes, if it is known.
    ///
    /// The upload fails if the stream returns an error or another number of bytes. A stream can be read only once, so
    /// such an upload is never sent again, whatever the [`RetryPolicy`](crate::RetryPolicy).
    ///
    /// ```
    /// use backendless::Upload;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let lines = futures_util::stream::iter([Ok::<_, std::io::Error>("one\n"), Ok("two\n")]);
    /// let info = client.files().upload("lines.txt", Upload::stream(lines, None)).await?;
    /// assert_eq!(client.files().download(&info).await?.bytes().await?, "one\ntwo\n");
    /// # });
    /// ```
    pub fn stream<S, B, E>(stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Into<Bytes>,
        E: Into<BoxError>,
    {
        Self(Source::Stream(
            Box::pin(Converted(Box::pin(stream))),
            length,
        ))
    }

    /// Returns the content for another attempt, if it can be read again.
    fn replayable(&self) -> Option<Replayable> {
        match &self.0 {
            Source::Replayable(source) => Some(source.clone()),
            Source::Stream(..) => None,
        }
    }

    /// Returns the kind of the error if the content cannot be read.
    fn failure_kind(&self) -> ErrorKind {
        match self.0 {
            Source::Replayable(Replayable::File(_)) => ErrorKind::Io,
            Source::Replayable(Replayable::Bytes(_)) | Source::Stream(..) => {
                ErrorKind::ConnectionLost
            }
        }
    }

    /// Opens the content: its chunks and, if it is known, its length in bytes.
    async fn open(self, operation: &'static Operation) -> Result<(Content, Option<u64>)> {
        match self.0 {
            Source::Replayable(Replayable::Bytes(bytes)) => {
                let length = bytes.len() as u64;
                Ok((Box::pin(Chunks(bytes)), Some(length)))
            }
            Source::Stream(_, Some(length)) if i64::try_from(length).is_err() => {
                let problem = format!("length {length} exceeds the range of i64");
                Err(Error::invalid_argument(problem).with_operation(operation))
            }
            Source::Stream(chunks, length) => Ok((chunks, length)),
            Source::Replayable(Replayable::File(path)) => {
                let opened = open_file(&path).await;
                opened.map_err(|error| {
                    Error::new(ErrorKind::Io, format!("{}: {error}", path.display()))
                        .with_operation(operation)
                        .with_source(error)
                })
            }
        }
    }
}

async fn open_file(path: &std::path::Path) -> std::io::Result<(Content, Option<u64>)> {
    // Checked before opening: opening a named pipe blocks until its other end is opened.
    if !tokio::fs::metadata(path).await?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    let file = tokio::fs::File::open(path).await?;
    let metadata = file.metadata().await?;
    // The length is already declared: a file that grows meanwhile is truncated.
    let reader = ReaderStream::with_capacity(file.take(metadata.len()), CHUNK_SIZE);
    Ok((Box::pin(Converted(Box::pin(reader))), Some(metadata.len())))
}

/// Prints the kind of the source, and no content.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.0 {
            Source::Replayable(Replayable::Bytes(_)) => "bytes",
            Source::Replayable(Replayable::File(_)) => "file",
            Source::Stream(..) => "stream",
        };
        f.debug_tuple("Upload").field(&source).finish()
    }
}

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

impl sealed::HttpHeaders for UploadFileParameters {}

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

#[cfg(feature = "raw")]
impl Multipart {
    /// Creates the form that the service expects: one part, `file`, with the name `file_name` and a media type that is guessed
    /// from the name.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use backendless::{Upload, raw};
    ///
    /// let form = raw::Multipart::new("a.txt", Upload::bytes("one"));
    /// let stored: backendless::FileInfo = client.send(raw::upload_file("a.txt", None, form)?).await?;
    /// assert_eq!(client.files().download(&stored).await?.bytes().await?, "one");
    /// # });
    /// ```
    #[must_use]
    pub fn new(file_name: &str, upload: Upload) -> Self {
        multipart(&UPLOAD_FILE, file_name, upload, None, None)
    }
}

/// Creates the form whose content is appended to the file at `path`.
pub(super) fn append_form(path: &str, upload: Upload) -> Multipart {
    let file_name = path.rsplit('/').next().unwrap_or_default();
    multipart(&APPEND_FROM_URL, file_name, upload, None, None)
}

fn multipart(
    operation: &'static Operation,
    file_name: &str,
    upload: Upload,
    media_type: Option<String>,
    on_progress: Option<OnProgress>,
) -> Multipart {
    let progress = Progress::default();
    let source = UploadSource {
        replay: upload.replayable(),
        upload: Some(upload),
        part: FilePart {
            operation,
            file_name: file_name.to_owned(),
            media_type,
            progress: progress.clone(),
            on_progress: on_progress.map(|report| Arc::new(Mutex::new(report))),
        },
    };
    Multipart {
        source: Box::new(source),
        progress,
    }
}

/// Response to an upload.
#[derive(Deserialize)]
struct Uploaded {
    #[serde(rename = "fileURL")]
    file_url: String,
}

/// Opens the form of an upload, once per attempt.
struct UploadSource {
    /// The content of the next attempt; `None` if it was sent and cannot be sent again.
    upload: Option<Upload>,
    replay: Option<Replayable>,
    part: FilePart,
}

/// The part of the form, without its content.
#[derive(Clone)]
struct FilePart {
    /// The operation that sends the form, for errors.
    operation: &'static Operation,
    file_name: String,
    media_type: Option<String>,
    progress: Progress,
    on_progress: Option<Arc<Mutex<OnProgress>>>,
}

impl FormSource for UploadSource {
    fn open(&mut self) -> Pin<Box<dyn Future<Output = Result<Form>> + Send>> {
        let replay = self
            .replay
            .clone()
            .map(|source| Upload(Source::Replayable(source)));
        let upload = std::mem::replace(&mut self.upload, replay);
        let part = self.part.clone();
        Box::pin(async move {
            let upload = upload.ok_or_else(|| {
                Error::internal("the content was sent already").with_operation(part.operation)
            })?;
            part.form(upload).await
        })
    }

    fn is_replayable(&self) -> bool {
        self.replay.is_some()
    }
}

impl FilePart {
    /// Creates the form that the service expects: one part, `file`, with a file name and a media type.
    async fn form(self, upload: Upload) -> Result<Form> {
        if self.file_name.contains(char::is_control) {
            let problem = "the file name contains a control character";
            return Err(Error::invalid_argument(problem).with_operation(self.operation));
        }
        let failure = upload.failure_kind();
        let (content, length) = upload.open(self.operation).await?;
        let observed = Observed {
            content,
            failure,
            progress: self.progress,
            sent: 0,
            length,
            is_reported: false,
            on_progress: self.on_progress,
        };
        let guessed = mime_guess::from_path(&self.file_name).first_or_octet_stream();
        let media_type = self.media_type.unwrap_or_else(|| guessed.to_string());
        if !is_media_type(&media_type) {
            let problem = format!("content_type {media_type:?} is not a media type");
            return Err(Error::invalid_argument(problem).with_operation(self.operation));
        }
        Ok(Form {
            field: "file",
            file_name: self.file_name,
            media_type,
            length,
            content: Box::pin(observed),
        })
    }
}

/// Stream of the chunks of some bytes, which are not copied.
struct Chunks(Bytes);

impl Stream for Chunks {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.len().min(CHUNK_SIZE);
        Poll::Ready(match next {
            0 => None,
            _ => Some(Ok(self.0.split_to(next))),
        })
    }
}

/// Stream of the caller, with converted items.
struct Converted<S>(Pin<Box<S>>);

impl<S, B, E> Stream for Converted<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = ready!(self.0.as_mut().poll_next(context));
        Poll::Ready(chunk.map(|chunk| chunk.map(Into::into).map_err(Into::into)))
    }
}

/// Content that checks its length and reports its progress while it is sent.
struct Observed {
    content: Content,
    /// Kind of the error if the content cannot be read.
    failure: ErrorKind,
    progress: Progress,
    sent: u64,
    length: Option<u64>,
    /// Whether the callback was called.
    is_reported: bool,
    on_progress: Option<Arc<Mutex<OnProgress>>>,
}

impl Observed {
    /// Polls the next chunk, and converts a panic of the caller's stream to an error. A panic would end the task that
    /// sends the body, and over HTTP/2 the request would then wait until it times out.
    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let content = self.content.as_mut();
        let poll = catch_unwind(AssertUnwindSafe(|| content.poll_next(context)));
        poll.unwrap_or_else(|_| Poll::Ready(Some(Err("the stream panicked".into()))))
    }

    /// Returns an error if the content has another length than declared: the form would be truncated at the declared
    /// length, or remain incomplete.
    fn checked(&self, chunk: Option<Result<Bytes, BoxError>>) -> Option<Result<Bytes, BoxError>> {
        match (chunk, self.length) {
            (Some(Ok(chunk)), Some(length)) if self.sent + chunk.len() as u64 > length => {
                let problem =
                    format!("the content is longer than the {length} bytes that were declared");
                Some(Err(problem.into()))
            }
            (None, Some(length)) if self.sent < length => {
                let problem =
                    format!("the content is shorter than the {length} bytes that were declared");
                Some(Err(problem.into()))
            }
            (chunk, _) => chunk,
        }
    }

    /// Calls the caller's callback, and converts a panic to an error. A panic would end the task that drives the
    /// connection, without an error of the request.
    fn report(&mut self) -> Result<(), BoxError> {
        self.is_reported = true;
        let Some(report) = &self.on_progress else {
            return Ok(());
        };
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        let call = AssertUnwindSafe(|| report(self.sent, self.length));
        catch_unwind(call).map_err(|_| "the progress callback panicked".into())
    }
}

impl Stream for Observed {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Poll::Ready(chunk) = this.next(context) else {
            let sent = this.sent;
            this.progress
                .set_stage(TransferStage::WaitingForSource { sent });
            return Poll::Pending;
        };
        this.progress.step();
        let chunk = this.checked(chunk);
        if matches!(chunk, Some(Err(_))) {
            this.progress.fail(this.failure);
        }
        let bytes = match &chunk {
            Some(Ok(bytes)) => bytes.len() as u64,
            Some(Err(_)) | None => 0,
        };
        this.sent += bytes;
        if bytes > 0 {
            this.progress
                .set_stage(TransferStage::Sending { sent: this.sent });
        }
        // Empty content has no chunks, and is reported at its end.
        let is_due = bytes > 0 || (chunk.is_none() && !this.is_reported);
        if is_due && let Err(panicked) = this.report() {
            this.progress.fail(ErrorKind::ConnectionLost);
            return Poll::Ready(Some(Err(panicked)));
        }
        if chunk.is_none() {
            this.progress.set_stage(TransferStage::Sent);
        }
        Poll::Ready(chunk)
    }
}
