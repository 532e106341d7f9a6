//! The rows of an operation, by their ids or by a filter.

use std::fmt;

use serde::{Serialize, Serializer};

use super::reference::{OperationRef, Reference};
use crate::data::Object;
use crate::data::query::clause;
use crate::filter::Filter;
use crate::{Error, Result};

/// Id of a row: a string, or a reference to the result of an earlier operation.
///
/// ```
/// use backendless::transaction::RowId;
///
/// let id: RowId = "B2".into();
/// ```
#[derive(Clone)]
pub struct RowId(RowIdKind);

#[derive(Clone)]
enum RowIdKind {
    Text(String),
    Reference(Reference),
}

impl Serialize for RowId {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0 {
            RowIdKind::Text(id) => id.serialize(serializer),
            RowIdKind::Reference(reference) => reference.serialize(serializer),
        }
    }
}

/// Prints only references: an id is the caller's data.
impl fmt::Debug for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("RowId");
        match &self.0 {
            RowIdKind::Text(_) => tuple.finish_non_exhaustive(),
            RowIdKind::Reference(reference) => tuple.field(reference).finish(),
        }
    }
}

impl From<&str> for RowId {
    fn from(id: &str) -> Self {
        id.to_owned().into()
    }
}

impl From<String> for RowId {
    fn from(id: String) -> Self {
        Self(RowIdKind::Text(id))
    }
}

impl From<&String> for RowId {
    fn from(id: &String) -> Self {
        id.clone().into()
    }
}

impl From<Reference> for RowId {
    fn from(reference: Reference) -> Self {
        Self(RowIdKind::Reference(reference))
    }
}

/// Refers to the row that the operation creates or updates.
impl<T> From<&OperationRef<Object<T>>> for RowId {
    fn from(operation: &OperationRef<Object<T>>) -> Self {
        operation.id().into()
    }
}

/// Rows that an operation changes: ids, the rows that an earlier operation stores or finds, or those that match a filter.
///
/// ```
/// use backendless::filter::{Filter, field};
/// use backendless::transaction::RowSelection;
///
/// let by_ids: RowSelection = ["A1", "B2"].into();
/// let by_filter: RowSelection = field("age").ge(18).into();
/// let by_clause: RowSelection = Filter::from("age >= 18").into();
/// ```
#[derive(Clone, Debug)]
pub struct RowSelection(RowsKind);

#[derive(Clone, Debug)]
enum RowsKind {
    Ids(Vec<RowId>),
    Reference(Reference),
    Filter(Filter),
}

impl<I: Into<RowId>> From<Vec<I>> for RowSelection {
    fn from(ids: Vec<I>) -> Self {
        Self(RowsKind::Ids(ids.into_iter().map(Into::into).collect()))
    }
}

impl<I: Into<RowId>, const N: usize> From<[I; N]> for RowSelection {
    fn from(ids: [I; N]) -> Self {
        Self(RowsKind::Ids(ids.into_iter().map(Into::into).collect()))
    }
}

impl From<Reference> for RowSelection {
    fn from(reference: Reference) -> Self {
        Self(RowsKind::Reference(reference))
    }
}

impl From<Filter> for RowSelection {
    fn from(filter: Filter) -> Self {
        Self(RowsKind::Filter(filter))
    }
}

/// Rows as they are sent: a where clause, or a list of ids, or a reference to one.
#[derive(Serialize)]
pub(super) enum SelectionBody {
    #[serde(rename = "conditional")]
    Clause(String),
    #[serde(rename = "unconditional")]
    Ids(Vec<RowId>),
    #[serde(rename = "unconditional")]
    Reference(Reference),
}

impl RowSelection {
    pub(super) fn body(self) -> Result<SelectionBody> {
        match self.0 {
            RowsKind::Ids(ids) => Ok(SelectionBody::Ids(ids)),
            RowsKind::Reference(reference) => Ok(SelectionBody::Reference(reference)),
            RowsKind::Filter(filter) => match clause(Some(&filter))? {
                Some(clause) => Ok(SelectionBody::Clause(clause.to_owned())),
                None => Err(Error::invalid_argument(
                    "the filter has no condition, which would match every row: add a condition",
                )),
            },
        }
    }
}
