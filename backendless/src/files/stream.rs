//! Stream of the entries of a directory, which reads page after page.

use std::fmt;
use std::future::IntoFuture;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{FileEntry, ListFilesParameters};
use crate::data::paging::Repetition;
use crate::operations::LIST_FILES;
use crate::request::{Request, RequestFuture};
use crate::transport::Settings;
use crate::{Client, Error, ErrorKind, Result};

/// Stream of the entries of a directory, in order; created by [`ListFiles::stream`](super::ListFiles::stream).
///
/// The next page starts behind the entries that were received, and only an empty page is the end. The stream ends after
/// the last entry or after an error. Entries that are created or deleted meanwhile may be returned twice or not at all. A
/// server whose pages repeat, in any order of their entries, ends the stream with an error of kind
/// [`Decode`](crate::ErrorKind::Decode).
///
/// ```
/// use futures_util::TryStreamExt;
///
/// # backendless_local::doc_example!(|client| {
/// # let files = client.files();
/// # for n in 0..3 { files.create_directory(format!("web/{n}")).await?; }
/// let mut entries = files.list("web").page_size(2).stream();
/// while let Some(entry) = entries.try_next().await? {
///     println!("{}", entry.path());
/// }
/// # });
/// ```
#[must_use = "a stream reads nothing before it is polled"]
pub struct FileStream {
    client: Client,
    parameters: ListFilesParameters,
    settings: Settings,
    state: State,
    entries: std::vec::IntoIter<FileEntry>,
    repetition: Repetition,
}

enum State {
    /// The next page is to be requested.
    Due,
    Requested(RequestFuture<Page>),
    Finished,
}

/// Entries of one response, and the number of attempts that the request took.
struct Page {
    entries: Vec<FileEntry>,
    attempts: u32,
}

impl FileStream {
    pub(super) fn new(client: Client, parameters: ListFilesParameters, settings: Settings) -> Self {
        Self {
            client,
            parameters,
            settings,
            state: State::Due,
            entries: Vec::new().into_iter(),
            repetition: Repetition::default(),
        }
    }

    fn request(&self) -> RequestFuture<Page> {
        let page = |result: Result<Option<Vec<FileEntry>>>, attempts| {
            let entries = result?.unwrap_or_default();
            Ok(Page { entries, attempts })
        };
        Request::then(&self.client, self.parameters.prepare(), page)
            .with_settings(self.settings.clone())
            .into_future()
    }

    /// Starts to return the entries of a page, and moves to the next one.
    fn accept(&mut self, page: Page) -> Result<()> {
        let Page { entries, attempts } = page;
        if entries.is_empty() {
            self.state = State::Finished;
            return Ok(());
        }
        let offset = self.parameters.offset.unwrap_or(0);
        let digest = digest(&entries);
        if self.repetition.is_repeated(digest) {
            let problem = format!(
                "the page at offset {offset} has the same entries as an earlier page: the server ignores the offset"
            );
            return Err(Error::new(ErrorKind::Decode, problem)
                .with_operation(&LIST_FILES)
                .with_attempts(attempts));
        }
        self.parameters.offset = Some(offset.saturating_add(entries.len() as u64));
        self.entries = entries.into_iter();
        self.state = State::Due;
        Ok(())
    }
}

fn digest(entries: &[FileEntry]) -> u64 {
    let digest = |entry: &FileEntry| {
        let mut hasher = DefaultHasher::new();
        entry.path().hash(&mut hasher);
        hasher.finish()
    };
    // Independent of the order: the service need not sort the entries.
    entries.iter().map(digest).fold(0, u64::wrapping_add)
}

impl Stream for FileStream {
    type Item = Result<FileEntry, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(entry) = this.entries.next() {
                return Poll::Ready(Some(Ok(entry)));
            }
            match &mut this.state {
                State::Due => this.state = State::Requested(this.request()),
                State::Requested(request) => {
                    let page = ready!(request.as_mut().poll(context));
                    if let Err(error) = page.and_then(|page| this.accept(page)) {
                        this.state = State::Finished;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                State::Finished => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for FileStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStream")
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}
