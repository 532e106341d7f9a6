//! A search as an operation of a transaction.

use serde::Serialize;
use serde_json::value::RawValue;

use super::operation::encode;
use crate::data::query::{Query, QueryBody};
use crate::{Error, Result};

/// The parameters of a search, with the names that they have in a transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    page_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    properties: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    exclude_props: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    where_clause: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    having_clause: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    group_by: &'a [String],
    query_options: Options<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options<'a> {
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    sort_by: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    related: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    relations_depth: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relations_page_size: Option<i64>,
}

/// Returns the parameters of a search.
pub(super) fn payload(transaction: u64, query: &Query) -> Result<Box<RawValue>> {
    if let Some(problem) = unsupported(query) {
        return Err(Error::invalid_argument(problem));
    }
    let QueryBody {
        page_size,
        offset,
        r#where,
        having,
        relations_depth,
        relations_page_size,
        ..
    } = query.body()?;
    let payload = Payload {
        page_size,
        offset,
        properties: &query.selection.properties,
        exclude_props: &query.selection.exclude_properties,
        where_clause: r#where,
        having_clause: having,
        group_by: &query.group_by,
        query_options: Options {
            sort_by: &query.sort_by,
            related: &query.selection.load_relations,
            relations_depth,
            relations_page_size,
        },
    };
    encode(transaction, &payload)
}

/// Returns what a transaction cannot search for: the official SDKs do not send it either.
fn unsupported(query: &Query) -> Option<&'static str> {
    if query.is_of_relation() {
        return Some(
            "the rows of a relation cannot be searched in a transaction: search the table with a filter",
        );
    }
    if query.is_distinct {
        return Some("`distinct` cannot be used in a transaction: use `group_by`");
    }
    let prefix = &query.selection.file_reference_prefix;
    let problem = "`file_reference_prefix` cannot be used in a transaction";
    prefix.is_some().then_some(problem)
}
