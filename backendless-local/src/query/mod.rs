//! Reading rows: where clauses, projections, sorting, paging.
//!
//! [`find::Find`] is a parsed request; it becomes one SQL statement. Nothing here writes.

pub(crate) mod accessible;
pub(crate) mod computed;
pub(crate) mod condition;
pub(crate) mod expression;
pub(crate) mod find;
mod items;
pub(crate) mod projection;
pub(crate) mod relations;
pub(crate) mod result_size;
pub(crate) mod row;
pub(crate) mod select;
mod sort;
pub(crate) mod sql;
