//! A search as an operation of a transaction.

use serde::Serialize;
use serde_json::value::RawValue;

use super::operation::encode;
use crate::data::query::Query;
use crate::{Error, Result};

/// Returns the parameters of a search, with the names that they have in a transaction.
pub(super) fn payload(query: &Query) -> Result<Box<RawValue>> {
    #[derive(Serialize)]
    struct Payload<'a> {
        #[serde(rename = "pageSize", skip_serializing_if = "Option::is_none")]
        page_size: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        offset: Option<u64>,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        properties: &'a [String],
        #[serde(rename = "whereClause", skip_serializing_if = "Option::is_none")]
        clause: Option<&'a str>,
        #[serde(rename = "groupBy", skip_serializing_if = "<[String]>::is_empty")]
        group_by: &'a [String],
        #[serde(rename = "queryOptions")]
        options: Options<'a>,
    }
    #[derive(Serialize)]
    struct Options<'a> {
        #[serde(rename = "sortBy", skip_serializing_if = "<[String]>::is_empty")]
        sort_by: &'a [String],
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        related: &'a [String],
    }
    if query.is_of_relation() {
        let problem = "the rows of a relation cannot be searched in a transaction: search the table with a filter";
        return Err(Error::invalid_argument(problem));
    }
    encode(&Payload {
        page_size: query.checked_page_size()?,
        offset: query.offset,
        properties: &query.properties,
        clause: query.where_clause()?,
        group_by: &query.group_by,
        options: Options {
            sort_by: &query.sort_by,
            related: &query.load_relations,
        },
    })
}
