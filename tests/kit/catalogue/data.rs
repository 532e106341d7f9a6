//! Operations of the data service.

use backendless::filter::field;
use backendless::operations::*;
use backendless::{Grantee, Permission, Record};
use serde_json::json;

use super::call::{call, first_of};
use super::{Entry, ResponseBody, Values, number, object, objects};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        create(),
        upsert(),
        get(),
        update(),
        update_where(),
        find(),
        count(),
        grant(),
        deny(),
        delete(),
        delete_where(),
    ]
}

fn create() -> Entry {
    Entry::new(
        &CREATE_OBJECT,
        &["Catalogue"],
        call!(|context| context.table().create(&row(&context.values))
            => |created| context.keep_path_value("object-id", created.object_id)),
        ResponseBody::Required,
        object,
    )
}

fn upsert() -> Entry {
    Entry::new(
        &UPSERT_OBJECT,
        &["Catalogue"],
        call!(|context| context.table().upsert(&row(&context.values))),
        ResponseBody::Required,
        object,
    )
}

fn update_where() -> Entry {
    Entry::new(
        &UPDATE_OBJECTS,
        &["Catalogue"],
        call!(|context| context
            .table()
            .update_where("age < 3", &json!({"city": context.value()}))),
        ResponseBody::Required,
        number,
    )
    .query(&[("where", "age < 3")])
}

fn grant() -> Entry {
    Entry::new(
        &GRANT_PERMISSION,
        &["Catalogue", "B2"],
        call!(|context| context.table().grant(
            context.path(1),
            Permission::Find,
            Grantee::role("AuthenticatedUser")
        )),
        ResponseBody::Any,
        object,
    )
    .variant(
        "to all users",
        call!(|context| context.table().grant(
            context.path(1),
            Permission::Update,
            Grantee::all_users()
        )),
    )
}

fn deny() -> Entry {
    Entry::new(
        &DENY_PERMISSION,
        &["Catalogue", "B2"],
        call!(|context| context.table().deny(
            context.path(1),
            Permission::Remove,
            Grantee::role("AuthenticatedUser")
        )),
        ResponseBody::Any,
        object,
    )
}

fn delete_where() -> Entry {
    Entry::new(
        &DELETE_OBJECTS,
        &["Catalogue"],
        call!(|context| context.table().delete_where("age < 3")),
        ResponseBody::Required,
        number,
    )
}

fn row(values: &Values) -> serde_json::Value {
    json!({"name": values.value, "age": 20, "city": null, "tags": ["a"], "score": 1.5})
}

fn get() -> Entry {
    Entry::new(
        &GET_OBJECT_BY_ID,
        &["Catalogue", "B2"],
        call!(|context| context.table().get(context.path(1))),
        ResponseBody::Required,
        object,
    )
}

fn update() -> Entry {
    Entry::new(
        &UPDATE_OBJECT,
        &["Catalogue", "B2"],
        call!(|context| context.table().update(
            context.path(1),
            &json!({"age": 21, "city": context.value()})
        )),
        ResponseBody::Required,
        object,
    )
}

fn find() -> Entry {
    let find = call!(|context| context.table().find());
    Entry::new(
        &FIND_OBJECTS,
        &["Catalogue"],
        find,
        ResponseBody::Nullable,
        objects,
    )
    .variant(
        "with options",
        call!(|context| context
            .table()
            .find()
            .filter(field("name").eq(context.value()).or(field("age").gt(3)))
            .sort_by("age desc")
            .page_size(50)
            .offset(0)
            .properties(["name", "age"])
            .load_relations(["*"])),
    )
    .variant(
        "as rows of a group",
        call!(|context| context
            .table()
            .find()
            .properties(["Count(objectId) as count"])
            .group_by(["city"])
            .rows::<Record>()),
    )
    .variant(
        "for the first row",
        call!(|context| context.table().find().first()),
    )
    .variant(
        "as a stream",
        first_of!(|context| context.table().find().stream()),
    )
}

fn count() -> Entry {
    Entry::new(
        &COUNT_OBJECTS,
        &["Catalogue"],
        call!(|context| context.table().count()),
        ResponseBody::Required,
        number,
    )
    .variant(
        "with a filter",
        call!(|context| context.table().count().filter("age > 3")),
    )
}

fn delete() -> Entry {
    Entry::new(
        &DELETE_OBJECT,
        &["Catalogue", "B2"],
        call!(|context| context.table().delete(context.path(1))),
        ResponseBody::Nullable,
        |_| json!({"deletionTime": 1_700_000_000_000_u64}),
    )
}
