//! The form of an upload, with content that reports its progress.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use super::source::{Replayable, Upload};
#[cfg(feature = "raw")]
use crate::operations::UPLOAD_FILE;
use crate::operations::{APPEND_FROM_URL, Operation};
use crate::prepared::{BoxError, Content, Form, FormSource, Multipart, Progress, TransferStage};
use crate::transport::is_media_type;
use crate::{Error, ErrorKind, Result};

pub(super) type OnProgress = Box<dyn FnMut(u64, Option<u64>) + Send>;

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

/// Creates the form of an upload. `operation` sends it.
pub(super) fn multipart(
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
        let replay = self.replay.clone().map(Upload::again);
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
