//! Query of a search, and the request for one of its pages.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::filter::{Filter, field};
use crate::generated::raw;
use crate::operations::{FIND_OBJECTS, FIND_RELATED_OBJECTS, Operation};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::{Client, Error, Result};

/// Maximum number of rows that the service returns in one page.
pub(super) const MAX_PAGE_SIZE: u32 = 100;

/// A relation of one row.
#[derive(Clone, Debug)]
pub(super) struct RelationOf {
    pub(super) parent: Arc<str>,
    pub(super) column: Arc<str>,
}

/// Parameters of a search, without the client that sends it.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) table: Arc<str>,
    /// The relation whose rows are searched, instead of those of the table.
    relation: Option<RelationOf>,
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
            relation: None,
            filter: None,
            page_size: None,
            offset: None,
            sort_by: Vec::new(),
            properties: Vec::new(),
            load_relations: Vec::new(),
            group_by: Vec::new(),
        }
    }

    /// Creates the search of the rows that a row of `table` is related to.
    pub(super) fn related(table: Arc<str>, relation: RelationOf) -> Self {
        Self {
            relation: Some(relation),
            ..Self::new(table)
        }
    }

    /// Returns the operation that executes the search.
    pub(super) fn operation(&self) -> &'static Operation {
        match self.relation {
            None => &FIND_OBJECTS,
            Some(_) => &FIND_RELATED_OBJECTS,
        }
    }

    /// Returns whether the rows of a relation are searched, and not those of a table.
    pub(super) fn is_of_relation(&self) -> bool {
        self.relation.is_some()
    }

    /// Returns the where clause to send; `None` without a condition.
    pub(super) fn where_clause(&self) -> Result<Option<&str>> {
        clause(self.filter.as_ref())
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
            return Err(Error::invalid_argument(problem).with_operation(self.operation()));
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

    /// Returns the page size, which has the range of the service.
    pub(super) fn checked_page_size(&self) -> Result<Option<i64>> {
        match self.page_size {
            Some(rows) if !(1..=MAX_PAGE_SIZE).contains(&rows) => Err(Error::invalid_argument(
                format!("page_size is {rows}: it must be between 1 and {MAX_PAGE_SIZE}"),
            )),
            rows => Ok(rows.map(i64::from)),
        }
    }

    pub(super) fn prepare<R: DeserializeOwned>(
        &self,
        client: &Client,
    ) -> Result<Prepared<Option<Vec<R>>>> {
        let operation = self.operation();
        let invalid = |problem| Error::invalid_argument(problem).with_operation(operation);
        let page_size = self.checked_page_size();
        let page_size = page_size.map_err(|error| error.with_operation(operation))?;
        let offset = self.offset.map(i64::try_from).transpose();
        let offset = offset.map_err(|_| invalid("offset exceeds the range of i64".to_owned()))?;
        let clause = self.where_clause();
        let clause = clause.map_err(|error| error.with_operation(operation))?;
        let group_by = joined(&self.group_by);
        let load_relations = joined(&self.load_relations);
        let properties = joined(&self.properties);
        let sort_by = joined(&self.sort_by);
        match &self.relation {
            None => raw::find_objects(
                client.profile,
                &self.table,
                group_by.as_deref(),
                load_relations.as_deref(),
                offset,
                page_size,
                properties.as_deref(),
                sort_by.as_deref(),
                clause,
            ),
            Some(RelationOf { parent, column }) => raw::find_related_objects(
                client.profile,
                &self.table,
                parent,
                column,
                group_by.as_deref(),
                load_relations.as_deref(),
                offset,
                page_size,
                properties.as_deref(),
                sort_by.as_deref(),
                clause,
            ),
        }
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
