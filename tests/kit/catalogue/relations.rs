//! Operations of relations.

use backendless::operations::*;
use backendless::{Record, Relation};

use super::call::{call, first_of};
use super::{Context, Entry, ResponseBody, number, objects};

/// Values of the path. The column is created by the first change.
const PATH: [&str; 3] = ["Catalogue", "B2", "friends:Catalogue:n"];

fn relation(context: &Context) -> Relation<Record> {
    context.table().relation(context.path(1), context.path(2))
}

pub(super) fn set() -> Entry {
    Entry::new(
        &SET_RELATION,
        &PATH,
        call!(|context| relation(context).set([context.path(1)])),
        ResponseBody::Required,
        number,
    )
    .variant(
        "with a filter",
        call!(|context| relation(context).set_where("age > 3").idempotent(true)),
    )
}

pub(super) fn add() -> Entry {
    Entry::new(
        &ADD_RELATION,
        &PATH,
        call!(|context| relation(context).add([context.path(1)])),
        ResponseBody::Required,
        number,
    )
    .variant(
        "with a filter",
        call!(|context| relation(context).add_where("age > 3").idempotent(true)),
    )
}

pub(super) fn find() -> Entry {
    Entry::new(
        &FIND_RELATED_OBJECTS,
        &PATH,
        call!(|context| relation(context).find()),
        ResponseBody::Nullable,
        objects,
    )
    .variant(
        "as a stream",
        first_of!(|context| relation(context).find().stream()),
    )
}

pub(super) fn remove() -> Entry {
    Entry::new(
        &DELETE_RELATION,
        &PATH,
        call!(|context| relation(context).remove([context.path(1)])),
        ResponseBody::Required,
        number,
    )
    .variant(
        "with a filter",
        call!(|context| relation(context).remove_where("age > 3").idempotent(true)),
    )
}
