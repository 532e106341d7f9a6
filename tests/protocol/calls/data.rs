//! Calls of the data service.

use backendless::filter::Filter;
use backendless::transaction::Transaction;
use backendless::{
    Client, Find, Group, GroupPage, Object, Permission, Property, Record, Relation, Table,
};
use serde_json::{Value, json as object};

use super::{Outcome, grantee, json, read, to_json};
use crate::arguments::{Arguments, text_of, texts};

pub(super) fn call(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let table = || client.data::<Record>(arguments.text("table-name"));
    let id = || arguments.text("object-id");
    Some(match operation {
        "createObject" => json(table().create(arguments.body())),
        "upsertObject" => json(table().upsert(arguments.body())),
        "deepSaveObject" => json(table().deep_save(arguments.body())),
        "updateObject" => json(table().update(id(), arguments.body())),
        "deleteObject" => json(table().delete(id())),
        "getObjectById" => get(&table(), arguments),
        "getObjectByPrimaryKey" => {
            json(table().get_by_primary_key(arguments.value("key").unwrap_or(&Value::Null)))
        }
        "findObjects" | "findObjectsByPost" => find(table().find(), arguments),
        "countObjects" | "countObjectsByPost" => count(&table(), arguments),
        "createObjects" => write_many(table().create_many(rows(arguments))),
        "upsertObjects" => write_many(table().upsert_many(rows(arguments))),
        "updateObjects" => json(table().update_where(arguments.text("where"), arguments.body())),
        "deleteObjects" => json(table().delete_where(arguments.field_text("where"))),
        "describeTable" => read(table().describe(), |columns: Vec<Property>| {
            columns.iter().map(column).collect()
        }),
        "getTableName" => json(client.table_name(arguments.text("table-id"))),
        "groupObjects" => read(grouped(&table(), arguments), |page| page_json(&page)),
        "countObjectsInGroup" => json(grouped(&table(), arguments).count()),
        "grantPermission" => json(table().grant(id(), permission(arguments), grantee(arguments))),
        "denyPermission" => json(table().deny(id(), permission(arguments), grantee(arguments))),
        "findRelatedObjects" => find(relation(&table(), arguments).find(), arguments),
        "setRelation" | "addRelation" | "deleteRelation" => {
            relate(operation, &relation(&table(), arguments), arguments)
        }
        "executeTransaction" => transaction(client, arguments),
        _ => return None,
    })
}

fn rows(arguments: &Arguments<'_>) -> Vec<Value> {
    arguments.body().as_array().cloned().unwrap_or_default()
}

fn write_many(job: backendless::WriteMany) -> Outcome {
    let ids = job.into_future();
    Box::pin(async move { Ok(ids.await.map(|ids| to_json(&ids))?) })
}

/// The options that a list of objects and one object have in common.
macro_rules! with_options {
    ($request:expr, $arguments:expr) => {{
        let (mut request, arguments) = ($request, $arguments);
        if let Some(names) = arguments
            .option_list("property")
            .or_else(|| arguments.option_list("props"))
        {
            request = request.properties(names);
        }
        if let Some(names) = arguments.option_list("excludeProps") {
            request = request.exclude_properties(names);
        }
        if let Some(names) = arguments.option_list("loadRelations") {
            request = request.load_relations(names);
        }
        if let Some(levels) = arguments.option_number("relationsDepth") {
            request = request.relations_depth(levels);
        }
        if let Some(rows) = arguments.option_number("relationsPageSize") {
            request = request.relations_page_size(rows);
        }
        if let Some(prefix) = arguments.option_text("fileReferencePrefix") {
            request = request.file_reference_prefix(prefix);
        }
        request
    }};
}

fn get(table: &Table<Record>, arguments: &Arguments<'_>) -> Outcome {
    json(with_options!(
        table.get(arguments.text("object-id")),
        arguments
    ))
}

fn find(find: Find<Record>, arguments: &Arguments<'_>) -> Outcome {
    let find = find_options(find, arguments);
    let groups = arguments.option_list("groupBy");
    let distinct = arguments.option("distinct").is_some();
    if groups.is_none() && !distinct {
        return json(find);
    }
    let find = match groups {
        Some(columns) => find.group_by(columns),
        None => find,
    };
    let find = if distinct { find.distinct() } else { find };
    json(find.rows::<Record>())
}

fn find_options(find: Find<Record>, arguments: &Arguments<'_>) -> Find<Record> {
    let mut find = with_options!(find, arguments);
    if let Some(clause) = arguments.option_text("where") {
        find = find.filter(clause);
    }
    if let Some(clause) = arguments.option_text("having") {
        find = find.having(clause);
    }
    for column in arguments.option_list("sortBy").unwrap_or_default() {
        find = find.sort_by(column);
    }
    if let Some(rows) = arguments.option_number("pageSize") {
        find = find.page_size(rows);
    }
    if let Some(rows) = arguments.option_number("offset") {
        find = find.offset(rows);
    }
    find
}

fn count(table: &Table<Record>, arguments: &Arguments<'_>) -> Outcome {
    let mut count = table.count();
    if let Some(clause) = arguments.option_text("where") {
        count = count.filter(clause);
    }
    if let Some(columns) = arguments.option_list("groupBy") {
        count = count.group_by(columns);
    }
    if arguments
        .option("distinct")
        .is_some_and(|value| value == true)
    {
        count = count.distinct();
    }
    json(count)
}

