//! Uploads: where the bytes come from, and how they are sent.

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
use crate::operations::UPLOAD_FILE;
use crate::prepared::{BoxError, Content, Form, FormSource, Multipart, Progress};
use crate::request::{Request, RequestFuture, sealed};
use crate::transport::is_media_type;
use crate::{Error, ErrorKind, Result};

/// How much is read and sent at once. An upload has stalled when none of these went out for the time of
/// an attempt, so larger ones would be faster, and refuse slower lines.
const PIECE: usize = 64 * 1024;

type OnProgress = Box<dyn FnMut(u64, Option<u64>) + Send>;

/// Where the bytes of an upload come from.
///
/// ```
/// use backendless::Upload;
///
/// let from_memory = Upload::bytes("some text");
/// let from_disk = Upload::file("photo.png");
/// let lines = futures_util::stream::iter([Ok::<_, std::io::Error>("one\n"), Ok("two\n")]);
/// let as_they_come = Upload::stream(lines, Some(8));
/// ```
pub struct Upload(Source);

enum Source {
    Replayable(Replayable),
    Stream(Content, Option<u64>),
}

/// Bytes that can be had again, for another attempt.
#[derive(Clone)]
enum Replayable {
    Bytes(Bytes),
    File(PathBuf),
}

impl Upload {
    /// Uploads these bytes.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Source::Replayable(Replayable::Bytes(bytes.into())))
    }

    /// Uploads a file of this machine. It is opened and sized when the upload is sent, and read in
    /// pieces, so that it does not have to fit into memory.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::Replayable(Replayable::File(path.into())))
    }

    /// Uploads what a stream gives, of `length` bytes in all if that is known.
    ///
    /// An error of the stream ends the upload, and so does another number of bytes. A stream can be
    /// read only once, so such an upload is never sent again, whatever the
    /// [`RetryPolicy`](crate::RetryPolicy).
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

    /// The same again, if it can be had again.
    fn replayable(&self) -> Option<Replayable> {
        match &self.0 {
            Source::Replayable(source) => Some(source.clone()),
            Source::Stream(..) => None,
        }
    }

    fn failure_kind(&self) -> ErrorKind {
        match self.0 {
            Source::Replayable(Replayable::File(_)) => ErrorKind::Io,
            Source::Replayable(Replayable::Bytes(_)) | Source::Stream(..) => {
                ErrorKind::ConnectionLost
            }
        }
    }

    /// The bytes as pieces, and how many there are.
    async fn open(self) -> Result<(Content, Option<u64>)> {
        match self.0 {
            Source::Replayable(Replayable::Bytes(bytes)) => {
                let length = bytes.len() as u64;
                Ok((Box::pin(Cut(bytes)), Some(length)))
            }
            Source::Stream(_, Some(length)) if i64::try_from(length).is_err() => {
                let problem = format!("the length {length} is past the range of i64");
                Err(Error::invalid_argument(problem).with_operation(&UPLOAD_FILE))
            }
            Source::Stream(pieces, length) => Ok((pieces, length)),
            Source::Replayable(Replayable::File(path)) => {
                let opened = open_file(&path).await;
                opened.map_err(|error| {
                    Error::new(ErrorKind::Io, format!("{}: {error}", path.display()))
                        .with_operation(&UPLOAD_FILE)
                        .with_source(error)
                })
            }
        }
    }
}

async fn open_file(path: &std::path::Path) -> std::io::Result<(Content, Option<u64>)> {
    // Before it is opened: to open a pipe is to wait for its other end.
    if !tokio::fs::metadata(path).await?.is_file() {
        return Err(std::io::Error::other("is no regular file"));
    }
    let file = tokio::fs::File::open(path).await?;
    let metadata = file.metadata().await?;
    // A file that grows in the meantime is cut off at the length that was promised.
    let reader = ReaderStream::with_capacity(file.take(metadata.len()), PIECE);
    Ok((Box::pin(Converted(Box::pin(reader))), Some(metadata.len())))
}

