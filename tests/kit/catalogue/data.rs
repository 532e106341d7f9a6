//! Operations of the data service.

use backendless::filter::field;
use backendless::operations::*;
use backendless::{Grantee, Permission, Record};
use serde_json::json;

use super::call::{call, first_of};
use super::{
    Context, Entry, ResponseBody, Values, number, object, objects, relations, transactions,
};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        create(),
        create_many(),
        upsert(),
        upsert_many(),
        get(),
        update(),
        update_where(),
        deep_save(),
        find(),
        find_by_post(),
        count(),
        count_by_post(),
        describe(),
        table_name(),
        get_by_primary_key(),
        group(),
        count_in_group(),
        relations::set(),
        relations::add(),
        relations::find(),
        relations::remove(),
        transactions::execute(),
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
    .variant(
        "with a chosen id",
        call!(|context| context.table().create_once(&row(&context.values))),
    )
}

fn create_many() -> Entry {
    Entry::new(
        &CREATE_OBJECTS,
        &["Catalogue"],
        call!(|context| context.table().create_many([row(&context.values)]) => |ids| drop(ids)),
        ResponseBody::Required,
        ids,
    )
}

fn upsert_many() -> Entry {
    Entry::new(
        &UPSERT_OBJECTS,
        &["Catalogue"],
        call!(|context| context.table().upsert_many([row(&context.values)]) => |ids| drop(ids)),
        ResponseBody::Required,
        ids,
    )
    .variant(
        "with chosen ids",
        call!(|context| context.table().create_many_once([row(&context.values)]) => |ids| drop(ids)),
    )
}

/// The ids of one row.
fn ids(_: &Values) -> serde_json::Value {
    json!(["B2"])
}

fn deep_save() -> Entry {
    Entry::new(
        &DEEP_SAVE_OBJECT,
        &["Catalogue"],
        call!(|context| context.table().deep_save(&row(&context.values))),
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
    .variant(
        "with options",
        call!(|context| context
            .table()
            .get(context.path(1))
            .properties(["name", "age"])
            .exclude_properties(["age"])
            .load_relations(["*"])
            .relations_depth(1)
            .relations_page_size(5)
            .file_reference_prefix(context.value())),
    )
}

fn get_by_primary_key() -> Entry {
    Entry::new(
        &GET_OBJECT_BY_PRIMARY_KEY,
        &["Catalogue"],
        call!(|context| context
            .table()
            .get_by_primary_key(&json!({"objectId": object_id(context)}))),
        ResponseBody::Required,
        object,
    )
    .query(&[("objectId", "B2")])
}

/// The id of the row that an earlier call created.
fn object_id(context: &Context) -> String {
    let kept = context.path_value("object-id");
    kept.unwrap_or_else(|| "B2".to_owned())
}

fn describe() -> Entry {
    Entry::new(
        &DESCRIBE_TABLE,
        &["Catalogue"],
        call!(|context| context.table().describe()),
        ResponseBody::Nullable,
        |values| json!([{"name": values.value, "type": "STRING", "required": false}]),
    )
}

fn table_name() -> Entry {
    Entry::new(
        &GET_TABLE_NAME,
        &["1"],
        call!(|context| context.client.table_name(context.path(0))),
        ResponseBody::Required,
        |values| json!(values.value),
    )
}

fn group() -> Entry {
    Entry::new(
        &GROUP_OBJECTS,
        &["Catalogue"],
        call!(|context| context.table().find_grouped(["city"])),
        ResponseBody::Required,
        |values| {
            let group = json!({"column": "city", "value": values.value});
            json!({"hasNextPage": false, "items": [{"groupBy": group, "items": objects(values)}]})
        },
    )
    .variant(
        "in a group",
        call!(|context| context
            .table()
            .find_grouped(["city", "age"])
            .filter(field("name").eq(context.value()).or(field("age").gt(3)))
            .in_group("city", context.value())),
    )
}

fn count_in_group() -> Entry {
    Entry::new(
        &COUNT_OBJECTS_IN_GROUP,
        &["Catalogue"],
        call!(|context| context
            .table()
            .find_grouped(["city"])
            .in_group("city", context.value())
            .count()),
        ResponseBody::Required,
        number,
    )
}

/// A clause that is too long for a URL.
fn long_clause(value: &str) -> backendless::filter::Filter {
    field("name").is_in(vec![value; 2_000])
}

fn find_by_post() -> Entry {
    Entry::new(
        &FIND_OBJECTS_BY_POST,
        &["Catalogue"],
        call!(|context| context
            .table()
            .find()
            .filter(long_clause(&context.values.value))),
        ResponseBody::Nullable,
        objects,
    )
    .variant(
        "as a stream",
        first_of!(|context| context
            .table()
            .find()
            .filter(long_clause(&context.values.value))
            .by_key()
            .stream()),
    )
}

fn count_by_post() -> Entry {
    Entry::new(
        &COUNT_OBJECTS_BY_POST,
        &["Catalogue"],
        call!(|context| context
            .table()
            .count()
            .filter(long_clause(&context.values.value))),
        ResponseBody::Required,
        number,
    )
    .variant(
        "of groups",
        call!(|context| context.table().count().group_by(["name"]).distinct()),
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
            .load_relations(["*"])
            .exclude_properties(["age"])
            .relations_depth(1)
            .relations_page_size(5)
            .file_reference_prefix(context.value())),
    )
    .variant(
        "as rows of a group",
        call!(|context| context
            .table()
            .find()
            .properties(["Count(objectId) as count"])
            .group_by(["city"])
            .having("Count(objectId) > 0")
            .rows::<Record>()),
    )
    .variant(
        "of distinct rows",
        call!(|context| context
            .table()
            .find()
            .properties(["city"])
            .distinct()
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
