//! Query of a search, and the request for one of its pages.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::found_rows::{FoundRows, MAX_PAGE_SIZE};
use crate::filter::{Filter, field};
use crate::generated::raw;
use crate::operations::{FIND_OBJECTS, FIND_RELATED_OBJECTS, Operation};
use crate::prepared::{Parts, Prepared};
use crate::request::Request;
use crate::{Client, Error, Result};

/// Maximum length in bytes of the URL of a search or a count by GET. Servers and proxies reject longer ones from about
/// 2,000 bytes on.
pub(super) const MAX_GET_LENGTH: usize = 2_000;

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
    having: Option<Filter>,
    pub(super) page_size: Option<u32>,
    pub(super) offset: Option<u64>,
    pub(super) sort_by: Vec<String>,
    pub(super) group_by: Vec<String>,
    pub(super) is_distinct: bool,
    pub(super) selection: Selection,
}

/// Which properties and relations of a row are returned.
#[derive(Clone, Default)]
pub(super) struct Selection {
    pub(super) properties: Vec<String>,
    pub(super) exclude_properties: Vec<String>,
    pub(super) load_relations: Vec<String>,
    pub(super) relations_depth: Option<u32>,
    pub(super) relations_page_size: Option<u32>,
    pub(super) file_reference_prefix: Option<String>,
}

/// Omits the prefix of files, which may be a URL with the app id and the key.
impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selection")
            .field("properties", &self.properties)
            .field("exclude_properties", &self.exclude_properties)
            .field("load_relations", &self.load_relations)
            .field("relations_depth", &self.relations_depth)
            .field("relations_page_size", &self.relations_page_size)
            .finish_non_exhaustive()
    }
}

impl Selection {
    pub(super) fn checked_relations_page_size(&self) -> Result<Option<i64>> {
        match self.relations_page_size {
            Some(0) => Err(Error::invalid_argument(
                "relations_page_size is 0: it must be at least 1",
            )),
            rows => Ok(rows.map(i64::from)),
        }
    }
}

/// Body of a search or a count by POST.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryBody<'q> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) page_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) offset: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) props: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exclude_props: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r#where: Option<&'q str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) having: Option<&'q str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sort_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) load_relations: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) relations_depth: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) relations_page_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) distinct: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file_reference_prefix: Option<&'q str>,
}

