//! All rows of a search, page after page.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Object;
use super::find::{MAX_PAGE_SIZE, Query};
use crate::request::RequestFuture;
use crate::transport::Settings;
use crate::{Client, Error, Result};

/// Every row of a search, in order; made by [`Find::stream`](super::Find::stream).
///
/// Pages of 100 rows, or of the search's page size, are read by offset as the rows are asked for;
/// the end is a page with fewer rows than that. After an error the stream ends. Dropping it ends
/// the calls that are under way.
///
/// Offsets count rows as they are when a page is read: where rows are made or deleted in the
/// meantime, a row may come twice or not at all. Sort by a column that does not change, `created`
/// say, so that new rows come last, or page [`by_key`](Self::by_key).
#[must_use = "a stream reads nothing before it is polled"]
pub struct ObjectStream<T> {
    client: Client,
    query: Query,
    settings: Settings,
    page_size: u32,
    /// Where the next page to be asked for begins.
    next: Next,
    by_key: bool,
    concurrency: usize,
    pages: VecDeque<Page<T>>,
    rows: std::vec::IntoIter<Object<T>>,
    is_over: bool,
}

/// Nothing in it is pinned in place: the calls are boxed, and rows are plain values.
impl<T> Unpin for ObjectStream<T> {}

#[derive(Debug)]
enum Next {
    Offset(u64),
    /// Behind the row with this id; at the first row where there is none.
    Key(Option<String>),
    /// It is not known yet, or there is none.
    Unknown,
}

enum Page<T> {
    Coming(RequestFuture<Vec<Object<T>>>),
    Here(Result<Vec<Object<T>>>),
}

impl<T> ObjectStream<T> {
    pub(super) fn new(
        client: Client,
        mut query: Query,
        settings: Settings,
        concurrency: usize,
    ) -> Self {
        let page_size = *query.page_size.get_or_insert(MAX_PAGE_SIZE);
        Self {
            next: Next::Offset(query.offset.unwrap_or(0)),
            client,
            query,
            settings,
            page_size,
            concurrency,
            pages: VecDeque::new(),
            rows: Vec::new().into_iter(),
            by_key: false,
            is_over: false,
        }
    }

    /// Pages by the rows' ids in place of offsets: the rows come sorted by `objectId`, and each page
    /// is the rows behind the last one of the page before.
    ///
    /// So every row that is there from the beginning to the end comes exactly once, whatever rows are
    /// made or deleted in the meantime; of those, some come and some do not. A page far into the table
    /// costs the service no more than the first. As each page needs the one before it,
    /// [`concurrency`](Self::concurrency) has no effect.
    ///
    /// A search with an order, an offset or groups of its own is refused: the first item is an
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut all = notes.find().page_size(2).stream().by_key();
    /// while let Some(note) = all.try_next().await? {
    ///     // Deleting the row moves no other one out of the way.
    ///     notes.delete(&note.object_id).await?;
    /// }
    /// assert_eq!(notes.count().await?, 0);
    /// # });
    /// ```
    pub fn by_key(mut self) -> Self {
        self.by_key = true;
        self.next = match self.query.sort_by_key() {
            Ok(()) => Next::Key(None),
            Err(error) => {
                self.pages.push_back(Page::Here(Err(error)));
                Next::Unknown
            }
        };
        self
    }

    /// Reads up to this many pages at the same time; they still come in order. The default is 1,
    /// the most 100; 0 is taken for 1.
    ///
    /// Some pages past the end are asked for in vain, and pages are read before anybody asks for
    /// their rows: up to `pages` of them are held in memory. Calls go on
    /// only while the stream is polled: a reader that pauses for longer than a call may take should
    /// leave it at 1.
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.concurrency = pages.clamp(1, 100);
        self
    }
}

impl<T: DeserializeOwned + Send + 'static> ObjectStream<T> {
    /// Asks for pages until as many are under way as may be.
    fn ask(&mut self) {
        while self.pages.len() < self.concurrency
            && let Some(query) = self.next_query()
        {
            let request = query
                .request(&self.client)
                .with_settings(self.settings.clone());
            self.pages.push_back(Page::Coming(request.into_future()));
        }
    }

    fn next_query(&mut self) -> Option<Query> {
        let mut query = self.query.clone();
        match std::mem::replace(&mut self.next, Next::Unknown) {
            Next::Offset(offset) => {
                // Past the range of offsets there is no page.
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

    /// Takes the first page when it is here.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<Object<T>>>>> {
        self.drive(context);
        match self.pages.pop_front() {
            Some(Page::Here(rows)) => Poll::Ready(Some(rows)),
            Some(coming) => {
                self.pages.push_front(coming);
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    /// Lets all calls that are under way go on. Left alone while rows are handed out, they would run
    /// into their time limits.
    fn drive(&mut self, context: &mut Context<'_>) {
        for page in &mut self.pages {
            if let Page::Coming(call) = page
                && let Poll::Ready(rows) = call.as_mut().poll(context)
            {
                *page = Page::Here(rows);
            }
        }
    }

    fn end(&mut self) {
        self.is_over = true;
        self.pages.clear();
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream for ObjectStream<T> {
    type Item = Result<Object<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.rows.next() {
                this.drive(context);
                return Poll::Ready(Some(Ok(row)));
            }
            if this.is_over {
                return Poll::Ready(None);
            }
            this.ask();
            match std::task::ready!(this.poll_page(context)) {
                Some(Ok(rows)) => {
                    if u32::try_from(rows.len()).is_ok_and(|count| count < this.page_size) {
                        this.end();
                    } else if this.by_key {
                        this.next = Next::Key(rows.last().map(|row| row.object_id.clone()));
                    }
                    this.rows = rows.into_iter();
                }
                Some(Err(error)) => {
                    this.end();
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.end(),
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