fn column(property: &Property) -> Value {
    object!({
        "name": property.name,
        "type": property.data_type,
        "required": property.is_required,
        "defaultValue": property.default_value,
        "relatedTable": property.related_table,
        "customRegex": property.custom_regex,
        "autoLoad": property.auto_load,
        "isPrimaryKey": property.is_primary_key,
    })
}

fn grouped(table: &Table<Record>, arguments: &Arguments<'_>) -> backendless::GroupFind<Record> {
    let columns = arguments.option_list("groupBy").unwrap_or_default();
    let mut find = table.find_grouped(columns);
    for group in arguments
        .field("groupPath")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        find = find.in_group(text_of(&group["column"]), &group["value"]);
    }
    if let Some(clause) = arguments.option_text("where") {
        find = find.filter(clause);
    }
    for column in arguments.option_list("sortBy").unwrap_or_default() {
        find = find.sort_by(column);
    }
    if let Some(names) = arguments.option_list("props") {
        find = find.properties(names);
    }
    if let Some(items) = arguments.option_number("pageSize") {
        find = find.page_size(items);
    }
    if let Some(items) = arguments.option_number("offset") {
        find = find.offset(items);
    }
    if let Some(levels) = arguments.option_number("groupDepth") {
        find = find.group_depth(levels);
    }
    if let Some(groups) = arguments.option_number("groupPageSize") {
        find = find.group_page_size(groups);
    }
    if let Some(rows) = arguments.option_number("recordsPageSize") {
        find = find.records_page_size(rows);
    }
    find
}

fn page_json(page: &GroupPage<Record>) -> Value {
    let groups = page.groups.iter().map(group_json);
    let objects = page.objects.iter().map(|row: &Object<Record>| to_json(row));
    let items: Vec<Value> = groups.chain(objects).collect();
    object!({"hasNextPage": page.has_next_page, "items": items})
}

fn group_json(group: &Group<Record>) -> Value {
    let page = page_json(&group.page);
    object!({
        "groupBy": {"column": group.column, "value": group.value},
        "hasNextPage": page["hasNextPage"],
        "items": page["items"],
    })
}

fn permission(arguments: &Arguments<'_>) -> Permission {
    match arguments.field_text("permission").as_str() {
        "FIND" => Permission::Find,
        "UPDATE" => Permission::Update,
        _ => Permission::Remove,
    }
}

fn relation(table: &Table<Record>, arguments: &Arguments<'_>) -> Relation<Record> {
    table.relation(
        arguments.text("object-id"),
        arguments.text("relation-column"),
    )
}

fn relate(operation: &str, relation: &Relation<Record>, arguments: &Arguments<'_>) -> Outcome {
    let clause = arguments.optional("whereClause").map(Filter::from);
    let ids = texts(arguments.body());
    match (operation, clause) {
        ("setRelation", Some(clause)) => json(relation.set_where(clause)),
        ("setRelation", None) => json(relation.set(ids)),
        ("addRelation", Some(clause)) => json(relation.add_where(clause)),
        ("addRelation", None) => json(relation.add(ids)),
        (_, Some(clause)) => json(relation.remove_where(clause)),
        (_, None) => json(relation.remove(ids)),
    }
}

/// A transaction of the operations in the body. Its value has the result of each operation that was
/// created with `CREATE` or `UPDATE`, in their order.
fn transaction(client: &Client, arguments: &Arguments<'_>) -> Outcome {
    let isolation = arguments.field("isolationLevelEnum");
    let mut transaction = client.transaction();
    if let Some(level) = isolation {
        let level = serde_json::from_value::<String>(level.clone()).unwrap_or_default();
        transaction = transaction.isolation(isolation_of(&level));
    }
    let mut rows = Vec::new();
    let operations = arguments.field("operations").and_then(Value::as_array);
    for operation in operations.into_iter().flatten() {
        rows.extend(add_operation(&mut transaction, operation));
    }
    let results = transaction.commit().into_future();
    Box::pin(async move {
        let results = results.await?;
        let rows = rows
            .iter()
            .map(|row| results.get(row).map(|row| to_json(&row)));
        rows.collect::<backendless::Result<Value>>()
    })
}

fn isolation_of(level: &str) -> backendless::transaction::Isolation {
    use backendless::transaction::Isolation;
    match level {
        "READ_UNCOMMITTED" => Isolation::ReadUncommitted,
        "READ_COMMITTED" => Isolation::ReadCommitted,
        "REPEATABLE_READ" => Isolation::RepeatableRead,
        _ => Isolation::Serializable,
    }
}

type Row = backendless::transaction::OperationRef<Object<Record>>;

fn add_operation(transaction: &mut Transaction, operation: &Value) -> Option<Row> {
    let table = operation["table"].as_str().unwrap_or_default();
    let payload = &operation["payload"];
    let id = || text_of(&payload["objectId"]);
    let clause = || Filter::from(text_of(&payload["conditional"]));
    match operation["operationType"].as_str().unwrap_or_default() {
        "CREATE" => return Some(transaction.create(table, payload)),
        "UPSERT" => return Some(transaction.upsert(table, payload)),
        "UPDATE" => {
            let mut changes = payload.as_object().cloned().unwrap_or_default();
            changes.remove("objectId");
            return Some(transaction.update(table, id(), &changes));
        }
        "CREATE_BULK" => {
            let rows = payload.as_array().cloned().unwrap_or_default();
            transaction.create_many(table, &rows);
        }
        "UPDATE_BULK" => {
            transaction.update_many(table, clause(), &payload["changes"]);
        }
        "DELETE_BULK" => {
            transaction.delete_many(table, clause());
        }
        _ => {
            transaction.delete(table, text_of(payload));
        }
    }
    None
}
