//! Stream of all rows of a search, which reads page after page.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Object;
use super::found_rows::{FoundRows, MAX_PAGE_SIZE};
use super::paging::{Pager, Position, Step};
use super::query::Query;
use crate::request::{Request, RequestFuture};
use crate::transport::Settings;
use crate::{Client, Error, ErrorKind, Result};

/// Stream of all rows of a search, in order; created by [`Find::stream`](super::Find::stream).
///
/// It requests pages of 100 rows, or of the page size of the search, as it is polled. A server may return fewer rows: the
/// next page starts behind the rows that were received, and only an empty page is the end. The stream ends after the last
/// row or after an error. Dropping it cancels the requests in progress.
///
/// By default the pages are read by offset, which counts the rows that exist when a page is read: if rows are created
/// or deleted meanwhile, a row may be returned twice or not at all. Read [`by_key`](super::Find::by_key) if that can
/// happen, or sort by a column that does not change, such as `created`, so that new rows come last.
///
/// A server that returns the same rows for several pages, or rows that are not in the order of `by_key`, ends the stream
/// with an error of kind [`Decode`](crate::ErrorKind::Decode).
///
/// ```
/// use futures_util::TryStreamExt;
///
/// # backendless_local::doc_example!(|client| {
/// # let notes = client.data::<backendless::Record>("Note");
/// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
/// let mut all = notes.find().page_size(2).by_key().stream();
/// let mut sum = 0;
/// while let Some(note) = all.try_next().await? {
///     sum += note["n"].as_u64().unwrap_or_default();
/// }
/// assert_eq!(sum, 3);
/// # });
/// ```
#[must_use = "a stream reads nothing before it is polled"]
pub struct ObjectStream<T> {
    client: Client,
    query: Query,
    settings: Settings,
    pager: Pager,
    concurrency: usize,
    pages: VecDeque<Page<T>>,
    rows: std::vec::IntoIter<Object<T>>,
    is_finished: bool,
}

/// How the pages of a stream are read.
pub(super) enum Paging {
    Offset { concurrency: usize },
    Key,
}

// No field is structurally pinned: requests are boxed, and rows are never polled.
impl<T> Unpin for ObjectStream<T> {}

/// A requested page.
struct Page<T> {
    position: Position,
    rows: PageRows<T>,
}

enum PageRows<T> {
    Pending(RequestFuture<Received<T>>),
    Complete(Result<Received<T>>),
}

/// Rows of one response, and the number of attempts that the request took.
struct Received<T> {
    rows: Vec<Object<T>>,
    attempts: u32,
}

impl<T> ObjectStream<T> {
    pub(super) fn new(
        client: Client,
        mut query: Query,
        settings: Settings,
        paging: Paging,
    ) -> Self {
        let page_size = *query.page_size.get_or_insert(MAX_PAGE_SIZE);
        let mut pages = VecDeque::new();
        let (pager, concurrency) = match paging {
            Paging::Offset { concurrency } => {
                let pager = Pager::by_offset(query.offset.unwrap_or(0), page_size);
                (pager, concurrency)
            }
            Paging::Key => {
                let mut pager = Pager::by_key(page_size);
                if let Err(error) = query.sort_by_key()
                    && let Some(position) = pager.next()
                {
                    let rows = PageRows::Complete(Err(error));
                    pages.push_back(Page { position, rows });
                }
                (pager, 1)
            }
        };
        Self {
            client,
            query,
            settings,
            pager,
            concurrency,
            pages,
            rows: Vec::new().into_iter(),
            is_finished: false,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> ObjectStream<T> {
    /// Requests pages until the maximum number of requests is in progress.
    fn request_pages(&mut self) {
        while self.pages.len() < self.concurrency
            && let Some(position) = self.pager.next()
        {
            let page = self.request(position);
            self.pages.push_back(page);
        }
    }

    fn request(&self, position: Position) -> Page<T> {
        let mut query = self.query.clone();
        match &position {
            Position::Offset { offset, size } => {
                query.offset = Some(*offset);
                query.page_size = Some(*size);
            }
            Position::Key { after: None, .. } => {}
            Position::Key {
                after: Some(last), ..
            } => query = query.after(last),
        }
        let received = |result: Result<FoundRows<Object<T>>>, attempts| {
            let rows = result?.into_rows();
            Ok(Received { rows, attempts })
        };
        let request = Request::then(&self.client, query.prepare(&self.client), received)
            .with_settings(self.settings.clone());
        Page {
            position,
            rows: PageRows::Pending(request.into_future()),
        }
    }

    /// Returns the first page when it is complete.
    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<(Position, Result<Received<T>>)>> {
        self.poll_requests(context);
        match self.pages.pop_front() {
            Some(Page {
                position,
                rows: PageRows::Complete(rows),
            }) => Poll::Ready(Some((position, rows))),
            Some(pending) => {
                self.pages.push_front(pending);
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    /// Starts to return the rows of the page at `position`, and decides which page follows.
    fn accept(&mut self, position: Position, received: Received<T>) -> Result<()> {
        let Received { rows, attempts } = received;
        let ids = rows.iter().map(|row| row.object_id.as_str());
        let step = self.pager.record(position, ids, !self.pages.is_empty());
        let step = step.map_err(|problem| {
            Error::new(ErrorKind::Decode, problem)
                .with_operation(self.query.operation())
                .with_attempts(attempts)
        })?;
        match step {
            Step::Continue => {}
            Step::Insert(position) => {
                let page = self.request(position);
                self.pages.push_front(page);
            }
            Step::Restart => self.pages.clear(),
            Step::End => self.finish(),
        }
        self.rows = rows.into_iter();
        Ok(())
    }

    /// Polls all requests in progress, so that they do not time out while rows are returned.
    fn poll_requests(&mut self, context: &mut Context<'_>) {
        for page in &mut self.pages {
            if let PageRows::Pending(request) = &mut page.rows
                && let Poll::Ready(rows) = request.as_mut().poll(context)
            {
                page.rows = PageRows::Complete(rows);
            }
        }
    }

    fn finish(&mut self) {
        self.is_finished = true;
        self.pages.clear();
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream for ObjectStream<T> {
    type Item = Result<Object<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.rows.next() {
                this.poll_requests(context);
                return Poll::Ready(Some(Ok(row)));
            }
            if this.is_finished {
                return Poll::Ready(None);
            }
            this.request_pages();
            match std::task::ready!(this.poll_page(context)) {
                Some((position, received)) => {
                    let accepted = received.and_then(|page| this.accept(position, page));
                    if let Err(error) = accepted {
                        this.finish();
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                None => this.finish(),
            }
        }
    }
}

impl<T> fmt::Debug for ObjectStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStream")
            .field("table", &self.query.table)
            .field("pager", &self.pager)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
