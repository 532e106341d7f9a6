//! Uploads: where the bytes come from, and how they are sent.

use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::FileInfo;
use crate::generated::raw;
use crate::operations::UPLOAD_FILE;
use crate::request::{CallFuture, Request, sendable};
use crate::transport::{CallOptions, MakeForm, Progress, finish};
use crate::{Client, Error, ErrorKind, Result};

/// How much is read and sent at once. An upload has stalled when none of these went out for the time of
/// an attempt, so larger ones would be faster, and refuse slower lines.
const PIECE: usize = 64 * 1024;

type BoxError = Box<dyn StdError + Send + Sync>;
type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;
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
    Kept(Kept),
    Stream(Pieces, Option<u64>),
}

/// Bytes that can be had again, for another attempt.
#[derive(Clone)]
enum Kept {
    Bytes(Bytes),
    File(PathBuf),
}

impl Upload {
    /// Uploads these bytes.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Source::Kept(Kept::Bytes(bytes.into())))
    }

    /// Uploads a file of this machine. It is opened and sized when the upload is sent, and read in
    /// pieces, so that it does not have to fit into memory.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::Kept(Kept::File(path.into())))
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
    fn kept(&self) -> Option<Kept> {
        match &self.0 {
            Source::Kept(kept) => Some(kept.clone()),
            Source::Stream(..) => None,
        }
    }

    fn kind_of_failure(&self) -> ErrorKind {
        match self.0 {
            Source::Kept(Kept::File(_)) => ErrorKind::Io,
            Source::Kept(Kept::Bytes(_)) | Source::Stream(..) => ErrorKind::ConnectionLost,
        }
    }

    /// The bytes as pieces, and how many there are.
    async fn open(self) -> Result<(Pieces, Option<u64>)> {
        match self.0 {
            Source::Kept(Kept::Bytes(bytes)) => {
                let length = bytes.len() as u64;
                Ok((Box::pin(Cut(bytes)), Some(length)))
            }
            Source::Stream(_, Some(length)) if i64::try_from(length).is_err() => {
                let problem = format!("the length {length} is past the range of i64");
                Err(Error::invalid_argument(problem).with_operation(&UPLOAD_FILE))
            }
            Source::Stream(pieces, length) => Ok((pieces, length)),
            Source::Kept(Kept::File(path)) => {
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

async fn open_file(path: &std::path::Path) -> std::io::Result<(Pieces, Option<u64>)> {
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
            Source::Kept(Kept::Bytes(_)) => "bytes",
            Source::Kept(Kept::File(_)) => "file",
            Source::Stream(..) => "stream",
        };
        f.debug_tuple("Upload").field(&source).finish()
    }
}

/// An upload that is about to be made; made by [`Files::upload`](super::Files::upload).
#[must_use = "a file is uploaded when the call is awaited"]
pub struct UploadFile {
    client: Client,
    path: String,
    upload: Upload,
    overwrite: Option<bool>,
    content_type: Option<String>,
    on_progress: Option<OnProgress>,
    options: CallOptions,
}

impl UploadFile {
    pub(super) fn new(client: Client, path: String, upload: Upload) -> Self {
        Self {
            client,
            path,
            upload,
            overwrite: None,
            content_type: None,
            on_progress: None,
            options: CallOptions::default(),
        }
    }

    /// Whether a file that is there is replaced. With `true`, the call is idempotent.
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = Some(overwrite);
        self
    }

    /// The media type of the file, as `image/png`. Without it, it is guessed from the name.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Calls `report` with each piece: how many bytes were handed to the connection so far, and how
    /// many there are in all, if that is known. Another attempt counts from the start again. If
    /// `report` panics, the upload ends with an error.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// use backendless::Upload;
    ///
    /// client.files()
    ///     .upload("a.bin", Upload::bytes(vec![0; 100_000]))
    ///     .on_progress(|sent, total| println!("{sent} of {total:?} bytes"))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_progress(mut self, report: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(report));
        self
    }

    fn call(mut self) -> CallFuture<'static, FileInfo> {
        let progress = Progress::new();
        let parts = Parts {
            path: self.path,
            media_type: self.content_type,
            progress: progress.clone(),
            on_progress: self.on_progress.map(|report| Arc::new(Mutex::new(report))),
        };
        self.options.progress = Some(progress);
        self.options.form = self.upload.kept().map(|kept| parts.clone().again(kept));
        let (upload, overwrite) = (self.upload, self.overwrite);
        let request = Request::new(self.client, move |raw: raw::Client| async move {
            let path = parts.path.clone();
            let form = parts.form(upload).await?;
            let answer = raw.upload_file(&path, overwrite, form).await;
            let Uploaded { file_url } = finish(answer, &UPLOAD_FILE)?;
            Ok(FileInfo::from_url(file_url))
        });
        request.with_options(self.options).call()
    }
}

sendable!([] UploadFile, 'static, FileInfo);

impl fmt::Debug for UploadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFile")
            .field("path", &self.path)
            .field("upload", &self.upload)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}

/// What the service says of a file that it has taken.
#[derive(Deserialize)]
struct Uploaded {
    #[serde(rename = "fileURL")]
    file_url: String,
}

/// What the form of an upload is made from, beside the bytes.
#[derive(Clone)]
struct Parts {
    path: String,
    media_type: Option<String>,
    progress: Progress,
    on_progress: Option<Arc<Mutex<OnProgress>>>,
}

impl Parts {
    /// Makes the form anew for each attempt after the first.
    fn again(self, kept: Kept) -> MakeForm {
        Arc::new(move || {
            let upload = Upload(Source::Kept(kept.clone()));
            Box::pin(self.clone().form(upload))
        })
    }

    /// The form that the service takes: one part, `file`, with a name and a media type.
    async fn form(self, upload: Upload) -> Result<Form> {
        let failure = upload.kind_of_failure();
        let (pieces, length) = upload.open().await?;
        let body = Body::wrap_stream(Watched {
            pieces,
            failure,
            progress: self.progress,
            sent: 0,
            length,
            on_progress: self.on_progress,
        });
        let part = match length {
            Some(length) => Part::stream_with_length(body, length),
            None => Part::stream(body),
        };
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        let guessed = mime_guess::from_path(name).first_or_octet_stream();
        let media_type = self.media_type.as_deref().unwrap_or(guessed.as_ref());
        let part = part.mime_str(media_type).map_err(|_| {
            let problem = format!("content_type {media_type:?} is no media type");
            Error::invalid_argument(problem).with_operation(&UPLOAD_FILE)
        })?;
        Ok(Form::new().part("file", part.file_name(name.to_owned())))
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

/// Pieces that report themselves as they are taken.
struct Watched {
    pieces: Pieces,
    /// The kind of the error when the pieces cannot be read.
    failure: ErrorKind,
    progress: Progress,
    sent: u64,
    length: Option<u64>,
    on_progress: Option<Arc<Mutex<OnProgress>>>,
}

impl Watched {
    /// The next piece. A panic of the caller's stream would end the task that sends it, and over
    /// HTTP/2 nobody would hear of that before the time is over; so it is made an error.
    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let pieces = self.pieces.as_mut();
        let poll = catch_unwind(AssertUnwindSafe(|| pieces.poll_next(context)));
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

impl Stream for Watched {
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
