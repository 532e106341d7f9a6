//! Sources of the content of an upload.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::read_ahead::ReadAhead;
use crate::operations::Operation;
use crate::prepared::{BoxError, Content};
use crate::{Error, ErrorKind, Result};

/// Size in bytes of the chunks that are sent. An upload times out if no chunk is sent within the attempt timeout: larger
/// chunks would time out on slow connections.
const CHUNK_SIZE: usize = 64 * 1024;

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
pub(super) enum Replayable {
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

    /// Content that is read again.
    pub(super) fn again(source: Replayable) -> Self {
        Self(Source::Replayable(source))
    }

    /// Returns the content for another attempt, if it can be read again.
    pub(super) fn replayable(&self) -> Option<Replayable> {
        match &self.0 {
            Source::Replayable(source) => Some(source.clone()),
            Source::Stream(..) => None,
        }
    }

    /// Returns the kind of the error if the content cannot be read.
    pub(super) fn failure_kind(&self) -> ErrorKind {
        match self.0 {
            Source::Replayable(Replayable::File(_)) => ErrorKind::Io,
            Source::Replayable(Replayable::Bytes(_)) | Source::Stream(..) => {
                ErrorKind::ConnectionLost
            }
        }
    }

    /// Opens the content: its chunks and, if it is known, its length in bytes.
    pub(super) async fn open(
        self,
        operation: &'static Operation,
    ) -> Result<(Content, Option<u64>)> {
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
    let content = ReadAhead::new(file.into_std().await, metadata.len(), CHUNK_SIZE);
    Ok((Box::pin(content), Some(metadata.len())))
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
