//! Content of a local file, which is read ahead while earlier parts of it are sent.

use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::prepared::BoxError;

/// Minimum and maximum size in bytes of a read. In memory are the part that is sent, the next one, and the one before them
/// while the connection still holds its last chunk.
const MIN_READ: usize = 64 * 1024;
const MAX_READ: usize = 1024 * 1024;

/// Reads a file on tokio's threads for blocking calls, one part ahead of the connection.
///
/// Each read is handed over from one thread to another, which takes longer than the read itself if it is small. So reads
/// become larger while the connection waits for them. The chunks that are sent remain small, because an upload times out if
/// none is sent within the attempt timeout.
pub(super) struct ReadAhead {
    /// `None` while it is read, and after a failure.
    file: Option<File>,
    read: Option<JoinHandle<(File, io::Result<Bytes>)>>,
    /// What was read and is not sent yet.
    ready: Bytes,
    /// The number of bytes that are not read yet.
    remaining: u64,
    read_size: usize,
    /// Whether the connection waited for the read in progress.
    is_awaited: bool,
    chunk_size: usize,
}

impl ReadAhead {
    /// Reads the first `length` bytes of `file`, and returns them in chunks of at most `chunk_size` bytes.
    pub(super) fn new(file: File, length: u64, chunk_size: usize) -> Self {
        Self {
            file: Some(file),
            read: None,
            ready: Bytes::new(),
            remaining: length,
            read_size: MIN_READ,
            is_awaited: false,
            chunk_size,
        }
    }

    /// Starts the next read, unless one is in progress or the end is reached.
    fn start_read(&mut self) {
        if self.remaining == 0 {
            return;
        }
        let Some(mut file) = self.file.take() else {
            return;
        };
        let length = self.remaining.min(self.read_size as u64);
        self.read = Some(spawn_blocking(move || {
            let read = read(&mut file, length);
            (file, read)
        }));
    }

    /// Polls the read in progress; an empty part is the end of the file.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        self.start_read();
        let Some(read) = &mut self.read else {
            return Poll::Ready(Ok(Bytes::new()));
        };
        let Poll::Ready(finished) = Pin::new(read).poll(context) else {
            if !std::mem::replace(&mut self.is_awaited, true) {
                self.read_size = (2 * self.read_size).min(MAX_READ);
            }
            return Poll::Pending;
        };
        self.read = None;
        self.is_awaited = false;
        let (file, read) = finished.map_err(io::Error::other)?;
        let part = read?;
        self.remaining = match part.len() as u64 {
            // The file became shorter.
            0 => 0,
            length => self.remaining.saturating_sub(length),
        };
        self.file = Some(file);
        Poll::Ready(Ok(part))
    }
}

impl Stream for ReadAhead {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ready.is_empty() {
            this.ready = match ready!(this.poll_read(context)) {
                Ok(part) if part.is_empty() => return Poll::Ready(None),
                Ok(part) => part,
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            };
            this.start_read();
        }
        let length = this.ready.len().min(this.chunk_size);
        Poll::Ready(Some(Ok(this.ready.split_to(length))))
    }
}

/// Reads `length` bytes, or up to the end of the file.
fn read(file: &mut File, length: u64) -> io::Result<Bytes> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(MAX_READ));
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::Write;

    use super::*;

    const CHUNK: usize = 1000;

    /// A file of `length` bytes, all different from their neighbours.
    fn file(length: usize) -> (File, Vec<u8>) {
        let content: Vec<u8> = (0..length)
            .map(|index| u8::try_from(index % 251).unwrap())
            .collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        (file, content)
    }

    async fn next(content: &mut ReadAhead) -> Option<Result<Bytes, BoxError>> {
        poll_fn(|context| Pin::new(&mut *content).poll_next(context)).await
    }

    #[tokio::test]
    async fn content_is_that_of_the_file_whatever_the_size_of_the_reads() {
        for length in [0, 1, CHUNK, MIN_READ, MIN_READ + 1, 5 * MAX_READ + 7] {
            let (file, expected) = file(length);
            let mut content = ReadAhead::new(file, length as u64, CHUNK);
            let mut received = Vec::new();
            while let Some(chunk) = next(&mut content).await {
                let chunk = chunk.unwrap();
                assert!((1..=CHUNK).contains(&chunk.len()));
                received.extend_from_slice(&chunk);
            }
            assert!(received == expected, "{length}");
            assert!(next(&mut content).await.is_none());
        }
    }

    #[tokio::test]
    async fn file_that_grows_is_truncated_and_one_that_shrinks_ends_early() {
        let (longer, expected) = file(MIN_READ + 10);
        let mut content = ReadAhead::new(longer, 10, CHUNK);
        assert_eq!(next(&mut content).await.unwrap().unwrap(), expected[..10]);
        assert!(next(&mut content).await.is_none());
        let (shorter, expected) = file(10);
        let mut content = ReadAhead::new(shorter, 20, CHUNK);
        assert_eq!(next(&mut content).await.unwrap().unwrap(), expected);
        assert!(next(&mut content).await.is_none());
    }

    #[tokio::test]
    async fn failed_read_is_an_error_and_the_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let write_only = File::options().append(true).open(file.path()).unwrap();
        let mut content = ReadAhead::new(write_only, 10, CHUNK);
        assert!(next(&mut content).await.unwrap().is_err());
        assert!(next(&mut content).await.is_none());
    }

    #[tokio::test]
    async fn next_part_is_read_while_a_part_is_sent() {
        let (file, _) = file(3 * MIN_READ);
        let mut content = ReadAhead::new(file, 3 * MIN_READ as u64, MIN_READ);
        next(&mut content).await.unwrap().unwrap();
        assert!(content.read.is_some());
    }
}
