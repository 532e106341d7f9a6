//! Forms of uploads, read part by part with limits on everything but the content of files.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use futures_core::Stream;
use tokio::time::{Instant, timeout};

use crate::limits::Limits;
use crate::service_error::{ServiceError, code};

/// Maximum number of parts of a form.
const MAX_PARTS: usize = 100;

/// Maximum size of the headers of a part, in bytes. The piece of the body that exceeds it is read.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// Maximum size of all parts that are not the file, in bytes.
const MAX_SKIPPED_BYTES: usize = 1024 * 1024;

/// A form of the type `multipart/form-data`.
pub(crate) struct UploadForm {
    form: Multipart,
    header: Arc<HeaderMeter>,
    parts: usize,
    skipped_bytes: usize,
    time: RemainingTime,
}

impl<S: Send + Sync> FromRequest<S> for UploadForm {
    type Rejection = MultipartRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, MultipartRejection> {
        let limits = request.extensions().get::<Limits>().copied();
        let header = Arc::new(HeaderMeter::default());
        let metered = |body: Body| {
            Body::from_stream(Metered {
                body: body.into_data_stream(),
                header: Arc::clone(&header),
                has_paused: true,
            })
        };
        let form = Multipart::from_request(request.map(metered), state).await?;
        Ok(UploadForm {
            form,
            header,
            parts: 0,
            skipped_bytes: 0,
            time: RemainingTime(limits.unwrap_or_default().body_timeout),
        })
    }
}

impl UploadForm {
    /// Returns the next part; `None` at the end of the form. The previous part must have been read
    /// or skipped to its end.
    pub(crate) async fn next_part(&mut self) -> Result<Option<Part<'_>>, ServiceError> {
        self.header.start();
        let field = self.time.limit(self.form.next_field()).await;
        let is_too_large = self.header.stop();
        let field = match field? {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(None),
            Err(_) if is_too_large => {
                return Err(too_large("headers of a part", MAX_HEADER_BYTES));
            }
            Err(error) => return Err(incomplete(error)),
        };
        self.parts += 1;
        if self.parts > MAX_PARTS {
            let problem = format!("the form has more than {MAX_PARTS} parts");
            return Err(ServiceError::new(code::UPLOAD_FAILED, problem));
        }
        Ok(Some(Part {
            field,
            skipped_bytes: &mut self.skipped_bytes,
            time: &mut self.time,
        }))
    }
}

/// A part of a form.
pub(crate) struct Part<'f> {
    field: Field<'f>,
    skipped_bytes: &'f mut usize,
    time: &'f mut RemainingTime,
}

impl Part<'_> {
    pub(crate) fn name(&self) -> Option<&str> {
        self.field.name()
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.field.content_type()
    }

    /// Returns the next bytes of the part; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, ServiceError> {
        self.field.chunk().await.map_err(incomplete)
    }

    /// Reads and discards the part.
    pub(crate) async fn skip(mut self) -> Result<(), ServiceError> {
        while let Some(piece) = self
            .time
            .limit(self.field.chunk())
            .await?
            .map_err(incomplete)?
        {
            *self.skipped_bytes += piece.len();
            if *self.skipped_bytes > MAX_SKIPPED_BYTES {
                return Err(too_large("parts other than the file", MAX_SKIPPED_BYTES));
            }
        }
        Ok(())
    }
}

/// The time that is left for everything but the content of the file, however it is divided.
struct RemainingTime(Duration);

impl RemainingTime {
    /// Runs `future` within the remaining time.
    async fn limit<F: Future>(&mut self, future: F) -> Result<F::Output, ServiceError> {
        let started = Instant::now();
        let output = timeout(self.0, future).await;
        self.0 = self.0.saturating_sub(started.elapsed());
        output.map_err(|_| {
            let problem = "the parts of the form other than the file took too long";
            ServiceError::new(code::UPLOAD_FAILED, problem)
        })
    }
}

fn incomplete(_: MultipartError) -> ServiceError {
    ServiceError::new(code::UPLOAD_FAILED, "the form is incomplete")
}

fn too_large(what: &str, max: usize) -> ServiceError {
    let problem = format!("the {what} of the form are larger than {max} bytes");
    ServiceError::new(code::UPLOAD_FAILED, problem)
}

/// Counts the bytes that are read until the headers of a part are complete.
#[derive(Debug, Default)]
struct HeaderMeter {
    is_reading: AtomicBool,
    bytes: AtomicUsize,
}

impl HeaderMeter {
    fn start(&self) {
        self.bytes.store(0, Ordering::Relaxed);
        self.is_reading.store(true, Ordering::Relaxed);
    }

    /// Whether the headers are too large to read on.
    fn is_full(&self) -> bool {
        self.is_reading.load(Ordering::Relaxed)
            && self.bytes.load(Ordering::Relaxed) > MAX_HEADER_BYTES
    }

    /// Ends the count and returns whether the headers were too large.
    fn stop(&self) -> bool {
        let is_full = self.is_full();
        self.is_reading.store(false, Ordering::Relaxed);
        is_full
    }
}

/// A body that fails once the headers of a part are too large. It yields after each piece, because
/// the parser reads until nothing is available before it looks at what it has read.
struct Metered {
    body: BodyDataStream,
    header: Arc<HeaderMeter>,
    /// Whether the last piece was followed by a pause.
    has_paused: bool,
}

impl Stream for Metered {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, axum::Error>>> {
        if !self.has_paused {
            self.has_paused = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.header.is_full() {
            let error = std::io::Error::from(std::io::ErrorKind::InvalidData);
            return Poll::Ready(Some(Err(axum::Error::new(error))));
        }
        let polled = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.has_paused = false;
            self.header.bytes.fetch_add(piece.len(), Ordering::Relaxed);
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_limits_of_a_form() {
        let limits = format!(
            "| form of an upload | {MAX_PARTS} parts, {} KiB of headers each, {} MiB besides the file |",
            MAX_HEADER_BYTES >> 10,
            MAX_SKIPPED_BYTES >> 20
        );
        assert!(crate::README.contains(&limits), "{limits}");
    }
}