/// Tells where the bytes come from, and none of them.
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
    /// Whether a file that is there is replaced. With `true`, the call is idempotent.
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.parameters.overwrite = Some(overwrite);
        self
    }

    /// The media type of the file, as `image/png`. Without it, it is guessed from the name.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.parameters.content_type = Some(media_type.into());
        self
    }

    /// Calls `report` with each piece: how many bytes were handed to the connection so far, and how
    /// many there are in all, if that is known. Another attempt counts from the start again. If
    /// `report` panics, the upload ends with an error.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use backendless::Upload;
    ///
    /// client.files()
    ///     .upload("a.bin", Upload::bytes(vec![0; 100_000]))
    ///     .on_progress(|sent, total| println!("{sent} of {total:?} bytes"))
    ///     .await?;
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
        let form = multipart(file_name, upload, content_type, on_progress);
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

impl Multipart {
    /// Creates the form that the service expects: one part, `file`, with the name `file_name` and a media type that is guessed
    /// from the name.
    ///
    /// ```
    /// # #[cfg(feature = "raw")]
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
        multipart(file_name, upload, None, None)
    }
}

fn multipart(
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
                Error::internal("the content was sent already").with_operation(&UPLOAD_FILE)
            })?;
            part.form(upload).await
        })
    }

    fn is_replayable(&self) -> bool {
        self.replay.is_some()
    }
}

impl FilePart {
    /// Creates the form that the service expects: one part, `file`, with a name and a media type.
    async fn form(self, upload: Upload) -> Result<Form> {
        let failure = upload.failure_kind();
        let (content, length) = upload.open().await?;
        let observed = Observed {
            content,
            failure,
            progress: self.progress,
            sent: 0,
            length,
            on_progress: self.on_progress,
        };
        let guessed = mime_guess::from_path(&self.file_name).first_or_octet_stream();
        let media_type = self.media_type.unwrap_or_else(|| guessed.to_string());
        if !is_media_type(&media_type) {
            let problem = format!("content_type {media_type:?} is not a media type");
            return Err(Error::invalid_argument(problem).with_operation(&UPLOAD_FILE));
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

/// Bytes in pieces, without a copy.
struct Cut(Bytes);

impl Stream for Cut {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.len().min(PIECE);
        Poll::Ready(match next {
            0 => None,
            _ => Some(Ok(self.0.split_to(next))),
        })
    }
}

/// A stream of the caller's, with items of one type.
struct Converted<S>(Pin<Box<S>>);

impl<S, B, E> Stream for Converted<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = ready!(self.0.as_mut().poll_next(context));
        Poll::Ready(piece.map(|piece| piece.map(Into::into).map_err(Into::into)))
    }
}

/// Content that report themselves as they are taken.
struct Observed {
    content: Content,
    /// The kind of the error when the pieces cannot be read.
    failure: ErrorKind,
    progress: Progress,
    sent: u64,
    length: Option<u64>,
    on_progress: Option<Arc<Mutex<OnProgress>>>,
}

impl Observed {
    /// The next piece. A panic of the caller's stream would end the task that sends it, and over
    /// HTTP/2 nobody would hear of that before the time is over; so it is made an error.
    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let content = self.content.as_mut();
        let poll = catch_unwind(AssertUnwindSafe(|| content.poll_next(context)));
        poll.unwrap_or_else(|_| Poll::Ready(Some(Err("the stream panicked".into()))))
    }

    /// Takes another number of bytes than was promised for a failure: the form would be cut off at
    /// the promised length, in the middle of them, or never come to its end.
    fn checked(&self, piece: Option<Result<Bytes, BoxError>>) -> Option<Result<Bytes, BoxError>> {
        match (piece, self.length) {
            (Some(Ok(piece)), Some(length)) if self.sent + piece.len() as u64 > length => {
                let problem = format!("there are more than the {length} bytes that were promised");
                Some(Err(problem.into()))
            }
            (None, Some(length)) if self.sent < length => {
                let problem = format!("there are fewer than the {length} bytes that were promised");
                Some(Err(problem.into()))
            }
            (piece, _) => piece,
        }
    }

    /// Reports how far it is. A panic of the caller's closure would end the task that drives the
    /// connection, of which the caller learns nothing; so it is made an error.
    fn report(&self) -> Result<(), BoxError> {
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
        let piece = ready!(this.next(context));
        this.progress.step();
        let piece = this.checked(piece);
        if matches!(piece, Some(Err(_))) {
            this.progress.fail(this.failure);
        }
        if let Some(Ok(bytes)) = &piece {
            this.sent += bytes.len() as u64;
            if let Err(panicked) = this.report() {
                this.progress.fail(ErrorKind::ConnectionLost);
                return Poll::Ready(Some(Err(panicked)));
            }
        }
        Poll::Ready(piece)
    }
}
