//! All rows of a search, page after page.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Object;
use super::find::{LARGEST_PAGE, Query};
use crate::request::{CallFuture, Request};
use crate::transport::CallOptions;
use crate::{Client, Error, Result};

/// Every row of a search, in order; made by [`Find::stream`](super::Find::stream).
///
/// Pages of 100 rows, or of the search's page size, are read by offset as the rows are asked for;
/// the end is a page with fewer rows than that. After an error the stream ends. Dropping it ends
/// the calls that are under way.
///
/// Offsets count rows as they are when a page is read: where rows are made or deleted in the
/// meantime, a row may come twice or not at all. Sort by a column that does not change, `created`
/// say, so that new rows come last.
#[must_use = "a stream reads nothing before it is polled"]
pub struct ObjectStream<T> {
    client: Client,
    query: Query,
    options: CallOptions,
    page_size: u32,
    /// Where the next page to be asked for begins; `None` past the range of offsets.
    next: Option<u64>,
    concurrency: usize,
    pages: VecDeque<Page<T>>,
    rows: std::vec::IntoIter<Object<T>>,
    is_over: bool,
}

/// Nothing in it is pinned in place: the calls are boxed, and rows are plain values.
impl<T> Unpin for ObjectStream<T> {}

enum Page<T> {
    Coming(CallFuture<'static, Vec<Object<T>>>),
    Here(Result<Vec<Object<T>>>),
}

impl<T> ObjectStream<T> {
    pub(super) fn new(client: Client, mut query: Query, options: CallOptions) -> Self {
        let page_size = *query.page_size.get_or_insert(LARGEST_PAGE);
        Self {
            next: Some(query.offset.unwrap_or(0)),
            client,
            query,
            options,
            page_size,
            concurrency: 1,
            pages: VecDeque::new(),
            rows: Vec::new().into_iter(),
            is_over: false,
        }
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
            && let Some(offset) = self.next
        {
            self.next = offset.checked_add(self.page_size.max(1).into());
            let mut query = self.query.clone();
            query.offset = Some(offset);
            let request = Request::new(self.client.clone(), move |raw| async move {
                query.fetch(&raw).await
            });
            let request = request.with_options(self.options.clone());
            self.pages.push_back(Page::Coming(request.call()));
        }
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
