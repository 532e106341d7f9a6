//! Stream of all rows of a search, which reads page after page.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Object;
use super::query::{MAX_PAGE_SIZE, Query};
use crate::request::RequestFuture;
use crate::transport::Settings;
use crate::{Client, Error, Result};

/// Stream of all rows of a search, in order; created by [`Find::stream`](super::Find::stream).
///
/// It requests pages of 100 rows, or of the page size of the search, as it is polled. A page with fewer rows than that
/// is the last one. The stream ends after the last row or after an error. Dropping it cancels the requests in progress.
///
/// By default the pages are read by offset, which counts the rows that exist when a page is read: if rows are created
/// or deleted meanwhile, a row may be returned twice or not at all. Read [`by_key`](super::Find::by_key) if that can
/// happen, or sort by a column that does not change, such as `created`, so that new rows come last.
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
    page_size: u32,
    /// Where the next page starts.
    next: Next,
    is_by_key: bool,
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

#[derive(Debug)]
enum Next {
    Offset(u64),
    /// After the row with this id, or at the first row.
    Key(Option<String>),
    /// Not known until the previous page is read, or there is no further page.
    Unknown,
}

enum Page<T> {
    Pending(RequestFuture<Vec<Object<T>>>),
    Complete(Result<Vec<Object<T>>>),
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
        let (is_by_key, concurrency, next) = match paging {
            Paging::Offset { concurrency } => {
                let start = query.offset.unwrap_or(0);
                (false, concurrency, Next::Offset(start))
            }
            Paging::Key => match query.sort_by_key() {
                Ok(()) => (true, 1, Next::Key(None)),
                Err(error) => {
                    pages.push_back(Page::Complete(Err(error)));
                    (true, 1, Next::Unknown)
                }
            },
        };
        Self {
            client,
            query,
            settings,
            page_size,
            next,
            is_by_key,
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
            && let Some(query) = self.next_query()
        {
            let request = query
                .request(&self.client)
                .with_settings(self.settings.clone());
            self.pages.push_back(Page::Pending(request.into_future()));
        }
    }

    fn next_query(&mut self) -> Option<Query> {
        let mut query = self.query.clone();
        match std::mem::replace(&mut self.next, Next::Unknown) {
            Next::Offset(offset) => {
                // There is no page after the greatest offset.
                if let Some(next) = offset.checked_add(self.page_size.max(1).into()) {
                    self.next = Next::Offset(next);
                }
                query.offset = Some(offset);
            }
            Next::Key(last) => {
                if let Some(last) = last {
                    query = query.after(&last);
                }
            }
            Next::Unknown => return None,
        }
        Some(query)
    }

    /// Returns the first page when it is complete.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<Object<T>>>>> {
        self.poll_requests(context);
        match self.pages.pop_front() {
            Some(Page::Complete(rows)) => Poll::Ready(Some(rows)),
            Some(pending) => {
                self.pages.push_front(pending);
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    /// Polls all requests in progress, so that they do not time out while rows are returned.
    fn poll_requests(&mut self, context: &mut Context<'_>) {
        for page in &mut self.pages {
            if let Page::Pending(request) = page
                && let Poll::Ready(rows) = request.as_mut().poll(context)
            {
                *page = Page::Complete(rows);
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
                Some(Ok(rows)) => {
                    if u32::try_from(rows.len()).is_ok_and(|count| count < this.page_size) {
                        this.finish();
                    } else if this.is_by_key {
                        this.next = Next::Key(rows.last().map(|row| row.object_id.clone()));
                    }
                    this.rows = rows.into_iter();
                }
                Some(Err(error)) => {
                    this.finish();
                    return Poll::Ready(Some(Err(error)));
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
            .field("page_size", &self.page_size)
            .field("next", &self.next)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