impl Query {
    pub(super) fn new(table: Arc<str>) -> Self {
        Self {
            table,
            relation: None,
            filter: None,
            having: None,
            page_size: None,
            offset: None,
            sort_by: Vec::new(),
            group_by: Vec::new(),
            is_distinct: false,
            selection: Selection::default(),
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

    /// Adds a filter, which must match as well as the earlier ones.
    pub(super) fn add_filter(&mut self, filter: Filter) {
        self.filter = Some(and(self.filter.take(), filter));
    }

    /// Adds a condition on groups, which must match as well as the earlier ones.
    pub(super) fn add_having(&mut self, condition: Filter) {
        self.having = Some(and(self.having.take(), condition));
    }

    /// Sorts by `objectId`, which a stream by key requires.
    pub(super) fn sort_by_key(&mut self) -> Result<()> {
        let has_groups = !self.group_by.is_empty() || self.is_distinct;
        if self.offset.is_some() || !self.sort_by.is_empty() || has_groups {
            let problem = "by_key sorts by objectId and starts at the first row: it cannot be combined \
                           with sort_by, offset, group_by or distinct";
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
        Request::map(client, self.prepare(client), FoundRows::into_rows)
    }

    /// Prepares the request for one page: a GET, or a POST with the same parameters in its body if the URL of the GET
    /// would be too long.
    pub(super) fn prepare<R: DeserializeOwned>(
        &self,
        client: &Client,
    ) -> Result<Prepared<FoundRows<R>>> {
        self.parts(client).map(Prepared::json)
    }

    /// Prepares the parts of the request, which do not depend on the type of the rows.
    fn parts(&self, client: &Client) -> Result<Box<Parts>> {
        let body = self.body();
        let body = body.map_err(|error| error.with_operation(self.operation()))?;
        let request = match &self.relation {
            None => raw::find_objects::<IgnoredAny>(
                client.profile,
                &self.table,
                body.distinct,
                body.exclude_props.as_deref(),
                body.file_reference_prefix,
                body.group_by.as_deref(),
                body.having,
                body.load_relations.as_deref(),
                body.offset,
                body.page_size,
                body.props.as_deref(),
                body.relations_depth,
                body.relations_page_size,
                body.sort_by.as_deref(),
                body.r#where,
            )?,
            // The service has no POST for the rows of a relation.
            Some(RelationOf { parent, column }) => {
                let request = raw::find_related_objects::<IgnoredAny>(
                    client.profile,
                    &self.table,
                    parent,
                    column,
                    body.distinct,
                    body.exclude_props.as_deref(),
                    body.file_reference_prefix,
                    body.group_by.as_deref(),
                    body.having,
                    body.load_relations.as_deref(),
                    body.offset,
                    body.page_size,
                    body.props.as_deref(),
                    body.relations_depth,
                    body.relations_page_size,
                    body.sort_by.as_deref(),
                    body.r#where,
                );
                return Ok(request?.parts);
            }
        };
        let request = match is_too_long(client, &request) {
            true => raw::find_objects_by_post::<_, IgnoredAny>(&self.table, &body)?,
            false => request,
        };
        Ok(request.parts)
    }

    /// Checks the parameters and returns them in the form of a body, whose lists are joined.
    pub(super) fn body(&self) -> Result<QueryBody<'_>> {
        let selection = &self.selection;
        Ok(QueryBody {
            offset: check_offset(self.offset)?,
            page_size: check_page_size("page_size", self.page_size)?,
            props: joined(&selection.properties),
            exclude_props: joined(&selection.exclude_properties),
            r#where: clause(self.filter.as_ref())?,
            having: clause(self.having.as_ref())?,
            sort_by: joined(&self.sort_by),
            group_by: joined(&self.group_by),
            load_relations: joined(&selection.load_relations),
            relations_depth: selection.relations_depth.map(i64::from),
            relations_page_size: selection.checked_relations_page_size()?,
            distinct: self.is_distinct.then_some(true),
            file_reference_prefix: selection.file_reference_prefix.as_deref(),
        })
    }
}

/// Whether the URL of a GET is too long because of its query, which a POST sends in its body.
pub(super) fn is_too_long<R>(client: &Client, request: &Prepared<R>) -> bool {
    let has_query = request.parts.query.is_some();
    has_query && client.transport.address_length(&request.parts) > MAX_GET_LENGTH
}

/// Checks the number of rows to skip.
pub(crate) fn check_offset(rows: Option<u64>) -> Result<Option<i64>> {
    let offset = rows.map(i64::try_from).transpose();
    offset.map_err(|_| Error::invalid_argument("offset exceeds the range of i64"))
}

/// Checks a number of rows that the service limits; `name` is the name of the setting.
pub(crate) fn check_page_size(name: &str, rows: Option<u32>) -> Result<Option<i64>> {
    match rows {
        Some(rows) if !(1..=MAX_PAGE_SIZE).contains(&rows) => Err(Error::invalid_argument(
            format!("{name} is {rows}: it must be between 1 and {MAX_PAGE_SIZE}"),
        )),
        rows => Ok(rows.map(i64::from)),
    }
}

/// Combines two filters that must both hold.
pub(crate) fn and(first: Option<Filter>, second: Filter) -> Filter {
    match first {
        Some(first) => first.and(second),
        None => second,
    }
}

/// Joins the items of a list parameter with commas; `None` for an empty list.
pub(crate) fn joined(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| items.join(","))
}

/// Returns the where clause to send; `None` for a filter without a condition.
pub(crate) fn clause(filter: Option<&Filter>) -> Result<Option<&str>> {
    match filter.map(Filter::to_clause) {
        Some(clause) => {
            clause.map(|clause| Some(clause).filter(|clause| !clause.trim().is_empty()))
        }
        None => Ok(None),
    }
}
