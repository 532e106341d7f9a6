//! Query of a search, and the request for one of its pages.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::filter::{Filter, field};
use crate::generated::raw;
use crate::operations::FIND_OBJECTS;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::{Client, Error, Result};

/// Maximum number of rows that the service returns in one page.
pub(super) const MAX_PAGE_SIZE: u32 = 100;

/// Parameters of a search, without the client that sends it.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) table: Arc<str>,
    filter: Option<Filter>,
    pub(super) page_size: Option<u32>,
    pub(super) offset: Option<u64>,
    pub(super) sort_by: Vec<String>,
    pub(super) properties: Vec<String>,
    pub(super) load_relations: Vec<String>,
    pub(super) group_by: Vec<String>,
}

impl Query {
    pub(super) fn new(table: Arc<str>) -> Self {
        Self {
            table,
            filter: None,
            page_size: None,
            offset: None,
            sort_by: Vec::new(),
            properties: Vec::new(),
            load_relations: Vec::new(),
            group_by: Vec::new(),
        }
    }

    /// Adds a filter, which must match as well as the earlier ones.
    pub(super) fn add_filter(&mut self, filter: Filter) {
        self.filter = Some(and(self.filter.take(), filter));
    }

    /// Sorts by `objectId`, which a stream by key requires.
    pub(super) fn sort_by_key(&mut self) -> Result<()> {
        if self.offset.is_some() || !self.sort_by.is_empty() || !self.group_by.is_empty() {
            let problem = "by_key sorts by objectId and starts at the first row: it cannot be combined \
                           with sort_by, offset or group_by";
            return Err(Error::invalid_argument(problem).with_operation(&FIND_OBJECTS));
        }
        self.sort_by = vec!["objectId".to_owned()];
        Ok(())
    }

    /// Returns the same search for the rows whose ids follow `last`.
    pub(super) fn after(mut self, last: &str) -> Self {
        self.add_filter(field("objectId").gt(last));
        self
    }

    /// Creates the request for one page.
    pub(super) fn request<R: DeserializeOwned + Send + 'static>(
        &self,
        client: &Client,
    ) -> Request<Vec<R>> {
        Request::map(client, self.prepare(client), Option::unwrap_or_default)
    }

    pub(super) fn prepare<R: DeserializeOwned>(
        &self,
        client: &Client,
    ) -> Result<Prepared<Option<Vec<R>>>> {
        let invalid = |problem| Error::invalid_argument(problem).with_operation(&FIND_OBJECTS);
        let page_size = match self.page_size {
            Some(rows) if !(1..=MAX_PAGE_SIZE).contains(&rows) => {
                return Err(invalid(format!(
                    "page_size is {rows}: it must be between 1 and {MAX_PAGE_SIZE}"
                )));
            }
            rows => rows.map(i64::from),
        };
        let offset = self.offset.map(i64::try_from).transpose();
        let offset = offset.map_err(|_| invalid("offset exceeds the range of i64".to_owned()))?;
        raw::find_objects(
            client.profile,
            &self.table,
            joined(&self.group_by).as_deref(),
            joined(&self.load_relations).as_deref(),
            offset,
            page_size,
            joined(&self.properties).as_deref(),
            joined(&self.sort_by).as_deref(),
            clause(self.filter.as_ref()).map_err(|error| error.with_operation(&FIND_OBJECTS))?,
        )
    }
}

/// Combines two filters that must both hold.
pub(super) fn and(first: Option<Filter>, second: Filter) -> Filter {
    match first {
        Some(first) => first.and(second),
        None => second,
    }
}

/// Joins the items of a list parameter with commas; `None` for an empty list.
fn joined(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| items.join(","))
}

/// Returns the where clause to send; `None` for a filter without a condition.
pub(super) fn clause(filter: Option<&Filter>) -> Result<Option<&str>> {
    match filter.map(Filter::to_clause) {
        Some(clause) => {
            clause.map(|clause| Some(clause).filter(|clause| !clause.trim().is_empty()))
        }
        None => Ok(None),
    }
}
